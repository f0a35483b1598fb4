"""A job from submit to end: the clock, forces, cancels, races, exports."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.apis.ges.jobs import taken_along
from mockserver.apis.ges.machine import JOB
from mockserver.core.job import Job
from mockserver.core.machine import expired

SUBMITS = {
    "query-vertices": ("POST", "vertices/action?action_id=query", {"labels": ["user"]}, "success"),
    "query-edges": ("POST", "edges/action?action_id=query", {"labels": ["rate"]}, "success"),
    "execute-algorithm": ("POST", "action?action_id=execute-algorithm", {"algorithmName": "pagerank"}, "complete"),
    "create-index": ("POST", "indices", {"indexName": "i", "indexType": "FullTextIndex"}, "success"),
    "delete-index": ("DELETE", "indices/i", None, "success"),
    "filtered-query": ("POST", "action?action_id=filtered-query", {"executionMode": "async"}, "success"),
    "import-graph": ("POST", "action?action_id=import-graph", {"edgesetPath": "e.csv"}, "complete"),
    "export-graph": ("POST", "action?action_id=export-graph", {}, "complete"),
    "filtered-query-v2": (
        "POST",
        "action?action_id=path-query",
        {"executionMode": "async", "vertices": ["Sarah"], "repeat": [{"operator": "outV"}], "times": 2},
        "success",
    ),
}


@pytest.mark.parametrize("kind", SUBMITS)
async def test_a_submitted_job_waits_runs_and_ends(ges: Any, kind: str) -> None:
    method, path, body, end = SUBMITS[kind]
    job_id = (await ges.call(method, path, json=body)).data["jobId"]
    assert (await ges.status(job_id)).data == {"status": "pending"}
    await ges.advance(1)
    assert (await ges.status(job_id)).data == {"status": "running"}
    await ges.advance(2)
    assert (await ges.status(job_id)).data["status"] == end
    record = (await ges.control("GET", f"/jobs/ges/{job_id}")).data
    assert record["kind"] == kind
    assert [move["cause"] for move in record["history"]] == ["clock", "clock"]


async def test_a_failed_algorithm_is_told_as_a_failed_query(ges: Any) -> None:
    ges.graph = "movie_fails"
    job_id = await ges.submit("kcore")
    await ges.advance(3)
    got = await ges.status(job_id)
    assert got.status == 400
    assert got.data == {
        "errorMessage": "Running algorithm [kcore] error: out of memory!",
        "errorCode": "GES.8301",
    }


async def test_a_cancelled_job_has_failed_and_cannot_be_cancelled_again(ges: Any) -> None:
    job_id = await ges.submit()
    assert (await ges.cancel(job_id)).data == {}
    assert (await ges.status(job_id)).data == {"status": "failed"}
    assert (await ges.cancel(job_id)).data["errorCode"] == "GES.8303"


async def test_a_late_cancel_shows_running_meanwhile(ges: Any) -> None:
    ges.graph = "movie_late_cancel"
    job_id = await ges.submit()
    assert (await ges.cancel(job_id)).status == 200
    assert (await ges.status(job_id)).data == {"status": "running"}
    assert (await ges.cancel(job_id)).status == 400
    await ges.advance(5)
    assert (await ges.status(job_id)).data == {"status": "failed"}


@pytest.mark.parametrize(
    ("graph", "later", "word"),
    [
        ("movie_ignores_cancel", 3, "complete"),
        ("movie_loses_race", 1, "complete"),
        ("movie_cancel_stuck", 1000, "running"),
    ],
)
async def test_a_cancel_that_does_not_cancel(ges: Any, graph: str, later: float, word: str) -> None:
    ges.graph = graph
    job_id = await ges.submit()
    assert (await ges.cancel(job_id)).status == 200
    await ges.advance(later)
    assert (await ges.status(job_id)).data["status"] == word


async def test_a_cancel_that_fails_the_job(ges: Any) -> None:
    ges.graph = "movie_cancel_fails"
    job_id = await ges.submit()
    await ges.cancel(job_id)
    await ges.advance(1)
    assert (await ges.status(job_id)).data["errorMessage"].startswith("Running algorithm [pagerank] error: ")


async def test_a_job_that_ended_between_status_and_cancel_is_not_there_to_cancel(ges: Any) -> None:
    job_id = await ges.submit()
    await ges.advance(2.9)
    assert (await ges.status(job_id)).data == {"status": "running"}
    await ges.advance(0.2)
    assert (await ges.cancel(job_id)).data["errorCode"] == "GES.8303"
    assert (await ges.status(job_id)).data["status"] == "complete"


async def test_of_eight_cancels_at_once_one_wins(ges: Any) -> None:
    for _ in range(25):
        job_id = await ges.submit()
        answers = await asyncio.gather(*(ges.cancel(job_id) for _ in range(8)))
        assert sorted(one.status for one in answers) == [200, *[400] * 7]
        record = (await ges.control("GET", f"/jobs/ges/{job_id}")).data
        assert [(move["from"], move["to"]) for move in record["history"]] == [
            ("pending", "canceling"),
            ("canceling", "cancelled"),
        ]


STATES = ["pending", "waiting", "running", "canceling", "success", "complete", "failed", "cancelled"]


@pytest.mark.parametrize("state", STATES)
async def test_a_forced_state_is_what_a_client_sees(ges: Any, state: str) -> None:
    job_id = await ges.submit()
    forced = await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": state.upper()})
    assert (forced.status, forced.data["state"]) == (200, state)
    await ges.advance(100)
    got = await ges.status(job_id)
    if state == "failed":
        assert got.data["errorCode"] == "GES.8301"
    else:
        assert got.data["status"] == {"canceling": "running", "cancelled": "failed"}.get(state, state)


@pytest.mark.parametrize(("phase", "state"), [("SUCCEEDED", "complete"), ("CANCELING", "canceling")])
async def test_a_forced_phase_is_the_word_the_job_was_planned_to_have(ges: Any, phase: str, state: str) -> None:
    job_id = await ges.submit()
    forced = await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": phase})
    assert forced.data["state"] == state


@pytest.mark.parametrize("phase", ["SUSPENDED", "TIMED_OUT"])
async def test_a_phase_that_ges_has_not_is_refused(ges: Any, phase: str) -> None:
    job_id = await ges.submit()
    got = await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": phase})
    assert got.status == 422
    assert "running" in got.data["error"]["allowed"]


async def test_fields_set_with_a_force_are_seen(ges: Any) -> None:
    job_id = await ges.submit()
    await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": "failed", "error": "no memory"})
    assert (await ges.status(job_id)).data["errorMessage"] == "Running algorithm [pagerank] error: no memory!"
    other = await ges.submit()
    await ges.control("PATCH", f"/jobs/ges/{other}", {"result": {"score": 1}})
    await ges.control("PUT", f"/jobs/ges/{other}/state", {"state": "complete"})
    assert (await ges.status(other)).data == {"data": {"outputs": {"score": 1}}, "status": "complete"}


async def test_a_job_of_another_graph_is_not_there(ges: Any) -> None:
    job_id = await ges.submit()
    ges.graph = "movie_stuck"
    assert (await ges.status(job_id)).data["errorCode"] == "GES.8301"
    assert (await ges.cancel(job_id)).data["errorCode"] == "GES.8303"


# --- exports --------------------------------------------------------------------------------------

EXPORT = {"exportPath": "demo_movie/", "obsParameters": {"accessKey": "ak", "secretKey": "sk"}}


@pytest.mark.parametrize(("erase", "there"), [({}, False), ({"erase": True}, False), ({"erase": "false"}, True)])
async def test_an_export_takes_its_source_with_it_unless_told_otherwise(ges: Any, erase: Any, there: bool) -> None:
    source = await ges.add(kind="query-vertices", state="success")
    export = (await ges.call("POST", f"jobs/{source}/action?action_id=export-result", json={**EXPORT, **erase})).data
    assert list(export) == ["jobId"]
    assert (await ges.status(source)).status == 200
    await ges.advance(3)
    assert (await ges.status(source)).status == (200 if there else 400)
    assert (await ges.status(export["jobId"])).data["status"] == "complete"
    assert (source in {one["jobId"] for one in (await ges.call("GET", "jobs/status")).data["jobs"]}) is there


async def test_an_export_that_fails_leaves_its_source(ges: Any) -> None:
    source = await ges.add(kind="query-vertices", state="success")
    export = (await ges.call("POST", f"jobs/{source}/action?action_id=export-result", json=EXPORT)).data["jobId"]
    await ges.control("PUT", f"/jobs/ges/{export}/state", {"state": "failed"})
    await ges.advance(10)
    assert (await ges.status(source)).status == 200


async def test_a_job_that_an_export_has_taken_along_is_remembered_until_then_and_no_longer(ges: Any) -> None:
    source = await ges.add(kind="query-vertices", state="success")
    export = (await ges.call("POST", f"jobs/{source}/action?action_id=export-result", json=EXPORT)).data["jobId"]
    await ges.advance(3)
    for _ in range(2):
        assert (await ges.status(source)).data["errorCode"] == "GES.8301"
    await ges.advance(1)
    assert (await ges.control("GET", f"/jobs/ges/{source}")).status == 404
    assert (await ges.cancel(source)).data["errorCode"] == "GES.8303"
    assert (await ges.status(export)).data["status"] == "complete"


def test_a_job_that_will_be_forgotten_sooner_is_left_as_it_is() -> None:
    plan = JOB.plans["succeeds"]
    source = Job(api="ges", id="s", state="success", plan=plan, created=0.0, since=10.0, ended=10.0, retention=5.0)
    export = Job(api="ges", id="e", state="success", plan=plan, created=11.0, since=14.0, ended=14.0)
    forgotten = taken_along(source, export)
    assert (forgotten.retention, forgotten.version) == (4.0, 1)
    assert not expired(JOB, forgotten, 14.0)
    assert expired(JOB, forgotten, 14.1)
    assert taken_along(forgotten, export) is forgotten


async def test_keys_of_an_export_are_not_repeated_by_the_list(ges: Any) -> None:
    source = await ges.add(kind="query-vertices", state="success")
    await ges.call("POST", f"jobs/{source}/action?action_id=export-result", json=EXPORT)
    newest = (await ges.call("GET", "jobs/status?limit=1")).data["jobs"][0]
    assert newest["request"]["body"]["obsParameters"] == {"accessKey": "***", "secretKey": "***"}
    assert newest["request"]["url"].endswith(f"/jobs/{source}/action?action_id=export-result")


# --- scenarios of the default fixtures ------------------------------------------------------------


async def test_results_may_come_late_or_never(ges: Any) -> None:
    assert (await ges.status("scenario-late-results")).data == {"data": {}, "status": "complete"}
    assert (await ges.status("scenario-missing-results")).data == {"data": {"outputs": {}}, "status": "complete"}
    await ges.advance(10)
    assert "pagerank" in (await ges.status("scenario-late-results")).data["data"]["outputs"]


async def test_a_job_may_be_lost_or_stuck(ges: Any) -> None:
    assert (await ges.status("scenario-lost")).data["errorCode"] == "GES.8301"
    await ges.control("POST", "/jobs/ges/scenario-stuck/release")
    await ges.advance(10_000)
    assert (await ges.status("scenario-stuck")).data == {"status": "running"}


@pytest.mark.parametrize(("scenario", "word"), [("succeeds", "complete"), ("fails", None)])
async def test_a_released_scenario_takes_its_course(ges: Any, scenario: str, word: str | None) -> None:
    await ges.control("POST", f"/jobs/ges/scenario-{scenario}/release")
    await ges.advance(3)
    assert (await ges.status(f"scenario-{scenario}")).data.get("status") == word


@pytest.mark.parametrize(
    ("scenario", "word"),
    [
        ("cancel-too-late", "complete"),
        ("cancel-ignored", "complete"),
        ("cancel-fails", None),
        ("cancel-stuck", "running"),
    ],
)
async def test_a_scenario_of_a_cancel(ges: Any, scenario: str, word: str | None) -> None:
    assert (await ges.cancel(f"scenario-{scenario}")).status == 200
    await ges.advance(3)
    assert (await ges.status(f"scenario-{scenario}")).data.get("status") == word


async def test_the_default_fixtures_hold_a_job_in_every_state_and_of_every_kind(ges: Any) -> None:
    jobs = (await ges.control("GET", "/jobs?api=ges&limit=1000")).data["jobs"]
    assert {job["state"] for job in jobs} == set(STATES)
    from mockserver.apis.ges.job_types import JOB_TYPES

    assert {job["kind"] for job in jobs} == set(JOB_TYPES)


async def test_an_algorithm_that_nobody_scripted_finds_nothing(ges: Any) -> None:
    ges.graph = "GES_UI_AUTO"
    job_id = await ges.submit("betweenness")
    await ges.advance(3)
    outputs = {"betweenness": [], "data_return_size": 0, "data_offset": 0, "data_total_size": 0}
    assert (await ges.status(job_id)).data == {"data": {"outputs": outputs}, "status": "complete"}


@pytest.mark.parametrize("looks", [0, 1])
async def test_a_failure_that_is_told_as_an_error_counts_as_seen(ges: Any, looks: int) -> None:
    job_id = await ges.submit()
    await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": "failed"})
    for _ in range(looks):
        assert (await ges.status(job_id)).status == 400
    unseen = (await ges.control("POST", "/reset")).data["forced_unseen"]
    assert len(unseen) == 1 - looks
