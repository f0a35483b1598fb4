"""The machine that moves jobs: total tables, and the five verbs over them.

Rules a maintainer must keep:

1. Everything that decides whether a job may move lives here or in an API's table, as data.
2. Each state has a row, even an empty one; an event missing from the row raises and nothing moves.
3. Looking never moves a job, but for `look` on a plan that counts looks.
4. `settle` is idempotent, and all moves it makes carry the time at which they came due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mockserver.core.errors import BadPlan, IllegalEvent, UnknownState, meant
from mockserver.core.job import Cause, Job, Transition, evolve, moved
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait, lateness, wait

HISTORY = 100
"""Moves a job remembers. A test that flips a state for hours must not eat the memory."""


class Phase(StrEnum):
    """The portable word for a state, the same for every API."""

    SUBMITTED = "SUBMITTED"
    EXECUTING = "EXECUTING"
    SUSPENDED = "SUSPENDED"
    CANCELING = "CANCELING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TIMED_OUT = "TIMED_OUT"


FINAL = frozenset({Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELED, Phase.TIMED_OUT})

# Each move asks for these, and a member is found on its enum a good deal slower than in its module.
_CANCELING, _EXECUTING, _CANCELED = Phase.CANCELING, Phase.EXECUTING, Phase.CANCELED
_STUCK, _CLIENT, _CLOCK = CancelMode.STUCK, Cause.CLIENT, Cause.CLOCK


class Confidence(StrEnum):
    """How well a fact is known: written by the vendor, seen in a capture or client, or a guess."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a machine.

    Attributes:
        name: the API's own word.
        shown: the word clients see, where it differs (a state that the API has but does not tell).
        word: the word clients see.
        source: where the state is described.
    """

    name: str
    phase: Phase
    confidence: Confidence = Confidence.DOCUMENTED
    source: str = ""
    shown: str | None = None
    word: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", self.shown or self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The planned change: to which state, and when (epoch seconds) or after how many more looks."""

    to: str
    at: float | None = None
    looks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The states of one kind of job and what moves it.

    Attributes:
        initial: the state of a new job.
        rows: state -> event -> state, for each state and each event that is legal in it.
        cancelled: where a job in a CANCELING state goes, by cancel mode (`ignores` and `stuck` need no row).
        plans: the shorthands a fixture may use.
        plan: the shorthand of a job that names none.
        late_results: the own field of a job that says, in the fixture's form, how long after its end its results come.
        listings: in which of its API's listings a job stands, by name: hangs on `data` and `owner` alone.
        appears: the own field of a job that says when time changes its listings (epoch seconds), by taking it off.
    """

    states: tuple[State, ...]
    initial: str
    rows: Mapping[str, Mapping[str, str]]
    cancelled: Mapping[CancelMode, str] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    plan: str = "succeeds"
    on_cancel: OnCancel = OnCancel()
    kind: str = "job"
    late_results: str | None = None
    listings: Callable[[Job], tuple[str, ...]] = field(default=lambda job: ())
    appears: str | None = None
    by_name: Mapping[str, State] = field(init=False)

    def __post_init__(self) -> None:
        by_name = {state.name: state for state in self.states}
        object.__setattr__(self, "by_name", by_name)
        named = {self.initial, *self.rows, *self.cancelled.values()}
        for row in self.rows.values():
            named |= set(row.values())
        for plan in self.plans.values():
            named |= {step.state for step in plan.steps} | ({plan.end} if plan.end else set())
        if unknown := named - set(by_name):
            raise BadPlan(f"machine {self.kind} names unknown states {sorted(unknown)}")
        if missing := set(by_name) - set(self.rows):
            raise BadPlan(f"machine {self.kind} has no row for {sorted(missing)}")

    def phase(self, job: Job) -> Phase:
        """Return the portable word for the job's state."""
        return self.by_name[job.state].phase

    def final(self, job: Job) -> bool:
        """Tell whether the job has ended."""
        return self.by_name[job.state].phase in FINAL

    def words(self) -> tuple[str, ...]:
        """Return every word `find` takes: the states, then the phases."""
        phases = dict.fromkeys(str(state.phase) for state in self.states)
        return tuple(dict.fromkeys([*self.by_name, *phases]))

    def find(self, word: str, plan: Plan | None = None) -> State:
        """Return the state of that name or phase, in any letter case.

        Where several states share a phase, the one at which `plan` aims wins, then the first declared.

        Raises:
            UnknownState: neither a state nor a phase here.
        """
        folded = word.casefold()
        for state in self.states:
            if state.name == word:
                return state
        for state in self.states:
            if state.name.casefold() == folded:
                return state
        same = [state for state in self.states if state.phase.casefold() == folded]
        if not same:
            raise UnknownState(word, self.words())
        aims = (plan.end, *(step.state for step in plan.steps)) if plan else ()
        return next((state for state in same if state.name in aims), same[0])

    def read_plan(self, value: str | Mapping[str, Any], like: Plan | None = None) -> Plan:
        """Read the fixture form of a plan: a shorthand, `{"looks": n}`, or `{"steps": […], "end": …}`.

        `{"looks": n}` is the usual plan without a clock: each state is left at the n-th status query in it.
        Where an API has several words for success, those of `like` win, as in `find`.

        Raises:
            BadPlan, UnknownState: it cannot be followed here.
        """
        if isinstance(value, str):
            if value not in self.plans:
                known = ", ".join(self.plans)
                raise BadPlan(f"{value!r} is no plan here; {meant(value, self.plans)}use one of {known}, or steps")
            return self._usual(like) if value == self.plan else self.plans[value]
        if "looks" in value:
            return self._usual(like).counting(wait(value))
        steps = tuple(
            Step(state=self.find(step["state"], like).name, wait=wait(step.get("for"))) for step in value["steps"]
        )
        end = value.get("end")
        return Plan(steps=steps, end=None if end is None else self.find(end, like).name)

    def _usual(self, like: Plan | None) -> Plan:
        plan = self.plans[self.plan]
        if like is None or plan.end is None or like.end is None:
            return plan
        same = self.by_name[plan.end].phase is self.by_name[like.end].phase
        return replace(plan, end=like.end) if same else plan

    # --- what comes next ------------------------------------------------------------------------

    def next(self, job: Job) -> Next | None:
        """Return the planned change of a job, or None when nothing will happen by itself."""
        if job.held:
            return None
        if self.by_name[job.state].phase is _CANCELING:
            return self._next_after_cancel(job)
        planned = job.plan.after(job.state)
        return None if planned is None else _due(planned[0], planned[1], job.since, job.looks)

    def _next_after_cancel(self, job: Job) -> Next | None:
        mode = job.on_cancel.mode
        if mode is _STUCK:
            return None
        if mode is not CancelMode.IGNORES:
            to = self.cancelled.get(mode)
            if mode is CancelMode.LOSES and job.plan.end and self.by_name[job.plan.end].phase is Phase.SUCCEEDED:
                # An API may have several words for success: the job ends with the one it was planned to end with.
                to = job.plan.end
            return None if to is None else _due(to, job.on_cancel.after, job.since, job.looks)
        if job.plan.end is None:
            return None
        # An ignored cancel hides the rest of the plan, it does not stop it: the end comes when it would have come, or
        # at the look at which it would have (`_move` keeps those that were counted).
        state, since = job.resume or (job.plan.steps[0].state if job.plan.steps else "", job.since)
        if job.plan.after(state) is None:
            return None
        left, looks = 0.0, 0
        while (planned := job.plan.after(state)) is not None:
            state, pause = planned
            if pause is NEVER or pause == NEVER:
                return None
            left += pause.seconds or 0.0
            looks += pause.looks or 0
        waits = Wait(looks=looks) if looks else Wait(seconds=left)
        due = _due(job.plan.end, waits, since, job.looks)
        # The end may have been due while the job was held; it cannot come before the cancel.
        return due if due is None or due.at is None else Next(to=due.to, at=max(due.at, job.since))

    # --- results that come later than the end -----------------------------------------------------

    def results_after(self, job: Job, otherwise: float | Mapping[str, Any] | None = None) -> Wait | None:
        """Return the wait from a job's end to its results: its own, or `otherwise` (in the fixture's form), or None."""
        own = None if self.late_results is None else job.data.get(self.late_results)
        given = otherwise if own is None else own
        return None if given is None else lateness(given)

    def results_visible(self, job: Job, now: float, otherwise: float | Mapping[str, Any] | None = None) -> bool:
        """Tell whether a settled job has ended and its results have come by now; `otherwise` as in `results_after`."""
        if self.by_name[job.state].phase not in FINAL:
            return False
        after = self.results_after(job, otherwise)
        if after is None:
            return True
        if after.looks is not None:
            return job.looks >= after.looks
        return after.seconds is not None and (job.ended is None or now >= job.ended + after.seconds)

    # --- the verbs --------------------------------------------------------------------------------

    def settle(self, job: Job, now: float) -> Job:
        """Make every planned change that is due at `now` (epoch seconds)."""
        if job.held:
            return job
        while (planned := self.next(job)) is not None and planned.at is not None and planned.at <= now:
            job = self._move(job, planned.to, planned.at, _CLOCK, None, held=False)
        return job

    def look(self, job: Job, now: float) -> Job:
        """Count one status query, and make the change that waits for it, if this is the one."""
        planned = self.next(job)
        if planned is None or planned.looks is None:
            return job
        if planned.looks > 1:
            return self.count_look(job)
        return self._move(job, planned.to, now, Cause.CLOCK, None, held=False)

    def count_look(self, job: Job) -> Job:
        """Count one status query and move nothing; in a final state, for results that come later than it."""
        return evolve(job, looks=job.looks + 1, version=job.version + 1)

    def fire(self, job: Job, event: str, now: float, request: int | None = None) -> Job:
        """Apply a client's call to a settled job.

        Raises:
            IllegalEvent: the table has no row for it; the job has not moved.
        """
        to = self.rows[job.state].get(event)
        if to is None:
            raise IllegalEvent(event, job.state)
        if to == job.state:
            return job
        cancels = self.by_name[to].phase is _CANCELING
        return self._move(job, to, now, _CLIENT, request, cancels=cancels, held=False)

    def force(self, job: Job, word: str, now: float, *, hold: bool = True) -> Job:
        """Put a job into any state, by name or phase; a state that is not final is held unless told otherwise.

        Raises:
            UnknownState: the machine has no such state or phase.
        """
        state = self.by_name.get(word) or self.find(word, job.plan)
        cancels = state.phase is Phase.CANCELING and self.by_name[job.state].phase not in FINAL | {Phase.CANCELING}
        held = hold and state.phase not in FINAL
        return self._move(job, state.name, now, Cause.CONTROL, None, cancels=cancels, held=held)

    def hold(self, job: Job) -> Job:
        """Keep the clock from moving a job."""
        return job if job.held or self.final(job) else evolve(job, held=True, version=job.version + 1)

    def release(self, job: Job, now: float) -> Job:
        """Let the clock move a job again; its wait starts anew."""
        if not job.held:
            return job
        return evolve(job, held=False, since=now, looks=0, version=job.version + 1)

    def _move(
        self,
        job: Job,
        to: str,
        at: float,
        cause: Cause,
        request: int | None,
        *,
        held: bool,
        cancels: bool = False,
    ) -> Job:
        resume: tuple[str, float] | None = None
        looks = 0
        if cancels:
            # The wait of a held job starts anew, here as when it is released.
            resume = (job.state, at if job.held else job.since)
            if job.on_cancel.mode is CancelMode.IGNORES and not job.held:
                looks = job.looks
        phase = self.by_name[to].phase
        started, ended = job.started, job.ended
        if phase in FINAL:
            ended = at
            if started is None and phase is not _CANCELED:
                started = at
        else:
            ended = None
            if phase is _EXECUTING and started is None:
                started = at
        move = Transition(job.state, to, at, cause, request)
        kept = job.history[-(HISTORY - 1) :]
        return moved(job, to, at, (*kept, move), looks=looks, resume=resume, held=held, started=started, ended=ended)


def expired(machine: Machine, job: Job, now: float) -> bool:
    """Tell whether a finished job has been forgotten by now."""
    return job.retention is not None and now - job.since > job.retention and machine.final(job)


def _due(to: str, pause: Wait, since: float, looks: int) -> Next | None:
    if pause.looks is not None:
        return Next(to=to, looks=pause.looks - looks)
    return None if pause.seconds is None else Next(to=to, at=since + pause.seconds)
