"""The pytest plugin as a user of it meets it: test files run by a pytest of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mockserver import MockServer
from mockserver.client import Control

from .conftest import Inside

POLL = """
import json, urllib.error, urllib.request

def ask(sandbox, path, method="GET", headers={"X-Auth-Token": "mock-token"}):
    request = urllib.request.Request(sandbox.url + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()

PROJECT = "0123456789abcdef0123456789abcdef"

def status(sandbox, job):
    code, body = ask(sandbox, f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/{job}/status")
    return code if code != 200 else json.loads(body)["status"]
"""


def test_a_test_gets_a_sandbox_and_forces_a_job(inside: Inside) -> None:
    done = inside(
        POLL
        + """
def test_the_client_sees_the_forced_state(sandbox):
    job = sandbox.ges.job(graph="movie", state="running")
    assert status(sandbox, job.id) == "running"
    sandbox.ges.force(job.id, "pending")
    assert status(sandbox, job.id) == "pending"
    seen = sandbox.ges.requests(operation="ges.JobStatus")
    assert [request.job for request in seen] == [job.id, job.id]
    assert sandbox.name in repr(sandbox)

def test_the_clock_moves_a_job(sandbox):
    sandbox.clock.freeze()
    plan = {"steps": [{"state": "running", "for": "10s"}], "end": "complete"}
    job = sandbox.ges.job(graph="movie", plan=plan)
    sandbox.clock.advance(9)
    assert status(sandbox, job.id) == "running"
    sandbox.clock.advance(1)
    assert status(sandbox, job.id) == "complete"
    sandbox.clock.resume()
    assert sandbox.ges.wait(job.id, "SUCCEEDED").state == "complete"
"""
    )

    done.assert_outcomes(passed=2)


def test_sandboxes_do_not_see_each_other(inside: Inside) -> None:
    done = inside(
        """
import pytest

@pytest.mark.parametrize("n", range(20))
def test_each_has_its_own(sandbox, n):
    sandbox.ges.job(id="mine", graph="movie", state="running", owner=None)
    assert len(sandbox.requests()) == 0
    assert [job.id for job in sandbox.control.jobs("ges")].count("mine") == 1
"""
    )

    done.assert_outcomes(passed=20)


def test_it_works_under_xdist(inside: Inside) -> None:
    done = inside(
        POLL
        + """
import pytest

@pytest.mark.parametrize("n", range(8))
def test_in_parallel(sandbox, n):
    job = sandbox.ges.job(id="same", graph="movie", state="running")
    sandbox.ges.force("same", "SUCCEEDED" if n % 2 else "SUBMITTED")
    assert status(sandbox, "same") in (("success", "complete") if n % 2 else ("pending",))
""",
        "-n2",
    )

    done.assert_outcomes(passed=8)


def test_it_works_against_a_running_server_under_xdist(inside: Inside) -> None:
    with MockServer() as server:
        done = inside(
            POLL
            + f"""
import pytest

@pytest.mark.parametrize("n", range(8))
def test_over_there(sandbox, mockserver, n):
    assert mockserver.url == {server.url!r}
    job = sandbox.ges.job(id="same", graph="movie", state="running")
    assert status(sandbox, "same") == "running"
""",
            "-n2",
            "--mockserver-url",
            server.url,
        )
        left = Control(server.url).sandboxes()

    done.assert_outcomes(passed=8)
    assert [sandbox.name for sandbox in left] == ["default"]


def test_the_environment_names_the_server_too(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    with MockServer(control_token="s3cret") as server:
        monkeypatch.setenv("MOCKSERVER_URL", server.control_url)
        monkeypatch.setenv("MOCKSERVER_CONTROL_TOKEN", "s3cret")
        done = inside(f"def test_it(mockserver): assert mockserver.url == {server.url!r}")

    done.assert_outcomes(passed=1)


def test_a_server_that_is_not_there_is_named(inside: Inside) -> None:
    done = inside("def test_it(sandbox): pass", "--mockserver-url", "http://127.0.0.1:1")

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*no server answers at http://127.0.0.1:1*"])


BREACH = (
    POLL
    + """
import pytest

def breach(sandbox):
    ask(sandbox, f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/x/status?limit=many")
"""
)


def test_a_client_that_breaks_the_contract_fails_the_test(inside: Inside) -> None:
    done = inside(BREACH + "def test_it(sandbox): breach(sandbox)")

    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*the client broke the contract of ges.JobStatus in request 1 (GET *limit*"])


def test_the_marker_allows_violations(inside: Inside) -> None:
    done = inside(
        BREACH
        + """
@pytest.mark.mockserver(allow_violations=True)
def test_it(sandbox): breach(sandbox)

@pytest.mark.mockserver(allow_violations=True)
class TestAll:
    def test_it(self, sandbox): breach(sandbox)

    @pytest.mark.mockserver(allow_violations=False)
    def test_the_nearest_marker_wins(self, sandbox): breach(sandbox)
"""
    )

    done.assert_outcomes(passed=3, errors=1)
    done.stdout.fnmatch_lines(["*ERROR at teardown of TestAll.test_the_nearest_marker_wins*"])


def test_a_marker_that_asks_for_what_there_is_not_is_refused(inside: Inside) -> None:
    done = inside(
        """
import pytest

@pytest.mark.mockserver(allow_voilations=True)
def test_it(sandbox): pass
"""
    )

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*the marker mockserver has no 'allow_voilations'; it takes allow_violations*"])


def test_a_fault_that_never_fired_fails_the_test(inside: Inside) -> None:
    done = inside(
        POLL
        + """
import pytest

def arm(sandbox):
    return sandbox.faults.add({"status": 503}, {"api": "ges", "operation": "ges.JobStatus"}, times=1)

def test_unused(sandbox):
    arm(sandbox)

def test_used(sandbox):
    arm(sandbox)
    assert status(sandbox, "x") == 503

@pytest.mark.mockserver(allow_unused_faults=True)
def test_allowed(sandbox):
    arm(sandbox)

def test_whole_document(sandbox):
    fault = sandbox.faults.add({"match": {"api": "ges"}, "effect": {"status": 503}})
    sandbox.faults.remove(fault.id)
"""
    )

    done.assert_outcomes(passed=4, errors=1)
    done.stdout.fnmatch_lines(["*ERROR at teardown of test_unused*", "*never fired*ges.JobStatus*tested nothing*"])


def test_a_forced_state_that_no_client_saw_fails_the_test_that_asks(inside: Inside) -> None:
    done = inside(
        POLL
        + """
import pytest

def force(sandbox):
    job = sandbox.ges.job(graph="movie", state="running")
    sandbox.ges.force(job.id, "canceling")
    return job.id

@pytest.mark.mockserver(forced_states_seen=True)
def test_unseen(sandbox):
    force(sandbox)

@pytest.mark.mockserver(forced_states_seen=True)
def test_seen(sandbox):
    status(sandbox, force(sandbox))

def test_not_asked(sandbox):
    force(sandbox)
"""
    )

    done.assert_outcomes(passed=3, errors=1)
    done.stdout.fnmatch_lines(["*ERROR at teardown of test_unseen*", "*in the forced state canceling*"])


def test_a_sandbox_may_have_its_own_port_and_fixtures(inside: Inside) -> None:
    done = inside(
        POLL
        + """
import pytest

SEED = {"ges": {"accounts": [], "graphs": [], "jobs": []}}

@pytest.mark.mockserver(port=True)
def test_port(sandbox, mockserver):
    assert "~" not in sandbox.url
    assert sandbox.url != mockserver.url
    assert sandbox.ges.url.startswith(sandbox.url + "/")
    assert sandbox.ges.tls_url.startswith("https://")
    job = sandbox.ges.job(graph="movie", state="running")
    assert status(sandbox, job.id) == "running"

@pytest.mark.mockserver(fixtures=[SEED])
def test_fixtures(sandbox):
    assert sandbox.control.jobs("ges") == []
"""
    )

    done.assert_outcomes(passed=2)


def test_settings_of_the_server_come_from_a_fixture(inside: Inside, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
import pytest

@pytest.fixture(scope="session")
def mockserver_settings():
    return {"clock": "2026-01-02T12:00:00Z", "seed": 7}
"""
    )

    done = inside(
        """
def test_it(sandbox, mockserver):
    assert sandbox.clock.now == "2026-01-02T12:00:00.000Z"
    assert mockserver.control.health().seed == 7
    assert mockserver.tls_url.startswith("https://")
    assert mockserver.ca_pem.startswith(b"-----BEGIN CERTIFICATE")
"""
    )

    done.assert_outcomes(passed=1)


def test_the_plugin_loads_nothing_until_it_is_used() -> None:
    code = (
        "import sys, mockserver.testing.pytest_plugin\n"
        "loaded = {name for name in sys.modules if name.startswith('mockserver.')} - {'mockserver.testing', 'mockserver.testing.pytest_plugin'}\n"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
