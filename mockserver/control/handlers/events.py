"""`/events`: what happens, as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
from functools import partial

import orjson
from aiohttp import web

from mockserver.api.response import Response
from mockserver.control.requests import ControlRequest
from mockserver.sandbox.events import STOP
from mockserver.sandbox.sandbox import Sandbox

HEARTBEAT = 15.0
"""Real seconds of silence after which a comment keeps proxies from closing the stream."""


async def events(request: ControlRequest) -> Response:
    """Stream `job`, `request`, `fault`, `clock` and `reset` events until the client leaves or the sandbox ends."""
    return Response(content_type="text/event-stream", stream=partial(_send, request.sandbox))


async def _send(sandbox: Sandbox, request: web.BaseRequest) -> web.StreamResponse:
    stream = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    queue = sandbox.listen()
    try:
        await stream.prepare(request)
        if request.method == "HEAD":
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
        sandbox.ignore(queue)
    await stream.write_eof()
    return stream
