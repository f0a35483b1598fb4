"""Test files that `test_plugin.py` has a pytest of its own run: what a user of the plugin writes."""

from __future__ import annotations

POLL = """
import json, urllib.error, urllib.request

def ask(sandbox, path, method="GET", headers={"X-Auth-Token": "mock-token"}):
    request = urllib.request.Request(sandbox.url + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()

PROJECT = "0123456789abcdef0123456789abcdef"

def status(sandbox, job):
    code, body = ask(sandbox, f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/{job}/status")
    return code if code != 200 else json.loads(body)["status"]
"""

BREACH = (
    POLL
    + """
import pytest

def breach(sandbox):
    ask(sandbox, f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/x/status?limit=many")
"""
)

FILES = {
    "forces": POLL
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
""",
    "isolation": """
import pytest

@pytest.mark.parametrize("n", range(20))
def test_each_has_its_own(sandbox, n):
    sandbox.ges.job(id="mine", graph="movie", state="running", owner=None)
    assert len(sandbox.requests()) == 0
    assert [job.id for job in sandbox.control.jobs("ges")].count("mine") == 1
""",
    "breach": BREACH + "def test_it(sandbox): breach(sandbox)",
    "expected_breach": BREACH
    + """
@pytest.mark.xfail(strict=True)
def test_it(sandbox): breach(sandbox)
""",
    "late_breach": BREACH
    + """
@pytest.fixture
def parting(sandbox):
    yield
    breach(sandbox)

def test_it(parting): pass
""",
    "left_job": POLL
    + """
import pytest

pytestmark = pytest.mark.mockserver(jobs_seen_to_the_end=True)

def test_left(sandbox):
    assert status(sandbox, sandbox.ges.job(graph="movie", state="running").id) == "running"

def test_seen(sandbox):
    job = sandbox.ges.job(graph="movie", state="running")
    assert status(sandbox, job.id) == "running"
    sandbox.ges.force(job.id, "success")
    assert status(sandbox, job.id) == "success"

def test_never_asked(sandbox):
    sandbox.ges.job(graph="movie", state="running")
""",
    "allowed_breach": BREACH
    + """
@pytest.mark.mockserver(allow_violations=True)
def test_it(sandbox): breach(sandbox)

@pytest.mark.mockserver(allow_violations=True)
class TestAll:
    def test_it(self, sandbox): breach(sandbox)

    @pytest.mark.mockserver(allow_violations=False)
    def test_the_nearest_marker_wins(self, sandbox): breach(sandbox)
""",
    "marker": """
import pytest

@pytest.mark.mockserver(allow_voilations=True)
def test_it(sandbox): pass
""",
    "unused_fault": POLL
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
""",
    "unseen_state": POLL
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
""",
    "scenarios": POLL
    + """
import pytest

def submit(sandbox, task):
    url = f"{sandbox.ges.url}/{PROJECT}/graphs/movie/action?action_id=execute-algorithm"
    body = json.dumps({"algorithmName": task, "parameters": {}}).encode()
    headers = {"X-Auth-Token": "mock-token", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as response:
        return json.loads(response.read())["jobId"]

def told(sandbox, job):
    found = [status(sandbox, job)]
    while found[-1] in ("pending", "waiting", "running"):
        found.append(status(sandbox, job))
    return found

SOME = ("succeeds", "fails", "cancelled-by-someone", "unknown-state")

@pytest.mark.mockserver_scenarios("ges", *SOME)
def test_some(scenario, sandbox):
    assert scenario.sandbox is sandbox
    assert scenario.api is sandbox.ges
    assert scenario.task == "pagerank"
    states = told(sandbox, submit(sandbox, scenario.task))
    assert (states[-1] in ("success", "complete")) is scenario.succeeds
    assert ("waiting" in states) is (scenario.name == "unknown-state")
    assert told(sandbox, scenario.job) == states
    assert "ges" in repr(scenario)

@pytest.mark.mockserver_scenarios("ges", cancels=True)
def test_sandbox_alone_will_do(sandbox):
    job = submit(sandbox, "pagerank")
    status(sandbox, job)
    assert ask(sandbox, f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/{job}", method="DELETE")[0] == 200

@pytest.mark.mockserver_scenarios("ges", "results-late")
@pytest.mark.parametrize("n", range(2))
def test_time_passes(scenario, sandbox, n):
    before = sandbox.clock.now
    job = submit(sandbox, scenario.task)
    assert told(sandbox, job)[-1] == "complete"
    assert sandbox.clock.now > before
    assert scenario.succeeds is None

@pytest.mark.mockserver_scenarios("ges", "succeeds")
class TestAll:
    @pytest.mark.mockserver_scenarios("ges", "fails")
    def test_the_nearest_marker_wins(self, scenario):
        assert scenario.name == "fails"
        known = scenario.environment
        assert known["MOCKSERVER_GES_URL"] == scenario.api.url
        assert (known["MOCKSERVER_SCENARIO"], known["MOCKSERVER_JOB"]) == ("fails", scenario.job)
        assert known["MOCKSERVER_ARCGIS_URL"] == scenario.sandbox.arcgis.url

@pytest.mark.mockserver_scenarios("ges", "busy-then-works")
def test_never_comes_to_it(scenario):
    submit(scenario.sandbox, scenario.task)

@pytest.mark.mockserver_scenarios("ges", "busy-then-works")
def test_a_fault_of_its_own(scenario):
    scenario.sandbox.faults.add({"status": 503}, {"operation": "ges.CancelJob"})
    job = submit(scenario.sandbox, scenario.task)
    assert [status(scenario.sandbox, job) for _ in range(3)] == ["running", 429, 429]

@pytest.mark.mockserver_scenarios("ges", "busy-then-works")
@pytest.mark.mockserver(allow_unused_faults=True, port=True)
def test_allowed(scenario):
    assert "~" not in scenario.api.url

def test_without_the_marker(scenario):
    pass
""",
    "port": POLL
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
""",
}
