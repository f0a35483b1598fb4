"""The page *Add an API* is built: its blocks become a fifth API in a copy of the project, which is then driven.

A block with a title is the file of that name; a block of language `diff` is applied to the file of that name. Nothing of
the API stands here: only what a user of it does, through the shipped server, the control API and the plugin.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mockserver.api.error_table import REQUIRED
from mockserver.client import Control, ControlError, NotVerified
from mockserver.testing import Sandbox, Server

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-an-api.md"
API = "printer"
PATIENCE = 120
"""Seconds; far more than anything here takes, so that a hang is an error and not a hang."""

SUITES = ("apis/test_machines.py", "contracts/test_shared_clauses.py")
"""What the suite asks of every API, whichever it is."""

_BLOCK = re.compile(r'^```(?P<language>\w+) title="(?P<file>[^"]+)"\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)
_ANY_BLOCK = re.compile(r"^```\w", re.MULTILINE)
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")


class Block(NamedTuple):
    language: str
    file: str
    text: str


def blocks() -> list[Block]:
    return [Block(**found.groupdict()) for found in _BLOCK.finditer(PAGE.read_text("utf-8"))]


def patched(text: str, diff: str) -> str:
    """Apply a diff of one hunk without line numbers: what it takes away must stand there once."""
    lines = [line or " " for line in diff.splitlines()]
    old = "\n".join(line[1:] for line in lines if line[0] != "+")
    assert text.count(old) == 1, f"not there, or not once:\n{old}"
    return text.replace(old, "\n".join(line[1:] for line in lines if line[0] != "-"))


def environ_of(checkout: Path) -> dict[str, str]:
    """Let the checkout's modules win, and keep compiled ones there: several processes load them.

    The project's own folder comes last: what its tests are driven with is found there.
    """
    strangers = ("MOCKSERVER_", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(strangers)}
    path = os.pathsep.join(map(str, (checkout, checkout / "docs", ROOT)))
    # Other plugins of this machine only cost time: seconds for each run.
    return {**clean, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(checkout: Path, *words: str) -> str:
    """Run Python in the checkout; return what it printed."""
    command = [sys.executable, *words]
    done = subprocess.run(
        command, cwd=checkout, env=environ_of(checkout), check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the page's API in it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("mockserver", "contracts", "fixtures"):
        shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
    shutil.copytree(ROOT / "docs" / "generate", folder / "docs" / "generate", ignore=_LEFT_OUT)
    for block in blocks():
        file = folder / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        if block.language == "diff":
            file.write_text(patched(file.read_text("utf-8"), block.text), "utf-8")
        else:
            assert not file.exists(), f"{block.file} is there already"
            file.write_text(block.text, "utf-8")
    run(folder, "-m", "generate.fixture_schemas", "fixtures")
    return folder


@pytest.fixture(scope="module")
def server(checkout: Path) -> Iterator[Server]:
    """`mockserver serve` of the checkout, as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--strict", "--clock", "frozen", "--json"],
        cwd=checkout,
        env=environ_of(checkout),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None and process.stderr is not None
        text = ""
        for line in iter(process.stdout.readline, ""):
            text += line
            if line.endswith("}\n"):
                break
        else:
            pytest.fail(f"it ended\n{text}\n{process.stderr.read()}")
        found = json.loads(text)
        yield Server(url=found["url"], control=Control(found["control_url"]))
    finally:
        watchdog.cancel()
        process.terminate()
        process.communicate()


