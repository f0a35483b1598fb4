"""GES jobs: states, what a cancel does, default plans. Rows, no code."""

from __future__ import annotations

from enum import StrEnum

from mockserver.apis.ges.listings import listings
from mockserver.core.machine import Confidence, Machine, Phase, State
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait


class GesState(StrEnum):
    """The words of the status query, and two that it never says."""

    PENDING = "pending"
    WAITING = "waiting"
    RUNNING = "running"
    CANCELING = "canceling"
    SUCCESS = "success"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


class GesEvent(StrEnum):
    """What a client can do to a job."""

    CANCEL = "cancel"


_CANCEL: dict[str, str] = {GesEvent.CANCEL: GesState.CANCELING}
_PENDING = Step(state=GesState.PENDING, wait=Wait(seconds=1.0))
_RUNNING = Step(state=GesState.RUNNING, wait=Wait(seconds=2.0))

JOB = Machine(
    initial=GesState.PENDING,
    late_results="result_delay",
    listings=listings,
    states=(
        State(name=GesState.PENDING, phase=Phase.SUBMITTED, source="ges_03_0037: status"),
        State(name=GesState.WAITING, phase=Phase.SUBMITTED, source="algorithm common parameters: status"),
        State(name=GesState.RUNNING, phase=Phase.EXECUTING, source="ges_03_0037: status"),
        # No word for it exists: between an accepted DELETE and its effect a client sees `running`.
        State(
            name=GesState.CANCELING,
            phase=Phase.CANCELING,
            confidence=Confidence.INFERRED,
            source="ges.md §8",
            shown=GesState.RUNNING,
        ),
        State(name=GesState.SUCCESS, phase=Phase.SUCCEEDED, source="ges_03_0037: status"),
        State(name=GesState.COMPLETE, phase=Phase.SUCCEEDED, source="algorithm common parameters: status"),
        State(name=GesState.FAILED, phase=Phase.FAILED, source="ges_03_0037: status"),
        # What the status query says of it is the setting `cancelled_status`.
        State(
            name=GesState.CANCELLED,
            phase=Phase.CANCELED,
            confidence=Confidence.INFERRED,
            source="ges.md §2.2",
        ),
    ),
    rows={
        GesState.PENDING: _CANCEL,
        GesState.WAITING: _CANCEL,
        GesState.RUNNING: _CANCEL,
        GesState.CANCELING: {},
        GesState.SUCCESS: {},
        GesState.COMPLETE: {},
        GesState.FAILED: {},
        GesState.CANCELLED: {},
    },
    cancelled={
        CancelMode.HONOURS: GesState.CANCELLED,
        CancelMode.LOSES: GesState.SUCCESS,
        CancelMode.FAILS: GesState.FAILED,
    },
    plans={
        "succeeds": Plan(steps=(_PENDING, _RUNNING), end=GesState.SUCCESS),
        "completes": Plan(steps=(_PENDING, _RUNNING), end=GesState.COMPLETE),
        "fails": Plan(steps=(_PENDING, _RUNNING), end=GesState.FAILED),
        "stuck": Plan(steps=(_PENDING, Step(state=GesState.RUNNING, wait=NEVER))),
    },
    on_cancel=OnCancel(after=Wait(seconds=0.0)),
)
