"""`/clock`: sandbox time, and what came due by moving it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.long_answers import long_json_response
from mockserver.control.requests import ControlRequest
from mockserver.core.clock import Clock, clock_moment, iso
from mockserver.core.job import Job, Transition, transition_record
from mockserver.core.plan import seconds

_AFTER = 1e-6
"""Seconds added to a running clock that is set to a moment, so that rounding cannot leave it just before."""


async def show(request: ControlRequest) -> Response:
    """Show the clock."""
    return json_response(_describe(await request.sandbox.clock(), request.sandbox.real()))


async def change(request: ControlRequest) -> Response:
    """Set, stop or resume the clock."""
    frozen, now = request.fields.get("frozen"), request.fields.get("now")
    try:
        moment = None if now is None else clock_moment(now)
    except ValueError as error:
        raise ControlError(422, "bad-moment", str(error), "for example 2026-01-02T12:00:00Z") from None

    async def changed(clock: Clock) -> Clock:
        real = request.sandbox.real()
        if frozen is not None:
            clock = clock.freeze(real) if frozen else clock.resume(real)
        return clock if moment is None else clock.set(moment, real)

    return await _move(request, changed)


async def advance(request: ControlRequest) -> Response:
    """Move the clock forward by some seconds, or to the next planned change."""
    sandbox = request.sandbox
    by = seconds(request.fields["seconds"]) if "seconds" in request.fields else None

    async def advanced(clock: Clock) -> Clock:
        # Each time: what came due by a move that was quicker is told by that one, and what is next is another.
        await sandbox.jobs.settle_all()
        due = await sandbox.jobs.due() if by is None else None
        real = sandbox.real()
        now = clock.now(real)
        to = now + by if by is not None else now if due is None else max(due, now)
        return clock.set(to if clock.frozen_at is not None else to + _AFTER, real)

    return await _move(request, advanced)


async def _move(request: ControlRequest, aim: Callable[[Clock], Awaitable[Clock]]) -> Response:
    clock, fired = await request.sandbox.move_clock(aim)
    described, judged = _describe(clock, request.sandbox.real()), request.services.settings.strict
    return await long_json_response(described, "fired", fired, describe_move, judged=judged)


def _describe(clock: Clock, real: float) -> dict[str, Any]:
    return {"now": iso(clock.now(real)), "frozen": clock.frozen_at is not None}


def describe_move(moved: tuple[Job, Transition]) -> dict[str, Any]:
    """Return a move as JSON."""
    described = transition_record(*moved)
    del described["cause"]
    return described
