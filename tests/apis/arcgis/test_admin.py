"""The Administrator over HTTP: who gets in, what is POST only, what its operations do to jobs, and its pages."""

from __future__ import annotations

import asyncio

import pytest
from lxml import html

from tests.drivers.arcgis import ArcGis

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


def bearer(token: str) -> dict[str, str]:
    return {"X-Esri-Authorization": f"Bearer {token}"}


# --- the door ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*READS, *POSTS])
async def test_only_administrators_get_in(arcgis: ArcGis, path: str) -> None:
    await arcgis.set(secured="standalone")
    await arcgis.add(state="esriJobExecuting", id=ID)
    method = "POST" if path in POSTS else "GET"

    assert (await arcgis.said(method, path))["code"] == 499
    assert (await arcgis.said(method, path, headers={"X-Esri-Authorization": "Bearer None"}))["code"] == 498
    assert (await arcgis.said(method, path, headers=bearer(await arcgis.token("analyst"))))["code"] == 403
    assert (await arcgis.said(method, path, headers=bearer(await arcgis.token("publisher"))))["code"] == 403
    assert (await arcgis.said(method, path, headers=bearer(await arcgis.token("siteadmin")))).get("status") != "error"


async def test_an_unsecured_site_asks_nobody_unless_told_to(arcgis: ArcGis) -> None:
    assert "resources" in await arcgis.said("GET", SITE)
    assert (await arcgis.said("GET", SITE, headers={"X-Esri-Authorization": "Bearer x"}))["code"] == 498
    await arcgis.set(admin_sign_in="always")
    assert (await arcgis.said("GET", SITE))["code"] == 499


async def test_the_words_of_the_refusal(arcgis: ArcGis) -> None:
    await arcgis.set(secured="standalone")
    assert await arcgis.said("GET", SITE) == {
        "status": "error",
        "messages": [
            "Unauthorized access.Token not found. You can generate a token using the 'generateToken' operation."
        ],
        "code": 499,
    }


@pytest.mark.parametrize("path", POSTS)
async def test_get_changes_nothing_where_post_is_documented(arcgis: ArcGis, path: str) -> None:
    await arcgis.add(state="esriJobSubmitted", id=ID)
    answer = await arcgis.client.get(path, params={"f": "json"})
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (405, 405)
    form = html.fromstring(await (await arcgis.client.get(path)).text()).forms[0]
    assert (form.method, form.action.endswith(path)) == ("POST", True)
    assert (await arcgis.said("GET", JOB))["status"] == "esriJobSubmitted"

    await arcgis.set(admin_get_on_post_only="allow")
    assert await arcgis.said("GET", path) == {"status": "success"}


@pytest.mark.parametrize("path", POSTS)
async def test_a_format_nobody_has_changes_nothing(arcgis: ArcGis, path: str) -> None:
    await arcgis.add(state="esriJobSubmitted", id=ID)
    refused = await (await arcgis.client.post(path, data={"f": "kmz"})).json(content_type=None)
    assert refused == {"status": "error", "messages": ["Output format not supported."], "code": 400}
    assert (await arcgis.said("GET", JOB))["status"] == "esriJobSubmitted"


async def test_another_method_is_refused_in_the_administrators_envelope(arcgis: ArcGis) -> None:
    answer = await arcgis.client.delete(JOB, params={"f": "json"})
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (405, 405)


async def test_errors_can_be_real_http_errors(arcgis: ArcGis) -> None:
    await arcgis.set(admin_http_errors="real")
    for method, path, status in (("POST", f"{JOB}/cancel", 500), ("POST", f"{JOB}/delete", 400), ("GET", JOB, 404)):
        answer = await arcgis.client.request(method, path, params={"f": "json"})
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (status, status)


# --- what the operations do --------------------------------------------------------------------------


