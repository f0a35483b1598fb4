"""The commands that talk to a running server, each against a real one."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from mockserver import MockServer
from mockserver.cli import main
from mockserver.client import Control

Run = Callable[..., Result]


@pytest.fixture
def run(control: Control) -> Run:
    """Run a command against the test's own sandbox."""

    def invoke(*words: str, stdin: str | None = None, server_wide: bool = False) -> Result:
        where = {"MOCKSERVER_URL": control.url if server_wide else f"{control.url}/~{control.name}"}
        return CliRunner().invoke(main, list(words), env=where, input=stdin)

    return invoke


@pytest.fixture
def out(run: Run) -> Callable[..., str]:
    """Run a command that must work; return what it printed."""

    def invoke(*words: str, **how: Any) -> str:
        done = run(*words, **how)
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        return done.stdout

    return invoke


@pytest.fixture
def data(out: Callable[..., str]) -> Callable[..., Any]:
    """Run a command with --json; return what it printed, decoded."""
    return lambda *words, **how: json.loads(out(*words, "--json", **how))


def test_a_job_is_added_shown_listed_and_deleted(out: Any, data: Any, run: Run) -> None:
    made = data("jobs", "add", "ges", "id=j7", "state=running", "graph=movie", "on_cancel=ignores")
    assert (made["id"], made["state"], made["held"]) == ("j7", "running", True)

    assert data("jobs", "show", "ges", "j7") == made
    shown = out("jobs", "show", "ges", "j7")
    assert ["state", "running"] in [line.split() for line in shown.splitlines()]
    assert "j7" in [job["id"] for job in data("jobs", "list", "--api", "ges", "--state", "RUNNING")]
    listed = next(line.split() for line in out("jobs", "list").splitlines() if " j7 " in line)
    assert listed[3:5] == ["running", "EXECUTING"]

    assert "forgotten" in out("jobs", "delete", "ges", "j7")
    assert run("jobs", "show", "ges", "j7").exit_code == 1


def test_a_job_is_added_from_json(data: Any) -> None:
    made = data("jobs", "add", "ges", '{"id": "12", "state": "pending", "graph": "movie"}', 'messages=["a", "b"]')

    assert (made["id"], made["state"]) == ("12", "pending")
    assert [one["text"] for one in made["messages"]] == ["a", "b"]
    assert data("jobs", "add", '{"api": "ges", "id": "13", "graph": "movie"}', "state=running")["state"] == "running"
    assert data("jobs", "add", "ges", '{"api": "ges", "id": "14", "graph": "movie"}')["id"] == "14"


def test_force_hold_and_release_follow_the_control_path(data: Any, out: Any) -> None:
    data("jobs", "add", "ges", "id=j7", "graph=movie", "state=pending")

    assert data("jobs", "force", "ges", "j7", "executing")["state"] == "running"
    assert data("jobs", "force", "ges", "j7", "running", "--no-hold")["held"] is False
    assert data("jobs", "hold", "ges", "j7")["held"] is True
    assert data("jobs", "release", "ges", "j7")["held"] is False
    history = data("jobs", "show", "ges", "j7")["history"]
    assert history[0]["cause"] == "control"
    assert "pending  running  control" in out("jobs", "show", "ges", "j7")


def test_show_waits_for_a_state(data: Any, run: Run) -> None:
    data("jobs", "add", "ges", "id=j7", "graph=movie", "state=running")

    assert data("jobs", "show", "ges", "j7", "--until", "EXECUTING")["state"] == "running"
    late = run("jobs", "show", "ges", "j7", "--until", "SUCCEEDED", "--timeout", "0.01")
    assert late.exit_code == 1
    assert "it is running" in late.stderr


def test_a_state_that_is_none_names_those_that_are(data: Any, run: Run) -> None:
    data("jobs", "add", "ges", "id=j7", "graph=movie", "state=running")

    wrong = run("jobs", "force", "ges", "j7", "flying")

    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("Error: ")
    assert wrong.stderr.count("\n") == 1
    assert "canceling" in wrong.stderr


def test_the_clock_is_advanced_and_says_what_came_due(data: Any, out: Any) -> None:
    plan = {"steps": [{"state": "running", "for": 10}], "end": "complete"}
    data("jobs", "add", "ges", "id=j7", "graph=movie", "state=running", "hold=false", f"plan={json.dumps(plan)}")

    moved = data("clock", "advance", "30")

    assert moved["now"] == "2026-01-02T12:00:30.000Z"
    assert [(one["id"], one["to"]) for one in moved["fired"] if one["id"] == "j7"] == [("j7", "complete")]
    assert out("clock", "show") == "2026-01-02T12:00:30.000Z  frozen\n"
    assert data("clock", "advance", "2m")["now"] == "2026-01-02T12:02:30.000Z"
    assert data("clock", "set", "2026-02-01")["now"] == "2026-02-01T00:00:00.000Z"
    assert data("clock", "resume")["frozen"] is False
    assert data("clock", "freeze")["frozen"] is True


