"""The way in: formats, logins, groups, sessions, limits, errors, named faults."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from mockserver.apis.prime import running
from mockserver.core.errors import Unavailable
from mockserver.sandbox.sandbox import Sandbox

LIST = "/v3/data/JobSummary"
RUN = {"jobRunOperationPayload": {"runIds": {"runId": [282800294]}}}
WRITE = "/v3/op/jobService/cancelrunning"


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        (LIST, None, "text/xml"),
        (LIST, "*/*", "text/xml"),
        (LIST, "text/xml", "text/xml"),
        (LIST, "application/xml", "text/xml"),
        (LIST, "application/json", "application/json"),
        (LIST, "application/json, text/plain, */*", "application/json"),
        (LIST, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/xml"),
        (LIST, "application/json;q=0.5, text/xml;q=0.9", "text/xml"),
        (LIST, "application/json;q=0, */*", "text/xml"),
        (LIST + ".json", None, "application/json"),
        (LIST + ".json", "*/*", "application/json"),
        (LIST + ".json", "text/xml", "application/json"),
        (LIST + ".xml", "application/json", "text/xml"),
        (LIST + "/15.json", None, "application/json"),
        (LIST + "/15", None, "text/xml"),
        (LIST + ".json?jobName=%22x%22", None, "application/json"),
        (LIST + "?jobName=%22x%22.json", None, "application/json"),
    ],
)
async def test_the_format_of_the_answer(prime: Any, path: str, accept: str | None, kind: str) -> None:
    answer = await prime.get(path, headers={"Accept": accept} if accept else {})
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert b".json" not in answer.body


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "text/html, text/plain"])
async def test_an_accept_that_cannot_be_met_is_406(prime: Any, accept: str) -> None:
    answer = await prime.get(LIST, headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (406, "text/xml")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_body_of_another_type_is_415(prime: Any, kind: str) -> None:
    answer = await prime.put(WRITE, json.dumps(RUN), headers={"Content-Type": kind})
    assert answer.status == 415
    assert (await prime.run(15))["runStatus"] == "RUNNING"


async def test_the_body_follows_its_own_type_and_not_the_suffix(prime: Any) -> None:
    answer = await prime.put(WRITE + ".xml", RUN)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml")


async def test_json_can_name_a_charset(prime: Any) -> None:
    await prime.set(json_content_type="application/json;charset=UTF-8")
    for path in (LIST + ".json", WRITE + ".json"):
        assert (await prime.get(path)).headers["Content-Type"] == "application/json;charset=UTF-8"


# --- not found ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "/v3/data/unkown.json", "No such entity type as unkown.-PRS-102"),
        ("GET", "/v4/data/unkown.json", "No such entity type as unkown.-PRS-102"),
        ("GET", "/v1/op/jobService/cancel.json", "No such resource as GET /op/jobService/cancel.-PRS-100"),
        ("POST", "/v3/op/jobService/cancel.json", None),
        ("DELETE", "/v3/data/JobSummary/15.json", None),
        ("PUT", "/v3/data/JobSummary.json", None),
        ("GET", "/v5/data/JobSummary.json", None),
        ("GET", "/v0/data.json", None),
        ("GET", "/vx/data.json", None),
        ("GET", "/v3/op/jobservice/runhistory.json", None),
        ("GET", "/v3/op/jobService/nonsense.json", None),
        ("GET", "/v3/op/rateService/rateLimits.json", None),
        ("GET", "/v3.json", None),
        ("GET", "/nonsense.json", None),
    ],
)
async def test_an_unknown_path_or_method_is_a_404_errordocument(
    prime: Any, method: str, path: str, message: str | None
) -> None:
    answer = await prime.ask(method, "/webacs/api" + path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/json")
    error = answer.data["errorDocument"]
    assert (error["httpResponseCode"], error["httpMethod"]) == (404, method)
    assert message is None or error["message"] == message
    plain = await prime.ask(method, "/webacs/api" + path.replace(".json", ""))
    assert (plain.status, plain.headers["Content-Type"]) == (404, "text/xml")
    assert plain.xml.tag == "errorDocument"


async def test_the_forms_of_errordocument(prime: Any) -> None:
    old = (await prime.get("/v1/data/unkown.json?a=1&a=2&b=x")).data["errorDocument"]
    assert old == {
        "httpResponseCode": 404, "httpMethod": "GET", "message": "No such entity type as unkown.-PRS-102",
        "id": "presentation.PRS-102", "uriPath": "/data/unkown", "queryParams": "{a=[1, 2], b=[x]}",
    }  # fmt: skip
    new = (await prime.get("/v4/data/JobSummary/1460170872.json")).data["errorDocument"]
    assert new == {
        "httpResponseCode": 404, "httpMethod": "GET",
        "message": "No such entity as JobSummaryV4 / 1,460,170,872.-PRS-101", "id": "presentation.PRS-101",
        "uriPath": "data/JobSummary/1460170872", "queryParams": "{}", "domain": "ROOT-DOMAIN",
    }  # fmt: skip


async def test_a_raw_quote_in_the_url_is_a_400_without_a_body(prime: Any) -> None:
    for path in ('/v3/op/jobService/runhistory.json?jobName="X"', '/v4/data/JobSummary?jobName="X".json'):
        answer = await prime.get(path)
        assert (answer.status, answer.body) == (400, b"")
        assert "Content-Type" not in answer.headers
    assert (await prime.get("/v3/op/jobService/runhistory.json?jobName=%22X%22")).status == 200


# --- who may come in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [None, "nbi:wrong", "nobody:secret", "nbi", ":"])
async def test_a_failed_login_leads_to_the_login_page(prime: Any, user: str | None) -> None:
    answer = await prime.put(WRITE + ".json", RUN, user=user)
    assert (answer.status, answer.body) == (302, b"")
    assert answer.headers["Location"] == prime.client.base + "/webacs/pages/common/login.jsp"
    assert "Set-Cookie" not in answer.headers
    page = await prime.ask("GET", "/webacs/pages/common/login.jsp", user=None)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    await prime.set(authentication_failure="401")
    answer = await prime.get(LIST, user=user)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="Prime Infrastructure"')
    await prime.set(realm="")
    assert "WWW-Authenticate" not in (await prime.get(LIST, user=user)).headers
    assert (await prime.run(15))["runStatus"] == "RUNNING"


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Bearer x", "Basic bmJpOnNlY3JldA", "basic bmJpOnNlY3JldA== x"])
async def test_headers_that_are_no_login(prime: Any, header: str) -> None:
    assert (await prime.get(LIST, user=None, headers={"Authorization": header})).status == 302


@pytest.mark.parametrize(
    ("user", "read", "write"), [("nbi", 200, 200), ("reader", 200, 403), ("writer", 403, 200), ("root", 200, 200)]
)
async def test_groups(prime: Any, user: str, read: int, write: int) -> None:
    assert (await prime.get(LIST + ".json", user=f"{user}:secret")).status == read
    answer = await prime.put(WRITE + ".json", RUN, user=f"{user}:secret")
    assert answer.status == write
    if write == 403:
        assert answer.data["errorDocument"]["httpResponseCode"] == 403


async def test_a_fixture_without_accounts_has_the_usual_ones(tmp_path: Any, bare: Any) -> None:
    prime = await bare(tmp_path, {"jobs": []})
    assert (await prime.get(LIST)).status == 200
    assert (await prime.put(WRITE, RUN, user="reader:secret")).status == 403


async def test_a_session_cookie_is_a_login(prime: Any) -> None:
    cookie = (await prime.get(LIST)).headers["Set-Cookie"].split(";")[0]
    assert (await prime.get(LIST, user=None, headers={"Cookie": f"a=b; {cookie}"})).status == 200
    assert (await prime.get(LIST, user=None, headers={"Cookie": "JSESSIONID=1"})).status == 302
    reader = (await prime.get(LIST, user="reader:secret")).headers["Set-Cookie"].split(";")[0]
    assert (await prime.put(WRITE, RUN, user=None, headers={"Cookie": reader})).status == 403
    await prime.set(session_cookie=False)
    assert (await prime.get(LIST, user=None, headers={"Cookie": cookie})).status == 302
    assert "Set-Cookie" not in (await prime.get(LIST)).headers


async def test_the_sixth_open_connection_of_a_user_is_refused(prime: Any) -> None:
    await prime.set(session_limit=5)
    url = f"{prime.client.base}/webacs/api{LIST}"
    nbi, reader = aiohttp.BasicAuth("nbi", "secret"), aiohttp.BasicAuth("reader", "secret")
    sessions = [aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) for _ in range(6)]
    try:

        async def status(session: aiohttp.ClientSession, auth: aiohttp.BasicAuth, **headers: str) -> int:
            async with session.get(url, auth=auth, headers=headers) as response:
                await response.read()
                return response.status

        assert [await status(one, nbi) for one in sessions] == [200] * 5 + [401]
        assert await status(sessions[0], nbi) == 200
        assert await status(sessions[5], reader) == 200
        async with aiohttp.ClientSession() as other:
            assert await status(other, nbi, Connection="close") == 200
        await sessions[0].close()
        await asyncio.sleep(0)
        async with aiohttp.ClientSession() as other:
            for _ in range(100):
                if (found := await status(other, nbi)) == 200:
                    break
            assert found == 200
    finally:
        for one in sessions:
            await one.close()


# --- limits ---------------------------------------------------------------------------------------------


async def test_the_limiter_is_off_by_default(prime: Any) -> None:
    assert [(await prime.get(LIST)).status for _ in range(30)] == [200] * 30
    limits = (await prime.get("/v4/op/rateService/rateLimits.json")).data["mgmtResponse"]["rateLimitsDTO"][0]
    assert limits["totalRequestThreshold"] == -1


async def test_the_window_slides_by_segments(prime: Any) -> None:
    await prime.set(rate_limiting=True, total_request_threshold=4, window_size=1000, window_segments=10)
    seen = [(await prime.get(LIST)).status for _ in range(2)]
    await prime.advance(0.5)
    seen += [(await prime.get(LIST + ".json", user="reader:secret")).status for _ in range(2)]
    answer = await prime.get(LIST + ".json")
    assert (seen, answer.status) == ([200] * 4, 503)
    assert answer.data["errorDocument"]["message"] == "NBI Global Rate limit exceeded (More than 4 in 1000 ms)"
    assert "Retry-After" not in answer.headers
    # What was refused does not count: the first two leave the window, and two are let in.
    await prime.advance(0.5)
    assert [(await prime.get(LIST)).status for _ in range(3)] == [200, 200, 503]
    await prime.advance(0.4)
    assert (await prime.get(LIST)).status == 503
    await prime.advance(0.1)
    assert [(await prime.get(LIST)).status for _ in range(3)] == [200, 200, 503]


async def test_the_threshold_of_a_user(prime: Any) -> None:
    await prime.set(rate_limiting=True, per_user_threshold=2, total_request_threshold=-1)
    answers = [await prime.get(LIST + ".json") for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 503]
    message = answers[2].data["errorDocument"]["message"]
    assert message == "NBI Rate limit for user nbi exceeded (More than 2 in 1000 ms)"
    assert (await prime.get(LIST, user="reader:secret")).status == 200


async def test_failed_requests_count_and_refused_ones_do_not(prime: Any) -> None:
    await prime.set(rate_limiting=True, total_request_threshold=3)
    statuses = [(await prime.get(path)).status for path in (LIST + "?nonsense=1", LIST + "/99", LIST, LIST)]
    assert statuses == [400, 404, 200, 503]


async def test_requests_at_a_time(prime: Any) -> None:
    await prime.set(rate_limiting=True, total_request_threshold=-1, max_concurrent_queries=2, answer_takes=0.3)
    first = [asyncio.ensure_future(prime.get(LIST)) for _ in range(2)]
    while len(await prime.client.sandbox.documents("prime").get("limits", "running") or {}) < 2:
        await asyncio.sleep(0)
    answer = await prime.get(LIST + ".json")
    assert answer.status == 503
    assert answer.data["errorDocument"]["message"] == (
        "Per user concurrent query count exceeded Currently 2 : Limit is 2"
    )
    assert [one.status for one in await asyncio.gather(*first)] == [200, 200]
    assert await prime.client.sandbox.documents("prime").get("limits", "running") is None


async def test_a_request_that_is_answered_soon_is_counted_in_three_steps(
    prime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In, in its window, and out."""
    await prime.set(rate_limiting=True, total_request_threshold=1)
    store, replace, steps = prime.client.services.store, prime.client.services.store.replace, list[str]()

    async def counted(sandbox: str, collection: str, key: str, *rest: Any) -> Any:
        if collection == "prime.limits":
            steps.append(key)
        return await replace(sandbox, collection, key, *rest)

    monkeypatch.setattr(store, "replace", counted)
    assert (await prime.get(LIST)).status == 200
    assert steps == ["running", "window", "running"]


