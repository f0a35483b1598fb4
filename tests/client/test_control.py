"""Control against a real server: what the echo of `test_wire` cannot show."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.client import Control, ControlError, NotVerified

NOON = "2026-01-02T12:00:00Z"
GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, clock=NOON, tls_port=0) as server:
        yield server


@pytest.fixture
def control(server: MockServer) -> Iterator[Control]:
    made = Control(server.url).create_sandbox()
    yield Control(server.url, sandbox=made.name)
    Control(server.url).delete_sandbox(made.name)


def poll(control: Control, job: str) -> None:
    address = f"{control.url}/~{control.name}{GRAPH}/jobs/{job}/status"
    request = urllib.request.Request(address, headers={"X-Auth-Token": "mock-token"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_a_server_over_tls_is_trusted_by_its_ca(server: MockServer, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(Control(server.url).ca())
    assert server.tls_url is not None

    assert Control(server.tls_url, ca=file).health().status == "healthy"
    with pytest.raises(ControlError, match="certificate"):
        Control(server.tls_url).health()


def test_several_jobs_are_added_at_once_or_not_at_all(control: Control) -> None:
    added = control.add_all([{"api": "ges", "id": "a", "graph": "movie"}, {"api": "ges", "id": "b", "graph": "movie"}])
    assert [job.id for job in added] == ["a", "b"]

    with pytest.raises(ControlError) as caught:
        control.add_all([{"api": "ges", "id": "c", "graph": "movie"}, {"api": "ges", "id": "a", "graph": "movie"}])
    assert (caught.value.code, caught.value.status) == ("duplicate-job", 409)
    with pytest.raises(ControlError, match="no job 'c'"):
        control.job("ges", "c")


def test_waiting_returns_when_another_thread_moves_the_job(control: Control) -> None:
    job = control.add("ges", graph="movie", state="running")

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(control.wait, "ges", job.id, "SUCCEEDED", timeout=20)
        control.force("ges", job.id, "SUCCEEDED")

    assert waiting.result().phase == "SUCCEEDED"


def test_a_state_that_does_not_come_carries_the_record(control: Control) -> None:
    job = control.add("ges", graph="movie", state="running")

    with pytest.raises(ControlError) as caught:
        control.wait("ges", job.id, "SUCCEEDED", timeout=0)
    assert (caught.value.status, caught.value.body["record"]["state"]) == (408, "running")


def test_every_page_of_a_listing_is_read(control: Control) -> None:
    control.add_all({"api": "ges", "id": f"n{number}", "graph": "movie"} for number in range(250))

    ids = [job.id for job in control.jobs("ges")]

    assert len(set(ids)) == len(ids) >= 250
    assert len(control.jobs("ges", limit=3)) == 3
    assert len(control.jobs("ges", limit=120)) == 120


def test_faults_are_armed_hit_and_disarmed(control: Control) -> None:
    job = control.add("ges", graph="movie", state="running")
    fault = control.add_fault({"status": 503}, {"operation": "ges.JobStatus"}, times=1)
    assert [one.id for one in control.faults(unused=True)] == [fault.id]

    with pytest.raises(urllib.error.HTTPError, match="503"):
        poll(control, job.id)
    poll(control, job.id)

    assert control.fault(fault.id).hits == 1
    assert control.faults(unused=True) == []
    control.remove_fault(fault.id)
    assert control.faults() == []
    assert "ges" in str(control.fault_catalogue())


def test_verification_names_what_came_instead(control: Control) -> None:
    job = control.add("ges", graph="movie", state="running")
    poll(control, job.id)

    assert control.verify({"operation": "ges.JobStatus", "job": job.id}, count=1).verified is True
    assert control.verify(no_violations=True).verified is True
    with pytest.raises(NotVerified, match=r"ges\.JobStatus") as caught:
        control.verify({"operation": "ges.CancelJob", "job": job.id}, count=1)
    assert len(str(caught.value).splitlines()) <= 15


def test_what_a_client_did_after_it_was_told_the_end(control: Control) -> None:
    job = control.add("ges", graph="movie", state="success")
    poll(control, job.id)
    stopped: dict[str, Any] = {"after": {"job": job.id, "final": True}, "count": 0}
    assert control.verify({"job": job.id}, **stopped).verified is True
    assert control.requests(told="SUCCEEDED", final=True)[0].told == {
        "state": "success", "phase": "SUCCEEDED", "final": True,
    }  # fmt: skip
    poll(control, job.id)
    with pytest.raises(NotVerified, match="found 1"):
        control.verify({"job": job.id}, **stopped)
    assert control.verify({"job": job.id}, since=control.requests(limit=1)[0].number, count=0).verified is True


def test_runs_of_a_job(control: Control) -> None:
    job = control.add("prime", id="9001", name="n", runs=[{"id": "9002", "state": "RUNNING"}])

    assert [run.id for run in control.runs("prime", job.id)] == ["9002"]
    assert control.force("prime", job.id, "FAILED", run="9002").state == "FAILED"
    assert control.job("prime", job.id, run="9002").phase == "FAILED"


def test_settings_are_read_and_set(control: Control) -> None:
    assert control.change_settings("ges", {"edition": "persistent"})["edition"] == "persistent"
    assert control.api("ges").settings["edition"] == "persistent"
    with pytest.raises(ControlError) as caught:
        control.change_settings("ges", {"edition": "cloudy"})
    assert caught.value.status == 422


def test_a_snapshot_is_taken_and_put_back(control: Control) -> None:
    control.add("ges", id="kept", graph="movie", state="running")
    taken = control.snapshot()
    control.reset()

    control.restore(taken)

    assert control.job("ges", "kept").state == "running"


def test_events_arrive(control: Control) -> None:
    job = control.add("ges", graph="movie", state="running")
    events = control.events(timeout=20)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(next, events)
        while not first.done():
            control.force("ges", job.id, "pending")
            control.force("ges", job.id, "running")
    events.close()  # type: ignore[attr-defined]

    assert (first.result().event, first.result().id) == ("job", job.id)


def test_many_threads_may_share_one(control: Control) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: control.add("ges", id=f"t{n}", graph="movie").id, range(64)))

    assert made == [f"t{number}" for number in range(64)]


def test_the_rest_of_the_server(control: Control, server: MockServer) -> None:
    whole = Control(server.url)
    assert whole.ready() is True
    assert whole.health().seed == 0
    assert whole.openapi()["openapi"].startswith("3.1")
    assert whole.openapi("ges")["paths"]
    assert "# TYPE" in whole.metrics()
    assert [api.name for api in whole.apis()]
    assert "ges.CancelJob" in [one.operation for one in whole.contracts()]
    assert whole.contract("ges.CancelJob").title
    assert control.coverage().operations["ges.CancelJob"]
    assert control.violations("client") == []
    assert whole.index().operations
    assert control.show_sandbox(control.name or "").name == control.name
