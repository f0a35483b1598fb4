"""A job as a value: what is known of it at one moment, and the moves that led there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple, cast

from mockserver.core.clock import iso
from mockserver.core.plan import OnCancel, Plan


class Cause(StrEnum):
    """Who moved a job: a call of the API, the plan, or a test."""

    CLIENT = "client"
    CLOCK = "clock"
    CONTROL = "control"


class Transition(NamedTuple):
    """One change of state. `at` is sandbox time in epoch seconds; `request` a journal number.

    A tuple: each change makes one, and a frozen class costs twice as much to make.
    """

    source: str
    to: str
    at: float
    cause: Cause
    request: int | None = None


def transition_record(job: Job, transition: Transition) -> dict[str, Any]:
    """Return a change of state as JSON says it: `api`, `kind`, `id`, `from`, `to`, `at` and `cause`."""
    return {
        "api": job.api,
        "kind": job.kind,
        "id": job.id,
        "from": transition.source,
        "to": transition.to,
        "at": iso(transition.at),
        "cause": str(transition.cause),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One line a job has said. `level` is in the API's own words."""

    text: str
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One unit of work.

    Attributes:
        kind: which of the API's machines moves it; ids are unique within (api, kind).
        parent: the id of the job it belongs to, for a job that is a part of another.
        since: when it entered its state or was released (epoch seconds): waits count from here.
        looks: status queries answered in this state; a cancel that is ignored does not begin them anew.
        resume: state and `since` that a cancel interrupted; an ignored cancel goes on from there.
        retention: seconds a finished job is remembered; None for ever.
        data: the API's own fields, in the fixture's form; never changed in place.
        history: the last moves; `forgotten` counts those dropped before them.
        version: grows by one with each change; the store compares it.
    """

    api: str
    id: str
    state: str
    plan: Plan
    created: float
    since: float
    kind: str = "job"
    owner: str | None = None
    parent: str | None = None
    on_cancel: OnCancel = OnCancel()
    held: bool = False
    looks: int = 0
    resume: tuple[str, float] | None = None
    started: float | None = None
    ended: float | None = None
    retention: float | None = None
    messages: tuple[Message, ...] = ()
    error: str | None = None
    progress: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Transition, ...] = ()
    forgotten: int = 0
    version: int = 0


_NAMES = tuple(one.name for one in fields(Job))
_values = attrgetter(*_NAMES)
_Draft: Any = make_dataclass("_Draft", _NAMES, slots=True)
"""A job that can still be written to: the same slots in the same order, so that it can become a `Job`."""


def evolve(job: Job, **changes: Any) -> Job:
    """Return a job with some fields changed: `dataclasses.replace` for a third of its price.

    Each request that moves a job pays it. A frozen class sets each field by a detour; a draft is set directly and
    frozen at the end.
    """
    made = _Draft(*_values(job))
    for name, value in changes.items():
        setattr(made, name, value)
    made.__class__ = Job
    return cast("Job", made)


def moved(
    job: Job,
    state: str,
    at: float,
    history: tuple[Transition, ...],
    *,
    looks: int,
    resume: tuple[str, float] | None,
    held: bool,
    started: float | None,
    ended: float | None,
) -> Job:
    """Return a job in another state since a moment, one version on: `evolve` for a sixth of its price.

    It is the dearest step of a request that moves a job, so each field is named, in the order of `Job`.
    """
    made = _Draft(
        job.api,
        job.id,
        state,
        job.plan,
        job.created,
        at,
        job.kind,
        job.owner,
        job.parent,
        job.on_cancel,
        held,
        looks,
        resume,
        started,
        ended,
        job.retention,
        job.messages,
        job.error,
        job.progress,
        job.data,
        history,
        # A move adds one to the history; whatever that does not show has been dropped.
        job.forgotten + len(job.history) + 1 - len(history),
        job.version + 1,
    )
    made.__class__ = Job
    return cast("Job", made)


def transitions_between(before: Job, after: Job) -> tuple[Transition, ...]:
    """Return the moves `after` has over `before`, oldest first."""
    new = after.forgotten + len(after.history) - before.forgotten - len(before.history)
    return after.history[-new:] if new > 0 else ()


class Change(NamedTuple):
    """A change that landed: the settled job it was made on, and what it became."""

    before: Job
    after: Job

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The moves made by this change, oldest first."""
        return transitions_between(self.before, self.after)
