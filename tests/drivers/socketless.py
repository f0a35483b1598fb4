"""Bytes said to a server without a socket: parser, pipeline and handlers are those of `serve`, in a tenth of the time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from aiohttp import web

from mockserver.app import build, pipeline
from mockserver.http.connection import Listener
from mockserver.http.services import Services
from mockserver.settings import Settings

PATIENCE = 60.0
"""Real seconds after which a server that has not answered hangs."""

READ = 1 << 16
"""Bytes that a connection hands over at once, as an operating system does."""


class Line(asyncio.Transport):
    """A connection of one client, who says all at once.

    Attributes:
        heard: what the server has said.
        closed: done when the server has closed it.
        reading: set while the server takes more.
    """

    def __init__(self, protocol: web.RequestHandler) -> None:
        super().__init__()
        self.heard = bytearray()
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self.reading = asyncio.Event()
        self.reading.set()
        self._protocol = protocol

    def write(self, data: Any) -> None:
        self.heard += data

    def writelines(self, data: Any) -> None:
        self.heard += b"".join(data)

    def is_closing(self) -> bool:
        return self.closed.done()

    def close(self) -> None:
        self.reading.set()
        if not self.closed.done():
            self.closed.set_result(None)
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 8080) if name in ("sockname", "peername") else default

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.reading.clear()

    def resume_reading(self) -> None:
        self.reading.set()


class Spoken:
    """A strict server that nobody listens for."""

    def __init__(self, **options: Any) -> None:
        self.services: Services = build(Settings(**{"strict": True, **options}))
        made = pipeline(self.services)
        factory = partial(web.BaseRequest, loop=asyncio.get_running_loop(), client_max_size=1 << 26)
        self._listener = Listener(
            made.handle, made.refuse_unread, request_factory=factory, access_log=None, lingering_time=0
        )

    async def say(self, request: bytes) -> bytes:
        """Return what comes back until the connection is closed; the client sends no more, and waits.

        Raises:
            TimeoutError: the server hangs.
        """
        protocol = self._listener()
        line = Line(protocol)
        protocol.connection_made(line)
        async with asyncio.timeout(PATIENCE):
            for start in range(0, len(request), READ):
                await line.reading.wait()
                if not line.closed.done():
                    protocol.data_received(request[start : start + READ])
            await line.reading.wait()
            if not line.closed.done() and not protocol.eof_received():
                line.close()
            await line.closed
        return bytes(line.heard)
