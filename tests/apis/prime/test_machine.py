"""The two machines, every state against every call."""

from __future__ import annotations

import pytest

from mockserver.apis.prime.machine import (
    JOB,
    RESULTS,
    RUN,
    UNBEGUN,
    JobEvent,
    JobState,
    ResultState,
    RunEvent,
    RunState,
)
from mockserver.core.errors import IllegalEvent
from mockserver.core.job import Job
from mockserver.core.machine import Machine, Phase
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait

S, R, C = JobEvent.SUSPEND, JobEvent.RESUME, JobEvent.CANCEL


def a_job(machine: Machine, state: str, mode: CancelMode = CancelMode.HONOURS) -> Job:
    return Job(
        api="prime",
        kind=machine.kind,
        id="1",
        state=state,
        plan=Plan(steps=(Step(state="RUNNING", wait=Wait(seconds=5)),), end="COMPLETED") if machine is RUN else Plan(),
        on_cancel=OnCancel(mode=mode, after=Wait(seconds=2)),
        created=0.0,
        since=0.0,
    )


@pytest.mark.parametrize(
    ("state", "suspend", "resume", "cancel"),
    [
        ("SCHEDULED", "SUSPENDED", None, "CANCELLED"),
        ("COMPLETED", None, None, None),
        ("SUSPENDED", None, "SCHEDULED", "CANCELLED"),
        ("CANCELLED", None, None, None),
        ("PENDINGAPPROVAL", None, None, "CANCELLED"),
        ("EXPIREDBEFOREAPPROVAL", None, None, None),
        ("UNDEFINED", None, None, None),
    ],
)
def test_jobs(state: str, suspend: str | None, resume: str | None, cancel: str | None) -> None:
    for event, to in ((S, suspend), (R, resume), (C, cancel)):
        if to is None:
            with pytest.raises(IllegalEvent):
                JOB.fire(a_job(JOB, state), event, 1.0)
        else:
            assert JOB.fire(a_job(JOB, state), event, 1.0).state == to


@pytest.mark.parametrize(
    ("state", "cancelled"),
    [
        ("UNKNOWN", False),
        ("CREATED", True),
        ("RUNNING", True),
        ("COMPLETED", False),
        ("ABORTED", False),
        ("INTERRUPTED", False),
        ("CANCELLED", False),
        ("PENDING_EXECUTION", True),
        ("PAUSING", False),
        ("PAUSED", True),
        ("CANCELING", False),
        ("CANCELFAILED", False),
        ("FAILED", False),
        ("DUE", True),
        ("PUT_OFF", False),
        ("CALLED_OFF", False),
    ],
)
def test_runs(state: str, cancelled: bool) -> None:
    run = a_job(RUN, state)
    if not cancelled:
        with pytest.raises(IllegalEvent):
            RUN.fire(run, RunEvent.CANCELRUNNING, 1.0)
        return
    moved = RUN.fire(run, RunEvent.CANCELRUNNING, 1.0)
    assert (moved.state, RUN.by_name[moved.state].word) == ("CANCELING", "RUNNING")
    assert RUN.settle(moved, 2.9).state == "CANCELING"
    assert RUN.settle(moved, 3.0).state == "CANCELLED"


@pytest.mark.parametrize(
    ("mode", "at_three", "at_the_end"),
    [
        (CancelMode.HONOURS, "CANCELLED", "CANCELLED"),
        (CancelMode.LOSES, "COMPLETED", "COMPLETED"),
        (CancelMode.FAILS, "CANCELFAILED", "CANCELFAILED"),
        (CancelMode.IGNORES, "CANCELING", "COMPLETED"),
        (CancelMode.STUCK, "CANCELING", "CANCELING"),
    ],
)
def test_how_a_run_takes_a_cancel(mode: CancelMode, at_three: str, at_the_end: str) -> None:
    run = RUN.fire(a_job(RUN, "RUNNING", mode), RunEvent.CANCELRUNNING, 1.0)
    assert RUN.settle(run, 3.0).state == at_three
    assert RUN.settle(run, 100.0).state == at_the_end


def test_the_words_are_the_vendors() -> None:
    assert [str(state) for state in JobState] == [state.name for state in sorted(JOB.states, key=_order(JobState))]
    inner = {RunState.CANCELING, RunState.CANCELFAILED, RunState.FAILED, *UNBEGUN}
    assert {state.word for state in RUN.states} == {str(state) for state in RunState if state not in inner}
    assert "PENDING_EXECUTION" in RUN.by_name
    assert "PENDINGEXECUTION" in list(ResultState)
    assert {str(one) for one in RESULTS.values()} <= {str(one) for one in ResultState}


def _order(states: type) -> object:
    names = [str(one) for one in states]
    return lambda state: names.index(state.name)


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("SCHEDULED", Phase.SUBMITTED), ("COMPLETED", Phase.SUCCEEDED), ("SUSPENDED", Phase.SUSPENDED),
        ("CANCELLED", Phase.CANCELED), ("PENDINGAPPROVAL", Phase.SUBMITTED),
        ("EXPIREDBEFOREAPPROVAL", Phase.TIMED_OUT), ("UNDEFINED", Phase.SUBMITTED),
    ],
)  # fmt: skip
def test_phases_of_jobs(state: str, phase: Phase) -> None:
    assert JOB.by_name[state].phase is phase


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("UNKNOWN", Phase.SUBMITTED), ("CREATED", Phase.SUBMITTED), ("RUNNING", Phase.EXECUTING),
        ("COMPLETED", Phase.SUCCEEDED), ("ABORTED", Phase.FAILED), ("INTERRUPTED", Phase.FAILED),
        ("CANCELLED", Phase.CANCELED), ("PENDING_EXECUTION", Phase.SUBMITTED), ("PAUSING", Phase.EXECUTING),
        ("PAUSED", Phase.SUSPENDED), ("CANCELING", Phase.CANCELING), ("CANCELFAILED", Phase.FAILED),
        ("FAILED", Phase.FAILED), ("DUE", Phase.SUBMITTED), ("PUT_OFF", Phase.SUSPENDED),
        ("CALLED_OFF", Phase.CANCELED),
    ],
)  # fmt: skip
def test_phases_of_runs(state: str, phase: Phase) -> None:
    assert RUN.by_name[state].phase is phase


@pytest.mark.parametrize(
    ("state", "event", "to"),
    [
        ("DUE", S, "PUT_OFF"), ("DUE", C, "CALLED_OFF"), ("DUE", R, None),
        ("PUT_OFF", R, "DUE"), ("PUT_OFF", C, "CALLED_OFF"), ("PUT_OFF", S, None),
        ("RUNNING", C, None), ("RUNNING", S, None), ("CALLED_OFF", R, None),
    ],
)  # fmt: skip
def test_what_becomes_of_a_run_when_something_happens_to_its_trigger(state: str, event: str, to: str | None) -> None:
    if to is None:
        with pytest.raises(IllegalEvent):
            RUN.fire(a_job(RUN, state), event, 1.0)
    else:
        assert RUN.fire(a_job(RUN, state), event, 1.0).state == to


def test_a_stuck_run_never_ends() -> None:
    assert RUN.plans["stuck"].steps[-1].wait == NEVER
