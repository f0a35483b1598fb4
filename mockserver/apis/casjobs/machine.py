"""CasJobs jobs: states, what a cancel does, default plans. Rows, no code.

Source of the states: the service's own help page of GetJobStatus; of the cancel: that of CancelJob
("returns once the status of the specified job has changed to 'Canceling' (int = 2)").
"""

from __future__ import annotations

from enum import StrEnum

from mockserver.apis.casjobs.listings import listings
from mockserver.core.machine import Machine, Phase, State
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait


class CasState(StrEnum):
    """The words of the help pages; clients see the number, `STATUS`."""

    READY = "Ready"
    STARTED = "Started"
    CANCELING = "Canceling"
    CANCELLED = "Cancelled"
    FAILED = "Failed"
    FINISHED = "Finished"


class CasEvent(StrEnum):
    """What a client can do to a job."""

    CANCEL = "cancel"


STATUS: dict[str, int] = {state: number for number, state in enumerate(CasState)}
"""State -> what GetJobStatus answers."""

_HELP = "help page of GetJobStatus"
_READY = Step(state=CasState.READY, wait=Wait(seconds=1.0))
_STARTED = Step(state=CasState.STARTED, wait=Wait(seconds=2.0))

JOB = Machine(
    initial=CasState.READY,
    late_results="output_after",
    listings=listings,
    states=(
        State(name=CasState.READY, phase=Phase.SUBMITTED, source=_HELP),
        State(name=CasState.STARTED, phase=Phase.EXECUTING, source=_HELP),
        State(name=CasState.CANCELING, phase=Phase.CANCELING, source=_HELP),
        State(name=CasState.CANCELLED, phase=Phase.CANCELED, source=_HELP),
        State(name=CasState.FAILED, phase=Phase.FAILED, source=_HELP),
        State(name=CasState.FINISHED, phase=Phase.SUCCEEDED, source=_HELP),
    ),
    rows={
        CasState.READY: {CasEvent.CANCEL: CasState.CANCELING},
        CasState.STARTED: {CasEvent.CANCEL: CasState.CANCELING},
        CasState.CANCELING: {CasEvent.CANCEL: CasState.CANCELING},
        # guess: the help page does not say what a cancel does to a job that has ended; setting `cancel_ended`.
        CasState.CANCELLED: {CasEvent.CANCEL: CasState.CANCELLED},
        CasState.FAILED: {CasEvent.CANCEL: CasState.FAILED},
        CasState.FINISHED: {CasEvent.CANCEL: CasState.FINISHED},
    },
    # 2 -> 3 (or 4) "is an internal operation and is not controlled though web services".
    cancelled={
        CancelMode.HONOURS: CasState.CANCELLED,
        CancelMode.LOSES: CasState.FINISHED,
        CancelMode.FAILS: CasState.FAILED,
    },
    plans={
        "succeeds": Plan(steps=(_READY, _STARTED), end=CasState.FINISHED),
        "fails": Plan(steps=(_READY, _STARTED), end=CasState.FAILED),
        # There is no state for it: the queue's limit ends the job as failed.
        "times-out": Plan(steps=(_READY, Step(state=CasState.STARTED, wait=Wait(seconds=60.0))), end=CasState.FAILED),
        "stuck": Plan(steps=(_READY, Step(state=CasState.STARTED, wait=NEVER))),
        "queued": Plan(steps=(Step(state=CasState.READY, wait=NEVER),)),
    },
    # guess: how long the internal step takes is nowhere said.
    on_cancel=OnCancel(after=Wait(seconds=2.0)),
)
