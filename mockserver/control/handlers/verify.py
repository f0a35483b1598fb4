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
from mockserver.journal.in_parts import Reading, read
from mockserver.journal.match_names import check_match
from mockserver.journal.near_misses import NearMiss, NearMisses
from mockserver.journal.verification import Verdict, Verification
from mockserver.sandbox.events import RECHECK, Event, Stopped
from mockserver.sandbox.turns import in_time


async def verify(request: ControlRequest) -> Response:
    """Check what the client did; with `timeout`, wait for it to become true."""
    _check_names(request)
    if request.fields.get("timeout"):
        with suppress(Stopped):
            await _wait(request)
    found, journal = await _whole(request)
    nearest: Sequence[NearMiss] = ()
    earlier: Entry | None = None
    if not found.holds and (match := found.near()) is not None:
        # Gone through once more: what could be near is known when all has been judged.
        close, near = found.could_be_near(), NearMisses(match)
        async for entry in in_time(await _read(request, before=journal.last + 1)):
            if close(entry):
                near.look_at(entry)
            if earlier is None and found.came_too_early(entry):
                earlier = entry
        nearest = near.nearest
    return _answer(found.verdict(nearest, earlier, await dropped(request, journal.first)))


async def _read(request: ControlRequest, after: int = 0, before: int | None = None) -> Reading:
    return await read(request.sandbox.store, request.sandbox.key, after, before)


async def _wait(request: ControlRequest) -> None:
    """Wait until it is so, at most for the `timeout` that is asked for."""
    emptied = await floor(request)
    waiting = _question(request, behind=emptied)

    async def look(_: Callable[[], list[Event]]) -> float | None:
        nonlocal waiting, emptied
        if (now := await floor(request)) != emptied:
            emptied, waiting = now, _question(request, behind=now)
        await _judge(waiting, await _read(request, waiting.behind))
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


async def _whole(request: ControlRequest) -> tuple[Verification, Reading]:
    """Judge all that stands in the journal."""
    journal, found = await _read(request), _question(request)
    await _judge(found, journal)
    return found, journal


async def _judge(found: Verification, journal: Reading) -> None:
    found.begin(max(journal.last, found.behind))
    async for entry in in_time(journal):
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
