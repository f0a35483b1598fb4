"""Fixtures: merged, checked, and wrong ones named by file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.apis import APIS
from mockserver.app import build
from mockserver.sandbox.fixtures import load as fixtures
from mockserver.sandbox.fixtures.merge import BadFixture
from mockserver.settings import Settings


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("a.json", '{\n "ges": {\n  "jobs": [,]\n }\n}', 3, "mend the JSON"),
        ("a.json", '{\n "gas": {}\n}', 1, "gas"),
        ("a.json", "[]", 1, "keys are the APIs"),
        ("a.json", '{\n "ges": {\n  "jobs": [\n   {"id": "1", "state": 7}\n  ]\n }\n}', 4, "7"),
        ("a.json", '{\n "ges": {\n  "settings": {\n   "edition": "gold"\n  }\n }\n}', 4, "memory"),
        ("a.json", '{\n "ges": {\n  "settings": {\n   "nonsense": 1\n  }\n }\n}', 4, "nonsense"),
        ("a.yaml", "ges:\n  jobs:\n    - id: [\n", 4, "mend the YAML"),
        ("a.yaml", "ges:\n  jobs:\n    - id: '1'\n      state: 7\n", 4, "7"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_remedy(
    tmp_path: Path, name: str, text: str, line: int, says: str
) -> None:
    file = write(tmp_path, name, text)
    with pytest.raises(BadFixture) as caught:
        fixtures.load([file], APIS)
    message = str(caught.value)
    assert message.startswith(f"{file}:{line}")
    assert says in message
    assert "\n" not in message


def test_missing_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadFixture, match=r"nowhere\.json: .*name a fixture"):
        fixtures.load([tmp_path / "nowhere.json"], APIS)
    with pytest.raises(BadFixture, match="no fixture in this folder"):
        fixtures.load([tmp_path], APIS)
    binary = tmp_path / "b.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFixture, match="UTF-8"):
        fixtures.load([binary], APIS)


async def test_a_job_that_cannot_be_followed_is_named_in_the_document_it_came_from(tmp_path: Path) -> None:
    graphs = '{"ges": {"graphs": [{"name": "movie", "id": "g", "project_id": "p"}],'
    job = '\n "jobs": [\n  {"id": "%s", "graph": "movie", "kind": "query-vertices", "state": "%s"}]}}'
    one = write(tmp_path, "a.json", graphs + job % ("1", "running"))
    two = write(tmp_path, "b.json", '{"ges": {' + job % ("2", "flying"))
    services = build(Settings(fixtures=(one, two)))
    with pytest.raises(BadFixture) as caught:
        await services.sandboxes.default.seed()
    assert str(caught.value).startswith(f"{two}:3")
    assert "running" in str(caught.value)


def test_two_jobs_of_one_id_are_refused(tmp_path: Path) -> None:
    job = '{"id": "1", "graph": "movie", "kind": "query-vertices"}'
    file = write(tmp_path, "a.json", '{"ges": {"jobs": [\n' + job + ",\n" + job + "\n]}}")
    with pytest.raises(BadFixture, match=":3: a second ges job '1'"):
        fixtures.load([file], APIS)


def test_documents_are_merged_settings_by_key_and_lists_one_after_the_other(tmp_path: Path) -> None:
    job = '{"id": "1", "graph": "movie", "kind": "query-vertices"}'
    write(tmp_path, "a.json", '{"ges": {"settings": {"edition": "persistent"}, "jobs": [' + job + "]}}")
    job = "{id: '2', graph: movie, kind: query-vertices}"
    write(tmp_path, "b.yaml", f"ges:\n  settings: {{edition: memory}}\n  jobs:\n    - {job}\n")
    section = fixtures.load([tmp_path], APIS).section("ges")
    assert section["settings"] == {"edition": "memory"}
    assert [job["id"] for job in section["jobs"]] == ["1", "2"]


async def test_the_default_fixtures_hold_a_job_in_every_state_of_every_api() -> None:
    services = build(Settings())
    box = services.sandboxes.default
    await box.seed()
    for api in services.apis:
        for kind, machine in api.machines.items():
            jobs, _ = await box.jobs.page(api.name, kind=kind)
            assert {job.state for job in jobs} == set(machine.by_name), f"{api.name} {kind}"


async def test_nothing_in_the_default_fixtures_moves_by_itself() -> None:
    """A test that turns the clock to the next change must meet its own job, not one of ours."""
    services = build(Settings())
    box = services.sandboxes.default
    await box.seed()
    assert await box.jobs.due() is None
