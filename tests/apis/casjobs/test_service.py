"""What the operations do to jobs, accounts, tables and services, by plain GETs; time stands until it is moved."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from lxml import etree

from mockserver.core.clock import Clock
from mockserver.sandbox.sandbox import Sandbox
from tests.apis.casjobs.wire import SERVICE, envelope, headers, job
from tests.conftest import Client, services_of

LOGIN = {"wsid": "1", "pw": "secret"}
QUERY = {"qry": "select 1", "context": "DR7", "taskname": "t"}


def box(client: Client) -> Sandbox:
    return services_of(client).sandboxes.default


async def get(client: Client, operation: str, **values: Any) -> tuple[int, str]:
    answer = await client.get(f"{SERVICE}/{operation}", params={name: str(value) for name, value in values.items()})
    return answer.status, await answer.text()


async def value(client: Client, operation: str, **values: Any) -> str:
    status, text = await get(client, operation, **values)
    assert status == 200, text
    return str(etree.fromstring(text.encode()).text or "")


async def submit(client: Client, **values: Any) -> int:
    return int(await value(client, "SubmitJob", **{**LOGIN, **QUERY, "estimate": 30, **values}))


async def status(client: Client, job_id: object, wsid: object = 1) -> int:
    return int(await value(client, "GetJobStatus", wsId=wsid, pw="secret", jobId=job_id))


async def cancel(client: Client, job_id: object, wsid: object = 1, pw: str = "secret") -> tuple[int, str]:
    return await get(client, "CancelJob", wsId=wsid, pw=pw, jobId=job_id)


async def advance(client: Client, seconds: float) -> None:
    await box(client).set_clock(Clock(frozen_at=await box(client).now() + seconds))


async def listed(
    client: Client, conditions: str = "", *, wsid: object = 1, system: bool = False
) -> list[dict[str, str]]:
    status, text = await get(
        client, "GetJobs", owner_wsid=wsid, owner_pw="secret", conditions=conditions, includeSystem=system
    )
    assert status == 200, text
    return [{etree.QName(one).localname: one.text or "" for one in found} for found in etree.fromstring(text.encode())]


# --- CancelJob, sentence by sentence of its help page -----------------------------------------------------


async def test_it_answers_once_the_status_is_canceling(client: Client) -> None:
    assert await cancel(client, 1001) == (200, "")
    assert await status(client, 1001) == 2


async def test_canceling_becomes_cancelled_by_the_plan_only(client: Client) -> None:
    await cancel(client, 1001)
    await cancel(client, 1001)
    assert await status(client, 1001) == 2
    await advance(client, 1.9)
    assert await status(client, 1001) == 2
    await advance(client, 0.2)
    assert await status(client, 1001) == 3
    history = (await box(client).jobs.get("casjobs", "1001")).history
    assert [(move.source, move.to, str(move.cause)) for move in history] == [
        ("Started", "Canceling", "client"),
        ("Canceling", "Cancelled", "clock"),
    ]


async def test_only_ones_own_jobs(client: Client) -> None:
    answered, text = await cancel(client, 900)

    assert answered == 500
    assert text.startswith("System.Exception: Job 900 does not belong to wsid 1.\r\n")
    assert await status(client, 900, wsid=99) == 1


async def test_not_even_an_admin_cancels_anothers(client: Client) -> None:
    assert (await cancel(client, 900, wsid=99))[0] == 500


@pytest.mark.parametrize("job_id", [0, -1, 77, 9223372036854775807])
async def test_an_id_that_is_no_job_does_nothing(client: Client, job_id: int) -> None:
    assert await cancel(client, job_id) == (200, "")


async def test_the_password_comes_first(client: Client) -> None:
    for job_id in (77, 900, 1001):
        answered, text = await cancel(client, job_id, pw="wrong")
        assert (answered, "Invalid login: wsid 1" in text) == (500, True)
    assert await status(client, 1001) == 1


async def test_no_effect_on_quick_jobs(client: Client) -> None:
    assert await cancel(client, 1008) == (200, "")
    assert await status(client, 1008) == 1


@pytest.mark.parametrize(("job_id", "number"), [(1003, 3), (1004, 4), (1005, 5)])
async def test_a_job_that_has_ended(client: Client, job_id: int, number: int) -> None:
    assert await cancel(client, job_id) == (200, "")
    assert await status(client, job_id) == number
    await box(client).change_settings("casjobs", {"cancel_ended": "exception"})
    answered, text = await cancel(client, job_id)
    assert (answered, f"Job {job_id} has already ended." in text) == (500, True)


@pytest.mark.parametrize(
    ("job_id", "after", "number"),
    [(1020, 60, 2), (1021, 3, 5), (1022, 3, 4), (1023, 3600, 2)],
    ids=["ignored", "too late", "fails", "stuck"],
)
async def test_how_a_job_takes_it(client: Client, job_id: int, after: float, number: int) -> None:
    await cancel(client, job_id)
    assert await status(client, job_id) == 2
    await advance(client, 0.1 if job_id == 1020 else after)
    assert await status(client, job_id) == number


async def test_cancels_at_once_move_a_job_once(client: Client) -> None:
    body = envelope("CancelJob", job(1001)).encode()
    answers = await asyncio.gather(
        *(client.post(SERVICE, data=body, headers=headers("CancelJob")) for _ in range(40)),
        *(box(client).jobs.force("casjobs", "1001", "Started", hold=False) for _ in range(3)),
    )

    assert {answer.status for answer in answers[:40]} == {200}
    history = (await box(client).jobs.get("casjobs", "1001")).history
    for before, after in itertools.pairwise(history):
        assert before.to == after.source


# --- submits --------------------------------------------------------------------------------------------------


async def test_a_job_runs_by_its_plan(client: Client) -> None:
    number = await submit(client)
    seen = []
    for seconds in (0, 1, 2):
        await advance(client, seconds)
        seen.append(await status(client, number))

    assert seen == [0, 1, 5]
    (found,) = await listed(client, f"jobid : {number}")
    assert (found["TimeSubmit"], found["TimeStart"], found["TimeEnd"]) == (
        "2026-01-02T12:00:00",
        "2026-01-02T12:00:01",
        "2026-01-02T12:00:03",
    )
    assert "OutputLoc" not in found


async def test_same_seed_same_ids(client: Client, serve: Any) -> None:
    other = await serve()

    assert [await submit(client) for _ in range(3)] == [await submit(other) for _ in range(3)]


async def test_an_id_that_a_fixture_has_taken_is_passed_over(client: Client) -> None:
    first = await submit(client)
    await box(client).jobs.add(*await box(client).build_job("casjobs", {"id": str(first + 1), "owner": "1"}))

    assert await submit(client) == first + 2


@pytest.mark.parametrize(
    ("context", "estimate", "queue"),
    [("DR7", 1, "500"), ("DR17", 1, "30"), ("dr17", 300, "500"), ("DR17", 265, "30"), ("NOWHERE", 7, "7")],
)
async def test_the_estimate_picks_the_queue(client: Client, context: str, estimate: int, queue: str) -> None:
    number = await submit(client, context=context, estimate=estimate)

    assert (await listed(client, f"jobid : {number}"))[0]["Queue"] == queue


@pytest.mark.parametrize(
    ("taskname", "seconds", "number"),
    [("fails", 3, 4), ("times-out", 61, 4), ("stuck", 9999, 1), ("never-starts", 9999, 0), ("t", 3, 5)],
)
async def test_outcomes(client: Client, taskname: str, seconds: float, number: int) -> None:
    found = await submit(client, taskname=taskname)
    await advance(client, seconds)

    assert await status(client, found) == number
    if taskname in ("fails", "times-out"):
        error = {"fails": "Query failed.", "times-out": "Query timed out."}[taskname]
        assert (await listed(client, f"jobid : {found}"))[0]["Error"] == error


async def test_a_query_with_an_error_fails(client: Client) -> None:
    number = await submit(client, qry="SELECT  *  from Nowhere;")
    await advance(client, 3)

    assert (await listed(client, f"jobid : {number}"))[0]["Error"] == "Invalid object name 'Nowhere'."


async def test_looks_count_without_a_clock(client: Client) -> None:
    plan = {
        "steps": [{"state": "Ready", "for": {"looks": 2}}, {"state": "Started", "for": {"looks": 2}}],
        "end": "Finished",
    }
    await box(client).jobs.add(*await box(client).build_job("casjobs", {"id": "42", "owner": "alice", "plan": plan}))

    assert [await status(client, 42) for _ in range(5)] == [0, 1, 1, 5, 5]


async def test_a_list_by_id_is_a_look_too(client: Client) -> None:
    plan = {"steps": [{"state": "Started", "for": {"looks": 2}}], "end": "Finished"}
    await box(client).jobs.add(*await box(client).build_job("casjobs", {"id": "42", "owner": "1", "plan": plan}))

    assert [(await listed(client, "jobid : 42"))[0]["Status"] for _ in range(3)] == ["1", "5", "5"]


async def test_extracts(client: Client) -> None:
    await get(client, "UploadData", **LOGIN, tableName="Mine", data="a\n1\n", tableExists=False)
    await get(client, "UploadData", **LOGIN, tableName="mine", data="2\n", tableExists=True)
    number = await value(client, "SubmitExtractJob", **LOGIN, tableName="Mine", type="csv")
    assert "OutputLoc" not in (await listed(client, f"jobid : {number}"))[0]
    await advance(client, 3)
    (found,) = await listed(client, f"jobid : {number}")
    assert (found["Type"], found["Context"]) == ("CSV", "MYDB")
    output = await client.session.get(found["OutputLoc"])
    assert await output.text() == "a\n1\n\n2\n"


async def test_late_and_missing_results(client: Client) -> None:
    fields = {"id": "42", "owner": "1", "type": "CSV", "scenario": "late-results", "plan": "succeeds"}
    await box(client).jobs.add(*await box(client).build_job("casjobs", fields))
    for seconds, there in ((3, False), (4, False), (1, True)):
        await advance(client, seconds)
        (found,) = await listed(client, "jobid : 42")
        assert (found["Status"], "OutputLoc" in found) == ("5", there)
    assert "OutputLoc" not in (await listed(client, "jobid : 1010"))[0]
    assert (await client.get("/CasJobs/output/1010.fits")).status == 404


async def test_into_a_table(client: Client) -> None:
    into = {**LOGIN, **QUERY, "estimate": 1}
    first = await value(client, "SubmitJobInto", **into, table="Mine")
    second = await value(client, "SubmitJobInto", **into, table="")
    _, text = await get(
        client, "GetJobsJob", owner_wsid=1, owner_pw="secret", conditions=f"jobid:{first}|{second}", includeSystem=False
    )

    assert "<Target>Mine</Target>" in text
    assert "<Target>MyTable_1</Target>" in text


async def test_a_type_there_is_none_of(client: Client) -> None:
    for kind in ("QUERY", "PDF", ""):
        answered, text = await get(client, "SubmitExtractJob", **LOGIN, tableName="t", type=kind)
        assert (answered, f"Invalid job type: {kind}" in text) == (500, True)


# --- lists --------------------------------------------------------------------------------------------------------


async def test_ones_own_jobs_only(client: Client) -> None:
    assert {one["WebServicesID"] for one in await listed(client)} == {"1"}
    assert {one["WebServicesID"] for one in await listed(client, "wsid : 2")} == {"1"}
    assert {one["WebServicesID"] for one in await listed(client, wsid=99)} == {"1", "2"}
    assert {one["JobID"] for one in await listed(client, "wsid : 2", wsid=99)} == {"900"}
    assert await listed(client, "jobid : 900") == []


async def test_system_jobs_on_request(client: Client) -> None:
    assert "1009" not in {one["JobID"] for one in await listed(client)}
    assert "1009" in {one["JobID"] for one in await listed(client, system=True)}
    await get(client, "ExecuteQuickJob", **LOGIN, **{**QUERY, "taskname": "hidden"}, isSystem=True)
    assert await listed(client, "taskname : hidden") == []
    assert len(await listed(client, "taskname : hidden", system=True)) == 1


async def test_no_element_of_a_list_is_empty(client: Client) -> None:
    await submit(client, taskname="", context="")
    for one in await listed(client, wsid=99, system=True):
        assert all(one.values())


@pytest.mark.parametrize("conditions", ["none", "colour:red", "jobid:x"])
async def test_conditions_that_cannot_be_read(client: Client, conditions: str) -> None:
    assert await listed(client, conditions) == []
    await box(client).change_settings("casjobs", {"bad_conditions": "exception"})
    answered, text = await get(
        client, "GetJobs", owner_wsid=1, owner_pw="secret", conditions=conditions, includeSystem=False
    )
    assert (answered, "Invalid condition: " in text) == (500, True)


async def test_a_status_of_no_job(client: Client) -> None:
    answered, text = await get(client, "GetJobStatus", wsId=1, pw="secret", jobId=77)
    assert answered == 500
    assert "KeyNotFoundException: The given key was not present in the dictionary." in text
    await box(client).change_settings("casjobs", {"unknown_job_status": "ready"})
    assert await status(client, 77) == 0


async def test_sentences_are_settings(client: Client) -> None:
    await box(client).change_settings("casjobs", {"login_error": "{wsid}? {who}?"})

    assert "System.Exception: 1? {who}?" in (await cancel(client, 1001, pw="x"))[1]


# --- the rest ---------------------------------------------------------------------------------------------------


async def test_tables_are_listed_for_their_owner(client: Client) -> None:
    for login, name in ((LOGIN, "Mine"), ({"wsid": "2", "pw": "hunter2"}, "Other")):
        await get(client, "UploadData", **login, tableName=name, data="a", tableExists=False)
    query = {**QUERY, "qry": "SELECT Distinct TABLE_NAME FROM information_schema.TABLES", "context": "MYDB"}

    assert await value(client, "ExecuteQuickJob", **LOGIN, **query, isSystem=True) == '[TABLE_NAME]:varchar\n"Mine"\n'


async def test_services(client: Client) -> None:
    admin = {"wsid": 99, "pw": "secret", "serviceName": "QueryManager"}
    assert await value(client, "GetServiceState", **admin) == "RUNNING"
    assert await get(client, "SetServiceState", **admin, state="SUSPENDING") == (200, "")
    assert await value(client, "GetServiceState", **admin) == "SUSPENDING"
    await advance(client, 5)
    assert await value(client, "GetServiceState", **admin) == "SUSPENDED"
    await get(client, "SetServiceState", **admin, state="WAKING")
    assert await value(client, "GetServiceState", **admin) == "WAKING"
    await advance(client, 5)
    assert await value(client, "GetServiceState", **admin) == "RUNNING"
    assert await value(client, "GetServiceState", **{**admin, "serviceName": "OutputManager"}) == "SUSPENDED"
    assert (await get(client, "GetServiceState", **{**admin, "wsid": 1}))[0] == 500


@pytest.mark.parametrize(
    ("userid", "password", "wsid"),
    [("alice", "secret", "1"), ("ALICE", "secret", "1"), ("alice", "x", "-1"), ("eve", "x", "-1")],
)
async def test_web_service_ids(client: Client, userid: str, password: str, wsid: str) -> None:
    for path in ("/ps1casjobs/casusers.asmx/GetWebServiceId", "/casjobs/CasUsers.asmx/GetWebServiceId"):
        answer = await client.post(path, data={"userid": userid, "password": password})
        assert etree.fromstring(await answer.read()).text == wsid


@pytest.mark.parametrize(
    "path", ["/casjobs/services/jobs.asmx", "/ps1casjobs/Services/Jobs.asmx", "/gcasjobs/services/jobs.asmx"]
)
async def test_aliases(client: Client, path: str) -> None:
    answer = await client.get(f"{path}/GetJobStatus?wsId=1&pw=secret&jobId=1001")

    assert "1</int>" in await answer.text()


async def test_every_state_by_its_number(client: Client) -> None:
    assert [await status(client, 1000 + number) for number in range(6)] == [0, 1, 2, 3, 4, 5]


async def test_a_data_set(client: Client) -> None:
    query = {**QUERY, "qry": "select objID, name, z from Galaxy"}
    _, text = await get(client, "ExecuteQuickJobDS", **LOGIN, **query, isSystem=False)
    root = etree.fromstring(text.encode())
    rows = [{one.tag: one.text for one in row} for row in root.iter("Table")]

    assert rows == [
        {"objID": "587722984435286016", "name": "NGC 1, south", "z": "0.0151"},
        {"objID": "587722984435286017"},
    ]


async def test_quick_jobs_by_oid(client: Client) -> None:
    md5 = "5ebe2294ecd0e0f08eab7690d2a6ee69"
    assert await value(client, "ExecuteQuickJobOID", oid="1", md5=md5, **QUERY, isSystem=False) == "[Column1]:int\n1\n"
    assert (await get(client, "ExecuteQuickJobOID", oid="1", md5="0", **QUERY, isSystem=False))[0] == 500


async def test_upload_with_four_parameters(client: Client) -> None:
    four = {**LOGIN, "tableName": "t", "data": "a"}
    assert (await get(client, "UploadData", **four))[0] == 500
    await box(client).change_settings("casjobs", {"upload_data_parameters": 4})
    assert await get(client, "UploadData", **four) == (200, "")
