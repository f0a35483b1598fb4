"""A reverse proxy that records: it streams both ways, and judges what went through when the client has its answer.

Rules a maintainer must keep:

1. Nobody waits for a judgement: exchanges go to a queue.
2. What is kept of an exchange is what the system saw and said: its own addresses, not the recorder's.
3. A body over `KEPT` is passed on whole and kept in part.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from mockserver.api.context import host_of
from mockserver.drift.addresses import Rewriter
from mockserver.drift.exchange import Exchange, Headers
from mockserver.http.expect_continue import invite_body
from mockserver.http.responses import BareResponse, BareStream

KEPT = 1 << 20
"""Bytes of a body that are kept."""

_WHOLE = 1 << 18
"""Bytes of an answer up to which it goes out with its length."""

_CHUNK = 1 << 16
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
     "upgrade", "proxy-connection", "expect"}
)  # fmt: skip
_TEXTS = ("text/", "application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded")
_NO_BODY = frozenset({204, 304})
_LOCATED = frozenset({"location", "content-location", "referer", "origin", "link", "refresh", "www-authenticate"})
"""Headers that hold addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The live system.

    Attributes:
        root: scheme, host, port and path prefix, without a trailing slash.
        keep_host: it gets the client's own Host header, for requests that are signed over it.
        ssl: how its certificate is checked.
        timeout: seconds for an answer to begin.
    """

    root: str
    keep_host: bool = False
    ssl: ssl.SSLContext | None = None
    timeout: float = 300.0


class Recorder:
    """Passes requests on to a live system.

    Attributes:
        url: where clients find it, once it listens.
        dropped: exchanges that were passed on and not kept, over the limit.
    """

    def __init__(self, upstream: Upstream, keep: Callable[[Exchange], Awaitable[None]], *, limit: int = 10_000) -> None:
        self._upstream = upstream
        self._keep = keep
        self._limit = limit
        self._kept = 0
        self.dropped = 0
        self.url = ""
        self._queue: asyncio.Queue[Exchange | None] = asyncio.Queue()
        self._session: aiohttp.ClientSession
        self._runner: web.ServerRunner
        self._worker: asyncio.Task[None]

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """Listen. Raises OSError: the port is taken."""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=self._upstream.timeout),
            connector=aiohttp.TCPConnector(ssl=self._upstream.ssl or True, limit=0),
            auto_decompress=True,
        )
        self._runner = web.ServerRunner(web.Server(self._handle), handle_signals=False)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port, ssl_context=tls).start()
        except OSError:
            await self._runner.cleanup()
            await self._session.close()
            raise
        bound = self._runner.addresses[0][1]
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
        self.url = f"{'https' if tls else 'http'}://{shown}:{bound}"
        self._worker = asyncio.create_task(self._judge())

    async def stop(self) -> None:
        """Finish what is under way, and judge the rest."""
        await self._runner.cleanup()
        await self._session.close()
        await self._queue.put(None)
        await self._worker

    async def _judge(self) -> None:
        while (exchange := await self._queue.get()) is not None:
            await self._keep(exchange)

    # --- one request ----------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        began, at = time.perf_counter(), time.time()
        own = f"{request.scheme}://{host_of(request)}"
        there = Rewriter(own, self._upstream.root)
        back = Rewriter(self._upstream.root, own)
        if self._upstream.keep_host:
            # The system is told the client's own address, so there is none to be written back.
            there = back = Rewriter("urn:none", "urn:none")
        target = self._upstream.root + there.text(request.raw_path)
        headers = self._onward(request.headers, there)
        sent = _Kept()
        await invite_body(request)
        body = await self._body(request, headers, there, sent)
        try:
            got = await self._session.request(
                request.method,
                URL(target, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                skip_auto_headers=("Content-Type", "Accept", "User-Agent", "Accept-Encoding"),
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._note(request.method, target, headers, sent, None, _Kept(), at, began)
            return web.Response(status=502, text=f"the recorder cannot reach {self._upstream.root}: {error}\n")
        received = _Kept()
        async with got:
            response = await self._answer(request, got, back, received)
        self._note(request.method, target, headers, sent, got, received, at, began)
        return response

    def _onward(self, given: Any, there: Rewriter) -> CIMultiDict[str]:
        """Return the headers that the system gets."""
        named = {name.strip().lower() for name in given.get("Connection", "").split(",")}
        headers: CIMultiDict[str] = CIMultiDict()
        for name, value in given.items():
            lower = name.lower()
            if lower not in _HOP_BY_HOP and lower not in named and lower not in ("host", "accept-encoding"):
                headers.add(name, there.text(value) if lower in _LOCATED else value)
        headers["Accept-Encoding"] = "identity"
        headers["Host"] = given.get("Host", "") if self._upstream.keep_host else urlsplit(self._upstream.root).netloc
        return headers

    async def _body(self, request: web.BaseRequest, headers: CIMultiDict[str], there: Rewriter, sent: _Kept) -> Any:
        """Return what is sent on: a body of moderate size with addresses rewritten, a larger one as it comes."""
        if not request.can_read_body:
            return None
        if headers.popall("Content-Encoding", None) is not None:
            headers.popall("Content-Length", None)  # it has been decoded
        length = request.content_length
        if length is not None and length <= KEPT:
            body = await request.read()
            if _is_text(headers.get("Content-Type", "")):
                body = there.whole(body)
            headers.popall("Content-Length", None)
            sent.add(body)
            return body

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in request.content.iter_chunked(_CHUNK):
                sent.add(piece)
                yield piece

        return pieces()

    async def _answer(
        self, request: web.BaseRequest, got: aiohttp.ClientResponse, back: Rewriter, received: _Kept
    ) -> web.StreamResponse:
        headers = self._homeward(got.headers, back, secure=request.secure)
        text = _is_text(got.headers.get("Content-Type", ""))
        first = b""
        while len(first) < _WHOLE and (piece := await got.content.read(_WHOLE - len(first))):
            first += piece
        received.add(first)
        bare = request.method == "HEAD" or got.status in _NO_BODY
        if bare or got.content.at_eof():
            kind = web.Response if "Content-Type" in got.headers else BareResponse
            whole = kind(body=back.whole(first) if text else first, status=got.status, reason=got.reason)
            whole.headers.popall("Content-Type", None)
            if request.method == "HEAD" and "Content-Length" in got.headers:
                headers["Content-Length"] = got.headers["Content-Length"]
            whole.headers.extend(headers)
            return whole
        stream = web.StreamResponse if "Content-Type" in got.headers else BareStream
        streamed = stream(status=got.status, reason=got.reason, headers=headers)
        if not text and "Content-Length" in got.headers and "Content-Encoding" not in got.headers:
            streamed.headers["Content-Length"] = got.headers["Content-Length"]
        await streamed.prepare(request)
        piece = first
        while piece:
            if out := back.feed(piece) if text else piece:
                await streamed.write(out)
            piece = await got.content.read(_CHUNK)
            received.add(piece)
        if text and (out := back.feed(b"", last=True)):
            await streamed.write(out)
        await streamed.write_eof()
        return streamed

    @staticmethod
    def _homeward(given: Any, back: Rewriter, *, secure: bool) -> CIMultiDict[str]:
        """Return the headers that the client gets."""
        headers: CIMultiDict[str] = CIMultiDict()
        for name, value in given.items():
            lower = name.lower()
            if lower in _HOP_BY_HOP or lower in ("content-length", "content-encoding"):
                continue
            shown = _cookie(value, secure=secure) if lower == "set-cookie" else value
            headers.add(name, back.text(shown) if lower in _LOCATED else shown)
        return headers

    def _note(
        self,
        method: str,
        url: str,
        headers: CIMultiDict[str],
        sent: _Kept,
        got: aiohttp.ClientResponse | None,
        received: _Kept,
        at: float,
        began: float,
    ) -> None:
        if self._kept >= self._limit:
            self.dropped += 1
            return
        self._kept += 1
        kept = Headers((name, value) for name, value in headers.items() if name != "Accept-Encoding")
        self._queue.put_nowait(
            Exchange(
                method=method,
                url=url,
                headers=kept,
                body=sent.body,
                status=0 if got is None else got.status,
                answer_headers=Headers() if got is None else Headers(got.headers),
                answer=received.body,
                request_known=sent.size <= KEPT,
                content_known=received.size <= KEPT,
                at=at,
                milliseconds=(time.perf_counter() - began) * 1000,
            )
        )


class _Kept:
    """The beginning of a body, and its size."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def add(self, piece: bytes) -> None:
        if self.size < KEPT and piece:
            self._pieces.append(piece[: KEPT - self.size])
        self.size += len(piece)

    @property
    def body(self) -> bytes:
        return b"".join(self._pieces)


def _is_text(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    return media.startswith(_TEXTS) or media.endswith(("+xml", "+json"))


def _cookie(value: str, *, secure: bool) -> str:
    """Return a cookie that the client sends back here: of no domain, and over http where we speak that."""
    parts = value.split(";")
    dropped = ("domain",) if secure else ("domain", "secure")
    kept = [one for one in parts[1:] if one.partition("=")[0].strip().lower() not in dropped]
    return ";".join([parts[0], *kept])


@contextlib.asynccontextmanager
async def recorder(
    upstream: Upstream,
    keep: Callable[[Exchange], Awaitable[None]],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Recorder]:
    """Run a recorder."""
    made = Recorder(upstream, keep)
    await made.start(host, port, tls)
    try:
        yield made
    finally:
        await made.stop()
