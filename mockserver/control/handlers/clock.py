"""`/clock`: sandbox time, and what came due by moving it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.api.context import Response, json_response
from mockserver.control.errors import Refused
from mockserver.control.requests import Ask
from mockserver.core.clock import Clock, instant, iso
from mockserver.core.job import Job, Transition, transition_record
from mockserver.core.plan import seconds

_ULP = 1e-6
"""Seconds added to a running clock that is set to a moment, so that rounding cannot leave it just before."""


async def show(ask: Ask) -> Response:
    """Show the clock."""
    return json_response(_describe(await ask.sandbox.clock(), ask.sandbox.real()))


async def change(ask: Ask) -> Response:
    """Set, stop or resume the clock."""
    clock, real = await ask.sandbox.clock(), ask.sandbox.real()
    frozen, now = ask.fields.get("frozen"), ask.fields.get("now")
    if frozen is not None:
        clock = clock.freeze(real) if frozen else clock.resume(real)
    if now is not None:
        try:
            clock = clock.set(instant(now), real)
        except ValueError as error:
            raise Refused(422, "bad-moment", str(error), "for example 2026-01-02T12:00:00Z") from None
    return await _move(ask, clock)


async def advance(ask: Ask) -> Response:
    """Move the clock forward by some seconds, or to the next planned change."""
    await ask.sandbox.jobs.settle_all()
    clock, real = await ask.sandbox.clock(), ask.sandbox.real()
    if "seconds" in ask.fields:
        to = clock.now(real) + seconds(ask.fields["seconds"])
    else:
        due = await ask.sandbox.jobs.due()
        to = clock.now(real) if due is None else max(due, clock.now(real))
    return await _move(ask, clock.set(to if clock.frozen_at is not None else to + _ULP, real))


async def _move(ask: Ask, clock: Clock) -> Response:
    fired = await ask.sandbox.set_clock(clock)
    return json_response({**_describe(clock, ask.sandbox.real()), "fired": describe_moves(fired)})


def _describe(clock: Clock, real: float) -> dict[str, Any]:
    return {"now": iso(clock.now(real)), "frozen": clock.frozen_at is not None}


def describe_moves(transitions: Sequence[tuple[Job, Transition]]) -> list[dict[str, Any]]:
    """Return moves as JSON, in order of time."""
    records = (transition_record(job, move) for job, move in transitions)
    return [{name: value for name, value in one.items() if name != "cause"} for one in records]
