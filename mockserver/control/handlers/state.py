"""`/reset` and `/snapshot`: the whole sandbox at once."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from functools import partial

from aiohttp import web

from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.requests import ControlRequest
from mockserver.journal import forced_states as forced
from mockserver.sandbox import collector, snapshot
from mockserver.sandbox.reset import reset as back_to_start
from mockserver.wire.json_document import BadJson, read_document

LARGE = 1 << 20
"""Bytes of a snapshot from which on the garbage collector would be felt."""


async def reset(request: ControlRequest) -> Response:
    """Go back to the seeded start; say what was done, and what was armed or forced for nothing."""
    unseen = await forced.unseen(request.sandbox.store, request.sandbox.key)
    done = await back_to_start(request.sandbox, request.fields.get("keep", ()))
    return json_response({**done, "forced_unseen": unseen})


async def take(request: ControlRequest) -> Response:
    """Return the sandbox as one document, a piece at a time. It holds accounts, and says so."""
    return Response(stream=partial(_send, await snapshot.freeze(request.sandbox)))


async def _send(frozen: snapshot.Frozen, request: web.BaseRequest) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "application/json", "Cache-Control": "no-store"})
    await stream.prepare(request)
    if request.method == "HEAD":
        return stream
    try:
        for piece in frozen.pieces():
            await stream.write(piece)
            await asyncio.sleep(0)  # a client that reads fast never lets others have their turn
        await stream.write_eof()
    except ConnectionError:
        pass  # the client has gone
    finally:
        await frozen.discard()
    return stream


async def restore(request: ControlRequest) -> Response:
    """Make the sandbox what a snapshot says.

    Raises:
        ControlError: the body is no JSON.
    """
    with collector.spared() if len(request.raw) > LARGE else nullcontext():
        try:
            document = await asyncio.to_thread(read_document, request.raw)
        except BadJson as error:
            raise ControlError(400, "malformed", f"the body is not JSON: {error}", "send JSON") from None
        restored = await snapshot.restore(request.sandbox, document)
        await snapshot.discard(document)
    request.sandbox.publish({"event": "reset"})
    return json_response({"restored": restored})
