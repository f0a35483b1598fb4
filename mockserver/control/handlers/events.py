"""`/events`: what happens, as it happens (server-sent events)."""

from __future__ import annotations

import asyncio

import orjson
from aiohttp import web

from mockserver.control.requests import Ask
from mockserver.sandbox.sandbox import STOP

HEARTBEAT = 15.0
"""Real seconds of silence after which a comment keeps proxies from closing the stream."""


async def events(ask: Ask) -> web.StreamResponse:
    """Stream `job`, `request`, `fault`, `clock` and `reset` events until the client leaves or the sandbox ends."""
    stream = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    queue = ask.sandbox.listen()
    try:
        await stream.prepare(ask.request)
        if ask.request.method == "HEAD":
            return stream
        await stream.write(b": mockserver\n\n")
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    event = await queue.get()
            except TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            if event is STOP:
                break
            await stream.write(b"event: %s\ndata: %s\n\n" % (event["event"].encode(), orjson.dumps(event)))
    except ConnectionError:
        return stream
    finally:
        ask.sandbox.ignore(queue)
    await stream.write_eof()
    return stream
