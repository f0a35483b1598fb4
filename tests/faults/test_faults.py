"""Faults, seen from a raw socket: every effect, and which requests it hits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from mockserver.faults.effects import Transport
from mockserver.faults.model import Fault
from mockserver.http import fault_transport
from mockserver.sandbox.sandbox import Sandbox
from tests.drivers.server import Client, Serve

PROJECT = "0123456789abcdef0123456789abcdef"
STATUS = f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/x/status"
TOKEN = {"X-Auth-Token": "mock-token"}
PATIENCE = 300
"""Real seconds; far more than anything here takes, so that a hang is an error and not a hang."""


async def arm(client: Client, effect: dict[str, Any], match: dict[str, Any] | None = None, **options: Any) -> Any:
    response = await client.post("/_control/faults", json={"match": match or {}, "effect": effect, **options})
    assert response.status == 201, await response.text()
    return await response.json()


@pytest.fixture
async def running(client: Client) -> Client:
    job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
    assert (await client.post("/_control/jobs", json=job)).status == 201
    return client


async def raw(client: Client, path: str = STATUS, method: str = "GET") -> tuple[bytes, float, Exception | None]:
    """Return what came over the wire, how long it took in real seconds, and how it ended."""
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    loop = asyncio.get_running_loop()
    began = loop.time()
    writer.write(
        f"{method} {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: mock-token\r\nConnection: close\r\n\r\n".encode()
    )
    received, problem = b"", None
    try:
        async with asyncio.timeout(PATIENCE):
            while chunk := await reader.read(65536):
                received += chunk
    except ConnectionResetError as error:
        problem = error
    took = loop.time() - began
    writer.close()
    return received, took, problem


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def length_of(answer: bytes) -> int:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])


async def test_status_headers_and_body(running: Client) -> None:
    await arm(running, {"status": 503, "headers": {"Retry-After": "7"}, "body": {"why": "later"}})
    answer, _, _ = await raw(running)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 7\r\n" in answer
    assert b"Content-Type: application/json\r\n" in answer
    assert body_of(answer) == b'{"why":"later"}'


async def test_a_text_as_body(running: Client) -> None:
    await arm(running, {"status": 500, "headers": {"content-type": "text/xml"}, "body": "<no/>"})
    answer, _, _ = await raw(running)
    assert b"Content-Type: text/xml\r\n" in answer
    assert body_of(answer) == b"<no/>"


async def test_a_delay_is_real_time_and_leaves_the_answer(running: Client) -> None:
    good, _, _ = await raw(running)
    await arm(running, {"delay": "60ms"})
    answer, took, _ = await raw(running)
    assert took >= 0.06
    assert body_of(answer) == body_of(good)


async def test_a_delay_between_two_bounds_comes_from_the_seed(serve: Serve) -> None:
    pauses = []
    for _ in range(2):
        client = await serve()
        fault = await arm(client, {"delay": {"min": "1s", "max": "2s"}})
        faults = client.sandbox.faults
        armed = Fault.parse(fault["id"], fault, 0)
        pauses.append([faults.pause(replace(armed, hits=hit)) for hit in range(1, 20)])
    assert pauses[0] == pauses[1]
    assert all(1 <= pause <= 2 for pause in pauses[0])
    assert len(set(pauses[0])) > 10


async def test_delay_goes_with_another_effect(running: Client) -> None:
    await arm(running, {"delay": 0.05, "status": 502})
    answer, took, _ = await raw(running)
    assert took >= 0.05
    assert answer.startswith(b"HTTP/1.1 502 ")


async def test_close_before_the_answer(running: Client) -> None:
    await arm(running, {"connection": "close-before"})
    answer, _, problem = await raw(running)
    assert (answer, problem) == (b"", None)


async def test_close_in_mid_body(running: Client) -> None:
    await arm(running, {"connection": "close-mid-body"})
    answer, _, problem = await raw(running)
    assert problem is None
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert 0 < len(body_of(answer)) < length_of(answer)


async def test_reset(running: Client) -> None:
    await arm(running, {"connection": "reset"})
    answer, _, problem = await raw(running)
    assert answer == b""
    assert isinstance(problem, ConnectionResetError)


@pytest.mark.parametrize("how", ["close-before", "close-mid-body"])
async def test_who_still_sends_sees_the_end_and_no_reset(serve: Serve, how: str) -> None:
    """The kernel would say RST for what nobody has read, and an end in order is what these two are there for."""
    client = await serve(body_limit=1000)
    await arm(client, {"connection": how})
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    path = f"/ges/v1.0/{PROJECT}/graphs/movie/action?action_id=execute-algorithm"
    size = 100_000
    writer.write(f"POST {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\nContent-Length: {size}\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE):
        received = b"" if how == "close-before" else await reader.readuntil(b"\r\n\r\n")
        for _ in range(4):
            writer.write(b"x" * (size // 4))
            await writer.drain()
            # The server has its turn: a socket that it has closed says RST to what comes.
            await asyncio.sleep(0)
        received += await reader.read()
    writer.close()
    assert (received == b"") == (how == "close-before")


async def test_drip(running: Client) -> None:
    good, _, _ = await raw(running)
    await arm(running, {"drip": {"bytes": 4, "every": "10ms"}})
    answer, took, _ = await raw(running)
    assert body_of(answer) == body_of(good)
    assert took >= 0.01 * (len(body_of(good)) // 4 - 1)


async def test_who_leaves_in_the_middle_of_a_drip_is_no_error(
    running: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[web.StreamResponse] = []
    pauses, gone, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def pause(_: Sandbox, seconds: float) -> None:
        if seconds:
            pauses.set()
            await gone.wait()

    async def drip(
        how: Transport, sandbox: Sandbox, request: web.BaseRequest, response: web.StreamResponse
    ) -> web.StreamResponse:
        lost = request.protocol.connection_lost

        def left(error: BaseException | None) -> None:
            lost(error)
            gone.set()

        # The server has heard of it: what it writes from here on meets a connection that is closed.
        monkeypatch.setattr(request.protocol, "connection_lost", left)
        try:
            sent.append(await whole(how, sandbox, request, response))
        finally:
            done.set()
        return sent[0]

    whole = fault_transport._drip
    monkeypatch.setattr(Sandbox, "pause", pause)
    monkeypatch.setattr(fault_transport, "_drip", drip)
    await arm(running, {"drip": {"bytes": 4, "every": "10ms"}})
    _, writer = await asyncio.open_connection(running.host, running.port)
    writer.write(f"GET {STATUS} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: mock-token\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE):
        await pauses.wait()
        writer.transport.abort()
        await done.wait()
    assert len(sent) == 1
    assert (await running.get("/_control/health")).status == 200
    assert "Error handling request" not in caplog.text


async def test_garble(running: Client) -> None:
    good = body_of((await raw(running))[0])
    for how in ("truncate", "not-utf8", "empty", "wrong-content-type"):
        fault = await arm(running, {"garble": how})
        answer, _, problem = await raw(running)
        assert problem is None
        assert length_of(answer) == len(body_of(answer))
        if how == "truncate":
            assert body_of(answer) == good[: len(good) // 2]
        elif how == "not-utf8":
            with pytest.raises(UnicodeDecodeError):
                body_of(answer).decode()
        elif how == "empty":
            assert body_of(answer) == b""
        else:
            assert b"Content-Type: text/html\r\n" in answer
            assert body_of(answer) == good
        await running.delete(f"/_control/faults/{fault['id']}")


# --- what is carried out ------------------------------------------------------------------------------


async def state_of(client: Client) -> str:
    record = await (await client.get("/_control/jobs/ges/x")).json()
    return str(record["state"])


async def test_a_replaced_answer_means_nothing_was_done(running: Client) -> None:
    await arm(running, {"status": 503})
    await raw(running, STATUS.removesuffix("/status"), "DELETE")
    assert await state_of(running) == "running"


async def test_a_lost_answer_to_something_that_was_done(running: Client) -> None:
    await arm(running, {"connection": "reset", "handled": True})
    answer, _, _ = await raw(running, STATUS.removesuffix("/status"), "DELETE")
    assert answer == b""
    assert await state_of(running) != "running"


# --- which requests -----------------------------------------------------------------------------------


async def statuses(client: Client, count: int, path: str = STATUS) -> list[int]:
    return [(await client.get(URL(path, encoded=True), headers=TOKEN)).status for _ in range(count)]


async def test_times_and_after(running: Client) -> None:
    await arm(running, {"status": 503}, times=2, after=1)
    assert await statuses(running, 5) == [200, 503, 503, 200, 200]
    [fault] = (await (await running.get("/_control/faults")).json())["faults"]
    assert (fault["hits"], fault["armed"]) == (2, False)


@pytest.mark.parametrize(
    "match",
    [
        {"api": "ges"},
        {"operation": "ges.JobStatus"},
        {"operation": "JobStatus"},
        {"job": "x"},
        {"method": "get", "path": "/ges/*/status"},
        {"headers": {"X-Auth-Token": "mock-*"}},
        {"api": "ges", "operation": "ges.JobStatus", "job": "x"},
    ],
)
async def test_what_a_match_fits(running: Client, match: dict[str, Any]) -> None:
    await arm(running, {"status": 503}, match)
    assert await statuses(running, 1) == [503]


@pytest.mark.parametrize(
    "match", [{"operation": "ges.CancelJob"}, {"job": "y"}, {"method": "POST"}, {"headers": {"X-Auth-Token": "other"}}]
)
async def test_what_a_match_does_not_fit(running: Client, match: dict[str, Any]) -> None:
    await arm(running, {"status": 503}, match)
    assert await statuses(running, 1) == [200]
    unused = (await (await running.get("/_control/faults?unused=true")).json())["faults"]
    assert len(unused) == 1


async def test_the_first_that_matches_acts(running: Client) -> None:
    await arm(running, {"status": 502}, times=1)
    await arm(running, {"status": 503}, times=1)
    assert await statuses(running, 3) == [502, 503, 200]


async def test_an_empty_match_is_everything_even_unknown_paths(running: Client) -> None:
    await arm(running, {"status": 503})
    assert await statuses(running, 1, "/ges/nothing") == [503]
    assert await statuses(running, 1, "/nowhere/at/all") == [503]
    assert (await running.get("/_control/health")).status == 200


async def test_chance_comes_from_the_seed(serve: Serve) -> None:
    seen = []
    for _ in range(2):
        client = await serve()
        await arm(client, {"status": 503}, probability=0.5)
        seen.append(await statuses(client, 30, "/nowhere"))
    assert seen[0] == seen[1]
    assert {404, 503} == set(seen[0])


async def test_ttl_is_real_time(running: Client) -> None:
    await arm(running, {"status": 503}, ttl=0)
    assert await statuses(running, 1) == [200]


async def test_concurrent_clients_share_the_count(running: Client) -> None:
    await arm(running, {"status": 503}, times=10)
    found = await asyncio.gather(*(statuses(running, 5) for _ in range(16)))
    assert [status for one in found for status in one].count(503) == 10


async def test_journal_names_the_fault_that_acted(running: Client) -> None:
    fault = await arm(running, {"connection": "reset"})
    await raw(running)
    entry = (await (await running.get("/_control/requests")).json())["requests"][0]
    assert (entry["fault"], entry["status"]) == (fault["id"], 0)


async def test_time_passes_once_the_request_is_answered(running: Client) -> None:
    before = (await (await running.get("/_control/clock")).json())["now"]
    await arm(running, {"advance": "2h"}, {"operation": "ges.JobStatus"}, after=1, times=1)
    assert await statuses(running, 3) == [200, 200, 200]
    entries = (await (await running.get("/_control/requests?operation=ges.JobStatus")).json())["requests"][::-1]
    times = [datetime.fromisoformat(one["at"]) for one in entries]
    assert times[1] - datetime.fromisoformat(before) < timedelta(hours=1)
    assert timedelta(hours=2) <= times[2] - times[1] < timedelta(hours=3)
    # The client was answered as ever, and told the job's state.
    assert [one["told"]["state"] for one in entries] == ["running"] * 3


@pytest.mark.parametrize(
    "wrong", [{"advance": "soon"}, {"advance": -1}, {"advance": 1e9}, {"advance": 1, "status": 503}]
)
async def test_no_time_that_cannot_pass(client: Client, wrong: Any) -> None:
    assert (await client.post("/_control/faults", json={"effect": wrong})).status == 422


async def test_reset_reports_what_never_fired(running: Client) -> None:
    await arm(running, {"status": 503})
    await arm(running, {"status": 503}, {"job": "y"})
    await statuses(running, 1)
    done = await (await running.post("/_control/reset")).json()
    assert done["faults"] == {"removed": 2, "unused": 1}


async def test_sandboxes_have_faults_of_their_own(running: Client) -> None:
    await running.post("/_control/sandboxes", json={"name": "t1"})
    await running.post("/~t1/_control/faults", json={"effect": {"status": 503}})
    assert await statuses(running, 1) == [200]
    assert await statuses(running, 1, "/~t1/nowhere") == [503]


async def test_all_who_remove_all_faults_at_once_are_told_that_they_are_gone(client_of_each: Client) -> None:
    for _ in range(5):
        await arm(client_of_each, {"status": 503})
    answers = await asyncio.gather(*(client_of_each.delete("/_control/faults") for _ in range(3)))
    assert [answer.status for answer in answers] == [200] * 3
    assert sum([(await answer.json())["removed"] for answer in answers]) == 5
    assert await (await client_of_each.get("/_control/faults")).json() == {"faults": []}
