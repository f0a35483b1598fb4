"""A server that stops: who has begun to ask is heard out and answered, who asks for nothing is let go at once."""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

from mockserver import MockServer

JOB = json.dumps(
    {"api": "ges", "id": "heard-out", "graph": "movie", "kind": "execute-algorithm", "state": "running"}
).encode()
HEAD = (
    f"POST /_control/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(JOB)}\r\n\r\n"
).encode()
ANOTHER = b"GET /_control/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

PATIENCE = 30.0
"""Real seconds; half of the grace, so that who waits until that is over fails."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    monkeypatch.setattr("mockserver.server.GRACE", 2 * PATIENCE)
    server = MockServer(apis=("ges",), state=tmp_path / "state.json", **getattr(request, "param", {}))
    await server.start()
    return server


async def connect(server: MockServer, place: str = "plain") -> Streams:
    if place == "own":
        return await asyncio.open_connection("127.0.0.1", (await server.open_port("default"))["http"])
    trust, url = None, server.control_url.removesuffix("/_control")
    if place == "tls":
        assert server.tls_url is not None and server.ca_pem is not None
        trust, url = ssl.create_default_context(cadata=server.ca_pem.decode()), server.tls_url
    return await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]), ssl=trust)


def connections(server: MockServer) -> list[Any]:
    return [one for runner in server._runners if runner.server is not None for one in runner.server.connections]


async def half_sent(server: MockServer, place: str = "plain") -> Streams:
    """Send a request but for the second half of its body, and wait until the server reads that."""
    reader, writer = await connect(server, place)
    writer.write(HEAD + JOB[: len(JOB) // 2])
    while not any(one._request_in_progress for one in connections(server)):
        await asyncio.sleep(0)
    return reader, writer


async def stopping(server: MockServer) -> asyncio.Task[None]:
    """Begin to stop, and wait until the server waits for the requests in flight alone."""
    known = connections(server)
    stop = asyncio.create_task(server.stop())
    while not any(one._handler_waiter for one in known):
        await asyncio.sleep(0)
    return stop


@pytest.mark.parametrize(
    ("server", "place"),
    [({}, "plain"), ({"tls_port": 0}, "tls"), ({}, "own"), ({"control_port": 0}, "control")],
    ids=["plain", "tls", "own", "control"],
    indirect=["server"],
)
async def test_a_body_of_which_half_has_come_is_read_to_its_end_and_answered(
    server: MockServer, place: str, tmp_path: Path
) -> None:
    async with asyncio.timeout(PATIENCE):
        reader, writer = await half_sent(server, place)
        stop = await stopping(server)
        saved = (tmp_path / "state.json").read_text("utf-8")

        writer.write(JOB[len(JOB) // 2 :] + ANOTHER)
        answers = await reader.read()
        await stop

    assert answers.startswith(b"HTTP/1.1 201 ")
    assert answers.count(b"HTTP/1.1 ") == 1, "no other request is begun"
    assert '"heard-out"' not in saved
    assert '"heard-out"' in (tmp_path / "state.json").read_text("utf-8")
    writer.close()


async def test_who_has_asked_for_nothing_is_let_go_at_once(server: MockServer) -> None:
    async with asyncio.timeout(PATIENCE):
        silent, half_a_head, answered = [await connect(server) for _ in range(3)]
        half_a_head[1].write(ANOTHER[:20])
        answered[1].write(ANOTHER)
        assert await answered[0].readline() == b"HTTP/1.1 200 OK\r\n"
        while len(connections(server)) < 3:
            await asyncio.sleep(0)
        await server.stop()
        assert await silent[0].read() == await half_a_head[0].read() == b""
        assert b"HTTP/1.1" not in await answered[0].read()
    for _, writer in (silent, half_a_head, answered):
        writer.close()


async def test_a_body_that_never_comes_is_given_up_when_the_grace_is_over(
    server: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for runner in server._runners:
        monkeypatch.setattr(runner, "_shutdown_timeout", 0.01)
    async with asyncio.timeout(PATIENCE):
        reader, writer = await half_sent(server)
        await server.stop()
        assert await reader.read() == b""
    assert '"heard-out"' not in (tmp_path / "state.json").read_text("utf-8")
    writer.close()
