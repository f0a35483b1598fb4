"""`/events`: what happens, as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
from functools import partial

from aiohttp import web

from mockserver.api.response import Response
from mockserver.control.feed import TICK, gathered, plain
from mockserver.control.requests import ControlRequest
from mockserver.sandbox.events import STOP, Event, Listener
from mockserver.sandbox.sandbox import Sandbox

HEARTBEAT = 15.0
"""Real seconds of silence after which a comment keeps proxies from closing the stream."""


async def events(request: ControlRequest) -> Response:
    """Stream what happens until the client leaves or the sandbox ends; with `records`, gathered for a console."""
    records = bool(request.values.get("records", False))
    return Response(content_type="text/event-stream", stream=partial(_send, request.sandbox, records))


async def _send(sandbox: Sandbox, records: bool, request: web.BaseRequest) -> web.StreamResponse:
    stream = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    queue = sandbox.listen()
    try:
        await sandbox.attend()
        await stream.prepare(request)
        if request.method == "HEAD":
            return stream
        await stream.write(b": mockserver\n\n")
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    heard = [await queue.get()]
            except TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            if records:
                heard += await _rest(queue, heard[0])
            ends = heard[-1] is STOP
            told = heard[:-1] if ends else heard
            if told:
                lost, queue.lost = queue.lost, 0
                await stream.write(gathered(told, lost, sandbox.apis) if records else plain(told[0]))
            if ends:
                await stream.write_eof()
                break
    except ConnectionError:
        pass  # the client has gone
    finally:
        sandbox.ignore(queue)
    return stream


async def _rest(queue: Listener, first: Event) -> list[Event]:
    """Return what follows the first event of a tick, up to the stop."""
    found: list[Event] = []
    if first is not STOP:
        await asyncio.sleep(TICK)
    while not queue.empty() and (not found or found[-1] is not STOP) and first is not STOP:
        found.append(queue.get_nowait())
    return found
