"""`/requests/verify`, `/coverage` and `/violations`: what a test wants to know about its client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from mockserver.api.response import Response, json_response
from mockserver.control.errors import shape
from mockserver.control.handlers.requests import dropped
from mockserver.control.requests import ControlRequest
from mockserver.journal import coverage
from mockserver.journal.verification import Verdict
from mockserver.journal.verification import verify as judge
from mockserver.sandbox.events import RECHECK, Event, Stopped


async def verify(request: ControlRequest) -> Response:
    """Check what the client did; with `timeout`, wait for it to become true."""
    verdict: Verdict | None = None

    async def look(_: Callable[[], list[Event]]) -> float | None:
        nonlocal verdict
        verdict = await _verdict(request)
        return None if verdict.holds else RECHECK

    with suppress(Stopped):
        await request.wait_until(look, request.fields.get("timeout", 0.0))
    assert verdict is not None
    return _answer(verdict)


async def _verdict(request: ControlRequest) -> Verdict:
    entries = await request.sandbox.store.entries(request.sandbox.key)
    return judge(request.fields, entries, await dropped(request, entries))


def _answer(verdict: Verdict) -> Response:
    if verdict.holds:
        return json_response({"verified": True, "count": verdict.count, "requests": list(verdict.numbers)})
    extra = {"count": verdict.count, "requests": list(verdict.numbers), "near": list(verdict.near)}
    hint = "GET /_control/requests lists what came"
    return shape(409, "not-verified", "\n".join(verdict.lines), hint, record=extra)


async def covered(request: ControlRequest) -> Response:
    """Return what has been exercised since the last reset."""
    store, name = request.sandbox.store, request.sandbox.key
    return json_response(await coverage.report(store, name, request.sandbox.apis.values(), request.services.contracts))


async def violations(request: ControlRequest) -> Response:
    """Return the breaches of contract by either side since the last reset."""
    found = await coverage.violations(request.sandbox.store, request.sandbox.key)
    side = request.values.get("side")
    return json_response({"violations": [one for one in found if side is None or one["side"] == side]})
