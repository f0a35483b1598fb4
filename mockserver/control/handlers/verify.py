"""`/requests/verify`, `/coverage` and `/violations`: what a test wants to know about its client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from mockserver.api.response import Response, json_response
from mockserver.control.errors import shape
from mockserver.control.handlers.requests import dropped, floor, since
from mockserver.control.requests import ControlRequest
from mockserver.journal import coverage
from mockserver.journal.entry import Entry
from mockserver.journal.match_names import check_match
from mockserver.journal.near_misses import NearMisses
from mockserver.journal.verification import Verdict, Verification
from mockserver.sandbox.events import RECHECK, Event, Stopped
from mockserver.sandbox.turns import in_time


async def verify(request: ControlRequest) -> Response:
    """Check what the client did; with `timeout`, wait for it to become true."""
    _check_names(request)
    if request.fields.get("timeout"):
        with suppress(Stopped):
            await _wait(request)
    found, entries = await _whole(request)
    near = NearMisses(match) if (match := found.near()) is not None and not found.holds else None
    if near is not None:
        async for entry in in_time(found.could_be_near(entries)):
            near.look_at((entry,))
    nearest, earlier = () if near is None else near.nearest, None
    async for entry in in_time(found.before_step(entries)):
        if found.is_step(entry):
            earlier = entry
            break
    return _answer(found.verdict(nearest, earlier, await dropped(request, entries)))


async def _wait(request: ControlRequest) -> None:
    """Wait until it is so, at most for the `timeout` that is asked for."""
    store, key = request.sandbox.store, request.sandbox.key
    emptied = await floor(request)
    waiting = _question(request, behind=emptied)

    async def look(_: Callable[[], list[Event]]) -> float | None:
        nonlocal waiting, emptied
        if (now := await floor(request)) != emptied:
            emptied, waiting = now, _question(request, behind=now)
        await _judge(waiting, await store.entries(key, waiting.behind))
        # What has come late and out of its order is seen by one who looks at everything.
        return None if waiting.holds and (await _whole(request))[0].holds else RECHECK

    await request.wait_until(look, request.fields["timeout"])


def _check_names(request: ControlRequest) -> None:
    asked = request.fields
    for match in (asked.get("match"), asked.get("after"), *asked.get("order", ())):
        if match is not None:
            check_match(match, request.sandbox.apis, request.services.contracts)


def _question(request: ControlRequest, behind: int = 0) -> Verification:
    after = request.fields.get("since")
    return Verification(request.fields, None if after is None else since(str(after)), behind=behind)


async def _whole(request: ControlRequest) -> tuple[Verification, Sequence[Entry]]:
    """Judge all that stands in the journal."""
    entries = await request.sandbox.store.entries(request.sandbox.key)
    found = _question(request)
    await _judge(found, entries)
    return found, entries


async def _judge(found: Verification, entries: Sequence[Entry]) -> None:
    found.begin(entries[-1].number if entries else found.behind)
    async for entry in in_time(entries):
        found.take((entry,))


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
