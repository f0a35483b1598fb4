"""What will happen to a job by itself, and how it takes a cancel.

A plan is data: states in order, each with a wait, and the end. Waits are seconds on the
sandbox's clock or a number of status queries ("looks"), so a test can do without a clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from mockserver.core.errors import BadPlan, meant

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*")
_TOO_LONG = 1e10
"""Seconds: about 317 years. No wait is as long as that."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long a job stays in a state: `seconds`, or `looks` (status queries), or for ever (neither)."""

    seconds: float | None = None
    looks: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None and self.looks is not None:
            raise BadPlan("a wait is seconds or looks, not both")
        if (self.seconds is not None and not 0 <= self.seconds < _TOO_LONG) or (
            self.looks is not None and self.looks < 1
        ):
            raise BadPlan("a wait is zero or more seconds, or one or more looks")


NEVER = Wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One state of a plan and the wait in it."""

    state: str
    wait: Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The states a job passes through by itself. `end` is None when the last step never ends."""

    steps: tuple[Step, ...] = ()
    end: str | None = None

    def __post_init__(self) -> None:
        names = [step.state for step in self.steps]
        if len({*names, self.end}) != len(names) + 1:
            raise BadPlan("a plan visits each state once")

    def counting(self, looks: Wait) -> Plan:
        """Return the same states with another wait in each."""
        return Plan(steps=tuple(Step(state=step.state, wait=looks) for step in self.steps), end=self.end)

    def after(self, state: str) -> tuple[str, Wait] | None:
        """Return what follows `state` and the wait before it, or None when the plan ends or skips it."""
        for position, step in enumerate(self.steps):
            if step.state == state:
                rest = self.steps[position + 1 :]
                to = rest[0].state if rest else self.end
                return None if to is None else (to, step.wait)
        return None


class CancelMode(StrEnum):
    """How a job takes a cancel that was accepted."""

    HONOURS = "honours"
    IGNORES = "ignores"
    LOSES = "loses"
    FAILS = "fails"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCancel:
    """The cancel behaviour of one job: the mode, and the wait in the cancelling state."""

    mode: CancelMode = CancelMode.HONOURS
    after: Wait = Wait(seconds=0.0)


def seconds(value: float | str) -> float:
    """Read a duration: a number of seconds, or text such as `250ms`, `2s`, `1m`.

    Raises:
        BadPlan: the text is no duration.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadPlan(f"{value!r} is no duration; write seconds, or text such as 250ms, 2s, 1m")
    return float(found[1]) * _UNITS[found[2] or "s"]


def wait(value: float | str | Mapping[str, Any] | None) -> Wait:
    """Read the fixture form of a wait: a duration, `{"looks": n}`, or null for ever."""
    if value is None:
        return NEVER
    if isinstance(value, Mapping):
        return Wait(looks=int(value["looks"]))
    return Wait(seconds=seconds(value))


def lateness(value: float | str | Mapping[str, Any]) -> Wait:
    """Read the fixture form of how late results come: a wait; a duration too long for a wait is for ever.

    Raises:
        BadPlan: the value is neither a duration nor a number of looks.
    """
    if not isinstance(value, Mapping):
        value = seconds(value)
        if value >= _TOO_LONG:
            return NEVER
    return wait(value)


def on_cancel(value: str | Mapping[str, Any], default: OnCancel) -> OnCancel:
    """Read the fixture form of a cancel behaviour: a mode, or `{"mode": …, "after": …}`."""
    given = {"mode": value} if isinstance(value, str) else value
    try:
        mode = CancelMode(given.get("mode", default.mode))
    except ValueError:
        word, allowed = given["mode"], ", ".join(CancelMode)
        raise BadPlan(f"{word!r} is no cancel behaviour; {meant(word, CancelMode)}use one of {allowed}") from None
    return OnCancel(mode=mode, after=wait(given["after"]) if "after" in given else default.after)


@lru_cache(maxsize=1024)
def describe_wait(value: Wait) -> float | Mapping[str, int] | None:
    """Return a wait in its fixture form."""
    return {"looks": value.looks} if value.looks is not None else value.seconds


@lru_cache(maxsize=1024)
def describe_plan(plan: Plan) -> Mapping[str, Any]:
    """Return a plan in its fixture form."""
    steps = [{"state": step.state, "for": describe_wait(step.wait)} for step in plan.steps]
    return {"steps": steps, "end": plan.end}


@lru_cache(maxsize=1024)
def describe_on_cancel(value: OnCancel) -> Mapping[str, Any]:
    """Return a cancel behaviour in its fixture form."""
    return {"mode": str(value.mode), "after": describe_wait(value.after)}