async def test_cancel_keeps_the_record_and_takes_its_time(arcgis: ArcGis) -> None:
    await arcgis.add(state="esriJobExecuting", id=ID, on_cancel={"mode": "honours", "after": 5})
    assert await arcgis.said("POST", f"{JOB}/cancel") == {"status": "success"}
    assert (await arcgis.said("GET", JOB))["status"] == "esriJobCancelling"
    await arcgis.advance(5)
    shown = await arcgis.said("GET", JOB)
    assert (shown["status"], shown["endTime"] - shown["submittedTime"]) == ("esriJobCancelled", 5000)


async def test_a_job_of_another_service_is_none_of_this_one(arcgis: ArcGis) -> None:
    await arcgis.add(state="esriJobExecuting", id=ID)
    other = f"{SITE}/services/RasterUtilities.GPServer/jobs/{ID}"
    assert (await arcgis.said("GET", other))["code"] == 404
    assert (await arcgis.said("POST", f"{other}/cancel"))["messages"] == [f"Unable to cancel job :[{ID}]"]
    assert (await arcgis.said("POST", f"{other}/delete"))["messages"] == [f"Unable to delete job :[{ID}]"]
    assert (await arcgis.said("GET", JOB))["status"] == "esriJobExecuting"


@pytest.mark.parametrize("state", STATES)
async def test_delete_works_in_any_state_and_both_planes_forget(arcgis: ArcGis, state: str) -> None:
    await arcgis.add(state=state, id=ID)
    assert await arcgis.said("POST", f"{JOB}/delete") == {"status": "success"}
    assert (await arcgis.said("GET", JOB))["code"] == 404
    rest = await arcgis.said("GET", f"/arcgis/rest/services/Demo/GPServer/Echo/jobs/{ID}")
    assert rest["error"]["message"] == "Unable to complete operation."
    assert await arcgis.said("POST", f"{JOB}/delete") == {
        "status": "error",
        "messages": [f"Unable to delete job :[{ID}]"],
        "code": 400,
    }


async def test_purge_cancels_what_has_not_begun(arcgis: ArcGis) -> None:
    for number, state in enumerate(STATES):
        await arcgis.add(state=state, id=f"jpurge{number}")
    assert await arcgis.said("POST", f"{JOBS}/purgeQueue") == {"status": "success"}
    after = [(await arcgis.said("GET", f"{JOBS}/jpurge{number}"))["status"] for number in range(len(STATES))]
    assert after == ["esriJobCancelled"] * 3 + list(STATES[3:])


async def test_purge_leaves_other_services_alone(arcgis: ArcGis) -> None:
    await arcgis.add(state="esriJobWaiting", id=ID)
    await arcgis.said("POST", f"{SITE}/services/RasterUtilities.GPServer/jobs/purgeQueue")
    assert (await arcgis.said("GET", JOB))["status"] == "esriJobWaiting"


async def test_statistics_follow_the_jobs(arcgis: ArcGis) -> None:
    before = await arcgis.said("POST", f"{JOBS}/statistics")
    for number, state in enumerate(("esriJobFailed", "esriJobSucceeded", "esriJobCancelled", "esriJobExecuting")):
        await arcgis.add(state=state, id=f"jstatistics{number}")
    after = await arcgis.said("POST", f"{JOBS}/statistics")
    assert {name: after[name] - before[name] for name in after} == {
        "total": 4,
        "cancelled": 1,
        "failed": 1,
        "succeeded": 1,
    }


async def test_of_many_cancels_at_once_one_succeeds(arcgis: ArcGis) -> None:
    await arcgis.add(state="esriJobExecuting", id=ID)
    answers = await asyncio.gather(*(arcgis.said("POST", f"{JOB}/cancel") for _ in range(20)))
    assert [answer["status"] for answer in answers].count("success") == 1


async def test_services_lie_in_their_folders(arcgis: ArcGis) -> None:
    root = await arcgis.said("GET", f"{SITE}/services")
    assert root["folders"] == [one["folderName"] for one in root["foldersDetail"]]
    for folder in root["folders"]:
        inside = await arcgis.said("GET", f"{SITE}/services/{folder}")
        assert (inside["folderName"], inside["folders"]) == (folder, [])
        assert "foldersDetail" not in inside
        for one in inside["services"]:
            path = f"{SITE}/services/{folder}/{one['serviceName']}.{one['type']}"
            assert (await arcgis.said("GET", path))["serviceName"] == one["serviceName"]
            assert await arcgis.said("GET", f"{path}/jobs") == {"resources": ["statistics"]}


