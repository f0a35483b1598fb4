"""`/reset` and `/snapshot`: the whole sandbox at once."""

from __future__ import annotations

from mockserver.api.context import Response, json_response
from mockserver.control.requests import Ask
from mockserver.journal import forced_states as forced
from mockserver.sandbox import snapshot


async def reset(ask: Ask) -> Response:
    """Go back to the seeded start; say what was done, and what was armed or forced for nothing."""
    unseen = await forced.unseen(ask.sandbox.store, ask.sandbox.name)
    done = await ask.sandbox.reset(ask.fields.get("keep", ()))
    return json_response({**done, "forced_unseen": unseen})


async def take(ask: Ask) -> Response:
    """Return the sandbox as one document. It holds accounts, and says so."""
    return json_response(await snapshot.take(ask.sandbox))


async def restore(ask: Ask) -> Response:
    """Make the sandbox what a snapshot says."""
    restored = await snapshot.restore(ask.sandbox, ask.body)
    ask.sandbox.publish({"event": "reset"})
    return json_response({"restored": restored})
