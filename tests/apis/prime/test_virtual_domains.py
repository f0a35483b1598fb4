"""Virtual domains: accounts, jobs and devices have one; `_ctx.domain` narrows; a foreign one is refused."""

from __future__ import annotations

from typing import Any

import pytest

BRANCH = {"user": "branch:secret"}


@pytest.fixture
async def world(prime: Any) -> Any:
    await prime.add(id="900", name="Here", state="COMPLETED", domain="Site-A", runs=[{"id": "90", "state": "RUNNING"}])
    await prime.add(id="901", name="There", state="SCHEDULED", domain="Site-B", runs=[{"id": "91", "state": "RUNNING"}])
    return prime


async def page(prime: Any, asked: str, **options: Any) -> Any:
    answer = await prime.get(f"/v4/data/JobSummary.json?{asked}", **options)
    assert answer.status == 200, answer.text
    return answer.data["queryResponse"]


async def test_the_root_sees_everything(world: Any) -> None:
    for asked in ("", "_ctx.domain=ROOT-DOMAIN"):
        found = await page(world, asked)
        assert (found["@count"], found["@domain"]) == (41, "ROOT-DOMAIN")


@pytest.mark.parametrize(
    ("asked", "options"), [("_ctx.domain=Site-A", {}), ("", BRANCH), ("_ctx.domain=Site-A", BRANCH)]
)
async def test_a_domain_shows_its_own_jobs_and_devices(world: Any, asked: str, options: Any) -> None:
    found = await page(world, asked, **options)
    assert (found["@count"], found["@domain"], [one["$"] for one in found["entityId"]]) == (1, "Site-A", ["900"])
    devices = (await world.get(f"/v4/data/Devices.json?{asked}", **options)).data["queryResponse"]
    assert [one["$"] for one in devices["entityId"]] == ["700004"]
    history = await world.get(f"/v4/op/jobService/runhistory.json?jobName=in(Here,There)&{asked}", **options)
    assert [one["jobId"] for one in history.data["mgmtResponse"]["job"]] == [900]


async def test_what_is_elsewhere_is_not_there(world: Any) -> None:
    assert (await world.get("/v4/data/JobSummary/900.json", **BRANCH)).status == 200
    refused = await world.get("/v4/data/JobSummary/901.json?_ctx.domain=Site-A")
    assert refused.data["errorDocument"]["message"] == "No such entity as JobSummaryV4 / 901.-PRS-101"
    assert refused.data["errorDocument"]["domain"] == "Site-A"
    assert (await world.get("/v4/data/Devices/700001.json", **BRANCH)).status == 404


@pytest.mark.parametrize(
    ("path", "root", "outer", "item", "here", "there"),
    [
        ("cancelrunning", "jobRunOperationPayload", "runIds", "runId", 90, 91),
        ("suspend", "jobOperationPayload", "jobIds", "jobId", None, 901),
    ],
)
async def test_writes_reach_no_other_domain(
    world: Any, path: str, root: str, outer: str, item: str, here: int | None, there: int
) -> None:
    body = {root: {outer: {item: [one for one in (here, there) if one is not None]}}}
    answer = await world.put(f"/v4/op/jobService/{path}.json", body, **BRANCH)
    result = answer.data["mgmtResponse"]["operationResult"][0]
    assert [one["id"] for one in result["failure"]["failure"]] == [there]
    assert ("success" in result) is (here is not None)
    assert (await world.job(901))["jobStatus"] == "SCHEDULED"


async def test_a_new_job_belongs_to_the_domain_it_was_made_in(world: Any) -> None:
    mine, theirs = await world.submit("?_ctx.domain=Site-A"), await world.submit("?_ctx.domain=Site-B")
    root = await world.submit()
    found = await page(world, ".full=true", **BRANCH)
    assert [one["jobSummaryDTO"]["jobName"] for one in found["entity"]] == ["Here", mine]
    names = {one["jobSummaryDTO"]["jobName"] for one in (await page(world, ".full=true"))["entity"]}
    assert {mine, theirs, root} <= names


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ("Nowhere", {}), ("", {}), ("site-a", {}), ("ROOT-DOMAIN", BRANCH), ("Site-B", BRANCH),
        ("Site-A&_ctx.domain=Site-B", {}),
    ],
)  # fmt: skip
async def test_a_foreign_domain_is_refused(world: Any, asked: str, options: Any) -> None:
    for path in ("/v4/data/JobSummary.json", "/v3/data/Devices.json", "/v4/op/jobService/runhistory.json"):
        answer = await world.get(f"{path}?_ctx.domain={asked}", **options)
        assert answer.status == 403
        assert "cannot access the virtual domain" in answer.data["errorDocument"]["message"]
    body = {"jobOperationPayload": {"jobIds": {"jobId": 901}}}
    assert (await world.put(f"/v4/op/jobService/suspend.json?_ctx.domain={asked}", body, **options)).status == 403
    assert (await world.job(901))["jobStatus"] == "SCHEDULED"


async def test_how_it_is_refused_is_a_setting(world: Any) -> None:
    await world.set(foreign_domain="400")
    assert (await world.get("/v4/data/JobSummary.json?_ctx.domain=Nowhere")).status == 400
    await world.set(foreign_domain="ignored")
    found = await page(world, "_ctx.domain=Nowhere")
    assert (found["@count"], found["@domain"]) == (41, "ROOT-DOMAIN")
    assert (await page(world, "_ctx.domain=Nowhere", **BRANCH))["@domain"] == "Site-A"


async def test_pages_and_filters_work_within_a_domain(world: Any) -> None:
    await world.add(id="902", name="HereToo", state="COMPLETED", domain="Site-A")
    for first, expected in ((0, ["900"]), (1, ["902"]), (2, [])):
        found = await page(world, f".firstResult={first}&.maxResults=1&_ctx.domain=Site-A")
        assert (found["@count"], [one["$"] for one in found.get("entityId", [])]) == (2, expected)
    assert (await page(world, "jobName=There&_ctx.domain=Site-A"))["@count"] == 0


async def test_a_job_cannot_be_put_into_a_domain_that_is_not_there(prime: Any) -> None:
    answer = await prime.control(
        "POST", "/jobs", {"api": "prime", "id": "900", "state": "COMPLETED", "domain": "Nowhere"}
    )
    assert answer.status == 422
    assert answer.data["error"]["message"] == "no virtual domain 'Nowhere'; name it in the fixture's domains"


async def test_fixture_jobs_have_domains(tmp_path: Any, bare: Any) -> None:
    prime = await bare(
        tmp_path, {"jobs": [{"id": "1", "state": "COMPLETED", "domain": "West"}, {"id": "2", "state": "COMPLETED"}]}
    )
    assert [one["$"] for one in (await page(prime, "_ctx.domain=West"))["entityId"]] == ["1"]
