"""Answers as aiohttp sends them, and responses it lacks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http.client import responses
from typing import Any

from aiohttp import ClientConnectionResetError, HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import SERVER_SOFTWARE

from mockserver.api.response import Response

NUMBER = "X-Mockserver-Request"
"""The header of an answer that names its request's number in the journal."""

_NO_BODY = frozenset({204, 205, 304})
_OURS = frozenset({"Content-Length", "Date"})
COPIED = 64 * 1024
"""Bytes of a body up to which it is cheaper to copy it behind its head than to write both."""


class Answer(web.StreamResponse):
    """A whole answer on a connection that stays open, where it is too large, or its head too unusual, to be one piece.

    aiohttp's own response decides anew what is settled here, and makes ready for what never comes; its constructor is
    not called. See `answer_of` for who gets that one.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._code = status
        self._given = headers
        self._whole = body
        self._sent = 0

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._code

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Write status line and headers, which leave together with the body."""
        writer = self._writer = request.writer
        headers: Any = {**self._given, "Content-Length": str(len(self._whole))}
        headers.setdefault("Date", http_date(int(time.time())).decode())
        headers.setdefault("Server", SERVER_SOFTWARE)
        await writer.write_headers(_status_line(self._code), headers)
        return writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Write the body."""
        assert not data
        await self._writer.write_eof(self._whole)
        self._sent = self._writer.output_size

    keep_alive = True
    """Always: the client has asked for it."""

    @property
    def body_length(self) -> int:
        """Bytes sent, headers too, as aiohttp counts them for its access log."""
        return self._sent


@dataclass(eq=False)
class WrittenAnswer(web.StreamResponse):
    """A whole answer that is in bytes already, on a connection that stays open; see `Answer`, and `heads.Heads`.

    Attributes:
        code: the HTTP status.
        is_written: the connection has taken it, without waiting for `prepare`.
    """

    code: int
    whole: bytes
    is_written: bool = False

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.code

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Write all of it, unless it is written, and wait while the connection has enough to send."""
        writer, transport = request.writer, request.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("the client has gone")
        if not self.is_written:
            self.is_written = True
            transport.write(self.whole)
        await writer.drain()
        return writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: all is written."""

    keep_alive = True
    """Always: the client has asked for it."""

    @property
    def body_length(self) -> int:
        """Bytes sent, headers too, as aiohttp counts them for its access log."""
        return len(self.whole)


class BareResponse(web.Response):
    """A response without a Content-Type header; aiohttp would add one."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self._headers.popall("Content-Type", None)


class BareStream(web.StreamResponse):
    """A streamed response without a Content-Type header."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self._headers.popall("Content-Type", None)


class NoAnswer(web.StreamResponse):
    """No byte at all: the connection is closed, in order, once the request has been read."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Do nothing."""
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing."""

    keep_alive = False

    body_length = 0


def stays_open(request: web.BaseRequest) -> bool:
    """Tell whether a whole answer may be written to a request's connection as it is, and the connection stays."""
    return (
        # An application's requests have hooks of their own, before headers are sent.
        type(request) is web.BaseRequest
        and request.keep_alive
        and request.version == HttpVersion11
        and request.method != "HEAD"
    )


def answer_of(request: web.BaseRequest, reply: Response, headers: Mapping[str, str]) -> web.StreamResponse:
    """Return what answers a request; `headers` are all of them."""
    if stays_open(request) and reply.status not in _NO_BODY and "Connection" not in headers:
        whole = whole_answer(reply.status, headers, reply.body, reply.mark)
        return Answer(reply.status, headers, reply.body) if whole is None else WrittenAnswer(reply.status, whole)
    return response_of(reply, headers)


