"""Editions, paging, and every knob."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockserver.apis.ges.job_types import ALGORITHMS_2025, JOB_TYPES

FINISHED = "03e774f5-29ea-4187-9508-5435f3892ead016886200"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
QUERY = ("vertices/action?action_id=query", {"labels": ["user"]})


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        ({}, UUID + r"\d{9}"),
        ({"edition": "memory-2025"}, UUID + r"\d{9}"),
        ({"edition": "persistent"}, r"[0-9a-f]{32}\d{13}"),
        ({"job_ids": "uuid"}, UUID),
        ({"job_ids": "digits-uuid"}, r"\d{19}" + UUID),
        ({"edition": "persistent", "job_ids": "uuid-digits"}, UUID + r"\d{9}"),
    ],
)
async def test_ids_are_written_as_the_edition_writes_them(ges: Any, settings: Any, pattern: str) -> None:
    await ges.set(**settings)
    ids = [(await ges.call("POST", QUERY[0], json=QUERY[1])).data["jobId"] for _ in range(3)]
    assert all(re.fullmatch(pattern, one) for one in ids)
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("settings", "query", "algorithm"),
    [
        ({}, "success", "complete"),
        ({"edition": "memory-2025"}, "success", "complete"),
        ({"edition": "persistent"}, "complete", "complete"),
        ({"end_word": "success"}, "success", "success"),
        ({"end_word": "complete"}, "complete", "complete"),
    ],
)
async def test_the_end_is_called_as_the_edition_calls_it(ges: Any, settings: Any, query: str, algorithm: str) -> None:
    await ges.set(**settings)
    first = (await ges.call("POST", QUERY[0], json=QUERY[1])).data["jobId"]
    second = await ges.submit()
    await ges.advance(10)
    assert (await ges.status(first)).data["status"] == query
    assert (await ges.status(second)).data["status"] == algorithm


async def test_the_persistent_edition_says_result_everywhere(ges: Any) -> None:
    await ges.set(edition="persistent")
    job_id = await ges.submit()
    assert (await ges.status(job_id)).data == {"status": "pending", "result": "success"}
    await ges.advance(10)
    assert list((await ges.status(job_id)).data) == ["status", "data", "result"]
    assert (await ges.status("nobody")).data["errorMessage"] == "can not find job, jobId is nobody"
    assert (await ges.cancel("nobody")).data["result"] == "failed"
    assert (await ges.call("GET", "jobs/status?limit=0")).data["totalCount"] > 10
    assert (await ges.call("POST", f"jobs/{FINISHED}/action?action_id=export-result", json={})).status == 404


PAGES = [
    ("", 19, 0, 19),
    ("?offset=0&limit=2", 2, 0, 19),
    ("?offset=17&limit=5", 2, 17, 19),
    ("?limit=0", 0, 0, 19),
    ("?offset=19", 0, 19, 19),
    ("?offset=1000", 0, 1000, 19),
    ("?limit=100000", 19, 0, 19),
    ("?limit=100001", 19, 0, 19),
    ("?limit=999999999999999999", 19, 0, 19),
]


@pytest.mark.parametrize(("query", "size", "offset", "total"), PAGES, ids=[row[0] for row in PAGES])
async def test_pages_are_inside_outputs(ges: Any, query: str, size: int, offset: int, total: int) -> None:
    got = (await ges.status(FINISHED, query)).data
    assert list(got) == ["data", "status"]
    outputs = got["data"]["outputs"]
    assert (outputs["data_return_size"], outputs["data_offset"], outputs["data_total_size"]) == (size, offset, total)
    assert len(outputs["vertices"]) == size


@pytest.mark.parametrize("query", ["?offset=-1", "?offset=x", "?limit=-2", "?limit=1.5", "?limit=", "?offset=%00"])
async def test_a_page_that_is_none_is_refused(ges: Any, query: str) -> None:
    got = await ges.status(FINISHED, query)
    assert (got.status, got.data["errorCode"]) == (400, "GES.8005")
    assert got.headers["X-Mockserver-Violations"] == "1"
    listed = await ges.call("GET", "jobs/status" + query)
    assert (listed.status, listed.data["errorMessage"]) == (400, "Parameter error!")


async def test_a_stated_total_is_kept(ges: Any) -> None:
    result = {"data_return_size": 2, "vertices": [{"id": "a"}, {"id": "b"}], "data_offset": 0, "data_total_size": 19}
    job_id = await ges.add(kind="query-vertices", state="success", result=result)
    assert (await ges.status(job_id)).data["data"]["outputs"] == result


async def test_a_query_finds_what_its_labels_and_bounds_allow(ges: Any) -> None:
    body = {"labels": ["user"], "offset": "1", "limit": 1}
    job_id = (await ges.call("POST", QUERY[0], json=body)).data["jobId"]
    await ges.advance(10)
    outputs = (await ges.status(job_id)).data["data"]["outputs"]
    assert [vertex["id"] for vertex in outputs["vertices"]] == ["Sidney"]


# --- which jobs can be cancelled ------------------------------------------------------------------

ALWAYS = {"query-vertices", "query-edges", "execute-algorithm", "create-index", "hyg-algorithm"}
CANCELLABLE = {
    "2021": ALWAYS,
    "2022": ALWAYS | {"execute-cypher-query"},
    "2025": ALWAYS | {"execute-cypher-query", "import-graph", "export-graph", "filtered-query-v2"},
}


@pytest.mark.parametrize(
    ("settings", "page"),
    [
        ({}, "2021"),
        ({"cancellable": "2022"}, "2022"),
        ({"edition": "memory-2025"}, "2025"),
        ({"edition": "persistent"}, "2025"),
        ({"edition": "persistent", "cancellable": "2021"}, "2021"),
    ],
)
async def test_only_jobs_of_some_kinds_can_be_cancelled(ges: Any, settings: Any, page: str) -> None:
    await ges.set(**settings)
    cancelled = set()
    for kind in JOB_TYPES:
        got = await ges.cancel(await ges.add(kind=kind, state="running"))
        if got.status == 200:
            cancelled.add(kind)
        else:
            assert "Unsupported Operation" in got.data["errorMessage"]
    assert cancelled == CANCELLABLE[page]


@pytest.mark.parametrize("name", [*sorted(ALGORITHMS_2025), "shortest_path", "filtered_shortest_path"])
async def test_since_2024_only_some_algorithms_can_be_cancelled(ges: Any, name: str) -> None:
    await ges.set(edition="memory-2025")
    job_id = await ges.add(kind="execute-algorithm", algorithm=name, state="running")
    assert (await ges.cancel(job_id)).status == (200 if name in ALGORITHMS_2025 else 400)


@pytest.mark.parametrize(("statement", "status"), [("match (n) return n", 200), ("create (n)", 400)])
async def test_only_reading_cypher_can_be_cancelled(ges: Any, statement: str, status: int) -> None:
    await ges.set(cancellable="2022")
    body = {"statements": [{"statement": statement}], "executionMode": "async"}
    got = await ges.call("POST", "action?action_id=execute-cypher-query", json=body)
    assert (await ges.cancel(got.data["results"][0]["jobId"])).status == status


# --- the other knobs ------------------------------------------------------------------------------


async def test_the_word_for_waiting(ges: Any) -> None:
    await ges.set(waiting_word="waiting")
    job_id = await ges.submit()
    assert (await ges.status(job_id)).data == {"status": "waiting"}
    await ges.advance(10)
    assert (await ges.status(job_id)).data["status"] == "complete"


async def test_unfinished_jobs_may_have_empty_data(ges: Any) -> None:
    await ges.set(unfinished_data="empty")
    assert (await ges.status(await ges.submit())).data == {"status": "pending", "data": {}}


async def test_a_cancelled_job_may_be_forgotten(ges: Any) -> None:
    await ges.set(cancelled_status="unknown")
    job_id = await ges.submit()
    await ges.cancel(job_id)
    assert (await ges.status(job_id)).data["errorMessage"] == f"can not find job, jobId is  {job_id}"
    assert job_id not in str((await ges.call("GET", "jobs/status")).data)


async def test_cancels_may_take_time(ges: Any) -> None:
    await ges.set(cancel_delay="4s")
    job_id = await ges.submit()
    await ges.cancel(job_id)
    await ges.advance(3)
    assert (await ges.status(job_id)).data == {"status": "running"}
    await ges.advance(1)
    assert (await ges.status(job_id)).data == {"status": "failed"}


async def test_what_a_finished_job_answers_to_a_cancel(ges: Any) -> None:
    await ges.set(finished_cancel="unsupported", unsupported_cancel_code="GES.8304")
    got = await ges.cancel(FINISHED)
    assert (got.status, got.data) == (500, {"errorMessage": "Unsupported Operation", "errorCode": "GES.8304"})
    await ges.set(edition="memory-2025", finished_cancel="unknown")
    assert (await ges.cancel(FINISHED)).data["errorMessage"] == f"Can not find job to cancel, jobId is {FINISHED}"


async def test_limits_over_the_maximum_may_be_refused(ges: Any) -> None:
    await ges.set(limit_over_max="error")
    assert (await ges.status(FINISHED, "?limit=100000")).status == 200
    assert (await ges.status(FINISHED, "?limit=100001")).data["errorCode"] == "GES.8005"


async def test_finished_jobs_may_age_out(ges: Any) -> None:
    await ges.set(retention="1m")
    job_id = await ges.submit()
    await ges.advance(3)
    assert (await ges.status(job_id)).status == 200
    await ges.advance(61)
    assert (await ges.status(job_id)).data["errorCode"] == "GES.8301"


async def test_exports_may_be_had_in_any_edition(ges: Any) -> None:
    await ges.set(edition="persistent", export_result="yes")
    path = f"jobs/{FINISHED}/action?action_id=export-result"
    assert (await ges.call("POST", path, json={"exportPath": "x"})).status == 200
    await ges.set(edition="memory", export_result="no")
    assert (await ges.call("POST", path, json={"exportPath": "x"})).status == 404


# --- HyG --------------------------------------------------------------------------------------------


async def test_hyg_jobs_are_queued_run_and_cancelled_together(ges: Any) -> None:
    await ges.set(edition="persistent")
    base = f"/ges/v1.0/{ges.project}/hyg/movie"
    ids = []
    for _ in range(2):
        ids.append((await ges.send("POST", f"{base}/algorithm", json={"algorithmName": "pagerank"})).data["jobId"])
        await ges.advance(0.6)
    await ges.advance(0.5)
    words = [(await ges.status(one)).data["status"] for one in ids]
    assert words == ["running", "running"]
    queued = (await ges.send("POST", f"{base}/algorithm", json={"algorithmName": "pagerank"})).data["jobId"]
    assert (await ges.send("DELETE", f"{base}/jobs")).data == {"result": "success"}
    assert (await ges.status(queued)).data == {"status": "failed", "result": "success"}
    assert (await ges.status(ids[0])).data["status"] == "running"
    assert (await ges.send("DELETE", f"{base}/jobs/{ids[0]}")).data == {"result": "success"}
    assert (await ges.send("DELETE", f"{base}/jobs/{ids[0]}")).data["errorCode"] == "GES.8303"


async def test_a_lost_hyg_job_is_as_unknown_to_its_cancel_as_to_its_status(ges: Any) -> None:
    await ges.set(edition="persistent")
    job_id = await ges.add(kind="hyg-algorithm", lost=True, state="running", hold=False)
    assert (await ges.status(job_id)).data["errorCode"] == "GES.8301"
    got = await ges.send("DELETE", f"/ges/v1.0/{ges.project}/hyg/movie/jobs/{job_id}")
    assert (got.status, got.data["errorCode"]) == (400, "GES.8303")
    assert (await ges.control("GET", f"/jobs/ges/{job_id}")).data["state"] == "running"


# --- the list of jobs since 2024-12 (ges_03_0204) -----------------------------------------------------


async def listed(ges: Any) -> dict[str, Any]:
    got = (await ges.call("GET", "jobs/status")).data
    assert got["result"] == "success"
    return {job["jobId"]: job for job in got["jobs"]}


async def test_the_list_of_memory_2025_has_a_shape_of_its_own(ges: Any) -> None:
    await ges.set(edition="memory-2025")
    job_id = await ges.submit("pagerank", parameters={"alpha": 0.85})
    pending = (await listed(ges))[job_id]
    assert pending == {
        "jobId": job_id,
        "rawRequest": '{"algorithmName":"pagerank","parameters":{"alpha":0.85}}',
        "taskType": "ExecuteAlgorithm",
        "canStop": True,
        "progress": 0,
        "startTime": "2026-01-02T12:00:00",
        "status": "pending",
    }
    await ges.advance(3)
    done = (await listed(ges))[job_id]
    assert (done["status"], done["progress"], done["canStop"]) == ("complete", 100, False)
    assert (done["startTime"], done["endTime"]) == ("2026-01-02T12:00:01", "2026-01-02T12:00:03")


@pytest.mark.parametrize("kind", JOB_TYPES)
async def test_can_stop_is_what_a_cancel_answers(ges: Any, kind: str) -> None:
    await ges.set(edition="memory-2025")
    job_id = await ges.add(kind=kind, state="running")
    can_stop = (await listed(ges))[job_id]["canStop"]
    assert ((await ges.cancel(job_id)).status == 200) is can_stop


async def test_an_import_names_its_files_and_a_failure_its_reason(ges: Any) -> None:
    await ges.set(edition="memory-2025")
    body = {"edgesetPath": "e.csv", "vertexsetPath": "v.csv"}
    job_id = (await ges.call("POST", "action?action_id=import-graph", json=body)).data["jobId"]
    job = (await listed(ges))[job_id]
    assert (job["taskType"], job["files"]) == ("ImportGraph", ["v.csv", "e.csv"])
    await ges.control("PUT", f"/jobs/ges/{job_id}/state", {"state": "failed", "error": "no space"})
    job = (await listed(ges))[job_id]
    assert (job["status"], job["failReason"]) == ("failed", "no space")


async def test_progress_may_be_a_text(ges: Any) -> None:
    await ges.set(edition="memory-2025", listed_progress="string")
    job_id = await ges.add(kind="execute-algorithm", state="running", progress={"percent": 40})
    assert (await listed(ges))[job_id]["progress"] == "40"


async def test_the_list_says_complete_where_the_status_says_success(ges: Any) -> None:
    await ges.set(edition="memory-2025")
    job_id = (await ges.call("POST", "vertices/action?action_id=query", json={"labels": ["user"]})).data["jobId"]
    await ges.advance(3)
    assert (await listed(ges))[job_id]["status"] == "complete"
    assert (await ges.status(job_id)).data["status"] == "success"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"vertices": ["Sarah"], "repeat": [{"operator": "outV"}]}, 200),
        ({"vertices": ["Sarah"], "repeat": [{"operator": "outV"}], "times": 20}, 200),
        ({"vertices": ["Sarah"], "repeat": [{"operator": "outV"}], "times": 21}, 400),
        ({"vertices": ["Sarah"], "repeat": []}, 400),
        ({"repeat": [{"operator": "outV"}]}, 400),
        ({"vertices": "Sarah", "repeat": [{"operator": "outV"}]}, 400),
    ],
)
async def test_filtered_query_v2(ges: Any, body: Any, status: int) -> None:
    got = await ges.call("POST", "action?action_id=path-query", json=body)
    assert got.status == status
    assert got.data.get("errorCode", "GES.8806") == "GES.8806"


async def test_only_path_query_makes_a_job_that_pages_since_2024_let_cancel(ges: Any) -> None:
    await ges.set(edition="memory-2025")
    body = {"executionMode": "async", "vertices": ["Sarah"], "repeat": [{"operator": "outV"}], "times": 2}
    second = (await ges.call("POST", "action?action_id=path-query", json=body)).data
    assert second["jobType"] == 1
    assert (await ges.cancel(second["jobId"])).status == 200
    # No page has this address: it is the first version, whatever else the query says.
    first = (await ges.call("POST", "action?action_id=filtered-query&version=v2", json={"executionMode": "async"})).data
    assert (await ges.cancel(first["jobId"])).status == 400
