"""The commands that need no server: what is faked, contracts, help."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mockserver import __version__
from mockserver._resources import folder
from mockserver.apis import APIS
from mockserver.cli import contracts, main
from mockserver.cli.group import COMMANDS
from mockserver.contracts import loader


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.stdout + done.stderr


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


class _Pipe(io.RawIOBase):
    """What an unbuffered output is when signals come: each write takes some of what it is given."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += bytes(data[:1000])
        return min(len(data), 1000)


def test_unbuffered_output_is_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = _Pipe()
    unbuffered = io.TextIOWrapper(pipe, "utf-8", write_through=True)  # type: ignore[type-var]
    for name in ("stdout", "__stdout__"):
        monkeypatch.setattr(sys, name, unbuffered)

    with pytest.raises(SystemExit):
        main(["contracts", "list", "--json"], prog_name="mockserver")

    assert len(json.loads(pipe.taken)) > 100


def test_the_version() -> None:
    assert run("--version") == f"mockserver {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    assert run(command, "--help").startswith(f"Usage: main {command}")
    assert command in run("--help")


def test_apis_tells_everything_that_is_faked() -> None:
    found = {api["name"]: api for api in data("apis")}

    assert list(found) == [api.name for api in APIS]
    for api in APIS:
        assert [one["name"] for one in found[api.name]["operations"]] == [
            f"{api.name}.{o.name}" for o in api.operations
        ]
        text = run("apis", api.name)
        assert all(f"{api.name}.{operation.name}" in text for operation in api.operations)
        assert all(setting in text for setting in api.settings.__dataclass_fields__)


def test_states_tells_each_state_with_its_phase() -> None:
    rows = data("states")

    for api in APIS:
        for kind, machine in api.machines.items():
            assert [(row["state"], row["phase"]) for row in rows if (row["api"], row["kind"]) == (api.name, kind)] == [
                (state.name, str(state.phase)) for state in machine.states
            ]
    assert "running" in run("states", "ges")


def test_an_api_that_is_none_names_those_that_are() -> None:
    assert "no API 'gse'" in run("states", "gse", code=2)


def test_a_contract_is_shown_as_text() -> None:
    text = run("contracts", "show", "ges.JobStatus")

    assert text.startswith("ges.JobStatus: ")
    assert "GET /ges/" in text
    assert "CONFIDENCE" in text
    assert "sources" in text
    assert data("contracts", "show", "ges.JobStatus")["operation"] == "ges.JobStatus"


def test_every_contract_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    operations = data("contracts", "list")
    # Read once: every other command of this file reads them itself.
    loaded = contracts.load(None)
    monkeypatch.setattr(contracts, "load", lambda *_: loaded)
    for operation in operations:
        assert run("contracts", "show", operation).startswith(operation)


def test_a_contract_that_is_none_names_those_near() -> None:
    assert "ges.JobStatus" in run("contracts", "show", "gse.JobStatus", code=2)


def small(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Lay out a folder of contracts with one in it; return its file and content."""
    (tmp_path / "ges").mkdir()
    (tmp_path / "contract.schema.json").write_text((folder("contracts") / "contract.schema.json").read_text())
    contract = {
        "operation": "ges.JobStatus",
        "title": "t",
        "sources": [{"title": "x"}],
        "methods": ["GET"],
        "path": "/ges/v1.0/{project_id}/graphs/{graph_name}/jobs/{job_id}/status",
        "responses": {"refused": {"status": 404, "content_type": None, "confidence": "inferred"}},
        "examples": [
            {
                "name": "nothing",
                "request": {"method": "GET", "path": "/ges/v1.0/p/graphs/g/jobs/none/status"},
                "response": {"name": "refused", "status": 404},
            }
        ],
    }
    file = tmp_path / "ges" / "JobStatus.json"
    file.write_text(json.dumps(contract))
    return file, contract


def test_contracts_check_says_which_example_does_not_match(tmp_path: Path) -> None:
    small(tmp_path)

    text = run("contracts", "check", str(tmp_path), code=1)

    assert "ges.JobStatus, example 'nothing':" in text
    assert "instead of 404" in text
    assert "1 contracts, 1 examples: 1 do not match" in text


@pytest.mark.parametrize("spoilt", ["{", '{"operation": "ges.JobStatus"}'])
def test_contracts_check_names_a_file_that_is_not_well_formed(tmp_path: Path, spoilt: str) -> None:
    file, _ = small(tmp_path)
    file.write_text(spoilt)

    text = run("contracts", "check", str(tmp_path), code=1)

    assert str(file) in text
    assert text.count("\n") == 1


def test_contracts_check_checks_fixtures(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"ges": {\n "jobs": [{"id": 7}]}}')

    assert f"{seed}:2" in run("contracts", "check", str(seed), code=1)
    assert f"{seed}:2" in run("contracts", "check", "--fixtures", str(seed), code=1)


def test_a_fixture_that_the_examples_do_not_know_is_checked_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two contracts of the package; tests/contracts plays the examples of all.
    few = tmp_path / "few"
    (few / "arcgis").mkdir(parents=True)
    for name in ("contract.schema.json", "arcgis/definitions.json", "arcgis/Task.json", "arcgis/SubmitJob.json"):
        shutil.copy(folder("contracts") / name, few / name)
    monkeypatch.setattr(
        "mockserver.app.shipped_contracts",
        lambda apis: loader.load(few if "arcgis" in apis else folder("contracts"), apis),
    )
    seed = tmp_path / "seed.json"
    seed.write_text('{"arcgis": {"services": [{"name": "Mine", "tasks": [{"name": "Echo"}]}]}}')

    assert "all match" in run("contracts", "check", str(seed))


def test_an_example_whose_job_cannot_be_made_does_not_match(tmp_path: Path) -> None:
    file, contract = small(tmp_path)
    contract["examples"][0]["given"] = {"jobs": [{"id": "x", "graph": "none"}]}
    file.write_text(json.dumps(contract))

    assert "no graph 'none'" in run("contracts", "check", str(tmp_path), code=1)
