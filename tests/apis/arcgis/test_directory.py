"""The Services Directory's manners: contexts, formats, methods, refusals, CORS and JSONP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.drivers.arcgis import ArcGis
from tests.drivers.server import Client

DEMO = "/arcgis/rest/services/Demo/GPServer"
JOB = f"{DEMO}/Echo/jobs/j{9:032x}"
INVALID_URL = {"error": {"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}}
RESOURCES = [
    "/arcgis/rest/info",
    "/arcgis/rest",
    "/arcgis/rest/services",
    "/arcgis/rest/services/Analysis",
    DEMO,
    f"{DEMO}/Echo",
    JOB,
    f"{JOB}/results",
    f"{JOB}/inputs",
    f"{JOB}/results/Output_Text",
    f"{JOB}/inputs/Input_Text",
]


@pytest.mark.parametrize("path", RESOURCES)
async def test_get_and_post_say_the_same_in_every_format(client: Client, path: str) -> None:
    asked = await client.get(path, params={"f": "json"})
    posted = await client.post(path, data={"f": "json"})
    split = await client.post(f"{path}?f=json")
    slash = await client.get(f"{path}/", params={"f": "json"})
    compact = await asked.read()
    assert compact == await posted.read() == await split.read() == await slash.read()
    assert asked.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert asked.headers["Content-Length"] == str(len(compact))
    data = json.loads(compact)
    assert compact == json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()

    pretty = await client.get(path, params={"f": "pjson"})
    assert pretty.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert await pretty.read() == json.dumps(data, indent=1, ensure_ascii=False).encode()

    page = await client.get(path)
    assert page.headers["Content-Type"] == "text/html;charset=utf-8"
    assert (await page.text()).startswith('<html lang="en">\r\n<head>\r\n<title>')

    wrapped = await client.get(path, params={"f": "json", "callback": "dojo.io.cb[1]"})
    assert wrapped.headers["Content-Type"] == "application/javascript;charset=utf-8"
    assert await wrapped.read() == b"dojo.io.cb[1](" + compact + b");"


async def test_a_doubled_slash_loses_no_context(arcgis: ArcGis, client: Client) -> None:
    site = str(client.make_url("/arcgis"))
    doubled = f"{client.server.url}//arcgis"
    info = await (await client.session.get(f"{doubled}/rest/info?f=json")).json()
    assert (info["soapUrl"], info["authInfo"]["tokenServicesUrl"]) == (f"{site}/services", f"{site}/tokens/")
    for path in ("/rest/services", "/rest/nope", "/admin/nope", "/admin/services", "/rest/services/Demo/GPServer/Nope"):
        page = await (await client.session.get(f"{doubled}{path}")).text()
        assert "ArcGIS" in page
        assert f"{site}/" in page
        assert f'"{client.server.url}//rest' not in page
        assert f'"{client.server.url}//admin' not in page
    await arcgis.set(secured="standalone")
    page = await client.session.get(f"{doubled}/admin/services", allow_redirects=False)
    assert page.headers["Location"] == f"{site}/admin/login?redirect=%2Farcgis%2Fadmin%2Fservices"
    # Below the context, too, it is the site that refuses.
    assert (await client.session.get(f"{doubled}/nope")).headers["Content-Type"] == "text/html;charset=utf-8"


async def test_a_callback_that_is_no_name_is_not_followed(client: Client) -> None:
    response = await client.get("/arcgis/rest/info", params={"f": "json", "callback": "alert(1)//"})
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert b"alert" not in await response.read()


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (f"{DEMO}/Nope", INVALID_URL),
        (f"{DEMO}/Echo/jobs", INVALID_URL),
        (f"{DEMO}/Echo/jobs/", INVALID_URL),
        (f"{JOB}/messages", INVALID_URL),
        (f"{DEMO}/Echo/nope", INVALID_URL),
        (f"{DEMO}/Echo/execute", INVALID_URL),
        ("/arcgis/rest/services/SyncDemo/GPServer/Sync/submitJob", INVALID_URL),
        ("/arcgis/rest/nope", INVALID_URL),
        (
            "/arcgis/rest/services/Folder/Name/MapServer/0",
            {"error": {"code": 404, "message": "Service Folder/Name/MapServer not found ", "details": []}},
        ),
        (
            "/arcgis/rest/services/demo/GPServer",
            {"error": {"code": 404, "message": "Service demo/GPServer not found ", "details": []}},
        ),
        (
            "/arcgis/rest/services/StoppedDemo/GPServer/Echo",
            {"error": {"code": 500, "message": "Service StoppedDemo/GPServer not started ", "details": []}},
        ),
        ("/arcgis/rest/services/analysis", {"error": {"code": 404, "message": "Folder not found", "details": []}}),
        (
            f"{DEMO}/Echo/jobs/jnope",
            {"error": {"code": 400, "message": "Unable to complete operation.", "details": []}},
        ),
        (
            f"{DEMO}/Slow/jobs/j{9:032x}",
            {"error": {"code": 400, "message": "Unable to complete operation.", "details": []}},
        ),
        (
            f"{JOB}/results/Nope",
            {"error": {"code": 400, "message": "Unable to complete operation.", "details": []}},
        ),
    ],
)
async def test_refusals_are_http_200_in_the_rest_envelope(client: Client, path: str, error: Any) -> None:
    for response in (await client.get(path, params={"f": "json"}), await client.post(path, data={"f": "json"})):
        assert response.status == 200
        assert await response.text() == json.dumps(error, separators=(",", ":"))
    page = await client.get(path)
    assert f"<title>Error: {error['error']['message']}</title>" in await page.text()


async def test_refusals_can_carry_their_code_as_http_status(client: Client) -> None:
    await client.patch("/_control/apis/arcgis/settings", json={"http_errors": "real"})
    assert (await client.get("/arcgis/rest/services/Nope/GPServer?f=json")).status == 404
    assert (await client.get("/arcgis/rest/services/SecureDemo/GPServer?f=json")).status == 499
    assert (await client.get(f"{DEMO}/Echo/jobs/jnope?f=pjson")).status == 400
    assert (await client.get(f"{DEMO}/Echo/jobs/jnope")).status == 400


@pytest.mark.parametrize("name", ["kmz", "geojson", "image", "pbf", "xml"])
async def test_formats_that_are_not_faked_are_refused_before_anything_happens(client: Client, name: str) -> None:
    error = {"error": {"code": 400, "message": "Output format not supported.", "details": []}}
    before = (await (await client.get("/_control/jobs?api=arcgis")).json())["total"]
    for path in (f"{DEMO}/Echo/submitJob", JOB, f"{DEMO}/Echo/jobs/j{4:032x}/cancel"):
        assert await (await client.get(path, params={"f": name})).json(content_type=None) == error
    assert (await (await client.get("/_control/jobs?api=arcgis")).json())["total"] == before
    job = await (await client.get(f"/_control/jobs/arcgis/j{4:032x}")).json()
    assert job["state"] == "esriJobExecuting"


async def test_every_context_is_the_same_site_and_others_are_nobodys(client: Client) -> None:
    for context in ("arcgis", "webadaptor", "server"):
        task = await (await client.get(f"/{context}/rest/services/Demo/GPServer/Echo?f=json")).json(content_type=None)
        assert f"/{context}/rest/directories/" in task["helpUrl"]
    response = await client.get("/gis/rest/services?f=json")
    assert (response.status, (await response.json())["error"]["code"]) == (404, "unknown-path")
    assert "the nearest known path is /arcgis/rest/services;" in (await response.json())["error"]["hint"]
    await client.patch("/_control/apis/arcgis/settings", json={"contexts": ["gis"]})
    assert (await client.get("/gis/rest/services?f=json")).status == 200
    response = await client.get("/arcgis/rest/services?f=json")
    assert response.status == 404
    assert "do not mount it" in (await response.json())["error"]["hint"]


async def test_outside_rest_and_admin_the_web_tier_answers(client: Client) -> None:
    response = await client.get("/arcgis/info?f=json")
    assert (response.status, response.content_type) == (404, "text/html")
    response = await client.delete(JOB)
    assert response.status == 405


async def test_a_page_of_another_origin_may_ask(client: Client) -> None:
    headers = {"Origin": "https://app.example.com", "Access-Control-Request-Headers": "x-esri-authorization"}
    preflight = await client.options(JOB, headers=headers)
    assert preflight.status == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "X-Esri-Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    for path in (f"{JOB}?f=json", f"{DEMO}/Nope?f=json"):
        response = await client.get(path, headers=headers)
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
        assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("version", "number", "full"),
    [
        ("11.3", 11.3, "11.3.0"),
        ("10.9.1", 10.91, "10.9.1"),
        ("10.91", 10.91, "10.9.1"),
        ("11.10", 11.1, "11.10.0"),
        ("11.0", 11, "11.0.0"),
        ("10.8", 10.8, "10.8.0"),
    ],
)
async def test_the_version_is_a_number_and_a_text(client: Client, version: str, number: float, full: str) -> None:
    await client.patch("/_control/apis/arcgis/settings", json={"version": version})
    found = await (await client.get("/arcgis/rest/info?f=json")).json(content_type=None)
    assert (found["currentVersion"], found["fullVersion"]) == (number, full)
    assert (await client.get(f"{DEMO}?f=json")).status == 200


@pytest.mark.parametrize("version", ["11", "11.", "latest", "11.3-beta", "11.3\n"])
async def test_what_is_no_version_is_refused_where_it_is_set(client: Client, version: str) -> None:
    answer = await client.patch("/_control/apis/arcgis/settings", json={"version": version})
    error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (422, "bad-setting")
    assert (await client.get("/arcgis/rest/info?f=json")).status == 200


async def test_addresses_stay_inside_a_sandbox(client: Client) -> None:
    assert (await client.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    base = str(client.make_url("/~t1/arcgis"))
    response = await client.post("/~t1" + DEMO + "/Echo/submitJob", allow_redirects=False)
    assert response.status == 302
    assert response.headers["Location"].startswith(f"{base}/rest/services/Demo/GPServer/Echo/jobs/j")
    info = await (await client.get("/~t1/arcgis/rest/info?f=json")).json(content_type=None)
    assert info["authInfo"]["tokenServicesUrl"] == f"{base}/tokens/"
    page = await (await client.get("/~t1" + DEMO)).text()
    assert f'href="{base}/rest/services/Demo/GPServer/Echo"' in page


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        ("token-required", 499, "Token Required"),
        ("invalid-token", 498, "Invalid Token"),
        ("forbidden", 403, "You do not have permissions to access this resource or perform this operation."),
        ("service-stopped", 500, "Service Demo/GPServer not started "),
        ("service-not-found", 404, "Service Demo/GPServer not found "),
        ("unknown-job", 400, "Unable to complete operation."),
        ("invalid-url", 400, "Invalid URL"),
        ("cancel-refused", 400, "Invalid or missing input parameters."),
        ("unable-to-complete", 400, "Unable to complete operation."),
    ],
)
async def test_named_faults_speak_the_sites_own_words(client: Client, fault: str, code: int, message: str) -> None:
    from mockserver.apis.arcgis import ARCGIS

    named = {one.name: one for one in ARCGIS.faults}
    assert named[fault].title
    if (await client.get("/_control/faults")).status == 404:
        pytest.skip("the control API has no faults yet")
    effect = {"match": {"operation": "arcgis.JobStatus"}, "effect": {"named": fault}, "times": 1}
    assert (await client.post("/_control/faults", json=effect)).status == 201
    response = await client.get(JOB, params={"f": "json"})
    error = (await response.json(content_type=None))["error"]
    assert (response.status, error["code"], error["message"]) == (200, code, message)
    assert (await (await client.get(JOB, params={"f": "json"})).json(content_type=None))["jobId"]