def whole_answer(status: int, headers: Mapping[str, str], body: bytes, mark: str | None) -> bytes | None:
    """Return an answer in bytes; None where that is not worth it, or not all of its head is plain.

    Args:
        headers: all of them; that of the mark first, if there is one, and the number's last, if it is shown.
    """
    items = [*headers.items()]
    # What each answer has anew stands first and last; all between is known from an answer before.
    first = last = ""
    if mark is not None:
        first = f"{': '.join(items.pop(0))}\r\n"
    if items and items[-1][0] == NUMBER:
        last = f"{': '.join(items.pop())}\r\n"
    fixed = None if len(body) > COPIED else _fixed(status, *items)
    if fixed is None:
        return None
    start, between, end = fixed
    last += f"Content-Length: {len(body)}\r\nDate: "
    return b"".join((start, first.encode(), between, last.encode(), http_date(int(time.time())), end, body))


def written(status: int, headers: Mapping[str, str], body: bytes, places: Mapping[str, bytes]) -> bytes:
    """Return an answer of the usual kind in bytes, for `%` to fill in what is new: `date`, and what `places` name.

    Args:
        headers: all that the journal shows.
        places: what stands for the value of a header.
    """
    lines = {name: places.get(name) or _plain(value) for name, value in headers.items()}
    lines["Content-Length"] = b"%d" % len(body)
    lines.setdefault("Date", b"%(date)b")
    lines.setdefault("Server", _plain(SERVER_SOFTWARE))
    shown = b"".join(b"%b: %b\r\n" % (_plain(name), value) for name, value in lines.items())
    return b"%b\r\n%b\r\n%b" % (_plain(_status_line(status)), shown, body.replace(b"%", b"%%"))


def written_head(status: int, headers: Mapping[str, str], mark: str | None, *, numbered: bool) -> bytes | None:
    """Return the head of an answer in bytes, for `%` to fill in: value of the mark, number, length of the body, date.

    Args:
        headers: those that are always the same.
        mark: name of a header of which each answer has its own value; it comes first. None: `%` takes no value of it.
        numbered: it shows the request's number; else `%` takes none.

    Returns:
        None where not all of it is plain, or the answer has no body or ends its connection.
    """
    fixed = None if status in _NO_BODY or "Connection" in headers else _fixed(status, *headers.items())
    if fixed is None or (mark is not None and mark in headers):
        return None
    start, between, end = (part.replace(b"%", b"%%") for part in fixed)
    first = b"" if mark is None else _plain(mark) + b": %b\r\n"
    last = b"%b: %%b\r\n" % NUMBER.encode() if numbered else b""
    return b"".join((start, first, between, last, b"Content-Length: %d\r\nDate: %b", end))


@lru_cache(maxsize=128)
def _fixed(status: int, *items: tuple[str, str]) -> tuple[bytes, bytes, bytes] | None:
    """Return status line, headers, and what ends the head; None where not all of it is plain."""
    text = "".join(f"{name}: {value}\r\n" for name, value in items)
    if not text.isascii() or "\0" in text or not text.count("\n") == text.count("\r") == len(items):
        return None
    names = {name for name, _ in items}
    if not _OURS.isdisjoint(names):
        return None
    server = "" if "Server" in names else f"Server: {SERVER_SOFTWARE}\r\n"
    return f"{_status_line(status)}\r\n".encode(), text.encode(), f"\r\n{server}\r\n".encode()


def _plain(text: str) -> bytes:
    return text.encode().replace(b"%", b"%%")


@lru_cache(maxsize=1)
def http_date(second: int) -> bytes:
    """Return a second (of the epoch) as the header Date says it."""
    return formatdate(second, usegmt=True).encode()


@lru_cache(maxsize=64)
def _status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {responses.get(status, '')}"


def response_of(reply: Response, headers: Mapping[str, str]) -> web.Response:
    """Return a reply as aiohttp sends it, whatever the request; `headers` are all of them."""
    kind = web.Response if reply.content_type is not None else BareResponse
    response = kind(body=reply.body, status=reply.status, headers=headers)
    if headers.get("Connection") == "close":
        response.force_close()
    return response
