"""data/JobSummary: pages, filters, sorting, what is hidden, and jobs that clients create."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.core.job_document import amend
from mockserver.sandbox.reset import reset

LIST = "/v4/data/JobSummary.json"


async def listed(prime: Any, query: str = "", version: int = 4) -> dict[str, Any]:
    answer = await prime.get(f"/v{version}/data/JobSummary.json{'?' + query if query else ''}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.data["queryResponse"]
    return found


def ids(found: dict[str, Any]) -> list[str]:
    return [one["$"] for one in found.get("entityId", ())]


@pytest.mark.parametrize(
    ("query", "first", "last", "shown"),
    [
        ("", 0, 38, 39),
        (".maxResults=2", 0, 1, 2),
        (".firstResult=1&.maxResults=3", 1, 3, 3),
        (".firstResult=37", 37, 38, 2),
        (".firstResult=38&.maxResults=1000", 38, 38, 1),
        (".firstResult=39", 39, 38, 0),
        (".maxResults=0", 0, -1, 0),
        (".full=true&.maxResults=5&.nocount=true", 0, 4, 5),
        ("_ctx.domain=ROOT-DOMAIN&.maxResults=1", 0, 0, 1),
    ],
)
async def test_pages(prime: Any, query: str, first: int, last: int, shown: int) -> None:
    found = await listed(prime, query)
    assert (found["@first"], found["@last"], found["@count"]) == (first, last, 39)
    assert len(found.get("entity", found.get("entityId", ()))) == shown


@pytest.mark.parametrize("page", [1, 2, 7, 38, 39])
async def test_pages_add_up_to_the_whole_list(prime: Any, page: int) -> None:
    whole = ids(await listed(prime))
    parts = [ids(await listed(prime, f".firstResult={at}&.maxResults={page}")) for at in range(0, 39, page)]
    assert [one for part in parts for one in part] == whole


async def test_the_page_of_a_query_that_names_no_size(prime: Any) -> None:
    await prime.set(limit_unpaged_query=3)
    found = await listed(prime)
    assert (found["@last"], found["@count"], len(ids(found))) == (2, 39, 3)


@pytest.mark.parametrize(
    ("sent", "content_range", "shown"),
    [
        ("instances=0-3", "instances 0-3/39", 4),
        ("instances=36-50", "instances 36-38/39", 3),
        ("bytes=0-3", None, 39),
        ("nonsense", None, 39),
    ],
)
async def test_range(prime: Any, sent: str, content_range: str | None, shown: int) -> None:
    answer = await prime.get(LIST, headers={"Range": sent})
    assert answer.status == 200
    assert answer.headers.get("Content-Range") == content_range
    assert len(answer.data["queryResponse"]["entityId"]) == shown


async def test_the_query_goes_before_the_range_header(prime: Any) -> None:
    answer = await prime.get(LIST + "?.maxResults=2", headers={"Range": "instances=5-9"})
    assert len(answer.data["queryResponse"]["entityId"]) == 2
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (".maxResults=1001", 503), (".maxResults=-1", 400), (".firstResult=x", 400), (".sort=nonsense", 400),
        ("jobid=1", 400), ("runId=x", 400), ("completionTime=never", 400), (".maxResults=1000", 200),
    ],
)  # fmt: skip
async def test_what_a_query_may_not_ask(prime: Any, query: str, status: int) -> None:
    answer = await prime.get(f"{LIST}?{query}")
    assert answer.status == status
    if status != 200:
        assert answer.data["errorDocument"]["httpResponseCode"] == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("jobName=JobCompleted", ["25"]),
        ("jobName=%22JobCompleted%22", ["25"]),
        ("jobStatus=SUSPENDED", ["26"]),
        ("runStatus=in(PAUSING,PAUSED)", ["34", "35"]),
        ("runId=282800294", ["15"]),
        ("runId=startsWith(28280029)&jobStatus=COMPLETED", ["25"]),
        ("resultStatus=CANCELFAILED", ["39"]),
        ("jobStatus=COMPLETED&runStatus=RUNNING&jobName=JobCompletedRunning", ["31"]),
        (".or_filter=true&jobName=JobCompleted&jobName=JobSuspended", ["25", "26"]),
        ("jobName=JobCompleted&jobName=JobSuspended", []),
        ("jobType=BulkImport&.maxResults=2&.firstResult=3", ["104", "105"]),
        ("duration=6&jobType=ConfigArchive", ["50"]),
        ("lastStartTime=between(2026-01-02T08:30:00,2026-01-02T09:30:00)", ["50"]),
        ("username=SYSTEM", ["52"]),
        ("username=nbi&jobName=Inventory", []),
        ("jobName=Inventory", []),
        ("description=startsWith(%22Every%22)", ["50"]),
        ("jobType=BulkImport&.sort=-jobName&.maxResults=2", ["112", "111"]),
        ("jobStatus=SCHEDULED&.sort=nextRunTime&.maxResults=2", ["32", "33"]),
        ("jobStatus=in(SUSPENDED,CANCELLED,PENDINGAPPROVAL)&.sort=-resultStatus,jobName", ["26", "27", "28"]),
    ],
)  # fmt: skip
async def test_filters_and_sorting(prime: Any, query: str, found: list[str]) -> None:
    page = await listed(prime, query)
    assert ids(page) == found


async def test_an_empty_list_has_no_entity_key(prime: Any) -> None:
    found = await listed(prime, "jobName=Nobody")
    assert (found["@count"], found["@first"], found["@last"]) == (0, 0, -1)
    assert "entityId" not in found
    await prime.set(empty_last="absent")
    assert "@last" not in await listed(prime, "jobName=Nobody")


async def test_urls_follow_host_scheme_and_sandbox(prime: Any) -> None:
    await prime.client.services.sandboxes.create("t1")
    answer = await prime.ask(
        "GET", "/~t1/webacs/api/v3/data/JobSummary.json?.maxResults=1", headers={"Host": "pi:8443"}
    )
    found = answer.data["queryResponse"]
    assert found["@requestUrl"] == "http://pi:8443/~t1/webacs/api/v3/data/JobSummary?.maxResults=1"
    assert found["entityId"][0]["@url"] == "http://pi:8443/~t1/webacs/api/v3/data/JobSummary/15"
    assert (await prime.ask("GET", "/~t1/webacs/api/v3/data/JobSummary/15.json")).status == 200


async def test_the_display_name_ends_with_the_status(prime: Any) -> None:
    found = await listed(prime, "jobName=JobSuspended", version=1)
    assert found["entityId"][0]["@displayName"].split(",")[-1].strip() == "SUSPENDED"
    assert found["@count"] == "1"


@pytest.mark.parametrize(
    "path", ["/v4/data/JobSummary/99.json", "/v1/data/JobSummary/x.json", "/v4/data/JobSummary/%22"]
)
async def test_unknown_ids(prime: Any, path: str) -> None:
    assert (await prime.get(path)).status == 404


# --- jobs that clients create ---------------------------------------------------------------------------

COMMAND = {"cliTemplateCommand": {"targetDevices": {"targetDevice": {"targetDeviceID": "1"}}, "templateName": "T"}}
DEPLOY = "/v4/op/cliTemplateConfiguration/deployTemplateThroughJob.json"


async def deploy(prime: Any, query: str = "") -> str:
    answer = await prime.put(DEPLOY + query, COMMAND)
    assert answer.status == 200, answer.text
    name: str = answer.data["mgmtResponse"]["cliTemplateCommandJobResult"][0]["jobName"]
    return name


async def test_a_new_job_can_appear_only_after_a_while(prime: Any) -> None:
    await prime.set(job_visible_after=2)
    name = await deploy(prime)
    assert name == "JobCliTemplateDeployIOSDevices12_00_00_000_PM_01_02_2026"
    assert (await listed(prime, f"jobName={name}"))["@count"] == 0
    assert (await listed(prime))["@count"] == 39
    job = (await prime.client.sandbox.jobs.page("prime", limit=1))[0][0]
    assert (await prime.get(f"/v4/data/JobSummary/{job.id}.json")).status == 404
    history = await prime.get(f"/v4/op/jobService/runhistory.json?jobName={name}")
    assert history.data["mgmtResponse"]["job"] == []
    await prime.advance(2)
    found = await listed(prime, f"jobName={name}")
    assert (found["@count"], ids(found)) == (1, [job.id])
    assert (await listed(prime))["@count"] == 40
    assert ids(await listed(prime))[-1] == job.id


async def test_a_deployment_can_be_put_off(prime: Any) -> None:
    name = await deploy(prime, "?startTime=%222026-01-02T13:00Z%22")
    job = (await listed(prime, f".full=true&jobName={name}"))["entity"][0]["jobSummaryDTO"]
    assert (job["jobStatus"], job.get("runStatus"), job["nextRunTime"]) == (
        "SCHEDULED", None, "2026-01-02T13:00:00.000Z",
    )  # fmt: skip
    await prime.advance(3602)
    job = (await listed(prime, f".full=true&jobName={name}"))["entity"][0]["jobSummaryDTO"]
    assert (job["jobStatus"], job["runStatus"], job["lastStartTime"]) == (
        "COMPLETED", "RUNNING", "2026-01-02T13:00:00.000Z",
    )  # fmt: skip


async def test_names_differ_even_in_one_millisecond(prime: Any) -> None:
    names = [await deploy(prime) for _ in range(4)]
    assert len(set(names)) == 4


async def test_bulk_import(prime: Any) -> None:
    body = {"devicesImport": {"devices": {"device": [{"ipAddress": "10.0.0.1"}]}}}
    answer = await prime.put("/v3/op/devices/bulkImport.json", body)
    name = answer.data["mgmtResponse"]["bulkImportResult"][0]["jobName"]
    assert name.startswith("BulkImport")
    await prime.advance(10)
    found = await prime.get(
        "/v3/op/jobService/runhistory.json?jobName=startsWith(%22BulkImport12%22)&jobType=BulkImport"
    )
    assert name in [one["jobName"] for one in found.data["mgmtResponse"]["job"]]


# --- the plain list -----------------------------------------------------------------------------------------


async def test_system_jobs_and_new_jobs_anywhere_leave_no_holes(tmp_path: Any, bare: Any) -> None:
    jobs = [{"id": str(number), "state": "COMPLETED"} for number in range(1, 21)]
    for number in (1, 2, 7, 12, 20):
        jobs[number - 1]["owner"] = "SYSTEM"
    jobs[8]["visible_after"] = 5
    prime = await bare(tmp_path, {"jobs": jobs})
    plain = [number for number in range(1, 21) if number not in (1, 2, 7, 12, 20)]
    for hidden in ((9,), ()):
        expected = [str(number) for number in plain if number not in hidden]
        assert (await listed(prime))["@count"] == len(expected)
        for page in (1, 3, 4):
            parts = [ids(await listed(prime, f".firstResult={at}&.maxResults={page}")) for at in range(0, 20, page)]
            assert [one for part in parts for one in part] == expected
        await prime.advance(5)


async def test_the_plain_list_follows_what_is_added_and_deleted(prime: Any) -> None:
    before = ids(await listed(prime))
    await prime.add(id="5000", name="New", state="COMPLETED")
    await prime.add(id="5001", name="NewSystem", state="COMPLETED", owner="SYSTEM")
    await prime.add(id="5002", name="New", state="COMPLETED", type="Other")
    assert ids(await listed(prime)) == [*before, "5000", "5002"]
    assert ids(await listed(prime, "jobName=New")) == ["5000", "5002"]
    await prime.client.sandbox.jobs.delete("prime", "25")
    await prime.client.sandbox.jobs.delete("prime", "52")
    assert ids(await listed(prime)) == [one for one in [*before, "5000", "5002"] if one != "25"]
    await prime.client.sandbox.jobs.change(
        "prime", "26", lambda machine, job, now: amend(machine, job, {"name": "Renamed"}, now)
    )
    assert ids(await listed(prime, "jobName=Renamed")) == ["26"]
    assert ids(await listed(prime, "jobName=JobSuspended")) == []
    await reset(prime.client.sandbox)
    assert ids(await listed(prime)) == before


async def test_a_list_is_of_the_jobs_as_they_are_not_as_they_arrived(tmp_path: Any, bare: Any) -> None:
    prime = await bare(tmp_path, {"jobs": []})
    sandbox = prime.client.sandbox

    async def filled(*owners: str) -> None:
        for number, owner in enumerate(owners, 9001):
            await prime.add(id=str(number), name=f"J{number}", state="SCHEDULED", owner=owner)

    async def amended(job_id: str, **fields: Any) -> None:
        await sandbox.jobs.change("prime", job_id, lambda machine, job, now: amend(machine, job, fields, now))

    async def shows(*expected: str) -> None:
        found = await listed(prime)
        assert (found["@count"], ids(found)) == (len(expected), list(expected))

    await filled("SYSTEM", "nbi", "nbi")
    await shows("9002", "9003")
    await reset(sandbox)
    # As many jobs as before, and the newest with the same id.
    await filled("nbi", "nbi", "nbi")
    await shows("9001", "9002", "9003")
    await amended("9001", owner="SYSTEM")
    await shows("9002", "9003")
    await amended("9001", owner="nbi")
    await shows("9001", "9002", "9003")
    await amended("9003", name="J9002")
    for query in ("jobName=J9002", "jobName=%22J9002%22"):
        assert ids(await listed(prime, query)) == ["9002", "9003"]
    assert ids(await listed(prime, "jobName=J9003")) == []


@pytest.mark.parametrize("count", [50, 2000])
async def test_a_page_costs_the_same_whatever_the_number_of_jobs(
    tmp_path: Any, bare: Any, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    jobs = [
        {
            "id": str(number),
            "name": f"J{number}",
            "state": "COMPLETED",
            "runs": [{"id": str(number), "state": "RUNNING"}],
        }
        for number in range(1, count)
    ]
    prime = await bare(tmp_path, {"jobs": [*jobs, {"id": "99999", "state": "COMPLETED", "owner": "SYSTEM"}]})
    await listed(prime)
    store, read = prime.client.sandbox.store, []
    get, page = store.get, store.page

    async def counted_get(*args: Any) -> Any:
        read.append(1)
        return await get(*args)

    async def counted_page(*args: Any, **options: Any) -> Any:
        found = await page(*args, **options)
        read.extend(found.jobs)
        return found

    monkeypatch.setattr(store, "get", counted_get)
    monkeypatch.setattr(store, "page", counted_page)
    await listed(prime, ".full=true&.firstResult=20&.maxResults=10")
    assert len(read) < 60
    read.clear()
    await listed(prime, "jobName=J20")
    await prime.get("/v4/op/jobService/runhistory.json?jobId=20")
    await prime.get("/v4/op/jobService/runhistory.json?jobName=J20")
    assert len(read) < 60


@pytest.mark.parametrize(
    ("template", "after", "shown"),
    [
        ("any", 20, ("COMPLETED", "COMPLETED", "SUCCESS", 2)),
        ("fails", 20, ("COMPLETED", "COMPLETED", "FAILURE", 0)),
        ("aborts", 20, ("COMPLETED", "ABORTED", "FAILURE", 0)),
        ("stuck", 1000, ("SCHEDULED", "RUNNING", None, 0)),
        ("late-results", 20, ("COMPLETED", "COMPLETED", "SUCCESS", 0)),
        ("late-results", 36, ("COMPLETED", "COMPLETED", "SUCCESS", 0)),
        ("late-results", 37, ("COMPLETED", "COMPLETED", "SUCCESS", 2)),
        ("missing-results", 20, ("COMPLETED", "COMPLETED", "SUCCESS", 0)),
    ],
)
async def test_a_template_says_what_becomes_of_its_jobs(prime: Any, template: str, after: float, shown: Any) -> None:
    command = {"cliTemplateCommand": {**COMMAND["cliTemplateCommand"], "templateName": template}}
    answer = await prime.put(DEPLOY, command)
    name = answer.data["mgmtResponse"]["cliTemplateCommandJobResult"][0]["jobName"]
    await prime.advance(after)
    job = (await prime.get(f"/v4/op/jobService/runhistory.json?jobName={name}")).data["mgmtResponse"]["job"][0]
    run = job["runInstances"]["runInstance"][0]
    found = (job["jobStatus"], run["runStatus"], run.get("resultStatus"), len(run["results"]["result"]))
    assert found == shown


async def test_a_job_can_be_lost_after_its_submit(prime: Any) -> None:
    command = {"cliTemplateCommand": {"templateName": "lost-after-submit"}}
    answer = await prime.put(DEPLOY, command)
    name = answer.data["mgmtResponse"]["cliTemplateCommandJobResult"][0]["jobName"]
    await prime.advance(86400)
    assert (await listed(prime, f"jobName={name}"))["@count"] == 0


@pytest.mark.parametrize("version", [1, 2, 3, 4])
async def test_a_run_that_ends_before_it_started_took_no_time(prime: Any, version: int) -> None:
    """So it looks once the clock was set back while it ran."""
    jobs = prime.client.sandbox.jobs
    run = (await jobs.get("prime", "25")).data["runs"][-1]["id"]
    early = {"started": "2026-01-02T12:00:00Z", "ended": "1990-01-01T00:00:00Z"}
    await jobs.change("prime", run, lambda machine, job, now: amend(machine, job, early, now), kind="run")
    found = await listed(prime, ".full=true&jobName=JobCompleted", version)
    (entity,) = found["entity"]
    assert int(entity["jobSummaryDTO"]["duration"]) == 0
    assert await listed(prime, "duration=0&jobName=JobCompleted", version)
