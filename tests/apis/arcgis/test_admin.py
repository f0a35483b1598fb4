"""The Administrator over HTTP: who gets in, what is POST only, what its operations do to jobs, and its pages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from lxml import html

Client = TestClient[Any, Any]

SITE = "/webadaptor/admin"
JOBS = f"{SITE}/services/Demo.GPServer/jobs"
ID = "jadadadadadadadadadadadadadadadad"
JOB = f"{JOBS}/{ID}"
STATES = (
    "esriJobNew", "esriJobSubmitted", "esriJobWaiting", "esriJobExecuting", "esriJobCancelling", "esriJobCancelled",
    "esriJobFailed", "esriJobTimedOut", "esriJobSucceeded", "esriJobDeleting", "esriJobDeleted",
)  # fmt: skip
READS = (SITE, f"{SITE}/services", f"{SITE}/services/Demo.GPServer", JOBS, f"{JOBS}/query", JOB, f"{JOBS}/statistics")
POSTS = (f"{JOB}/cancel", f"{JOB}/delete", f"{JOBS}/purgeQueue")


async def add(client: Client, state: str, job_id: str = ID, **more: Any) -> None:
    job = {"api": "arcgis", "id": job_id, "service": "Demo.GPServer", "task": "Echo", "state": state, **more}
    assert (await client.post("/_control/jobs", json=job)).status == 201


async def said(client: Client, method: str, path: str, **more: Any) -> dict[str, Any]:
    """What an operation answers a program."""
    options = {"data": {"f": "json"}} if method == "POST" else {"params": {"f": "json"}}
    answer = await client.request(method, path, **options, **more)
    found: dict[str, Any] = await answer.json(content_type=None)
    return found


async def settings(client: Client, **values: Any) -> None:
    assert (await client.patch("/_control/apis/arcgis/settings", json=values)).status == 200


async def token(client: Client, user: str) -> dict[str, str]:
    form = {"username": user, "password": "secret", "f": "json"}
    answer = await (await client.post("/arcgis/tokens/", data=form)).json(content_type=None)
    return {"X-Esri-Authorization": f"Bearer {answer['token']}"}


# --- the door ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*READS, *POSTS])
async def test_only_administrators_get_in(client: Client, path: str) -> None:
    await settings(client, secured="standalone")
    await add(client, "esriJobExecuting")
    method = "POST" if path in POSTS else "GET"

    assert (await said(client, method, path))["code"] == 499
    assert (await said(client, method, path, headers={"X-Esri-Authorization": "Bearer None"}))["code"] == 498
    assert (await said(client, method, path, headers=await token(client, "analyst")))["code"] == 403
    assert (await said(client, method, path, headers=await token(client, "publisher")))["code"] == 403
    assert (await said(client, method, path, headers=await token(client, "siteadmin"))).get("status") != "error"


async def test_an_unsecured_site_asks_nobody_unless_told_to(client: Client) -> None:
    assert "resources" in await said(client, "GET", SITE)
    assert (await said(client, "GET", SITE, headers={"X-Esri-Authorization": "Bearer x"}))["code"] == 498
    await settings(client, admin_sign_in="always")
    assert (await said(client, "GET", SITE))["code"] == 499


async def test_the_words_of_the_refusal(client: Client) -> None:
    await settings(client, secured="standalone")
    assert await said(client, "GET", SITE) == {
        "status": "error",
        "messages": [
            "Unauthorized access.Token not found. You can generate a token using the 'generateToken' operation."
        ],
        "code": 499,
    }


@pytest.mark.parametrize("path", POSTS)
async def test_get_changes_nothing_where_post_is_documented(client: Client, path: str) -> None:
    await add(client, "esriJobSubmitted")
    answer = await client.get(path, params={"f": "json"})
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (405, 405)
    form = html.fromstring(await (await client.get(path)).text()).forms[0]
    assert (form.method, form.action.endswith(path)) == ("POST", True)
    assert (await said(client, "GET", JOB))["status"] == "esriJobSubmitted"

    await settings(client, admin_get_on_post_only="allow")
    assert await said(client, "GET", path) == {"status": "success"}


@pytest.mark.parametrize("path", POSTS)
async def test_a_format_nobody_has_changes_nothing(client: Client, path: str) -> None:
    await add(client, "esriJobSubmitted")
    refused = await (await client.post(path, data={"f": "kmz"})).json(content_type=None)
    assert refused == {"status": "error", "messages": ["Output format not supported."], "code": 400}
    assert (await said(client, "GET", JOB))["status"] == "esriJobSubmitted"


async def test_another_method_is_refused_in_the_administrators_envelope(client: Client) -> None:
    answer = await client.delete(JOB, params={"f": "json"})
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (405, 405)


async def test_errors_can_be_real_http_errors(client: Client) -> None:
    await settings(client, admin_http_errors="real")
    for method, path, status in (("POST", f"{JOB}/cancel", 500), ("POST", f"{JOB}/delete", 400), ("GET", JOB, 404)):
        answer = await client.request(method, path, params={"f": "json"})
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (status, status)


# --- what the operations do --------------------------------------------------------------------------


async def test_cancel_keeps_the_record_and_takes_its_time(client: Client) -> None:
    await add(client, "esriJobExecuting", on_cancel={"mode": "honours", "after": 5})
    assert await said(client, "POST", f"{JOB}/cancel") == {"status": "success"}
    assert (await said(client, "GET", JOB))["status"] == "esriJobCancelling"
    await client.post("/_control/clock/advance", json={"seconds": 5})
    shown = await said(client, "GET", JOB)
    assert (shown["status"], shown["endTime"] - shown["submittedTime"]) == ("esriJobCancelled", 5000)


async def test_a_job_of_another_service_is_none_of_this_one(client: Client) -> None:
    await add(client, "esriJobExecuting")
    other = f"{SITE}/services/RasterUtilities.GPServer/jobs/{ID}"
    assert (await said(client, "GET", other))["code"] == 404
    assert (await said(client, "POST", f"{other}/cancel"))["messages"] == [f"Unable to cancel job :[{ID}]"]
    assert (await said(client, "POST", f"{other}/delete"))["messages"] == [f"Unable to delete job :[{ID}]"]
    assert (await said(client, "GET", JOB))["status"] == "esriJobExecuting"


@pytest.mark.parametrize("state", STATES)
async def test_delete_works_in_any_state_and_both_planes_forget(client: Client, state: str) -> None:
    await add(client, state)
    assert await said(client, "POST", f"{JOB}/delete") == {"status": "success"}
    assert (await said(client, "GET", JOB))["code"] == 404
    rest = await said(client, "GET", f"/arcgis/rest/services/Demo/GPServer/Echo/jobs/{ID}")
    assert rest["error"]["message"] == "Unable to complete operation."
    assert await said(client, "POST", f"{JOB}/delete") == {
        "status": "error",
        "messages": [f"Unable to delete job :[{ID}]"],
        "code": 400,
    }


async def test_purge_cancels_what_has_not_begun(client: Client) -> None:
    for number, state in enumerate(STATES):
        await add(client, state, f"jpurge{number}")
    assert await said(client, "POST", f"{JOBS}/purgeQueue") == {"status": "success"}
    after = [(await said(client, "GET", f"{JOBS}/jpurge{number}"))["status"] for number in range(len(STATES))]
    assert after == ["esriJobCancelled"] * 3 + list(STATES[3:])


async def test_purge_leaves_other_services_alone(client: Client) -> None:
    await add(client, "esriJobWaiting")
    await said(client, "POST", f"{SITE}/services/RasterUtilities.GPServer/jobs/purgeQueue")
    assert (await said(client, "GET", JOB))["status"] == "esriJobWaiting"


async def test_statistics_follow_the_jobs(client: Client) -> None:
    before = await said(client, "POST", f"{JOBS}/statistics")
    for number, state in enumerate(("esriJobFailed", "esriJobSucceeded", "esriJobCancelled", "esriJobExecuting")):
        await add(client, state, f"jstatistics{number}")
    after = await said(client, "POST", f"{JOBS}/statistics")
    assert {name: after[name] - before[name] for name in after} == {
        "total": 4,
        "cancelled": 1,
        "failed": 1,
        "succeeded": 1,
    }


async def test_of_many_cancels_at_once_one_succeeds(client: Client) -> None:
    await add(client, "esriJobExecuting")
    answers = await asyncio.gather(*(said(client, "POST", f"{JOB}/cancel") for _ in range(20)))
    assert [answer["status"] for answer in answers].count("success") == 1


async def test_services_lie_in_their_folders(client: Client) -> None:
    root = await said(client, "GET", f"{SITE}/services")
    assert root["folders"] == [one["folderName"] for one in root["foldersDetail"]]
    for folder in root["folders"]:
        inside = await said(client, "GET", f"{SITE}/services/{folder}")
        assert (inside["folderName"], inside["folders"]) == (folder, [])
        assert "foldersDetail" not in inside
        for one in inside["services"]:
            path = f"{SITE}/services/{folder}/{one['serviceName']}.{one['type']}"
            assert (await said(client, "GET", path))["serviceName"] == one["serviceName"]
            assert await said(client, "GET", f"{path}/jobs") == {"resources": ["statistics"]}


@pytest.mark.parametrize("context", ["arcgis", "webadaptor", "server"])
async def test_the_url_of_a_job_is_where_it_was_asked(client: Client, context: str) -> None:
    await add(client, "esriJobExecuting")
    path = f"/{context}/admin/services/Demo.GPServer/jobs/{ID}"
    assert (await said(client, "GET", path))["url"] == str(client.make_url(path))


async def test_urls_stay_inside_the_sandbox(client: Client) -> None:
    assert (await client.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    job = {"api": "arcgis", "id": ID, "service": "Demo.GPServer", "state": "esriJobExecuting"}
    await client.post("/_control/sandboxes/t1/jobs", json=job)
    assert (await said(client, "GET", f"/~t1{JOB}"))["url"] == str(client.make_url(f"/~t1{JOB}"))
    assert (await said(client, "GET", JOB))["code"] == 404
    page = html.fromstring(await (await client.get(f"/~t1{JOB}")).text())
    page.make_links_absolute(str(client.make_url("/")))
    inside = str(client.make_url("/~t1/"))
    assert all(link.startswith(inside) for *_, link, _ in page.iterlinks())


# --- pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READS)
async def test_html_is_the_default(client: Client, path: str) -> None:
    await add(client, "esriJobExecuting")
    answer = await client.get(path)
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    page = html.fromstring(await answer.text())
    assert page.findtext(".//title") == "ArcGIS Server Administrator Directory"


async def test_every_link_of_the_directory_leads_somewhere(client: Client) -> None:
    await add(client, "esriJobExecuting")
    root = str(client.make_url("/")).rstrip("/")
    seen, waiting = set(), [SITE]
    while waiting:
        url = waiting.pop()
        seen.add(url)
        answer = await client.get(url)
        assert answer.status in (200, 501), url
        if answer.status == 501:
            continue
        page = html.fromstring(await answer.text())
        assert not page.xpath("//h2[text()='Error']"), url
        links = {href.removeprefix(root) for href in page.xpath("//a/@href")}
        waiting += links - seen - set(waiting)
    assert f"{SITE}/services/Demo.GPServer/jobs/query" in seen


async def test_statistics_read_as_documented(client: Client) -> None:
    page = html.fromstring(await (await client.post(f"{JOBS}/statistics")).text())
    assert page.findtext(".//h2") == "Job Statistics"
    assert [cell.text.strip() for cell in page.iter("th")] == ["Jobs:", "Failed:", "Succeeded:", "Cancelled:"]


async def test_what_a_client_sent_stays_text(client: Client) -> None:
    hostile = "<script>alert(1)</script>"
    await add(client, "esriJobExecuting", owner=hostile)
    for answer in (
        await client.get(JOB),
        await client.get(f"{JOBS}/query", params={"userName": hostile}),
        await client.get(f"{JOBS}/{hostile}".replace("/s", "%2Fs")),
        await client.get("/arcgis/admin/login", params={"redirect": f'"><{hostile}'}),
    ):
        text = await answer.text()
        assert hostile not in text
        assert not html.fromstring(text).xpath("//script")


async def test_a_refusal_has_a_page_too(client: Client) -> None:
    answer = await client.post(f"{JOBS}/jnope/cancel")
    page = html.fromstring(await answer.text())
    assert "Unable to cancel job :[jnope]" in [paragraph.text for paragraph in page.iter("p")]