@pytest.fixture
def sandbox(server: Server) -> Iterator[Sandbox]:
    record = server.control.create_sandbox()
    yield Sandbox(server, record)
    server.control.delete_sandbox(record.name)


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(sandbox: Sandbox, method: str, path: str, body: bytes | None = None, key: str = "key-of-ann") -> Answer:
    """Ask the print service as a client does."""
    headers = {"X-Printer-Key": key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{sandbox.url}/printer/v1{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def submit(sandbox: Sandbox) -> str:
    answer = ask(sandbox, "POST", "/jobs", b'{"document": "thesis.pdf"}')
    assert answer.status == 201, answer
    job_id: str = answer.json["id"]
    return job_id


# --- the page -----------------------------------------------------------------------------------------


def test_every_block_of_the_page_is_a_file_of_the_api() -> None:
    assert len(blocks()) == len(_ANY_BLOCK.findall(PAGE.read_text("utf-8")))


def test_the_page_names_the_files_that_every_api_has() -> None:
    here = {Path(block.file).relative_to(f"mockserver/apis/{API}").parts[0] for block in blocks() if f"/{API}/" in block.file
            and block.file.startswith("mockserver/")}  # fmt: skip
    folders = [path for path in (ROOT / "mockserver" / "apis").iterdir() if (path / "machine.py").exists()]
    in_each = set.intersection(*({path.name for path in folder.iterdir()} for folder in folders))

    # An API can do without those that only `verify`, `check-traffic` and the console need, need not be imported in two
    # steps, and may have no list that is asked for by the page; the page says so in words.
    optional = {"answers.py", "walk.py", "calls.py", "beginning.py", "whole.py", "listings.py"}
    assert all(f"`{name}`" in PAGE.read_text("utf-8") for name in optional)
    assert in_each - {"__pycache__", "templates"} - optional <= here
    table = set(re.findall(r"^\| `([\w./]+?)/?` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert table == here


# --- the checkout -------------------------------------------------------------------------------------


def test_its_own_tests_pass_with_the_plugin_and_so_do_those_of_all_apis(checkout: Path) -> None:
    for name in SUITES:
        (checkout / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, checkout / "tests" / name)
    chosen = ["-k", API, "-W", "ignore"]
    plugin = ["-p", "mockserver.testing.pytest_plugin", "-p", "no:cacheprovider"]
    printed = run(checkout, "-m", "pytest", "-q", "-rA", *plugin, *chosen, "tests")
    passed = [line.split("/", 1)[1] for line in printed.splitlines() if line.startswith("PASSED ")]
    each = {name: sum(name in line for line in passed) for name in (*SUITES, f"apis/{API}/test_{API}.py")}
    assert (each.pop(f"apis/{API}/test_{API}.py"), min(each.values()) > 0) == (4, True), each


def test_its_examples_match(checkout: Path) -> None:
    only = checkout / "only" / "contracts"
    shutil.copytree(checkout / "contracts" / API, only / API)
    shutil.copy(checkout / "contracts" / "contract.schema.json", only)
    printed = json.loads(run(checkout, "-m", "mockserver", "contracts", "check", str(only), "--json"))
    assert (printed["ok"], printed["contracts"], printed["examples"]) == (True, 4, 6)


def test_the_reference_describes_it(checkout: Path) -> None:
    pages = checkout / "reference"
    run(checkout, "-m", "generate", str(pages))
    for page, said in (("states.md", "JAMMED"), ("settings.md", "print_time"), ("faults.md", "out-of-paper")):
        assert said in (pages / page).read_text("utf-8")


def test_its_error_table_is_complete(checkout: Path) -> None:
    code = "from mockserver.apis.printer.errors import ERRORS; print(*(kind.__name__ for kind in ERRORS.rows))"
    assert {kind.__name__ for kind in REQUIRED} <= set(run(checkout, "-c", code).split())


# --- the server ---------------------------------------------------------------------------------------


def test_the_control_api_knows_it(server: Server) -> None:
    shown = server.control.api(API)
    assert [row["name"] for row in shown["operations"]] == [
        f"{API}.{name}" for name in ("CreateJob", "ShowJob", "StopJob", "ListTrays")
    ]
    assert set(shown["settings"]) == {"unknown_job", "print_time"}
    contracts = [row["operation"] for row in server.control.contracts()]
    assert sorted(one for one in contracts if one.startswith(API)) == sorted(row["name"] for row in shown["operations"])
    assert "/printer/v1/jobs/{job_id}" in server.control.openapi(API)["paths"]


def test_its_fixtures_are_there_one_in_each_state(sandbox: Sandbox) -> None:
    jobs = {job.id: job.state for job in sandbox.control.jobs(API)}
    assert jobs == {word.lower(): word for word in jobs.values()}
    assert len(jobs) == 6


def test_a_job_goes_its_way_by_the_clock(sandbox: Sandbox) -> None:
    job_id = submit(sandbox)
    assert sandbox.printer.show(job_id).state == "QUEUED"  # type: ignore[attr-defined]
    assert [move["to"] for move in sandbox.clock.advance(1)["fired"]] == ["PRINTING"]
    sandbox.clock.advance(2)
    assert ask(sandbox, "GET", f"/jobs/{job_id}").json["state"] == "PRINTED"


def test_a_setting_changes_what_it_says(sandbox: Sandbox) -> None:
    assert ask(sandbox, "GET", "/jobs/none").status == 404
    sandbox.control.change_settings(API, {"unknown_job": 410, "print_time": "1m"})
    assert ask(sandbox, "GET", "/jobs/none").status == 410
    job_id = submit(sandbox)
    sandbox.clock.advance(60)
    assert ask(sandbox, "GET", f"/jobs/{job_id}").json["state"] == "PRINTING"
    with pytest.raises(ControlError, match="takes one of 404, 410"):
        sandbox.control.change_settings(API, {"unknown_job": 500})


def test_a_misspelt_field_of_a_job_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ControlError, match="did you mean 'copies'"):
        sandbox.control.add(API, copies_=2)


@pytest.mark.parametrize("word", ["JAMMED", "failed"])
def test_a_state_is_forced_by_its_word_or_phase(sandbox: Sandbox, word: str) -> None:
    job_id = submit(sandbox)
    sandbox.control.force(API, job_id, word, error="a staple")
    assert ask(sandbox, "GET", f"/jobs/{job_id}").json["reason"] == "a staple"
    assert ask(sandbox, "POST", f"/jobs/{job_id}/stop").status == 409


def test_a_forced_state_is_held_until_it_is_released(sandbox: Sandbox) -> None:
    job_id = submit(sandbox)
    sandbox.control.force(API, job_id, "PRINTING")
    sandbox.clock.advance(3600)
    assert sandbox.control.job(API, job_id).state == "PRINTING"
    sandbox.control.release(API, job_id)
    sandbox.clock.advance(2)
    assert sandbox.control.job(API, job_id).state == "PRINTED"


def test_a_scenario_and_a_cancel_mode_are_followed(sandbox: Sandbox) -> None:
    stubborn = sandbox.control.add(API, scenario="cannot-be-stopped")
    sandbox.clock.advance(1)
    assert ask(sandbox, "POST", f"/jobs/{stubborn.id}/stop").json["state"] == "STOPPING"
    sandbox.clock.advance(2)
    assert ask(sandbox, "GET", f"/jobs/{stubborn.id}").json["state"] == "PRINTED"


def test_a_plan_can_count_looks(sandbox: Sandbox) -> None:
    job = sandbox.control.add(API, plan={"looks": 2})
    assert [ask(sandbox, "GET", f"/jobs/{job.id}").json["state"] for _ in range(4)] == [
        "QUEUED", "PRINTING", "PRINTING", "PRINTED",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "status", "code"),
    [
        ("GET", "/jobs/printed", None, "wrong", 401, "KEY"),
        ("DELETE", "/jobs/printed", None, "key-of-ann", 405, "METHOD"),
        ("GET", "/nowhere", None, "key-of-ann", 404, "NO_PAGE"),
        ("POST", "/jobs", b"{oh", "key-of-ann", 400, "BAD_REQUEST"),
        ("POST", "/jobs", b'{"copies": 1}', "key-of-ann", 400, "BAD_REQUEST"),
    ],
)
def test_what_goes_wrong_is_answered_in_its_own_words(
    sandbox: Sandbox, method: str, path: str, body: bytes | None, key: str, status: int, code: str
) -> None:
    answer = ask(sandbox, method, path, body, key)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/vnd.acme.print+json"


def test_a_refusal_has_a_hint(sandbox: Sandbox) -> None:
    assert (
        ask(sandbox, "GET", "/jobs/printed", None, "wrong")
        .headers["X-Mockserver-Hint"]
        .startswith("send X-Printer-Key")
    )


def test_what_is_not_faked_says_so(sandbox: Sandbox) -> None:
    answer = ask(sandbox, "GET", "/trays")
    assert (answer.status, answer.json["error"]["operation"]) == (501, "printer.ListTrays")


@pytest.mark.parametrize("effect", [{"named": "out-of-paper"}, {"status": 503}])
def test_a_fault_acts_on_the_job_it_is_meant_for(sandbox: Sandbox, effect: dict[str, Any]) -> None:
    sandbox.faults.add(effect, {"operation": "printer.ShowJob", "job": "queued"})
    assert ask(sandbox, "GET", "/jobs/printing").status == 200
    assert ask(sandbox, "GET", "/jobs/queued").status == 503
    assert [fault.hits for fault in sandbox.faults.list()] == [1]
    # A failure of the API's own is a clause of its contracts.
    assert [one["response"] for one in sandbox.requests()] == ["job", "out_of_paper" if "named" in effect else None]


def test_a_garbled_answer_and_a_fault_that_cannot_be(sandbox: Sandbox) -> None:
    sandbox.faults.add({"garble": "truncate"}, {"api": API}, times=1)
    with pytest.raises(json.JSONDecodeError):
        _ = ask(sandbox, "GET", "/jobs/queued").json
    with pytest.raises(ControlError, match="no fault 'out-of-ink' of printer"):
        sandbox.faults.add({"named": "out-of-ink"}, {"api": API})


def test_the_journal_tells_what_was_asked_and_hides_the_key(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", "/jobs/printing/stop")
    ask(sandbox, "POST", "/jobs", b"{}")
    stopped, refused = sandbox.requests()
    assert (stopped.operation, stopped.job, stopped["response"]) == ("printer.StopJob", "printing", "stopped")
    assert [(move["from"], move["to"]) for move in stopped["state_change"]] == [("PRINTING", "STOPPING")]
    assert [one["side"] for one in refused["violations"]] == ["client"]
    assert "key-of-ann" not in json.dumps([dict(one) for one in sandbox.requests()])
    assert "key-of-ann" not in sandbox.control.export("curl") + json.dumps(sandbox.control.export("har"))


def test_what_a_client_did_can_be_verified(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", "/jobs/printing/stop")
    assert sandbox.verify({"operation": "printer.StopJob", "job": "printing"}, count=1)["count"] == 1
    with pytest.raises(NotVerified, match="printer.ShowJob"):
        sandbox.verify({"operation": "printer.ShowJob"})
    covered = sandbox.control.coverage()
    assert covered["operations"]["printer.StopJob"]["responses"]["stopped"] == 1


def test_a_sandbox_begins_anew(sandbox: Sandbox) -> None:
    kept = sandbox.control.snapshot()
    job_id = submit(sandbox)
    sandbox.control.restore(kept)
    assert ask(sandbox, "GET", f"/jobs/{job_id}").status == 404
    sandbox.control.delete(API, "queued")
    sandbox.control.reset()
    assert sandbox.control.job(API, "queued").state == "QUEUED"