def test_the_clock_goes_to_the_next_planned_change(data: Any) -> None:
    data("reset")
    plan = {"steps": [{"state": "running", "for": 86400}], "end": "complete"}
    data("jobs", "add", "ges", "id=j7", "graph=movie", "state=running", "hold=false", f"plan={json.dumps(plan)}")

    for _ in range(50):
        fired = data("clock", "advance", "--until-next")["fired"]
        if "j7" in [one["id"] for one in fired]:
            break

    assert data("jobs", "show", "ges", "j7")["state"] == "complete"


def test_requests_are_listed_shown_and_cleared(control: Control, data: Any, out: Any) -> None:
    address = f"{control.url}/~{control.name}/ges/v1.0/p/graphs/movie/jobs/none/status?token=s3cret"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(address)

    (record,) = data("requests", "list", "--api", "ges")

    assert record["status"] >= 400
    assert data("requests", "show", str(record["number"])) == record
    shown = out("requests", "show", str(record["number"]))
    assert "GET" in shown
    assert "s3cret" not in shown
    listed = out("requests", "list")
    assert str(record["status"]) in listed
    assert "no X-Auth-Token came" in listed
    assert out("requests", "list", "--format", "curl").startswith("curl ")
    assert data("requests", "list", "--format", "har")["log"]["entries"]
    assert data("requests", "clear") == {"cleared": True}
    assert out("requests", "list") == "no request fits\n"


FILTERS = (
    ("--api", "ges"),
    ("--operation", "ges.JobStatus"),
    ("--job", "j7"),
    ("--status", "404"),
    ("--response", "unfinished"),
    ("--told", "running"),
    ("--final",),
    ("--not-final",),
    ("--violations",),
    ("--since", "2"),
    ("--limit", "1"),
)


@pytest.fixture
def asked(control: Control) -> Control:
    """Five requests in the journal, of which each filter leaves some out."""
    control.add("ges", id="j7", graph="movie", state="running")
    control.add("ges", id="j8", graph="movie", state="success")
    base = f"{control.url}/~{control.name}"
    jobs = f"{base}/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs"
    paths = ("j7/status", "j8/status", "j8/status?limit=-1")
    for url in (*(f"{jobs}/{path}" for path in paths), f"{base}/arcgis/rest/info?f=json", f"{base}/webacs/api/v9"):
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(url, headers={"X-Auth-Token": "mock-token"}))
    return control


@pytest.mark.parametrize("words", FILTERS, ids=" ".join)
def test_a_filter_holds_in_each_format(asked: Control, data: Any, out: Any, words: tuple[str, ...]) -> None:
    listed = [one["path"].partition("?")[0] for one in reversed(data("requests", "list", *words))]
    exported = data("requests", "list", *words, "--format", "har")["log"]["entries"]
    lines = out("requests", "list", *words, "--format", "curl").splitlines()

    assert 0 < len(listed) < 5
    assert [urlsplit(one["request"]["url"]).path for one in exported] == listed
    assert [path in line for path, line in zip(listed, lines, strict=True)] == [True] * len(listed)


def test_an_export_has_all_there_is(control: Control, data: Any) -> None:
    for _ in range(101):
        urllib.request.urlopen(f"{control.url}/~{control.name}/arcgis/rest/info?f=json")

    assert len(data("requests", "list")) == 100
    assert len(data("requests", "list", "--format", "har")["log"]["entries"]) == 101


def test_faults_are_armed_listed_and_disarmed(data: Any, out: Any) -> None:
    armed = data("faults", "add", "--operation", "ges.JobStatus", "--status", "503", "--delay", "10ms", "--times", "2")
    assert (armed["match"], armed["effect"]) == ({"operation": "ges.JobStatus"}, {"status": 503, "delay": "10ms"})
    other = data("faults", "add", '{"match": {"api": "ges"}, "effect": {"connection": "reset"}}', "--after", "1")

    assert [one["id"] for one in data("faults", "list", "--unused")] == [armed["id"], other["id"]]
    assert "503" in out("faults", "list")
    assert "disarmed" in out("faults", "remove", armed["id"])
    assert [one["id"] for one in data("faults", "list")] == [other["id"]]
    assert "disarmed" in out("faults", "remove", "--all")
    assert out("faults", "list") == "no fault is armed\n"
    assert "ges" in out("faults", "catalogue")


