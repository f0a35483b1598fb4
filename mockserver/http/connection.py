"""The listening side's connections: as aiohttp's, but what its parser refuses is answered, and seen, by us."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from operator import attrgetter
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import InvalidURLError

from mockserver.http.listening import most_files
from mockserver.http.responses import WrittenAnswer

log = logging.getLogger("mockserver")

Refuse = Callable[[web.BaseRequest, str], Awaitable[web.StreamResponse]]
"""(request of which nothing is known, why) -> what answers it."""

_QUOTED = re.compile(r":?\s*(?:\n\n|\bb['\"])")
"""Where the parser begins to quote what the client sent, which may hold a secret."""

_is_upgraded = attrgetter("_upgraded" if hasattr(web.RequestHandler, "_upgraded") else "_upgrade")
"""Whether a connection was asked to speak another protocol: aiohttp 3.14 has another name for it than those before."""


class Listener(web.Server):
    """Answers requests, and what should have been one."""

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], refuse: Refuse, **options: Any
    ):
        # The parser would inflate whatever one read brings in one go (`content_encoding`).
        super().__init__(handler, auto_decompress=False, **options)
        self.refuse = refuse
        self._most = most_files()
        self._was_full = False

    def has_room(self, transport: asyncio.BaseTransport) -> bool:
        """Tell whether a new connection leaves enough file descriptors for the rest of the server."""
        sock = transport.get_extra_info("socket")
        if sock is None or sock.fileno() < self._most:
            return True
        if not self._was_full:
            log.warning("too many connections for this process's file descriptors (ulimit -n): more are closed")
        self._was_full = True
        return False

    def __call__(self) -> web.RequestHandler:
        """Return what speaks with one client."""
        return _Connection(self, loop=self._loop, **self._kwargs)

    def pre_shutdown(self) -> None:
        """Close nobody yet: a connection that is to close reads nothing, and a body may be on its way (`shutdown`)."""


class _Connection(web.RequestHandler):
    """Speaks with one client.

    Attributes:
        is_ended: the client will send no more, and may have gone; whoever waits for long on its behalf gives up.
    """

    is_ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to speak, unless there are too many others."""
        assert isinstance(self._manager, Listener)
        super().connection_made(transport)
        if not self._manager.has_room(transport):
            cast("asyncio.Transport", transport).abort()

    def resume_reading(self, *resume_parser: Any, **named: Any) -> None:
        """Read on, if reading was paused at all: aiohttp asks for it at the end of each body, and parses nothing anew.

        The parser stops in the middle of something only where `pause_reading` was called, which says so.
        """
        if self._reading_paused:
            super().resume_reading(*resume_parser, **named)

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - aiohttp's own
        """Answer what has been asked, of which the body may be on its way, and close; at once where nothing has been.

        Args:
            timeout: real seconds for that, and once more for a request that does not end when its body is given up.
        """
        while self._messages and self._waiter is not None:  # noqa: ASYNC110 - it begins in the loop's next turn
            await asyncio.sleep(0)
        if not self._request_in_progress:
            # Before Python 3.12 the task of a request begins after it was made.
            await asyncio.sleep(0)
        request = self._current_request
        if request is None or request.content.is_eof():
            self.close()
        else:
            request.content.on_eof(self.close)
        if request is not None:
            waiter = self._handler_waiter = self._loop.create_future()
            await asyncio.wait([waiter], timeout=timeout)
            self._handler_waiter = None
            if self._current_request is request:
                request._cancel(asyncio.CancelledError())
            timeout = None if timeout is None else timeout / 2  # aiohttp waits twice
        await super().shutdown(timeout)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Keep a connection whose client has said all it had to say until it has its answer."""
        self.is_ended = True
        if self._messages:
            ended = self._messages[-1][1].is_eof()
        elif self._current_request is not None:
            ended = self._current_request.content.is_eof()
        else:
            # Before Python 3.12 the task of a request begins after it was made: until then nothing is known of it.
            ended = self._request_count > 0 and self._waiter is None
            if ended:
                asyncio.get_running_loop().call_soon(self._close_if_half_said)
        if not ended:
            return None
        self.close()
        return True

    def _close_if_half_said(self) -> None:
        """Close a connection whose client went away in the middle of a body."""
        request = self._current_request
        if self.transport is not None and request is not None and not request.content.is_eof():
            self.transport.close()

    async def _handle_request(
        self,
        request: web.BaseRequest,
        start_time: float | None,
        request_handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> tuple[web.StreamResponse, bool]:
        """Answer as aiohttp does, but write an answer that is in bytes already at once: it takes four calls for that.

        Returns:
            The answer, and whether the client has gone.
        """
        self._request_in_progress, self._current_request = True, request
        is_done = True
        try:
            answer = await request_handler(request)
            if type(answer) is WrittenAnswer and start_time is None and not _is_upgraded(self):
                transport = self.transport
                is_gone = transport is None or transport.is_closing()
                if transport is not None and not is_gone:
                    answer.is_written = True
                    transport.write(answer.whole)
                if is_gone or not self._paused:
                    return answer, is_gone
            is_done = False
        except Exception as error:
            is_done = False
            return await super()._handle_request(request, start_time, partial(_raise, error))
        finally:
            if is_done:
                # Whoever shuts this connection down waits for it.
                self._current_request, self._request_in_progress = None, False
                if self._handler_waiter is not None:
                    self._handler_waiter.set_result(None)
        return await super()._handle_request(request, start_time, partial(_give, answer))

    def _make_error_handler(self, err_info: Any) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        async def refused(request: web.BaseRequest) -> web.StreamResponse:
            listener = self._manager
            assert isinstance(listener, Listener)
            response = await listener.refuse(request, _reason(err_info))
            response.force_close()
            return response

        return refused


async def _give(answer: web.StreamResponse, _: web.BaseRequest) -> web.StreamResponse:
    return answer


async def _raise(error: Exception, _: web.BaseRequest) -> web.StreamResponse:
    raise error


def _reason(info: Any) -> str:
    if isinstance(info.exc, InvalidURLError):
        return "the address cannot be read"
    return " ".join(_QUOTED.split(info.message, maxsplit=1)[0].split()) or "it is no HTTP"
