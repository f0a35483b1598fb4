"""What writes do to jobs and runs, and what runhistory tells of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.journal.in_parts import everything

OPS = "/v4/op/jobService"


def ids(root: str, outer: str, item: str, value: Any) -> dict[str, Any]:
    return {root: {outer: {item: value}}}


def jobs(value: Any) -> dict[str, Any]:
    return ids("jobOperationPayload", "jobIds", "jobId", value)


def runs(value: Any) -> dict[str, Any]:
    return ids("jobRunOperationPayload", "runIds", "runId", value)


async def test_a_cancelled_run_stays_running_for_a_while(prime: Any) -> None:
    assert [one["id"] for one in (await prime.cancel_run(282800294))["success"]["success"]] == [282800294]
    run = await prime.run(15)
    assert (run["runStatus"], "resultStatus" in run, "completionTime" in run) == ("RUNNING", False, False)
    await prime.advance(1.9)
    assert (await prime.run(15))["runStatus"] == "RUNNING"
    await prime.advance(0.1)
    run = await prime.run(15)
    assert (run["runStatus"], run["resultStatus"]) == ("CANCELLED", "CANCELLED")
    assert run["completionTime"] == "2026-01-02T12:00:02.000Z"
    # The trigger knows nothing of it.
    assert (await prime.job(15))["jobStatus"] == "SCHEDULED"


@pytest.mark.parametrize(
    ("run", "job", "status", "result"),
    [
        (282800340, 60, "CANCELLED", "CANCELLED"),
        (282800341, 61, "COMPLETED", "SUCCESS"),
        (282800342, 62, "COMPLETED", "SUCCESS"),
        (282800343, 63, "COMPLETED", "CANCELFAILED"),
        (282800344, 64, "RUNNING", None),
    ],
)
async def test_how_runs_of_the_default_fixtures_take_a_cancel(
    prime: Any, run: int, job: int, status: str, result: str | None
) -> None:
    assert "success" in await prime.cancel_run(run)
    assert (await prime.run(job))["runStatus"] == "RUNNING"
    await prime.advance(3600)
    found = await prime.run(job)
    assert (found["runStatus"], found.get("resultStatus")) == (status, result)


@pytest.mark.parametrize(
    ("path", "body", "job"),
    [
        (f"{OPS}/cancelrunning", runs(282800294), "282800294"),
        (f"{OPS}/cancelrunning", runs([" 282800294 ", 5]), "282800294"),
        (f"{OPS}/cancel", jobs("15"), "15"),
        (f"{OPS}/cancel", jobs([]), None),
        (f"{OPS}/cancel", {"jobOperationPayload": [{"jobIds": 15}]}, None),
        (f"{OPS}/cancel", [1], None),
        (f"{OPS}/cancel", "jobOperationPayload", None),
        (
            "/v4/op/cliTemplateConfiguration/deployTemplateThroughJob",
            {"cliTemplateCommand": {"options": {"a": 1}}},
            None,
        ),
    ],
)
async def test_the_journal_tells_which_job_a_write_was_about(prime: Any, path: str, body: Any, job: str | None) -> None:
    await prime.ask("PUT", f"/webacs/api{path}", body)
    (entry,) = await everything(prime.client.sandbox.store, "default")
    assert entry.job == job


async def test_settings_choose_the_words_after_a_cancel(prime: Any) -> None:
    await prime.set(cancelled_run_status="ABORTED", cancel_failed_run_status="INTERRUPTED")
    await prime.cancel_run(282800340, 282800343)
    await prime.advance(10)
    assert (await prime.run(60))["runStatus"] == "ABORTED"
    assert ((await prime.run(63))["runStatus"], (await prime.run(63))["resultStatus"]) == (
        "INTERRUPTED",
        "CANCELFAILED",
    )


async def test_a_job_id_is_no_run_id(prime: Any) -> None:
    result = await prime.cancel_run(15)
    assert "success" not in result
    assert result["failure"]["failure"][0]["id"] == 15
    answer = await prime.put(f"{OPS}/cancel.json", jobs(282800294))
    assert "success" not in answer.data["mgmtResponse"]["operationResult"][0]
    assert (await prime.job(15))["jobStatus"] == "SCHEDULED"


async def test_partial_failure_is_200_and_each_id_counts_by_itself(prime: Any) -> None:
    result = await prime.cancel_run(282800294, 999, 282800294, 282800297, 282800301)
    assert [one["id"] for one in result["success"]["success"]] == [282800294, 282800301]
    assert [one["id"] for one in result["failure"]["failure"]] == [999, 282800294, 282800297]
    assert {one["status"] for one in result["failure"]["failure"]} == {"Failure"}


async def test_suspend_resume_and_cancel(prime: Any) -> None:
    assert (await prime.job(15))["nextRunTime"] == "2030-01-02T11:00:00.000Z"
    await prime.put(f"{OPS}/suspend.json", jobs(15))
    job = await prime.job(15)
    assert (job["jobStatus"], "nextRunTime" in job, job["runStatus"]) == ("SUSPENDED", False, "RUNNING")
    await prime.put(f"{OPS}/resume.json", jobs(15))
    job = await prime.job(15)
    # Computed anew: an hour from now.
    assert (job["jobStatus"], job["nextRunTime"]) == ("SCHEDULED", "2026-01-02T13:00:00.000Z")
    await prime.put(f"{OPS}/cancel.json", jobs(15))
    job = await prime.job(15)
    assert (job["jobStatus"], "nextRunTime" in job, job["runStatus"]) == ("CANCELLED", False, "RUNNING")
    again = await prime.put(f"{OPS}/resume.json", jobs(15))
    assert "success" not in again.data["mgmtResponse"]["operationResult"][0]


@pytest.mark.parametrize(
    ("version", "payload"),
    [
        (1, {"jobRunOperationPayload": {"runIds": {"runId": 282800294}}}),
        (1, {"jobRunOperationPayload": {"runIds": {"runId": "282800294"}}}),
        (1, {"jobRunOperationPayload": {"runIds": {"runId": [282800294]}}}),
        (2, {"jobRunOperationPayload": {"runIds": {"runId": ["282800294"]}}}),
        (3, {"jobRunOperationPayload": {"runIds": {"runId": 282800294}}}),
        (4, {"jobRunOperationPayload": {"runIds": {"runId": " 282800294 "}}}),
        (4, "<jobRunOperationPayload><runIds><runId>\n 282800294\n</runId></runIds></jobRunOperationPayload>"),
        (1, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><jobRunOperationPayload><runIds><!-- x -->'
            "<runId>2828<!-- y -->00294</runId></runIds></jobRunOperationPayload>"),
        (2, '<n:jobRunOperationPayload xmlns:n="urn:x"><n:runIds><n:runId>282800294</n:runId></n:runIds>'
            "</n:jobRunOperationPayload>"),
    ],
)  # fmt: skip
async def test_requests_are_read_in_every_shape(prime: Any, version: int, payload: Any) -> None:
    answer = await prime.put(f"/v{version}/op/jobService/cancelrunning.json", payload)
    result = answer.data["mgmtResponse"]["operationResult"]
    success = (result if version == 1 else result[0])["success"]["success"]
    assert (success if version == 1 else success[0])["id"] == 282800294


@pytest.mark.parametrize(
    "payload",
    [
        runs([]), runs(None), runs("x"), runs(1.5), runs(True), runs({"a": 1}), runs(2**63), runs([1, [2]]), [], {},
        jobs(15), "nonsense", "", b"\xff\xfe", {"jobRunOperationPayload": {"runIds": {}}},
        "<jobRunOperationPayload/>", "<a><b></a>", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        "<jobRunOperationPayload>" * 5000, "[" * 100_000,
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_a_400_with_a_reason(prime: Any, payload: Any) -> None:
    options = {"headers": {"Content-Type": "application/json"}} if payload == "[" * 100_000 else {}
    answer = await prime.put(f"{OPS}/cancelrunning.json", payload, **options)
    assert answer.status == 400
    assert answer.data["errorDocument"]["httpResponseCode"] == 400
    assert (await prime.run(15))["runStatus"] == "RUNNING"


async def test_an_empty_list_can_be_no_error(prime: Any) -> None:
    await prime.set(empty_id_list="200")
    answer = await prime.put(f"{OPS}/cancel.json", jobs([]))
    assert answer.data["mgmtResponse"]["operationResult"] == [
        {"message": "The operation succeeded.", "operation": "CANCEL"}
    ]


async def test_of_many_cancels_at_once_one_succeeds(prime: Any) -> None:
    results = await asyncio.gather(*(prime.cancel_run(282800294) for _ in range(20)))
    assert sum("success" in one for one in results) == 1
    assert sum("failure" in one for one in results) == 19


async def test_messages_are_settings(prime: Any) -> None:
    await prime.set(success_message="Done", failure_message="Not done", some_failed_message="Some")
    result = await prime.cancel_run(282800294, 1)
    assert (result["message"], result["success"]["success"][0]["message"]) == ("Some", "Done")
    assert result["failure"]["failure"][0]["message"] == "Not done"


# --- runhistory -----------------------------------------------------------------------------------------


async def names(prime: Any, query: str) -> list[str]:
    answer = await prime.get(f"{OPS}/runhistory.json?{query}")
    assert answer.status == 200, answer.text
    return [one["jobName"] for one in answer.data["mgmtResponse"]["job"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", []),
        (".full=true", []),
        ("jobId=15", ["JobScheduled"]),
        ("jobId=%2215%22", ["JobScheduled"]),
        ("jobId=in(25,15)", ["JobScheduled", "JobCompleted"]),
        ("jobId=in(%2225%22,%2215%22)", ["JobScheduled", "JobCompleted"]),
        ("jobId=999", []),
        ("jobName=JobScheduled", ["JobScheduled"]),
        ("jobName=%22JobScheduled%22", ["JobScheduled"]),
        ("jobName=jobscheduled", []),
        ("jobName=in(%22JobScheduled%22,JobCompleted)", ["JobScheduled", "JobCompleted"]),
        ("jobName=startsWith(%22JobRunPaus%22)", ["JobRunPausing", "JobRunPaused"]),
        ("jobName=contains(%22okes%22)", []),
        ("jobName=contains(esCan)", ["JobIgnoresCancel", "JobLosesCancel"]),
        ("jobType=ConfigArchive", ["JobRecurring"]),
        ("jobType=ne(CliTemplateDeployIOSDevices)&jobName=notStartsWith(%22BulkImport%22)", ["JobRecurring", "Inventory"]),
        ("jobId=between(50,52)", ["JobRecurring", "JobOddResults", "Inventory"]),
        ("jobName=JobCompleted&jobId=15", []),
        ("jobName=startsWith(JobComp)&jobName=contains(Run)", ["JobCompletedRunning"]),
        ("startTime=%222026-01-02T07:00:00%22", ["JobRecurring"]),
        ("startTime=between(%222026-01-02T07:00:00%22,%222026-01-02T08:00:00Z%22)", ["JobRecurring"]),
    ],
)  # fmt: skip
async def test_the_filter_language(prime: Any, query: str, found: list[str]) -> None:
    assert await names(prime, query) == found


@pytest.mark.parametrize("zone", ["UTC", "+10", "+24:00", "Europe/Paris", ""])
async def test_a_zone_that_is_no_offset_is_refused(prime: Any, zone: str) -> None:
    response = await prime.client.patch("/_control/apis/prime/settings", json={"server_zone": zone})
    assert response.status == 422
    assert "server_zone" in (await response.json())["error"]["message"]


async def test_only_matching_runs_are_listed(prime: Any) -> None:
    answer = await prime.get(
        f"{OPS}/runhistory.json?jobId=50&startTime=between(2026-01-02T08:00:00,2026-01-02T09:00:00)"
    )
    found = answer.data["mgmtResponse"]["job"][0]["runInstances"]["runInstance"]
    assert [one["lastStartTime"] for one in found] == ["2026-01-02T08:00:00.000Z", "2026-01-02T09:00:00.000Z"]


@pytest.mark.parametrize(
    "query",
    ["name=x", "jobId=x", "jobId=in(1,x)", "startTime=yesterday", "startTime=between(2026-01-01)", "jobId=in()"],
)
async def test_filters_that_cannot_be_read(prime: Any, query: str) -> None:
    answer = await prime.get(f"{OPS}/runhistory.json?{query}")
    assert answer.status == 400
    assert answer.data["errorDocument"]["message"].endswith(".-PRS-100")


async def test_moments_without_a_zone_are_the_servers(prime: Any) -> None:
    await prime.set(server_zone="+10:00")
    assert await names(prime, "startTime=%222026-01-02T17:00:00%22") == ["JobRecurring"]
    run = await prime.run(25)
    assert run["completionTime"] == "2026-01-02T20:00:07.000+10:00"


async def test_without_parameters_jobs_can_be_listed_without_runs(prime: Any) -> None:
    await prime.set(runhistory_without_parameters="jobs-without-runs")
    answer = await prime.get("/v4/op/jobService/runhistory.json")
    found = answer.data["mgmtResponse"]["job"]
    assert len(found) > 30
    assert all(one["runInstances"] == {"runInstance": []} for one in found)
    v1 = (await prime.get("/v1/op/jobService/runhistory.json")).data["mgmtResponse"]["job"]
    assert {one["runInstances"] for one in v1} == {""}


async def test_every_run_state_is_in_the_fixtures(prime: Any) -> None:
    answer = await prime.get("/v3/op/jobService/runhistory.json?jobName=ne(x)")
    seen = [
        (run["runStatus"], run.get("resultStatus"))
        for job in answer.data["mgmtResponse"]["job"]
        for run in job["runInstances"]["runInstance"]
    ]
    assert {status for status, _ in seen} == {
        "UNKNOWN", "CREATED", "RUNNING", "COMPLETED", "ABORTED", "INTERRUPTED", "CANCELLED", "PENDING_EXECUTION",
        "PAUSING", "PAUSED",
    }  # fmt: skip
    assert {result for _, result in seen} == {
        None, "UNKNOWN", "SUCCESS", "PARTIALSUCCESS", "FAILURE", "ROLLBACKED", "CANCELFAILED", "CANCELLED",
        "PENDINGEXECUTION", "PAUSED", "PARTIALFAILURE",
    }  # fmt: skip
    assert {job["jobStatus"] for job in answer.data["mgmtResponse"]["job"]} == {
        "SCHEDULED", "COMPLETED", "SUSPENDED", "CANCELLED", "PENDINGAPPROVAL", "EXPIREDBEFOREAPPROVAL", "UNDEFINED",
    }  # fmt: skip


async def test_plans_by_name_and_looks(prime: Any) -> None:
    await prime.add(id="900", name="Ok", plan="succeeds")
    await prime.add(id="901", name="Bad", plan="fails")
    await prime.add(id="902", name="Stuck", plan="stuck")
    await prime.add(id="903", name="Late", plan="times-out")
    steps = [{"state": "RUNNING", "for": {"looks": 2}}]
    await prime.add(id="904", state="COMPLETED", runs=[{"id": "9040", "plan": {"steps": steps, "end": "ABORTED"}}])
    assert [(await prime.run(904))["runStatus"] for _ in range(3)] == ["RUNNING", "ABORTED", "ABORTED"]
    assert (await prime.run(900))["runStatus"] == "RUNNING"
    await prime.advance(100)
    assert ((await prime.run(900))["runStatus"], (await prime.run(900))["resultStatus"]) == ("COMPLETED", "SUCCESS")
    assert ((await prime.run(901))["runStatus"], (await prime.run(901))["resultStatus"]) == ("COMPLETED", "FAILURE")
    assert (await prime.run(901))["results"] == {"result": []}
    assert ((await prime.run(902))["runStatus"], (await prime.job(902))["jobStatus"]) == ("RUNNING", "SCHEDULED")
    assert (await prime.job(903))["jobStatus"] == "EXPIREDBEFOREAPPROVAL"
