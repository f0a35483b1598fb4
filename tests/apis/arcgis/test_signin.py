"""Signing in: the positions of a token in both planes, its life and its client, the portal, cookies, and secrets."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer
from lxml import html

from mockserver.app import application, build, pipeline
from mockserver.settings import Settings
from mockserver.store.memory import MemoryStore
from tests.drivers.arcgis import DEMO, ArcGis

NOON = "2026-01-02T12:00:00Z"
SECURED = "/arcgis/rest/services/SecureDemo/GPServer"
ADMIN = "/arcgis/admin"
PORTAL = "/portal/sharing/rest"


async def told(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = await answer.json(content_type=None)
    return found


def code(answer: dict[str, Any]) -> int | None:
    """What a refusal of either plane says; None for an answer that is none."""
    found: int | None = answer["error"]["code"] if "error" in answer else answer.get("code")
    return found


def ways(value: str) -> list[dict[str, Any]]:
    """The positions a token may have in a request."""
    return [
        {"method": "GET", "params": {"f": "json", "token": value}},
        {"method": "POST", "data": {"f": "json", "token": value}},
        {"method": "GET", "params": {"f": "json"}, "headers": {"X-Esri-Authorization": f"Bearer {value}"}},
        {"method": "POST", "data": {"f": "json"}, "headers": {"X-Esri-Authorization": f"Bearer {value}"}},
        {"method": "GET", "params": {"f": "json"}, "headers": {"Authorization": f"Bearer {value}"}},
    ]


# --- positions, life, client -------------------------------------------------------------------------


@pytest.mark.parametrize("path", [DEMO, ADMIN, f"{ADMIN}/services"])
async def test_a_token_is_taken_from_every_position(arcgis: ArcGis, path: str) -> None:
    await arcgis.set(secured="standalone")
    good, bad = await arcgis.token(), "nobody-made-this"
    for way in ways(good):
        assert code(await told(await arcgis.client.request(path=path, **way))) is None
    for way in ways(bad):
        assert code(await told(await arcgis.client.request(path=path, **way))) == 498


@pytest.mark.parametrize(
    "path", ["/arcgis/tokens", "/arcgis/tokens/", "/arcgis/tokens/generateToken", "/webadaptor/tokens/",
             "/arcgis/rest/generateToken", "/arcgis/admin/generateToken"]
)  # fmt: skip
async def test_a_token_of_every_endpoint_is_good_in_both_planes(arcgis: ArcGis, path: str) -> None:
    await arcgis.set(secured="standalone")
    value = await arcgis.token(path=path)
    assert code(await told(await arcgis.client.get(DEMO, params={"f": "json", "token": value}))) is None
    assert code(await told(await arcgis.client.get(ADMIN, params={"f": "json", "token": value}))) is None


async def test_one_secured_service_asks_on_a_site_that_does_not(arcgis: ArcGis) -> None:
    assert await told(await arcgis.client.get(SECURED, params={"f": "json"})) == {
        "error": {"code": 499, "message": "Token Required", "details": []}
    }
    assert await told(await arcgis.client.get(SECURED, params={"f": "json", "token": "x"})) == {
        "error": {"code": 498, "message": "Invalid Token", "details": []}
    }
    value = await arcgis.token()
    assert "tasks" in await told(await arcgis.client.get(SECURED, params={"f": "json", "token": value}))
    # A token that is no good is refused even where none is asked for.
    assert code(await told(await arcgis.client.get(DEMO, params={"f": "json", "token": "x"}))) == 498


async def test_it_expires_on_the_sandboxs_clock(arcgis: ArcGis) -> None:
    value = await arcgis.token(expiration="2")
    for seconds, expected in ((119, None), (1, 498)):
        await arcgis.advance(seconds)
        assert code(await told(await arcgis.client.get(SECURED, params={"f": "json", "token": value}))) == expected


async def test_a_token_can_die_in_mid_poll_and_the_job_goes_on(arcgis: ArcGis) -> None:
    await arcgis.set(token_real_ttl=2)
    value = await arcgis.token()
    task = (
        f"{SECURED}/{(await told(await arcgis.client.get(SECURED, params={'f': 'json', 'token': value})))['tasks'][0]}"
    )
    submitted = await told(await arcgis.client.post(f"{task}/submitJob", data={"f": "json", "token": value}))
    job = f"{task}/jobs/{submitted['jobId']}"
    assert "jobStatus" in await told(await arcgis.client.get(job, params={"f": "json", "token": value}))
    await arcgis.advance(2)
    assert code(await told(await arcgis.client.get(job, params={"f": "json", "token": value}))) == 498
    again = await arcgis.token()
    assert "jobStatus" in await told(await arcgis.client.get(job, params={"f": "json", "token": again}))


async def test_the_administrator_says_why_a_token_is_no_good(arcgis: ArcGis) -> None:
    async def refused(value: str, **headers: str) -> Any:
        params = {"f": "json", "token": value}
        return await told(await arcgis.client.get(f"{ADMIN}/services", params=params, headers=headers))

    def envelope(text: str) -> dict[str, Any]:
        return {"status": "error", "messages": [text], "code": 498}

    other = await arcgis.token(client="ip", ip="192.0.2.1")
    bound = await arcgis.token(client="referer", referer="http://mine.example.test")
    assert await refused(other) == envelope("Invalid token, ClientID does not match.")
    await arcgis.set(referer_check="strict")
    assert await refused(bound, Referer="http://yours.example.test") == envelope(
        "Invalid token, ClientID does not match."
    )
    assert "services" in await refused(bound, Referer="http://mine.example.test")
    await arcgis.advance(3600)
    for value, headers in ((bound, {"Referer": "http://mine.example.test"}), (other, {}), ("nobody-made-this", {})):
        assert await refused(value, **headers) == envelope("Token Expired.")
    # The Services Directory has one text for all of them.
    answer = await arcgis.client.get(SECURED, params={"f": "json", "token": other})
    assert (await told(answer))["error"]["message"] == "Invalid Token"


@pytest.mark.parametrize(("setting", "code_of_dead"), [("ignored", 499), ("refused", 498)])
async def test_a_dead_token_in_the_cookie_is_answered_as_a_setting_says(
    arcgis: ArcGis, setting: str, code_of_dead: int
) -> None:
    await arcgis.set(secured="standalone", dead_cookie=setting)
    value = await arcgis.token()
    for path in (DEMO, f"{ADMIN}/services"):
        ask = {"params": {"f": "json"}, "headers": {"Cookie": f"agstoken={value}"}}
        assert code(await told(await arcgis.client.get(path, **ask))) is None
    await arcgis.advance(3600)
    for path in (DEMO, f"{ADMIN}/services"):
        assert code(await told(await arcgis.client.get(path, **ask))) == code_of_dead


async def test_a_site_that_asks_nobody_still_tells_where_tokens_come_from(arcgis: ArcGis) -> None:
    # The default fixtures have a secured service; this site has none.
    own = {"arcgis": {"services": [{"name": "Demo", "tasks": [{"name": "Echo"}]}]}}
    await arcgis.client.post("/_control/sandboxes", json={"name": "own", "fixtures": [own]})

    async def announced(**settings: Any) -> Any:
        await arcgis.client.patch("/~own/_control/apis/arcgis/settings", json=settings)
        return (await arcgis.get("/~own/arcgis/rest/info"))["authInfo"]

    root = str(arcgis.client.make_url("/~own/arcgis/tokens/"))
    every = {"isTokenBasedSecurity": True, "tokenServicesUrl": root, "shortLivedTokenValidity": 60}
    assert await announced() == every
    assert await announced(announces_tokens=False) == {"isTokenBasedSecurity": False}
    assert await announced(secured="standalone") == every


async def test_a_referer_is_looked_at_only_when_strict(arcgis: ArcGis) -> None:
    value = await arcgis.token(client="referer", referer="http")
    for check, headers, expected in (
        ("off", {}, None),
        ("strict", {}, 498),
        ("strict", {"Referer": "http"}, None),
        ("strict", {"Referer": "@esri/arcgis-rest-js"}, 498),
    ):
        await arcgis.set(referer_check=check)
        answer = await arcgis.client.get(SECURED, params={"f": "json", "token": value}, headers=headers)
        assert code(await told(answer)) == expected


async def test_a_token_of_another_address_is_no_good(arcgis: ArcGis) -> None:
    mine = await arcgis.token(client="requestip")
    other = await arcgis.token(client="ip", ip="192.0.2.1")
    assert code(await told(await arcgis.client.get(SECURED, params={"f": "json", "token": mine}))) is None
    assert code(await told(await arcgis.client.get(SECURED, params={"f": "json", "token": other}))) == 498


async def test_tokens_of_one_sandbox_are_none_in_another(arcgis: ArcGis) -> None:
    await arcgis.client.post("/_control/sandboxes", json={"name": "t1"})
    await arcgis.token()
    value = await arcgis.token()
    assert code(await told(await arcgis.client.get(SECURED, params={"f": "json", "token": value}))) is None
    assert code(await told(await arcgis.client.get(f"/~t1{SECURED}", params={"f": "json", "token": value}))) == 498


async def test_processes_over_one_store_know_each_others_tokens() -> None:
    store = MemoryStore()
    houses = [build(Settings(strict=True, clock=NOON), store=store) for _ in range(2)]
    await houses[0].sandboxes.default.seed()
    clients = [TestClient(TestServer(application(services, pipeline(services)))) for services in houses]
    for one in clients:
        await one.start_server()
    made = await asyncio.gather(*(ArcGis(clients[number % 2]).token() for number in range(20)))
    assert len(set(made)) == 20
    for one in clients:
        for value in made:
            assert code(await told(await one.get(SECURED, params={"f": "json", "token": value}))) is None
    for one in clients:
        await one.close()


async def test_a_reset_forgets_tokens(arcgis: ArcGis) -> None:
    value = await arcgis.token()
    await arcgis.client.post("/_control/reset")
    assert code(await told(await arcgis.client.get(SECURED, params={"f": "json", "token": value}))) == 498


async def test_the_same_seed_gives_the_same_tokens(serve: Any) -> None:
    first, second, other = [await ArcGis(await serve(seed=seed, apis=("arcgis",))).token() for seed in (3, 3, 4)]
    assert first == second != other


@pytest.mark.parametrize("path", ["/arcgis/tokens/", "/arcgis/admin/generateToken"])
async def test_no_token_is_made_in_a_format_nobody_has(arcgis: ArcGis, path: str) -> None:
    form = {"username": "siteadmin", "password": "secret", "f": "kmz"}
    answer = await told(await arcgis.client.post(path, data=form))
    assert code(answer) == 400
    assert "Output format not supported." in str(answer)


async def test_credentials_in_the_address_make_no_token(arcgis: ArcGis) -> None:
    for method in ("GET", "POST"):
        query = {"username": "siteadmin", "password": "secret", "f": "json"}
        answer = await told(await arcgis.client.request(method, "/arcgis/tokens/generateToken", params=query))
        assert answer["error"]["code"] == 405


# --- the portal --------------------------------------------------------------------------------------


@pytest.mark.parametrize("secured", ["none", "standalone"])
async def test_there_is_no_portal_unless_federated(arcgis: ArcGis, secured: str) -> None:
    await arcgis.set(secured=secured)
    assert (await arcgis.client.get(f"{PORTAL}/info", params={"f": "json"})).status == 404


async def test_only_the_portal_of_the_site_answers(arcgis: ArcGis) -> None:
    await arcgis.set(secured="federated", portal_context="myportal")
    assert (await arcgis.client.get(f"{PORTAL}/info", params={"f": "json"})).status == 404
    shown = await told(await arcgis.client.get("/myportal/sharing/rest/info", params={"f": "json"}))
    assert shown["owningSystemUrl"] == str(arcgis.client.make_url("/myportal"))


async def test_a_portals_token_is_good_at_its_server_and_so_is_the_one_it_is_changed_for(arcgis: ArcGis) -> None:
    await arcgis.set(secured="federated")
    portal = await arcgis.token(path=f"{PORTAL}/generateToken")
    form = {"f": "json", "token": portal, "serverUrl": str(arcgis.client.make_url("/arcgis")), "expiration": "20160"}
    server = await told(await arcgis.client.post(f"{PORTAL}/generateToken", data=form))
    assert server["token"] != portal
    for value in (portal, server["token"]):
        assert code(await told(await arcgis.client.get(DEMO, params={"f": "json", "token": value}))) is None


async def begin(arcgis: ArcGis) -> str:
    query = {
        "response_type": "token",
        "client_id": "pythonapi",
        "redirect_uri": "https://127.0.0.1:9",
        "state": "abc",
        "expiration": "600",
    }
    page = await (await arcgis.client.get(f"{PORTAL}/oauth2/authorize", params=query)).text()
    # Exactly how the Python client takes the page apart (arcgis 2.4.4, _init_response_type_token).
    found = re.search(r"\{.*\}", page, re.MULTILINE)
    assert found is not None
    state: str = json.loads(found[0])["oauth_state"]
    return state


async def test_the_sign_in_page_leads_back_with_a_token(arcgis: ArcGis) -> None:
    await arcgis.set(secured="federated")
    form = {"oauth_state": await begin(arcgis), "username": "siteadmin", "password": "secret"}
    answer = await arcgis.client.post("/portal/sharing/oauth2/signin", data=form, allow_redirects=False)
    assert answer.status == 302
    back = urlsplit(answer.headers["Location"])
    assert (back.scheme, back.netloc) == ("https", "127.0.0.1:9")
    fragment = {name: values[0] for name, values in parse_qs(back.fragment).items()}
    value = fragment.pop("access_token")
    assert fragment == {"expires_in": "36000", "username": "siteadmin", "ssl": "true", "state": "abc"}
    assert code(await told(await arcgis.client.get(DEMO, params={"f": "json", "token": value}))) is None

    again = await arcgis.client.post("/portal/sharing/oauth2/signin", data=form, allow_redirects=False)
    assert again.status == 200, "a sign-in is good once"


async def test_a_wrong_password_gets_the_page_again(arcgis: ArcGis) -> None:
    await arcgis.set(secured="federated")
    state = await begin(arcgis)
    form = {"oauth_state": state, "username": "siteadmin", "password": "wrong"}
    answer = await arcgis.client.post("/portal/sharing/oauth2/signin", data=form, allow_redirects=False)
    assert (answer.status, "Invalid username or password." in await answer.text()) == (200, True)
    form["password"] = "secret"
    assert (await arcgis.client.post("/portal/sharing/oauth2/signin", data=form, allow_redirects=False)).status == 302


async def test_a_person_can_use_the_page(arcgis: ArcGis) -> None:
    await arcgis.set(secured="federated")
    query = {"response_type": "token", "client_id": "<b>", "redirect_uri": "https://app.example/", "state": "</script>"}
    text = await (await arcgis.client.get(f"{PORTAL}/oauth2/authorize", params=query)).text()
    assert "<b>" not in text
    form = html.fromstring(text).forms[0]
    form.fields = {"username": "siteadmin", "password": "secret"}
    action = urlsplit(form.action)
    answer = await arcgis.client.post(
        f"{action.path}?{action.query}", data=dict(form.form_values()), allow_redirects=False
    )
    assert answer.headers["Location"].startswith("https://app.example/#access_token=")


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "urn:ietf:wg:oauth:2.0:oob", "https://", "http://[x/"])
async def test_a_sign_in_leads_to_web_addresses_only(arcgis: ArcGis, address: str) -> None:
    await arcgis.set(secured="federated")
    query = {"response_type": "token", "client_id": "x", "redirect_uri": address}
    assert "Invalid redirect_uri" in await (await arcgis.client.get(f"{PORTAL}/oauth2/authorize", params=query)).text()


# --- pages and cookies -------------------------------------------------------------------------------


async def test_a_browser_signs_in_to_the_administrator_and_out_again(arcgis: ArcGis) -> None:
    await arcgis.set(secured="standalone")
    jobs = f"{ADMIN}/services/Demo.GPServer/jobs"
    page = await arcgis.client.get(jobs)
    assert page.url.path == f"{ADMIN}/login"
    form = html.fromstring(await page.text()).forms[0]
    form.fields = {**dict(form.fields), "username": "siteadmin", "password": "secret"}
    landed = await arcgis.client.post(urlsplit(form.action).path, data=dict(form.form_values()))
    assert landed.url.path == jobs
    assert code(await told(await arcgis.client.get(ADMIN, params={"f": "json"}))) is None

    await arcgis.client.get(f"{ADMIN}/logout", allow_redirects=False)
    assert code(await told(await arcgis.client.get(ADMIN, params={"f": "json"}))) == 499


async def test_a_stale_cookie_is_no_token(arcgis: ArcGis) -> None:
    headers = {"Cookie": "agstoken=gone"}
    assert code(await told(await arcgis.client.get(DEMO, params={"f": "json"}, headers=headers))) is None
    assert code(await told(await arcgis.client.get(SECURED, params={"f": "json"}, headers=headers))) == 499


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/arcgis/admin",
        "//elsewhere.example/arcgis/admin",
        "/other/admin",
        "javascript:x",
        "http://[",
    ],
)
async def test_a_sign_in_never_leads_off_the_site(arcgis: ArcGis, target: str) -> None:
    form = {"username": "siteadmin", "password": "secret", "redirect": target}
    answer = await arcgis.client.post(f"{ADMIN}/login", data=form, allow_redirects=False)
    assert answer.headers["Location"] == str(arcgis.client.make_url(ADMIN))


async def test_the_cookie_stays_in_its_sandbox_and_from_scripts(arcgis: ArcGis) -> None:
    await arcgis.client.post("/_control/sandboxes", json={"name": "t1"})
    form = {"username": "siteadmin", "password": "secret"}
    answer = await arcgis.client.post("/~t1/arcgis/rest/login", data=form, allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert "; Path=/~t1/arcgis;" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


# --- secrets -----------------------------------------------------------------------------------------


async def test_no_secret_reaches_the_journal(arcgis: ArcGis, caplog: pytest.LogCaptureFixture) -> None:
    await arcgis.set(secured="federated", referer_check="strict")
    secrets = {"hunter2-wrong"}
    for path in ("/arcgis/tokens/", "/arcgis/admin/generateToken", f"{PORTAL}/generateToken"):
        secrets.add(await arcgis.token(path=path))
        page = await arcgis.client.post(path, data={"username": "siteadmin", "password": "secret"})
        secrets.update(re.findall(r"\?token=([0-9a-f]{64})", await page.text()))
        await arcgis.client.post(path, data={"username": "siteadmin", "password": "hunter2-wrong", "f": "json"})
        await arcgis.client.get(path, params={"username": "siteadmin", "password": "hunter2-wrong"})
    for value in secrets:
        for way in ways(value):
            for path in (DEMO, ADMIN, f"{PORTAL}/portals/self"):
                await arcgis.client.request(path=path, **way)
    state = await begin(arcgis)
    form = {"oauth_state": state, "username": "siteadmin", "password": "secret"}
    answer = await arcgis.client.post("/portal/sharing/oauth2/signin", data=form, allow_redirects=False)
    secrets |= {state, parse_qs(urlsplit(answer.headers["Location"]).fragment)["access_token"][0]}
    answer = await arcgis.client.post(f"{ADMIN}/login", data={"username": "siteadmin", "password": "hunter2-wrong"})
    answer = await arcgis.client.post(
        f"{ADMIN}/login", data={"username": "siteadmin", "password": "secret"}, allow_redirects=False
    )
    secrets.add(answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0])
    assert len(secrets) >= 9

    journal = await told(await arcgis.client.get("/_control/requests", params={"limit": "1000"}))
    for entry in journal["requests"]:
        shown = json.dumps(await told(await arcgis.client.get(f"/_control/requests/{entry['number']}")))
        assert not [secret for secret in secrets if secret in shown], shown
    assert not [secret for secret in secrets if secret in caplog.text]
