"""Lets go of clients that ask and then do not read the answer.

Who does not send its headers is closed by aiohttp's keep-alive timer, who does not send its body by
`http.body`; a full write buffer that nobody empties is noticed here.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

LOOK = 2.0
"""Real seconds between two looks."""


async def close_stalled(server: web.Server, patience: float) -> None:
    """Close connections whose unsent bytes have not become fewer for `patience` seconds; runs until cancelled."""
    loop = asyncio.get_running_loop()
    waiting: dict[int, tuple[int, float]] = {}
    while True:
        await asyncio.sleep(min(LOOK, patience))
        now, still = loop.time(), {}
        for connection in server.connections:
            transport = connection.transport
            unsent = 0 if transport is None else transport.get_write_buffer_size()
            if transport is None or unsent == 0:
                continue
            before, since = waiting.get(id(connection), (unsent, now))
            if unsent != before:
                since = now
            if now - since >= patience:
                transport.abort()
            else:
                still[id(connection)] = (unsent, since)
        waiting = still
