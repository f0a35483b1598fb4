"""`/requests/verify`, `/coverage` and `/violations`: what a test wants to know about its client."""

from __future__ import annotations

import asyncio

from mockserver.api.response import Response, json_response
from mockserver.control.errors import shape
from mockserver.control.handlers.jobs import RECHECK
from mockserver.control.handlers.requests import dropped
from mockserver.control.requests import ControlRequest
from mockserver.journal import coverage
from mockserver.journal.verification import Verdict
from mockserver.journal.verification import verify as judge
from mockserver.sandbox.sandbox import STOP


async def verify(request: ControlRequest) -> Response:
    """Check what the client did; with `timeout`, wait for it to become true."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + request.fields.get("timeout", 0.0)
    events = request.sandbox.listen()
    try:
        while True:
            verdict = await _verdict(request)
            left = deadline - loop.time()
            if verdict.holds or left <= 0:
                return _answer(verdict)
            try:
                async with asyncio.timeout(min(left, RECHECK)):
                    event = await events.get()
            except TimeoutError:
                continue
            if event is STOP:
                return _answer(verdict)
            while not events.empty():
                events.get_nowait()
    finally:
        request.sandbox.ignore(events)


async def _verdict(request: ControlRequest) -> Verdict:
    entries = await request.sandbox.store.entries(request.sandbox.name)
    return judge(request.fields, entries, await dropped(request, entries))


def _answer(verdict: Verdict) -> Response:
    if verdict.holds:
        return json_response({"verified": True, "count": verdict.count, "requests": list(verdict.numbers)})
    beside = {"count": verdict.count, "requests": list(verdict.numbers), "near": list(verdict.near)}
    hint = "GET /_control/requests lists what came"
    return shape(409, "not-verified", "\n".join(verdict.lines), hint, record=beside)


async def covered(request: ControlRequest) -> Response:
    """Return what has been exercised since the last reset."""
    store, name = request.sandbox.store, request.sandbox.name
    return json_response(await coverage.report(store, name, request.sandbox.apis.values(), request.services.contracts))


async def violations(request: ControlRequest) -> Response:
    """Return the breaches of contract by either side since the last reset."""
    found = await coverage.violations(request.sandbox.store, request.sandbox.name)
    side = request.values.get("side")
    return json_response({"violations": [one for one in found if side is None or one["side"] == side]})
