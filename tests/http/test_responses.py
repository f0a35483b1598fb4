"""The bytes of an answer on the wire, whichever of the two ways it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from mockserver import MockServer

GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs"
UNKNOWN = b'{"errorMessage":"can not find job, jobId is  none","errorCode":"GES.8301"}'
CANCEL = "/CasJobs/services/jobs.asmx/CancelJob?wsId=1&pw=secret&jobId=999999"


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    async with MockServer() as running:
        yield running


class Wire:
    """One connection: requests as bytes, answers as status line, headers and body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, server: MockServer) -> Wire:
        return cls(*await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2])))

    async def ask(self, line: str, *headers: str, body: bool = True) -> tuple[str, dict[str, str], bytes]:
        self.writer.write("\r\n".join((line, "Host: x", "X-Auth-Token: mock-token", *headers, "", "")).encode())
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)).decode()
        status, *lines = head.rstrip("\r\n").split("\r\n")
        found = dict(one.split(": ", 1) for one in lines)
        length = int(found.get("Content-Length", 0)) if body else 0
        return status, found, await asyncio.wait_for(self.reader.readexactly(length), 10)


async def test_answers_on_one_connection(server: MockServer) -> None:
    wire = await Wire.to(server)
    for _ in range(2):
        status, headers, body = await wire.ask(f"GET {GRAPH}/none/status HTTP/1.1")
        assert (status, body) == ("HTTP/1.1 400 Bad Request", UNKNOWN)
        assert list(headers) == [
            "TraceID", "Content-Type", "X-Mockserver-Request", "X-Mockserver-Hint", "Content-Length", "Date", "Server",
        ]  # fmt: skip
    wire.writer.close()


@pytest.mark.parametrize(
    ("version", "header", "added"),
    [
        ("HTTP/1.1", "Connection: close", {"Connection": "close"}),
        ("HTTP/1.0", "Connection: keep-alive", {"Connection": "keep-alive"}),
        ("HTTP/1.0", "Accept: */*", {}),
    ],
)
async def test_who_is_answered_by_aiohttp_gets_the_same(
    server: MockServer, version: str, header: str, added: dict[str, str]
) -> None:
    usual, unusual = await Wire.to(server), await Wire.to(server)
    _, expected, body = await usual.ask(f"GET {GRAPH}/none/status HTTP/1.1")
    status, headers, same = await unusual.ask(f"GET {GRAPH}/none/status {version}", header)
    changing = ("TraceID", "X-Mockserver-Request", "Date")
    assert status == f"{version} 400 Bad Request"
    assert same == body
    assert {name: value for name, value in headers.items() if name not in changing} == {
        **{name: value for name, value in expected.items() if name not in changing},
        **added,
    }
    usual.writer.close()
    unusual.writer.close()


async def test_an_answer_without_a_content_type(server: MockServer) -> None:
    wire = await Wire.to(server)
    status, headers, body = await wire.ask(f"GET {CANCEL} HTTP/1.1")
    assert (status, body, headers["Content-Length"]) == ("HTTP/1.1 200 OK", b"", "0")
    assert "Content-Type" not in headers
    wire.writer.close()


async def test_an_answer_to_head_has_no_body(server: MockServer) -> None:
    wire = await Wire.to(server)
    status, headers, _ = await wire.ask(f"HEAD {GRAPH}/none/status HTTP/1.1", body=False)
    assert (status, int(headers["Content-Length"]) > 0) == ("HTTP/1.1 404 Not Found", True)
    # Nothing of it is left in front of the next answer.
    _, _, body = await wire.ask(f"GET {GRAPH}/none/status HTTP/1.1")
    assert body == UNKNOWN
    wire.writer.close()


async def test_the_access_log_knows_how_much_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "mockserver")
    async with MockServer(access_log=True) as server:
        wire = await Wire.to(server)
        status, headers, body = await wire.ask(f"GET {GRAPH}/none/status HTTP/1.1")
        wire.writer.close()
    head = len(status) + 2 + sum(len(name) + len(value) + 4 for name, value in headers.items()) + 2
    (said,) = [record.getMessage() for record in caplog.records if f"GET {GRAPH}" in record.getMessage()]
    assert f" 400 {head + len(body)} " in said