async def test_a_request_that_is_cancelled_while_it_is_counted_does_not_run(
    prime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prime.set(rate_limiting=True, max_concurrent_queries=1)
    store, replace = prime.client.services.store, prime.client.services.store.replace

    async def cut_off(sandbox: str, collection: str, key: str, *rest: Any) -> Any:
        if key == "window":
            raise asyncio.CancelledError
        return await replace(sandbox, collection, key, *rest)

    monkeypatch.setattr(store, "replace", cut_off)
    with pytest.raises(aiohttp.ClientError):
        await prime.get(LIST)
    assert await prime.client.sandbox.documents("prime").get("limits", "running") is None
    assert not prime.client.sandbox.states["prime"].running._own


async def test_of_a_sandbox_that_was_reset_meanwhile_nothing_is_said_to_run(
    prime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, sandbox = asyncio.Event(), prime.client.sandbox

    async def pause(self: Sandbox, seconds: float) -> None:
        await goes_on.wait()

    monkeypatch.setattr(Sandbox, "pause", pause)
    monkeypatch.setattr(running, "RENEWED", 0.0)
    await prime.set(rate_limiting=True, answer_takes=1)
    of_sandbox = sandbox.states["prime"].running
    asked = asyncio.create_task(prime.get(LIST))
    async with asyncio.timeout(60):
        while not of_sandbox._own:
            await asyncio.sleep(0)
        assert (await prime.client.post("/_control/reset")).status == 200
        while of_sandbox._own:
            await asyncio.sleep(0)
    goes_on.set()
    assert (await asked).status == 409
    assert await sandbox.documents("prime").get("limits", "running") is None


@pytest.mark.parametrize(
    ("step", "done", "status"),
    [(1, 1, 502), (2, 2, 502), (3, 2, 200)],
    ids=["entered, unanswered", "counted, unanswered", "not left"],
)
async def test_requests_at_whose_end_the_store_was_away_run_no_longer_once_it_is_back(
    prime: Any, monkeypatch: pytest.MonkeyPatch, step: int, done: int, status: int
) -> None:
    await prime.set(rate_limiting=True, total_request_threshold=100, max_concurrent_queries=1)
    monkeypatch.setattr(running, "PAUSE", 0.0)
    store, replace, taken = prime.client.services.store, prime.client.services.store.replace, 0
    back = asyncio.Event()

    async def lost(sandbox: str, collection: str, *rest: Any) -> Any:
        nonlocal taken
        if collection != "prime.limits" or back.is_set():
            return await replace(sandbox, collection, *rest)
        taken += 1
        if taken <= done:
            await replace(sandbox, collection, *rest)
        if taken >= step:
            raise Unavailable("it is away, and whether that was done is not known")
        return True

    monkeypatch.setattr(store, "replace", lost)
    documents = prime.client.sandbox.documents("prime")
    assert (await prime.get(LIST)).status == status
    assert len(await documents.get("limits", "running")) == 1
    back.set()
    async with asyncio.timeout(60):
        while prime.client.sandbox.states["prime"].running.leaving:
            await asyncio.sleep(0)
    assert await documents.get("limits", "running") is None
    assert (await prime.get(LIST)).status == 200


async def test_the_job_service_can_be_left_out(prime: Any) -> None:
    await prime.set(rate_limiting=True, total_request_threshold=1, job_service_limited=False)
    history = "/v3/op/jobService/runhistory?jobId=15"
    assert [(await prime.get(path)).status for path in (LIST, history, LIST, history)] == [200, 200, 503, 200]
    assert (await prime.get("/v4/op/rateService/rateLimits")).status == 200


async def test_rate_limits_show_the_thresholds(prime: Any) -> None:
    await prime.set(rate_limiting=True, per_user_threshold=7)
    found = (await prime.get("/v4/op/rateService/rateLimits.json")).data["mgmtResponse"]["rateLimitsDTO"]
    assert found == [
        {
            "limitPageSize": 1000, "limitUnpagedQuery": 100, "maxAllUserConcurrentQueries": 45,
            "maxConcurrentQueries": 5, "perUserThreshold": 7, "totalRequestThreshold": 20, "windowSegments": 10,
            "windowSize": 1000,
        }
    ]  # fmt: skip


# --- faults on order ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "contains"),
    [
        ("rate-limit", 503, "NBI Global Rate limit exceeded (More than 20 in 1000 ms)"),
        ("rate-limit-user", 503, "NBI Rate limit for user nbi exceeded (More than 20 in 1000 ms)"),
        ("rate-limit-concurrent", 503, "Per user concurrent query count exceeded Currently 5 : Limit is 5"),
        ("session-limit", 401, "Session limit exceeded"),
        ("login", 302, ""),
        ("bad-gateway", 502, "Bad Gateway"),
    ],
)
async def test_named_faults(prime: Any, name: str, status: int, contains: str) -> None:
    match = {"api": "prime", "operation": "prime.CancelRunning", "job": "282800294"}
    armed = {"match": match, "effect": {"named": name}, "times": 1}
    made = await prime.ask("POST", "/_control/faults", armed, user=None)
    assert made.status == 201, made.text
    assert (await prime.get(LIST)).status == 200
    answer = await prime.put(WRITE + ".json", RUN)
    assert (answer.status, contains in answer.text) == (status, True)
    if status == 503:
        assert answer.data["errorDocument"]["message"] == contains
    assert (await prime.put(WRITE + ".json", RUN)).status == 200


async def test_a_run_is_found_and_moved_under_its_job_in_the_control_api(prime: Any) -> None:
    record = (await prime.ask("GET", "/_control/jobs/prime/15", user=None)).data
    assert [one["id"] for one in record["runs"]] == ["282800294"]
    path = "/_control/jobs/prime/15/runs/282800294"
    run = (await prime.ask("GET", path, user=None)).data
    assert (run["state"], run["phase"], run["parent"], run["result_status"]) == ("RUNNING", "EXECUTING", "15", None)
    answer = await prime.ask("PUT", path + "/state", {"state": "cancelfailed"}, user=None)
    assert answer.data["state"] == "CANCELFAILED"
    assert (await prime.run(15))["resultStatus"] == "CANCELFAILED"
    results = [{"property": "message", "value": "late"}]
    answer = await prime.ask("PUT", path + "/state", {"state": "SUCCEEDED", "results": results}, user=None)
    assert answer.status == 200, answer.text
    assert (await prime.run(15))["results"] == {"result": results}
    changed = {"name": "Renamed", "next_run_time": "2031-01-01T00:00:00Z"}
    answer = await prime.ask("PATCH", "/_control/jobs/prime/15", changed, user=None)
    assert answer.status == 200, answer.text
    assert (await prime.job(15))["nextRunTime"] == "2031-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("starts_after", "shown"),
    [(2, "2026-01-02T12:00:02.000Z"), ("2s", "2026-01-02T12:00:02.000Z"), (1e300, "9999-12-31T23:59:59.000Z")],
)
async def test_when_a_job_starts_is_any_duration(prime: Any, starts_after: Any, shown: str) -> None:
    fields = {"api": "prime", "id": "900", "state": "SCHEDULED", "hold": True}
    assert (await prime.ask("POST", "/_control/jobs", fields, user=None)).status == 201
    answer = await prime.ask("PATCH", "/_control/jobs/prime/900", {"starts_after": starts_after}, user=None)
    assert answer.status == 200, answer.text
    assert (await prime.job(900))["nextRunTime"] == shown


@pytest.mark.parametrize(
    ("change", "status"),
    [({"next_run_time": "soon"}, None), ({"id": "x1"}, 422), ({"runs": [{"id": "1", "state": "GONE"}]}, 422)],
)
async def test_fields_that_make_no_sense(prime: Any, change: dict[str, Any], status: int | None) -> None:
    answer = await prime.ask("POST", "/_control/jobs", {"api": "prime", "state": "SCHEDULED", **change}, user=None)
    assert answer.status in ((400, 422) if status is None else (status, 400)), answer.text
    assert "error" in answer.data
