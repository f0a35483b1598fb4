"""`/clock`: sandbox time, and what came due by moving it."""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.long_answers import long_json_response
from mockserver.control.requests import ControlRequest
from mockserver.core.clock import Clock, instant, iso
from mockserver.core.job import Job, Transition, transition_record
from mockserver.core.plan import seconds

_ULP = 1e-6
"""Seconds added to a running clock that is set to a moment, so that rounding cannot leave it just before."""


async def show(request: ControlRequest) -> Response:
    """Show the clock."""
    return json_response(_describe(await request.sandbox.clock(), request.sandbox.real()))


async def change(request: ControlRequest) -> Response:
    """Set, stop or resume the clock."""
    clock, real = await request.sandbox.clock(), request.sandbox.real()
    frozen, now = request.fields.get("frozen"), request.fields.get("now")
    if frozen is not None:
        clock = clock.freeze(real) if frozen else clock.resume(real)
    if now is not None:
        try:
            clock = clock.set(instant(now), real)
        except ValueError as error:
            raise ControlError(422, "bad-moment", str(error), "for example 2026-01-02T12:00:00Z") from None
    return await _move(request, clock)


async def advance(request: ControlRequest) -> Response:
    """Move the clock forward by some seconds, or to the next planned change."""
    await request.sandbox.jobs.settle_all()
    clock, real = await request.sandbox.clock(), request.sandbox.real()
    if "seconds" in request.fields:
        to = clock.now(real) + seconds(request.fields["seconds"])
    else:
        due = await request.sandbox.jobs.due()
        to = clock.now(real) if due is None else max(due, clock.now(real))
    return await _move(request, clock.set(to if clock.frozen_at is not None else to + _ULP, real))


async def _move(request: ControlRequest, clock: Clock) -> Response:
    fired = await request.sandbox.set_clock(clock)
    described, judged = _describe(clock, request.sandbox.real()), request.services.settings.strict
    return await long_json_response(described, "fired", fired, describe_move, judged=judged)


def _describe(clock: Clock, real: float) -> dict[str, Any]:
    return {"now": iso(clock.now(real)), "frozen": clock.frozen_at is not None}


def describe_move(moved: tuple[Job, Transition]) -> dict[str, Any]:
    """Return a move as JSON."""
    described = transition_record(*moved)
    del described["cause"]
    return described
