"""`/reset` and `/snapshot`: the whole sandbox at once."""

from __future__ import annotations

from mockserver.api.response import Response, json_response
from mockserver.control.requests import ControlRequest
from mockserver.journal import forced_states as forced
from mockserver.sandbox import snapshot
from mockserver.sandbox.reset import reset as back_to_start


async def reset(request: ControlRequest) -> Response:
    """Go back to the seeded start; say what was done, and what was armed or forced for nothing."""
    unseen = await forced.unseen(request.sandbox.store, request.sandbox.key)
    done = await back_to_start(request.sandbox, request.fields.get("keep", ()))
    return json_response({**done, "forced_unseen": unseen})


async def take(request: ControlRequest) -> Response:
    """Return the sandbox as one document. It holds accounts, and says so."""
    return json_response(await snapshot.take(request.sandbox))


async def restore(request: ControlRequest) -> Response:
    """Make the sandbox what a snapshot says."""
    restored = await snapshot.restore(request.sandbox, request.body)
    request.sandbox.publish({"event": "reset"})
    return json_response({"restored": restored})
