"""Tokens, signatures and API keys: who gets through, and what the others are told."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import CIMultiDict

from mockserver.apis.ges.signature import HWS, SDK, Signature, Signed, sign, verify

JOB = "4448c9fb-0b16-4a78-8d89-2a137c53454a001679122"
SHOWN = "ff80808167f09aaa0167f19b35ec0305"
GRAPH_ID = "4b5aa3a0000040008000000000000002"
NOON = "20260102T120000Z"


def password(scope: Any = None, **user: Any) -> dict[str, Any]:
    who = {"name": "alice", "password": "secret", "domain": {"name": "acme"}, **user}
    auth: dict[str, Any] = {"identity": {"methods": ["password"], "password": {"user": who}}}
    if scope is not None:
        auth["scope"] = scope
    return {"auth": auth}


async def issue(ges: Any, body: Any, **options: Any) -> Any:
    ges.token = None
    got = await ges.send("POST", "/v3/auth/tokens", json=body, **options)
    ges.token = got.headers.get("X-Subject-Token")
    return got


@pytest.mark.parametrize("project", [{"name": "cn-north-4"}, {"id": "0123456789abcdef0123456789abcdef"}])
async def test_a_token_for_a_project_opens_it(ges: Any, project: Any) -> None:
    got = await issue(ges, password({"project": project}))
    assert got.status == 201
    token = got.data["token"]
    assert (token["issued_at"], token["expires_at"]) == ("2026-01-02T12:00:00.000000Z", "2026-01-03T12:00:00.000000Z")
    assert token["project"]["id"] == ges.project
    assert (await ges.status(JOB)).status == 200


async def test_a_token_ends_with_its_time_on_the_sandbox_clock(ges: Any) -> None:
    await issue(ges, password({"project": {"name": "cn-north-4"}}))
    await ges.advance(86_399)
    assert (await ges.status(JOB)).status == 200
    await ges.advance(2)
    assert (await ges.status(JOB)).data == {"errorMessage": "Invalid token.", "errorCode": "GES.8007"}


async def test_the_life_of_tokens_is_a_setting(ges: Any) -> None:
    await ges.set(token_lifetime="5s")
    await issue(ges, password({"project": {"name": "cn-north-4"}}))
    await ges.advance(6)
    assert (await ges.status(JOB)).data["errorCode"] == "GES.8007"
    got = await ges.send("GET", f"/v1.0/{ges.project}/graphs/{GRAPH_ID}/jobs/{SHOWN}/status")
    assert got.status == 401
    assert "token expires, expires_at: 2026-01-02T12:00:05.000000Z" in got.data["error_msg"]


async def test_reset_forgets_issued_tokens(ges: Any) -> None:
    await issue(ges, password({"project": {"name": "cn-north-4"}}))
    await ges.control("POST", "/reset")
    assert (await ges.status(JOB)).data["errorCode"] == "GES.8007"


@pytest.mark.parametrize("scope", [None, {"domain": {"name": "acme"}}])
async def test_a_domains_token_is_refused_by_ges(ges: Any, scope: Any) -> None:
    assert (await issue(ges, password(scope))).status == 201
    assert (await ges.status(JOB)).data["errorCode"] == "GES.8006"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (password({"project": {"name": "cn-north-4"}}, password="wrong"), 401),
        (password({"project": {"name": "cn-north-4"}}, name="nobody"), 401),
        (password({"project": {"name": "cn-north-4"}}, domain={"name": "other"}), 401),
        (password({"project": {"name": "nowhere"}}), 404),
        (password({"project": "cn-north-4"}), 400),
        (password("cn-north-4"), 400),
        (password({"project": {"name": "cn-north-4"}}, name=7), 400),
        ({"auth": {"identity": {"methods": ["totp"]}}}, 400),
        ({"auth": {"identity": []}}, 400),
        ({"auth": []}, 400),
        ([], 400),
        (None, 400),
    ],
)
async def test_no_token_for_a_bad_request(ges: Any, body: Any, status: int) -> None:
    got = await issue(ges, body)
    assert got.status == status
    assert set(got.data) == {"error_msg", "error_code"}
    assert ges.token is None


ON_THE_SERVICE_PLANE = [
    (None, 400, "GES.8007"),
    ("nobody's", 400, "GES.8007"),
    ("mock-token-expired", 400, "GES.8007"),
    ("mock-token-of-bob", 400, "GES.8006"),
    ("mock-token-without-permission", 400, "GES.8020"),
]


@pytest.mark.parametrize(("token", "status", "code"), ON_THE_SERVICE_PLANE)
async def test_tokens_on_the_service_plane(ges: Any, token: str | None, status: int, code: str) -> None:
    ges.token = token
    for got in (await ges.status(JOB), await ges.cancel(JOB), await ges.call("GET", "jobs/status")):
        assert (got.status, got.data["errorCode"]) == (status, code)
    ges.token = "mock-token"
    assert (await ges.status(JOB)).data == {"status": "running"}


async def test_the_checks_come_in_their_order(ges: Any) -> None:
    ges.graph, ges.token = "nowhere", "nobody's"
    path = "action?action_id=execute-algorithm"
    assert (await ges.call("POST", path, data=b"{")).data["errorCode"] == "GES.8007"
    ges.token = "mock-token-of-bob"
    assert (await ges.call("POST", path, data=b"{")).data["errorCode"] == "GES.8006"
    ges.token = "mock-token"
    assert (await ges.call("POST", path, data=b"{")).data["errorCode"] == "GES.8402"
    ges.graph = "movie"
    assert (await ges.call("POST", path, data=b"{")).data["errorCode"] == "GES.8000"
    assert (await ges.call("POST", path, data=b"{}")).data["errorCode"] == "GES.8401"
    ges.token = None
    assert (await ges.send("GET", "/ges/v1.0/nothing/here")).status == 404


async def test_other_ways_in_are_settings(ges: Any) -> None:
    ges.token = None
    await ges.set(token_failure_status=401)
    assert (await ges.status(JOB)).status == 401
    await ges.set(token_required=False)
    assert (await ges.status(JOB)).status == 200


async def test_an_api_key_in_a_header_that_a_setting_names(ges_with: Any, tmp_path: Any) -> None:
    fixture = tmp_path / "f.json"
    fixture.write_text(
        '{"ges": {"settings": {"api_key_header": "X-Api-Key"}, "accounts": [{"user": "a", "api_key": "k"}],'
        ' "graphs": [{"name": "movie"}], "jobs": [{"id": "j", "state": "running"}]}}'
    )
    ges = await ges_with(fixtures=(fixture,))
    ges.token = None
    assert (await ges.call("GET", "jobs/j/status", headers={"X-Api-Key": "k"})).data == {"status": "running"}
    assert (await ges.call("GET", "jobs/j/status", headers={"X-Api-Key": "x"})).data["errorCode"] == "GES.8007"


# --- signatures ---------------------------------------------------------------------------------------


def signed(
    ges: Any, method: str, path: str, *, secret: str = "mock-secret-key", date: str = NOON, body: bytes = b"",
    access_key: str = "MOCKACCESSKEY", **more: str,
) -> dict[str, str]:  # fmt: skip
    host = f"{ges.client.host}:{ges.client.port}"
    headers = {"Host": host, "Content-Type": "application/json", "X-Sdk-Date": date, **more}
    names = tuple(sorted(name.lower() for name in headers))
    bare, _, query = path.partition("?")
    request = Signed(method=method, path=bare, query=query, headers=CIMultiDict(headers), body=body)
    value = sign(request, secret, names)
    mark = f"SDK-HMAC-SHA256 Access={access_key}, SignedHeaders={';'.join(names)}, Signature={value}"
    return {**headers, "Authorization": mark}


async def show(ges: Any, path: str | None = None, **options: Any) -> Any:
    ges.token = None
    path = path or f"/v2/{ges.project}/graphs/{GRAPH_ID}/jobs/{SHOWN}/status"
    return await ges.send("GET", path, headers=signed(ges, "GET", path, **options))


async def test_a_signed_request_gets_through(ges: Any) -> None:
    assert (await show(ges)).data["job_id"] == SHOWN
    listing = f"/v1.0/{ges.project}/graphs/jobs?graph_name=g%20x&limit=10&offset=0&status=running"
    assert (await show(ges, listing)).data == {"jobCount": 0, "jobList": []}
    assert (await show(ges, "/v3/projects?name=cn-north-4")).data["projects"][0]["id"] == ges.project


async def test_a_request_signed_for_a_sandbox_path_gets_through(ges: Any) -> None:
    made = await ges.control("POST", "/sandboxes", {"name": "t1"})
    assert made.status == 201
    inside = f"/v2/{ges.project}/graphs/{GRAPH_ID}/jobs/{SHOWN}/status"
    assert (await show(ges, "/~t1" + inside)).status == 200
    headers = signed(ges, "GET", inside)
    assert (await ges.send("GET", "/~t1" + inside, headers=headers)).status == 200


BAD_SIGNATURES = [
    ({"secret": "wrong"}, "signature does not match"),
    ({"access_key": "NOBODYS"}, "access key not found"),
    ({"date": "20260102T114459Z"}, "request time is not within 15 minutes"),
    ({"date": "20260102T121501Z"}, "request time is not within 15 minutes"),
    ({"date": "yesterday"}, "X-Sdk-Date is no moment"),
]


@pytest.mark.parametrize(("options", "reason"), BAD_SIGNATURES)
async def test_a_bad_signature_is_refused_by_the_gateway(ges: Any, options: Any, reason: str) -> None:
    got = await show(ges, **options)
    assert (got.status, got.data["error_code"]) == (401, "APIGW.0301")
    assert got.data["error_msg"].startswith("Incorrect IAM authentication information: verify aksk signature fail, ")
    assert reason in got.data["error_msg"]
    assert got.data["request_id"] == got.headers["X-Request-Id"]


@pytest.mark.parametrize("place", ["path", "query", "header", "scope"])
@pytest.mark.parametrize("algorithm", [SDK, HWS])
def test_bytes_that_are_no_utf8_are_signed_as_they_are(place: str, algorithm: str) -> None:
    odd = {place: "rhone\udce9"}  # é of Latin-1, as the HTTP parser hands it on
    request = Signed(
        method="GET", path=f"/{odd.get('path', '')}", query=odd.get("query", ""), body=b"",
        headers=CIMultiDict({"X-Sdk-Date": NOON, "X-Odd": odd.get("header", "")}),
    )  # fmt: skip
    scope = ("20260102", odd.get("scope", "eu"), "ges", "hws_request")
    value = sign(request, "secret", ("x-odd",), algorithm, "/".join(scope))
    signature = Signature(algorithm=algorithm, access_key="", scope=scope, signed=("x-odd",), value=value)
    assert verify(request, signature, "secret")
    assert not verify(replace(request, path="/rhone"), signature, "secret")


@pytest.mark.parametrize("date", ["20260102T114500Z", "20260102T121500Z"])
async def test_fifteen_minutes_are_in_time(ges: Any, date: str) -> None:
    assert (await show(ges, date=date)).status == 200


async def test_real_time_will_do_as_well_as_the_sandbox_clock(ges: Any) -> None:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    assert (await show(ges, date=now)).status == 200
    await ges.set(signature_clock="sandbox")
    assert (await show(ges, date=now)).status == 401
    assert (await show(ges)).status == 200
    await ges.set(signature_clock="real")
    assert (await show(ges)).status == 401


@pytest.mark.parametrize("changed", ["method", "path", "query", "body", "header"])
async def test_what_was_signed_must_be_what_was_sent(ges: Any, changed: str) -> None:
    ges.token = None
    path = f"/v2/{ges.project}/graphs/4b5aa3a0000040008000000000000001/export-graph"
    headers = signed(ges, "POST", path, body=b'{"a":1}', **{"X-Project-Id": ges.project})
    if changed == "header":
        headers["X-Project-Id"] = "fedcba9876543210fedcba9876543210"
    elif changed == "method":
        headers = signed(ges, "PUT", path, body=b'{"a":1}')
    sent = path.replace("export", "import") if changed == "path" else path + ("?x=1" if changed == "query" else "")
    body = b'{"a":2}' if changed == "body" else b'{"a":1}'
    assert (await ges.send("POST", sent, headers=headers, data=body)).status == 401
    good = signed(ges, "POST", path, body=body, **{"X-Project-Id": ges.project})
    assert (await ges.send("POST", path, headers=good, data=body)).status == 200


async def test_five_bad_signatures_lock_the_key_for_five_minutes(ges: Any) -> None:
    for _ in range(5):
        await show(ges, secret="wrong")
    assert "locked" in (await show(ges)).data["error_msg"]
    await ges.advance(299)
    assert (await show(ges)).status == 401
    await ges.advance(2)
    assert (await show(ges, date="20260102T120500Z")).status == 200


async def test_a_good_signature_forgives_bad_ones_and_a_setting_forgives_all(ges: Any) -> None:
    for _ in range(2):
        for _ in range(4):
            await show(ges, secret="wrong")
        assert (await show(ges)).status == 200
    await ges.set(access_key_lock=False)
    for _ in range(6):
        await show(ges, secret="wrong")
    assert (await show(ges)).status == 200


async def test_another_projects_key_is_refused(ges: Any) -> None:
    got = await show(ges, access_key="MOCKACCESSKEYOFBOB", secret="mock-secret-key-of-bob")
    assert (got.status, got.data["error_code"]) == (400, "GES.0016")


async def test_the_service_plane_takes_signatures_only_when_told(ges: Any) -> None:
    path = f"/ges/v1.0/{ges.project}/graphs/movie/jobs/{JOB}/status"
    assert (await show(ges, path)).data["errorCode"] == "GES.8007"
    await ges.set(service_signatures=True)
    assert (await show(ges, path)).data == {"status": "running"}
    assert (await show(ges, path, secret="wrong")).data["errorCode"] == "GES.8007"


# --- hw_access_key: the form of a real client --------------------------------------------------------


def hws_headers(body: bytes, secret: str = "mock-secret-key", date: str = NOON) -> dict[str, str]:
    """Return what "GES Memory Skill" sends: it signs accept, content-type and x-hws-date."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json;charset=UTF-8",
        "X-Hws-Date": date,
    }
    scope = f"{date[:8]}/cn-north-7/iam/hws_request"
    lines = "".join(f"{name.lower()}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(
        ["POST", "/v3/auth/tokens/", "", lines, "accept;content-type;x-hws-date", hashlib.sha256(body).hexdigest()]
    )
    text = "\n".join([HWS, date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"HWS" + secret.encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    value = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    mark = f"{HWS} Credential=MOCKACCESSKEY/{scope}, SignedHeaders=accept;content-type;x-hws-date, Signature={value}"
    return {**headers, "X-Identity-Sign": mark}


@pytest.mark.parametrize(
    ("options", "status"), [({}, 201), ({"secret": "wrong"}, 401), ({"date": "20260102T110000Z"}, 401)]
)
async def test_a_token_by_access_key(ges: Any, options: Any, status: int) -> None:
    body = (
        b'{"auth": {"identity": {"methods": ["hw_access_key"],"hw_access_key": {"access": {"key": "MOCKACCESSKEY"}}},'
        b'"scope": {"project": {"id": "0123456789abcdef0123456789abcdef"}}}}'
    )
    ges.token = None
    got = await ges.send("POST", "/v3/auth/tokens", data=body, headers=hws_headers(body, **options))
    assert got.status == status
    if status == 201:
        assert got.data["token"]["methods"] == ["hw_access_key"]
        ges.token = got.headers["X-Subject-Token"]
        assert (await ges.status(JOB)).status == 200


async def test_secrets_stay_out_of_the_journal(ges: Any) -> None:
    await issue(ges, password({"project": {"name": "cn-north-4"}}))
    await ges.status(JOB)
    await show(ges)
    for entry in (await ges.control("GET", "/requests")).data["requests"]:
        told = str((await ges.control("GET", f"/requests/{entry['number']}")).data)
        assert "'secret'" not in told
        assert '"secret"' not in told
        assert "Signature=" not in told
        assert (ges.token or "mock-token") not in told
