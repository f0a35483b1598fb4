"""What the operations do to jobs, accounts, tables and services, by plain GETs; time stands until it is moved."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from lxml import etree

from tests.drivers.casjobs import LOGIN, QUERY, SERVICE, CasJobs, envelope, headers, job

# --- CancelJob, sentence by sentence of its help page -----------------------------------------------------


async def test_it_answers_once_the_status_is_canceling(casjobs: CasJobs) -> None:
    assert await casjobs.cancel(1001) == (200, "")
    assert await casjobs.status(1001) == 2


async def test_canceling_becomes_cancelled_by_the_plan_only(casjobs: CasJobs) -> None:
    await casjobs.cancel(1001)
    await casjobs.cancel(1001)
    assert await casjobs.status(1001) == 2
    await casjobs.advance(1.9)
    assert await casjobs.status(1001) == 2
    await casjobs.advance(0.2)
    assert await casjobs.status(1001) == 3
    history = (await casjobs.client.sandbox.jobs.get("casjobs", "1001")).history
    assert [(move.source, move.to, str(move.cause)) for move in history] == [
        ("Started", "Canceling", "client"),
        ("Canceling", "Cancelled", "clock"),
    ]


async def test_only_ones_own_jobs(casjobs: CasJobs) -> None:
    answered, text = await casjobs.cancel(900)

    assert answered == 500
    assert text.startswith("System.Exception: Job 900 does not belong to wsid 1.\r\n")
    assert await casjobs.status(900, wsid=99) == 1


async def test_not_even_an_admin_cancels_anothers(casjobs: CasJobs) -> None:
    assert (await casjobs.cancel(900, wsid=99))[0] == 500


@pytest.mark.parametrize("job_id", [0, -1, 77, 9223372036854775807])
async def test_an_id_that_is_no_job_does_nothing(casjobs: CasJobs, job_id: int) -> None:
    assert await casjobs.cancel(job_id) == (200, "")


async def test_the_password_comes_first(casjobs: CasJobs) -> None:
    for job_id in (77, 900, 1001):
        answered, text = await casjobs.cancel(job_id, pw="wrong")
        assert (answered, "Invalid login: wsid 1" in text) == (500, True)
    assert await casjobs.status(1001) == 1


async def test_no_effect_on_quick_jobs(casjobs: CasJobs) -> None:
    assert await casjobs.cancel(1008) == (200, "")
    assert await casjobs.status(1008) == 1


@pytest.mark.parametrize(("job_id", "number"), [(1003, 3), (1004, 4), (1005, 5)])
async def test_a_job_that_has_ended(casjobs: CasJobs, job_id: int, number: int) -> None:
    assert await casjobs.cancel(job_id) == (200, "")
    assert await casjobs.status(job_id) == number
    await casjobs.set(cancel_ended="exception")
    answered, text = await casjobs.cancel(job_id)
    assert (answered, f"Job {job_id} has already ended." in text) == (500, True)


@pytest.mark.parametrize(
    ("job_id", "after", "number"),
    [(1020, 60, 2), (1021, 3, 5), (1022, 3, 4), (1023, 3600, 2)],
    ids=["ignored", "too late", "fails", "stuck"],
)
async def test_how_a_job_takes_it(casjobs: CasJobs, job_id: int, after: float, number: int) -> None:
    await casjobs.cancel(job_id)
    assert await casjobs.status(job_id) == 2
    await casjobs.advance(0.1 if job_id == 1020 else after)
    assert await casjobs.status(job_id) == number


async def test_cancels_at_once_move_a_job_once(casjobs: CasJobs) -> None:
    body = envelope("CancelJob", job(1001)).encode()
    answers = await asyncio.gather(
        *(casjobs.client.post(SERVICE, data=body, headers=headers("CancelJob")) for _ in range(40)),
        *(casjobs.client.sandbox.jobs.force("casjobs", "1001", "Started", hold=False) for _ in range(3)),
    )

    assert {answer.status for answer in answers[:40]} == {200}
    history = (await casjobs.client.sandbox.jobs.get("casjobs", "1001")).history
    for before, after in itertools.pairwise(history):
        assert before.to == after.source


# --- submits --------------------------------------------------------------------------------------------------


async def test_a_job_runs_by_its_plan(casjobs: CasJobs) -> None:
    number = await casjobs.submit()
    seen = []
    for seconds in (0, 1, 2):
        await casjobs.advance(seconds)
        seen.append(await casjobs.status(number))

    assert seen == [0, 1, 5]
    (found,) = await casjobs.listed(f"jobid : {number}")
    assert (found["TimeSubmit"], found["TimeStart"], found["TimeEnd"]) == (
        "2026-01-02T12:00:00",
        "2026-01-02T12:00:01",
        "2026-01-02T12:00:03",
    )
    assert "OutputLoc" not in found


async def test_same_seed_same_ids(casjobs: CasJobs, serve: Any) -> None:
    other = CasJobs(await serve(apis=("casjobs",)))

    assert [await casjobs.submit() for _ in range(3)] == [await other.submit() for _ in range(3)]


async def test_an_id_that_a_fixture_has_taken_is_passed_over(casjobs: CasJobs) -> None:
    first = await casjobs.submit()
    await casjobs.add(id=str(first + 1), owner="1")

    assert await casjobs.submit() == first + 2


@pytest.mark.parametrize(
    ("context", "estimate", "queue"),
    [("DR7", 1, "500"), ("DR17", 1, "30"), ("dr17", 300, "500"), ("DR17", 265, "30"), ("NOWHERE", 7, "7")],
)
async def test_the_estimate_picks_the_queue(casjobs: CasJobs, context: str, estimate: int, queue: str) -> None:
    number = await casjobs.submit(context=context, estimate=estimate)

    assert (await casjobs.listed(f"jobid : {number}"))[0]["Queue"] == queue


@pytest.mark.parametrize(
    ("taskname", "seconds", "number"),
    [("fails", 3, 4), ("times-out", 61, 4), ("stuck", 9999, 1), ("never-starts", 9999, 0), ("t", 3, 5)],
)
async def test_outcomes(casjobs: CasJobs, taskname: str, seconds: float, number: int) -> None:
    found = await casjobs.submit(taskname=taskname)
    await casjobs.advance(seconds)

    assert await casjobs.status(found) == number
    if taskname in ("fails", "times-out"):
        error = {"fails": "Query failed.", "times-out": "Query timed out."}[taskname]
        assert (await casjobs.listed(f"jobid : {found}"))[0]["Error"] == error


async def test_a_query_with_an_error_fails(casjobs: CasJobs) -> None:
    number = await casjobs.submit(qry="SELECT  *  from Nowhere;")
    await casjobs.advance(3)

    assert (await casjobs.listed(f"jobid : {number}"))[0]["Error"] == "Invalid object name 'Nowhere'."


async def test_looks_count_without_a_clock(casjobs: CasJobs) -> None:
    plan = {
        "steps": [{"state": "Ready", "for": {"looks": 2}}, {"state": "Started", "for": {"looks": 2}}],
        "end": "Finished",
    }
    await casjobs.add(id="42", owner="alice", plan=plan)

    assert [await casjobs.status(42) for _ in range(5)] == [0, 1, 1, 5, 5]


async def test_a_list_by_id_is_a_look_too(casjobs: CasJobs) -> None:
    plan = {"steps": [{"state": "Started", "for": {"looks": 2}}], "end": "Finished"}
    await casjobs.add(id="42", owner="1", plan=plan)

    assert [(await casjobs.listed("jobid : 42"))[0]["Status"] for _ in range(3)] == ["1", "5", "5"]


async def test_extracts(casjobs: CasJobs) -> None:
    await casjobs.get("UploadData", **LOGIN, tableName="Mine", data="a\n1\n", tableExists=False)
    await casjobs.get("UploadData", **LOGIN, tableName="mine", data="2\n", tableExists=True)
    number = await casjobs.value("SubmitExtractJob", **LOGIN, tableName="Mine", type="csv")
    assert "OutputLoc" not in (await casjobs.listed(f"jobid : {number}"))[0]
    await casjobs.advance(3)
    (found,) = await casjobs.listed(f"jobid : {number}")
    assert (found["Type"], found["Context"]) == ("CSV", "MYDB")
    output = await casjobs.client.session.get(found["OutputLoc"])
    assert await output.text() == "a\n1\n\n2\n"


async def test_late_and_missing_results(casjobs: CasJobs) -> None:
    fields = {"id": "42", "owner": "1", "type": "CSV", "scenario": "late-results", "plan": "succeeds"}
    await casjobs.add(**fields)
    for seconds, there in ((3, False), (4, False), (1, True)):
        await casjobs.advance(seconds)
        (found,) = await casjobs.listed("jobid : 42")
        assert (found["Status"], "OutputLoc" in found) == ("5", there)
    assert "OutputLoc" not in (await casjobs.listed("jobid : 1010"))[0]
    assert (await casjobs.client.get("/CasJobs/output/1010.fits")).status == 404


async def test_a_job_that_is_lost_was_taken_and_is_not_known(casjobs: CasJobs) -> None:
    job_id = await casjobs.add(id="881", owner="1", scenario="lost-after-submit")
    status, text = await casjobs.get("GetJobStatus", wsId=1, pw="secret", jobId=job_id)
    assert (status, "not present in the dictionary" in text) == (500, True)
    assert await casjobs.listed(f"jobid : {job_id}") == []
    known = await casjobs.add(id="882", owner="1")
    ids = [value for one in await casjobs.listed(system=True) for value in one.values()]
    assert (known in ids, job_id in ids) == (True, False)
    assert (await casjobs.get("CancelJob", wsId=1, pw="secret", jobId=job_id))[0] == 200
    assert (await casjobs.client.sandbox.jobs.get("casjobs", job_id)).state == "Ready"


async def test_into_a_table(casjobs: CasJobs) -> None:
    into = {**LOGIN, **QUERY, "estimate": 1}
    first = await casjobs.value("SubmitJobInto", **into, table="Mine")
    second = await casjobs.value("SubmitJobInto", **into, table="")
    _, text = await casjobs.get(
        "GetJobsJob",
        owner_wsid=1,
        owner_pw="secret",
        conditions=f"jobid:{first}|{second}",
        includeSystem=False,
    )

    assert "<Target>Mine</Target>" in text
    assert "<Target>MyTable_1</Target>" in text


async def test_a_type_there_is_none_of(casjobs: CasJobs) -> None:
    for kind in ("QUERY", "PDF", ""):
        answered, text = await casjobs.get("SubmitExtractJob", **LOGIN, tableName="t", type=kind)
        assert (answered, f"Invalid job type: {kind}" in text) == (500, True)


# --- lists --------------------------------------------------------------------------------------------------------


async def test_ones_own_jobs_only(casjobs: CasJobs) -> None:
    assert {one["WebServicesID"] for one in await casjobs.listed()} == {"1"}
    assert {one["WebServicesID"] for one in await casjobs.listed("wsid : 2")} == {"1"}
    assert {one["WebServicesID"] for one in await casjobs.listed(wsid=99)} == {"1", "2"}
    assert {one["JobID"] for one in await casjobs.listed("wsid : 2", wsid=99)} == {"900"}
    assert await casjobs.listed("jobid : 900") == []


async def test_system_jobs_on_request(casjobs: CasJobs) -> None:
    assert "1009" not in {one["JobID"] for one in await casjobs.listed()}
    assert "1009" in {one["JobID"] for one in await casjobs.listed(system=True)}
    await casjobs.get("ExecuteQuickJob", **LOGIN, **{**QUERY, "taskname": "hidden"}, isSystem=True)
    assert await casjobs.listed("taskname : hidden") == []
    assert len(await casjobs.listed("taskname : hidden", system=True)) == 1


async def test_no_element_of_a_list_is_empty(casjobs: CasJobs) -> None:
    await casjobs.submit(taskname="", context="")
    for one in await casjobs.listed(wsid=99, system=True):
        assert all(one.values())


@pytest.mark.parametrize("conditions", ["none", "colour:red", "jobid:x"])
async def test_conditions_that_cannot_be_read(casjobs: CasJobs, conditions: str) -> None:
    assert await casjobs.listed(conditions) == []
    await casjobs.set(bad_conditions="exception")
    answered, text = await casjobs.get(
        "GetJobs", owner_wsid=1, owner_pw="secret", conditions=conditions, includeSystem=False
    )
    assert (answered, "Invalid condition: " in text) == (500, True)


async def test_a_status_of_no_job(casjobs: CasJobs) -> None:
    answered, text = await casjobs.get("GetJobStatus", wsId=1, pw="secret", jobId=77)
    assert answered == 500
    assert "KeyNotFoundException: The given key was not present in the dictionary." in text
    await casjobs.set(unknown_job_status="ready")
    assert await casjobs.status(77) == 0


async def test_sentences_are_settings(casjobs: CasJobs) -> None:
    await casjobs.client.sandbox.change_settings("casjobs", {"login_error": "{wsid}? {who}?"})

    assert "System.Exception: 1? {who}?" in (await casjobs.cancel(1001, pw="x"))[1]


# --- the rest ---------------------------------------------------------------------------------------------------


async def test_tables_are_listed_for_their_owner(casjobs: CasJobs) -> None:
    for login, name in ((LOGIN, "Mine"), ({"wsid": "2", "pw": "hunter2"}, "Other")):
        await casjobs.get("UploadData", **login, tableName=name, data="a", tableExists=False)
    query = {**QUERY, "qry": "SELECT Distinct TABLE_NAME FROM information_schema.TABLES", "context": "MYDB"}

    assert await casjobs.value("ExecuteQuickJob", **LOGIN, **query, isSystem=True) == '[TABLE_NAME]:varchar\n"Mine"\n'


async def test_services(casjobs: CasJobs) -> None:
    admin = {"wsid": 99, "pw": "secret", "serviceName": "QueryManager"}
    assert await casjobs.value("GetServiceState", **admin) == "RUNNING"
    assert await casjobs.get("SetServiceState", **admin, state="SUSPENDING") == (200, "")
    assert await casjobs.value("GetServiceState", **admin) == "SUSPENDING"
    await casjobs.advance(5)
    assert await casjobs.value("GetServiceState", **admin) == "SUSPENDED"
    await casjobs.get("SetServiceState", **admin, state="WAKING")
    assert await casjobs.value("GetServiceState", **admin) == "WAKING"
    await casjobs.advance(5)
    assert await casjobs.value("GetServiceState", **admin) == "RUNNING"
    assert await casjobs.value("GetServiceState", **{**admin, "serviceName": "OutputManager"}) == "SUSPENDED"
    assert (await casjobs.get("GetServiceState", **{**admin, "wsid": 1}))[0] == 500


@pytest.mark.parametrize(
    ("userid", "password", "wsid"),
    [("alice", "secret", "1"), ("ALICE", "secret", "1"), ("alice", "x", "-1"), ("eve", "x", "-1")],
)
async def test_web_service_ids(casjobs: CasJobs, userid: str, password: str, wsid: str) -> None:
    for path in ("/ps1casjobs/casusers.asmx/GetWebServiceId", "/casjobs/CasUsers.asmx/GetWebServiceId"):
        answer = await casjobs.client.post(path, data={"userid": userid, "password": password})
        assert etree.fromstring(await answer.read()).text == wsid


@pytest.mark.parametrize(
    "path", ["/casjobs/services/jobs.asmx", "/ps1casjobs/Services/Jobs.asmx", "/gcasjobs/services/jobs.asmx"]
)
async def test_aliases(casjobs: CasJobs, path: str) -> None:
    answer = await casjobs.client.get(f"{path}/GetJobStatus?wsId=1&pw=secret&jobId=1001")

    assert "1</int>" in await answer.text()


async def test_every_state_by_its_number(casjobs: CasJobs) -> None:
    assert [await casjobs.status(1000 + number) for number in range(6)] == [0, 1, 2, 3, 4, 5]


async def test_a_data_set(casjobs: CasJobs) -> None:
    query = {**QUERY, "qry": "select objID, name, z from Galaxy"}
    _, text = await casjobs.get("ExecuteQuickJobDS", **LOGIN, **query, isSystem=False)
    root = etree.fromstring(text.encode())
    rows = [{one.tag: one.text for one in row} for row in root.iter("Table")]

    assert rows == [
        {"objID": "587722984435286016", "name": "NGC 1, south", "z": "0.0151"},
        {"objID": "587722984435286017"},
    ]


async def test_quick_jobs_by_oid(casjobs: CasJobs) -> None:
    md5 = "5ebe2294ecd0e0f08eab7690d2a6ee69"
    assert await casjobs.value("ExecuteQuickJobOID", oid="1", md5=md5, **QUERY, isSystem=False) == "[Column1]:int\n1\n"
    assert (await casjobs.get("ExecuteQuickJobOID", oid="1", md5="0", **QUERY, isSystem=False))[0] == 500


async def test_upload_with_four_parameters(casjobs: CasJobs) -> None:
    four = {**LOGIN, "tableName": "t", "data": "a"}
    assert (await casjobs.get("UploadData", **four))[0] == 500
    await casjobs.set(upload_data_parameters=4)
    assert await casjobs.get("UploadData", **four) == (200, "")
