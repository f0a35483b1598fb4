"""Prime's two machines: a job is a trigger, a run is one execution of it. Rows, no code.

`jobStatus` tells of the trigger and `runStatus` of the execution, so that COMPLETED beside RUNNING is
an everyday pair: the trigger is spent, the work goes on (13 of 73 jobs in the capture v1_runhistory.json).
"""

from __future__ import annotations

from enum import StrEnum

from mockserver.apis.prime.listings import VISIBLE_AT, listings
from mockserver.core.machine import Confidence, Machine, Phase, State
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait

RUN_KIND = "run"


class JobState(StrEnum):
    """JobSpecState, as the JobSummary page spells it."""

    SCHEDULED = "SCHEDULED"
    COMPLETED = "COMPLETED"
    SUSPENDED = "SUSPENDED"
    CANCELLED = "CANCELLED"
    PENDINGAPPROVAL = "PENDINGAPPROVAL"
    EXPIREDBEFOREAPPROVAL = "EXPIREDBEFOREAPPROVAL"
    UNDEFINED = "UNDEFINED"


class RunState(StrEnum):
    """WorkState, as the JobSummary page spells it, and six states it has no word for."""

    UNKNOWN = "UNKNOWN"
    CREATED = "CREATED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    ABORTED = "ABORTED"
    INTERRUPTED = "INTERRUPTED"
    CANCELLED = "CANCELLED"
    PENDING_EXECUTION = "PENDING_EXECUTION"
    PAUSING = "PAUSING"
    PAUSED = "PAUSED"
    CANCELING = "CANCELING"
    CANCELFAILED = "CANCELFAILED"
    FAILED = "FAILED"
    DUE = "DUE"
    PUT_OFF = "PUT_OFF"
    CALLED_OFF = "CALLED_OFF"


class ResultState(StrEnum):
    """ResultState, as the JobSummary page spells it (no underscore in PENDINGEXECUTION)."""

    UNKNOWN = "UNKNOWN"
    SUCCESS = "SUCCESS"
    PARTIALSUCCESS = "PARTIALSUCCESS"
    FAILURE = "FAILURE"
    ROLLBACKED = "ROLLBACKED"
    CANCELFAILED = "CANCELFAILED"
    CANCELLED = "CANCELLED"
    PENDINGEXECUTION = "PENDINGEXECUTION"
    PAUSED = "PAUSED"
    PARTIALFAILURE = "PARTIALFAILURE"


class JobEvent(StrEnum):
    """What a client can do to jobs."""

    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"


class RunEvent(StrEnum):
    """What a client can do to runs."""

    CANCELRUNNING = "cancelrunning"


_SUMMARY = "JobSummary: jobStatus, allowed values"
_RUN_SUMMARY = "JobSummary: runStatus, allowed values"
_CANCEL: dict[str, str] = {JobEvent.CANCEL: JobState.CANCELLED}
_SCHEDULED = Step(state=JobState.SCHEDULED, wait=Wait(seconds=1.0))

JOB = Machine(
    initial=JobState.SCHEDULED,
    listings=listings,
    appears=VISIBLE_AT,
    states=(
        State(name=JobState.SCHEDULED, phase=Phase.SUBMITTED, source=_SUMMARY),
        State(name=JobState.COMPLETED, phase=Phase.SUCCEEDED, source=_SUMMARY),
        State(name=JobState.SUSPENDED, phase=Phase.SUSPENDED, source=_SUMMARY),
        State(name=JobState.CANCELLED, phase=Phase.CANCELED, source=_SUMMARY),
        State(name=JobState.PENDINGAPPROVAL, phase=Phase.SUBMITTED, source=_SUMMARY),
        State(name=JobState.EXPIREDBEFOREAPPROVAL, phase=Phase.TIMED_OUT, source=_SUMMARY),
        # The words are the vendor's, what they mean is nowhere said: taken as "not known to have begun".
        State(name=JobState.UNDEFINED, phase=Phase.SUBMITTED, confidence=Confidence.INFERRED, source=_SUMMARY),
    ),
    rows={
        JobState.SCHEDULED: {JobEvent.SUSPEND: JobState.SUSPENDED, **_CANCEL},
        JobState.COMPLETED: {},
        JobState.SUSPENDED: {JobEvent.RESUME: JobState.SCHEDULED, **_CANCEL},
        # A cancelled job cannot be resumed: jobService/cancel.
        JobState.CANCELLED: {},
        JobState.PENDINGAPPROVAL: _CANCEL,
        JobState.EXPIREDBEFOREAPPROVAL: {},
        JobState.UNDEFINED: {},
    },
    plans={
        # A trigger does not fail; the run that it started may.
        "succeeds": Plan(steps=(_SCHEDULED,), end=JobState.COMPLETED),
        "times-out": Plan(
            steps=(Step(state=JobState.PENDINGAPPROVAL, wait=Wait(seconds=5.0)),), end=JobState.EXPIREDBEFOREAPPROVAL
        ),
        "stuck": Plan(steps=(Step(state=JobState.SCHEDULED, wait=NEVER),)),
    },
)

_CANCELRUNNING: dict[str, str] = {RunEvent.CANCELRUNNING: RunState.CANCELING}
# Nobody has seen CREATED, so it passes at once.
_CREATED = Step(state=RunState.CREATED, wait=Wait(seconds=0.0))
_RUNNING = Step(state=RunState.RUNNING, wait=Wait(seconds=5.0))