def test_verify_ends_with_0_or_1(control: Control, out: Any, run: Run) -> None:
    control.add("ges", id="j7", graph="movie", state="running")
    graph = f"{control.url}/~{control.name}/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
    request = urllib.request.Request(f"{graph}/jobs/j7", method="DELETE", headers={"X-Auth-Token": "mock-token"})
    urllib.request.urlopen(request).close()

    assert out("requests", "verify", "--operation", "ges.CancelJob", "--job", "j7", "--count", "1") == "verified\n"
    assert out("requests", "verify", "--no-violations") == "verified\n"
    assert out("requests", "verify", "-", stdin='{"match": {"job": "j7"}, "count": {"atLeast": 1}}') == "verified\n"
    failed = run("requests", "verify", "--operation", "ges.CancelJob", "--at-least", "2")
    assert failed.exit_code == 1
    assert "ges.CancelJob" in failed.stderr
    as_json = run("requests", "verify", "--job", "j8", "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["error"]["code"] == "not-verified"


def test_verify_sees_what_the_client_was_told_and_did_after_that(
    control: Control, out: Any, run: Run, data: Any
) -> None:
    control.add("ges", id="j7", graph="movie", state="success")
    address = f"{control.url}/~{control.name}/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/j7/status"
    for _ in range(2):
        urllib.request.urlopen(urllib.request.Request(address, headers={"X-Auth-Token": "mock-token"})).close()

    assert out("requests", "verify", "--told", "SUCCEEDED", "--count", "2") == "verified\n"
    assert out("requests", "verify", "--not-final", "--count", "0") == "verified\n"
    assert out("requests", "verify", "--final", "--since", "1", "--count", "1") == "verified\n"
    polled_on = run("requests", "verify", "--job", "j7", "--after", '{"job": "j7", "final": true}', "--count", "0")
    assert (polled_on.exit_code, "found 1" in polled_on.stderr) == (1, True)
    assert len(data("requests", "list", "--final", "--told", "success")) == 2
    assert data("requests", "list", "--not-final") == []
    misspelt = run("requests", "verify", "--operation", "ges.JobStatsu", "--count", "0")
    assert (misspelt.exit_code, "did you mean 'ges.JobStatus'?" in misspelt.stderr) == (2, True)


def test_reset_says_what_it_did(data: Any, out: Any) -> None:
    data("jobs", "add", "ges", "id=j7", "graph=movie", "state=running")

    assert data("reset", "--keep", "clock")["kept"] == ["clock"]
    assert "jobs removed" in out("reset")


def test_sandboxes_are_created_listed_and_deleted(data: Any, out: Any, tmp_path: Any) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"ges": {"jobs": []}}')

    submits = tmp_path / "submits.json"
    submits.write_text('{"ges": {"plan": "fails"}}')

    given = ("--ttl", "60", "--fixtures", str(seed), "--submits", str(submits))
    made = data("sandboxes", "create", "cli-1", *given, server_wide=True)

    assert made["name"] == "cli-1"
    assert made["submits"] == {"ges": {"plan": "fails"}}
    assert "cli-1" in out("sandboxes", "list", server_wide=True)
    assert data("jobs", "list", "--sandbox", "cli-1", server_wide=True) == []
    assert "cli-1" in [one["name"] for one in data("sandboxes", "list", server_wide=True)]
    assert "gone" in out("sandboxes", "delete", "cli-1", server_wide=True)


@pytest.mark.parametrize(
    "words",
    [
        ["jobs", "force", "ges", "j7"],
        ["jobs", "add", "ges", "running"],
        ["jobs", "add", "ges", "{"],
        ["jobs", "add", '{"graph": "movie"}'],
        ["clock", "advance"],
        ["clock", "advance", "30", "--until-next"],
        ["clock", "advance", "soon"],
        ["faults", "add"],
        ["faults", "add", "[]"],
        ["faults", "remove"],
        ["requests", "verify"],
        ["requests", "verify", "--count", "1", "--at-least", "1", "--job", "7"],
        ["reset", "--keep", "everything"],
        ["nope"],
        ["clock", "show", "--url", "localhost"],
    ],
)
def test_a_mistake_is_one_line_and_exit_2(run: Run, words: list[str]) -> None:
    done = run(*words)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


def test_no_server_says_how_to_start_one() -> None:
    done = CliRunner().invoke(main, ["jobs", "list", "--url", "http://127.0.0.1:1"])

    assert done.exit_code == 1
    assert "start one with `mockserver serve`" in done.stderr


def test_the_token_is_asked_for_and_given() -> None:
    with MockServer(control_token="s3cret") as server:
        refused = CliRunner().invoke(main, ["clock", "show", "--url", server.url])
        given = CliRunner().invoke(main, ["clock", "show", "--url", server.url, "--token", "s3cret"])

    assert refused.exit_code == 1
    assert "token" in refused.stderr
    assert given.exit_code == 0
