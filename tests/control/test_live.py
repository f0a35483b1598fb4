"""What runs beside the requests: events, metrics, sandboxes that end, ports of their own, clients that stall."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.sandbox.registry import SWEEP
from tests.drivers.server import Client, Serve

PATIENCE = 60
"""Real seconds; far more than anything here takes, so that a hang is an error and not a hang."""


async def test_events_tell_what_happens(client: Client) -> None:
    async with client.get("/_control/events") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert await stream.content.readline() == b": mockserver\n"
        fields = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
        await client.post("/_control/jobs", json=fields)
        await client.put("/_control/jobs/ges/x/state", json={"state": "failed"})
        await client.get("/nowhere")
        events = []
        async with asyncio.timeout(10):
            while len(events) < 3:
                line = await stream.content.readline()
                if line.startswith(b"data: "):
                    events.append(json.loads(line[6:]))
    assert [event["event"] for event in events] == ["job-added", "job", "request"]
    assert (events[1]["from"], events[1]["to"], events[1]["cause"]) == ("running", "failed", "control")
    assert events[2]["status"] == 404


async def test_a_stream_ends_with_its_sandbox(client: Client) -> None:
    await client.post("/_control/sandboxes", json={"name": "t1"})
    async with client.get("/~t1/_control/events") as stream:
        await stream.content.readline()
        await client.delete("/_control/sandboxes/t1")
        async with asyncio.timeout(10):
            await stream.read()


async def test_an_open_stream_ends_when_the_server_stops_instead_of_holding_it_up() -> None:
    server = MockServer(apis=("ges",), clock="frozen")
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(b"GET /_control/events HTTP/1.1\r\nHost: h\r\n\r\n")
    await reader.readuntil(b": mockserver")
    await server.stop()
    # A stream that the stop had waited for in vain would have been cut off, without its last chunk.
    assert (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()


async def test_metrics(serve: Serve) -> None:
    client = await serve()
    await client.get("/nowhere")
    await client.post("/_control/faults", json={"effect": {"status": 503}})
    await client.get("/ges/v1.0/p/graphs/g/jobs/1/status")
    response = await client.get("/_control/metrics")
    text = await response.text()
    assert 'mockserver_requests_total{api="",operation="",status="404"} 1.0' in text
    assert 'mockserver_fault_hits_total{api="ges"} 1.0' in text
    assert "mockserver_sandboxes 1.0" in text
    assert 'mockserver_request_seconds_bucket{api="ges",le="+Inf"} 1.0' in text


async def test_an_unused_sandbox_ends(client: Client) -> None:
    await client.post("/_control/sandboxes", json={"name": "short", "ttl": 0})
    await client.post("/_control/sandboxes", json={"name": "long", "ttl": 600})
    async with asyncio.timeout(SWEEP * 10):
        while (await client.get("/_control/sandboxes/short")).status == 200:
            await asyncio.sleep(SWEEP / 4)
    assert (await client.get("/~short/ges/x")).status == 404
    assert (await client.get("/_control/sandboxes/long")).status == 200


async def test_inline_fixtures_and_names_of_loaded_ones(client: Client) -> None:
    inline = {"ges": {"settings": {"edition": "persistent"}, "graphs": [], "jobs": []}}
    made = await (await client.post("/_control/sandboxes", json={"name": "a", "fixtures": [inline]})).json()
    assert made["apis"]["ges"].endswith("/~a/ges/v1.0")
    assert (await (await client.get("/~a/_control/apis/ges")).json())["settings"]["edition"] == "persistent"
    assert (await (await client.get("/~a/_control/jobs?api=ges")).json())["total"] == 0
    response = await client.post("/_control/sandboxes", json={"name": "b", "fixtures": ["nope"]})
    problem = (await response.json())["error"]
    assert (response.status, problem["code"]) == (422, "unknown-fixture")
    loaded = [document.source for document in client.services.sandboxes.fixtures.documents]
    name = next(source for source in loaded if source.endswith("ges.json")).rpartition("/")[2]
    assert name in problem["allowed"]
    response = await client.post("/_control/sandboxes", json={"name": "b", "fixtures": [name]})
    assert response.status == 201, await response.text()


async def test_default_names_all_that_the_server_has_loaded(client: Client) -> None:
    more = {"prime": {"settings": {"authentication_failure": "401"}}}
    response = await client.post("/_control/sandboxes", json={"name": "a", "fixtures": ["default", more]})
    assert response.status == 201, await response.text()
    known = await (await client.get("/_control/jobs")).json()
    assert (await (await client.get("/~a/_control/jobs")).json())["total"] == known["total"] > 0
    settings = (await (await client.get("/~a/_control/apis/prime")).json())["settings"]
    assert settings["authentication_failure"] == "401"


async def test_a_port_of_its_own_plain_and_tls() -> None:
    import ssl

    import aiohttp

    async with MockServer(clock="frozen", tls_port=0) as server, aiohttp.ClientSession() as session:
        async with session.post(f"{server.url}/_control/sandboxes", json={"name": "own", "port": True}) as response:
            made = await response.json()
        assert set(made["ports"]) == {"http", "https"}
        context = ssl.create_default_context(cadata=(server.ca_pem or b"").decode())
        for scheme, port in made["ports"].items():
            job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": scheme}
            async with session.post(f"{scheme}://127.0.0.1:{port}/_control/jobs", json=job, ssl=context) as response:
                assert response.status == 201
            async with session.get(f"{server.url}/~own/_control/jobs/ges/{scheme}") as response:
                assert response.status == 200
            async with session.get(f"{server.url}/_control/jobs/ges/{scheme}") as response:
                assert response.status == 404
        async with session.get(f"{server.url}/_control/ca.pem") as response:
            assert await response.read() == server.ca_pem
        async with session.delete(f"{server.url}/_control/sandboxes/own") as response:
            assert response.status == 200
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://127.0.0.1:{made['ports']['http']}/")


async def test_a_control_port_keeps_control_off_the_api_port() -> None:
    import aiohttp

    async with MockServer(clock="frozen", control_port=0) as server, aiohttp.ClientSession() as session:
        async with session.get(f"{server.control_url}/health") as response:
            assert response.status == 200
        async with session.get(f"{server.url}/_control/health") as response:
            assert response.status == 404


# --- clients that stall -------------------------------------------------------------------------------

HEADERS = b"GET /_control/health HTTP/1.1\r\nHost: h\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HEADERS[:20],
        HEADERS,
        b"POST /_control/jobs HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{",
        b"POST /ges/v1.0/p/graphs/g/action?action_id=x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{",
    ],
    ids=["silent", "half a header line", "half a head", "half a body to control", "half a body to an API"],
)
async def test_who_does_not_finish_asking_is_let_go(sent: bytes) -> None:
    async with MockServer(clock="frozen", patience=0.2) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(sent)
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionResetError):
                await reader.read()
        writer.close()


def established(ours: int, theirs: int) -> bool:
    """Whether the kernel holds a connection of a port of ours to one of theirs as open, by its own table."""
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if [int(one.rpartition(":")[2], 16) for one in (local, remote)] == [ours, theirs]:
            return state == "01"
    return False


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no table of connections here")
async def test_who_does_not_read_is_let_go() -> None:
    async with MockServer(apis=("ges",), clock="frozen", patience=0.2) as server:
        port = int(server.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        mine = writer.get_extra_info("sockname")[1]
        for _ in range(2000):
            writer.write(b"GET /_control/snapshot HTTP/1.1\r\nHost: h\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            while not established(port, mine):
                await asyncio.sleep(0.01)
            while established(port, mine):
                await asyncio.sleep(0.05)
        writer.close()


def test_the_server_says_it_is_ready_in_a_thread() -> None:
    import urllib.request

    with MockServer(clock="frozen") as server:
        answer: Any = json.loads(urllib.request.urlopen(f"{server.url}/_control/ready").read())
    assert answer == {"status": "ready", "fixtures": True, "store": True}