@pytest.mark.parametrize("context", ["arcgis", "webadaptor", "server"])
async def test_the_url_of_a_job_is_where_it_was_asked(arcgis: ArcGis, context: str) -> None:
    await arcgis.add(state="esriJobExecuting", id=ID)
    path = f"/{context}/admin/services/Demo.GPServer/jobs/{ID}"
    assert (await arcgis.said("GET", path))["url"] == str(arcgis.client.make_url(path))


async def test_urls_stay_inside_the_sandbox(arcgis: ArcGis) -> None:
    assert (await arcgis.client.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    job = {"api": "arcgis", "id": ID, "service": "Demo.GPServer", "state": "esriJobExecuting"}
    await arcgis.client.post("/_control/sandboxes/t1/jobs", json=job)
    assert (await arcgis.said("GET", f"/~t1{JOB}"))["url"] == str(arcgis.client.make_url(f"/~t1{JOB}"))
    assert (await arcgis.said("GET", JOB))["code"] == 404
    page = html.fromstring(await (await arcgis.client.get(f"/~t1{JOB}")).text())
    page.make_links_absolute(str(arcgis.client.make_url("/")))
    inside = str(arcgis.client.make_url("/~t1/"))
    assert all(link.startswith(inside) for *_, link, _ in page.iterlinks())


# --- pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READS)
async def test_html_is_the_default(arcgis: ArcGis, path: str) -> None:
    await arcgis.add(state="esriJobExecuting", id=ID)
    answer = await arcgis.client.get(path)
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    page = html.fromstring(await answer.text())
    assert page.findtext(".//title") == "ArcGIS Server Administrator Directory"


async def test_every_link_of_the_directory_leads_somewhere(arcgis: ArcGis) -> None:
    await arcgis.add(state="esriJobExecuting", id=ID)
    root = str(arcgis.client.make_url("/")).rstrip("/")
    seen, waiting = set(), [SITE]
    while waiting:
        url = waiting.pop()
        seen.add(url)
        answer = await arcgis.client.get(url)
        assert answer.status in (200, 501), url
        if answer.status == 501:
            continue
        page = html.fromstring(await answer.text())
        assert not page.xpath("//h2[text()='Error']"), url
        links = {href.removeprefix(root) for href in page.xpath("//a/@href")}
        waiting += links - seen - set(waiting)
    assert f"{SITE}/services/Demo.GPServer/jobs/query" in seen


async def test_statistics_read_as_documented(arcgis: ArcGis) -> None:
    page = html.fromstring(await (await arcgis.client.post(f"{JOBS}/statistics")).text())
    assert page.findtext(".//h2") == "Job Statistics"
    assert [cell.text.strip() for cell in page.iter("th")] == ["Jobs:", "Failed:", "Succeeded:", "Cancelled:"]


async def test_what_a_client_sent_stays_text(arcgis: ArcGis) -> None:
    hostile = "<script>alert(1)</script>"
    await arcgis.add(state="esriJobExecuting", id=ID, owner=hostile)
    for answer in (
        await arcgis.client.get(JOB),
        await arcgis.client.get(f"{JOBS}/query", params={"userName": hostile}),
        await arcgis.client.get(f"{JOBS}/{hostile}".replace("/s", "%2Fs")),
        await arcgis.client.get("/arcgis/admin/login", params={"redirect": f'"><{hostile}'}),
    ):
        text = await answer.text()
        assert hostile not in text
        assert not html.fromstring(text).xpath("//script")


async def test_a_refusal_has_a_page_too(arcgis: ArcGis) -> None:
    answer = await arcgis.client.post(f"{JOBS}/jnope/cancel")
    page = html.fromstring(await answer.text())
    assert "Unable to cancel job :[jnope]" in [paragraph.text for paragraph in page.iter("p")]