RUN = Machine(
    kind=RUN_KIND,
    initial=RunState.CREATED,
    late_results="results_after",
    states=(
        State(name=RunState.CREATED, phase=Phase.SUBMITTED, source=_RUN_SUMMARY),
        State(name=RunState.UNKNOWN, phase=Phase.SUBMITTED, confidence=Confidence.INFERRED, source=_RUN_SUMMARY),
        State(name=RunState.RUNNING, phase=Phase.EXECUTING, source=_RUN_SUMMARY),
        State(name=RunState.COMPLETED, phase=Phase.SUCCEEDED, source=_RUN_SUMMARY),
        # A run that did its work badly is COMPLETED too; only resultStatus tells.
        State(
            name=RunState.FAILED,
            phase=Phase.FAILED,
            confidence=Confidence.INFERRED,
            source="prime.md §6.8: runStatus has no word for it",
            shown=RunState.COMPLETED,
        ),
        State(name=RunState.ABORTED, phase=Phase.FAILED, source=_RUN_SUMMARY),
        State(name=RunState.INTERRUPTED, phase=Phase.FAILED, source=_RUN_SUMMARY),
        State(name=RunState.CANCELLED, phase=Phase.CANCELED, source=_RUN_SUMMARY),
        State(name=RunState.PENDING_EXECUTION, phase=Phase.SUBMITTED, source=_RUN_SUMMARY),
        State(name=RunState.PAUSING, phase=Phase.EXECUTING, source=_RUN_SUMMARY),
        State(name=RunState.PAUSED, phase=Phase.SUSPENDED, source=_RUN_SUMMARY),
        # Between an accepted cancelrunning and its effect a client sees RUNNING.
        State(
            name=RunState.CANCELING,
            phase=Phase.CANCELING,
            confidence=Confidence.INFERRED,
            source="prime.md §10.2",
            shown=RunState.RUNNING,
        ),
        # What it shows as runStatus is the setting `cancel_failed_run_status`.
        State(
            name=RunState.CANCELFAILED,
            phase=Phase.FAILED,
            confidence=Confidence.INFERRED,
            source="prime.md §10.2: resultStatus CANCELFAILED",
            shown=RunState.COMPLETED,
        ),
        # Nobody has recorded a run before its start. What runhistory shows of it is the setting `run_before_start`.
        State(
            name=RunState.DUE,
            phase=Phase.SUBMITTED,
            confidence=Confidence.INFERRED,
            source="v1_runhistory.json: a run starts 30 s after its job was made",
            shown=RunState.RUNNING,
        ),
        # Its trigger was suspended or cancelled before it began: there is no run that clients could see.
        State(
            name=RunState.PUT_OFF,
            phase=Phase.SUSPENDED,
            confidence=Confidence.INFERRED,
            source="jobService/suspend",
            shown=RunState.PENDING_EXECUTION,
        ),
        State(
            name=RunState.CALLED_OFF,
            phase=Phase.CANCELED,
            confidence=Confidence.INFERRED,
            source="jobService/cancel",
            shown=RunState.CANCELLED,
        ),
    ),
    rows={
        RunState.UNKNOWN: {},
        RunState.CREATED: _CANCELRUNNING,
        RunState.RUNNING: _CANCELRUNNING,
        RunState.COMPLETED: {},
        RunState.FAILED: {},
        RunState.ABORTED: {},
        RunState.INTERRUPTED: {},
        RunState.CANCELLED: {},
        RunState.PENDING_EXECUTION: _CANCELRUNNING,
        RunState.PAUSING: {},
        RunState.PAUSED: _CANCELRUNNING,
        RunState.CANCELING: {},
        RunState.CANCELFAILED: {},
        RunState.DUE: {
            **_CANCELRUNNING,
            JobEvent.SUSPEND: RunState.PUT_OFF,
            JobEvent.CANCEL: RunState.CALLED_OFF,
        },
        RunState.PUT_OFF: {JobEvent.RESUME: RunState.DUE, JobEvent.CANCEL: RunState.CALLED_OFF},
        RunState.CALLED_OFF: {},
    },
    cancelled={
        CancelMode.HONOURS: RunState.CANCELLED,
        CancelMode.LOSES: RunState.COMPLETED,
        CancelMode.FAILS: RunState.CANCELFAILED,
    },
    plans={
        "succeeds": Plan(steps=(_CREATED, _RUNNING), end=RunState.COMPLETED),
        "fails": Plan(steps=(_CREATED, _RUNNING), end=RunState.FAILED),
        "aborts": Plan(steps=(_CREATED, _RUNNING), end=RunState.ABORTED),
        "stuck": Plan(steps=(_CREATED, Step(state=RunState.RUNNING, wait=NEVER))),
    },
    on_cancel=OnCancel(after=Wait(seconds=2.0)),
)

UNBEGUN = frozenset({RunState.DUE, RunState.PUT_OFF, RunState.CALLED_OFF})
"""States of a run that its trigger has not started, or never will."""

RESULTS: dict[RunState, ResultState] = {
    RunState.UNKNOWN: ResultState.UNKNOWN,
    RunState.COMPLETED: ResultState.SUCCESS,
    RunState.FAILED: ResultState.FAILURE,
    RunState.ABORTED: ResultState.FAILURE,
    RunState.INTERRUPTED: ResultState.FAILURE,
    RunState.CANCELLED: ResultState.CANCELLED,
    RunState.PENDING_EXECUTION: ResultState.PENDINGEXECUTION,
    RunState.PAUSED: ResultState.PAUSED,
    RunState.CANCELFAILED: ResultState.CANCELFAILED,
}
"""runStatus -> resultStatus of a run that names none. SUCCESS beside COMPLETED and nothing beside RUNNING were
seen (v1_runhistory.json), the rest follows from the words."""
