"""ArcGIS geoprocessing jobs: states, and the two cancel rules side by side. Rows, no code.

The REST service and the Administrator accept a cancel in different states; both tables are
documented, and neither is a mistake (arcgis.md §0.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from mockserver.apis.arcgis.listings import listings
from mockserver.core.machine import Confidence, Machine, Phase, State
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait


class GpState(StrEnum):
    """The values of `jobStatus`."""

    NEW = "esriJobNew"
    WAITING = "esriJobWaiting"
    SUBMITTED = "esriJobSubmitted"
    EXECUTING = "esriJobExecuting"
    CANCELLING = "esriJobCancelling"
    CANCELLED = "esriJobCancelled"
    FAILED = "esriJobFailed"
    TIMED_OUT = "esriJobTimedOut"
    SUCCEEDED = "esriJobSucceeded"
    DELETING = "esriJobDeleting"
    DELETED = "esriJobDeleted"
    EXPECTED_FAILURE = "expectedFailure"


class GpEvent(StrEnum):
    """What a client can do to a job.

    `CANCEL` is the REST operation. `CANCEL_ONCE` and `CANCEL_NEW` are its rows under other answers to
    the open question what it does while Cancelling and while New; settings choose between them.
    """

    CANCEL = "cancel"
    CANCEL_ONCE = "cancel-once"
    CANCEL_NEW = "cancel-new"
    ADMIN_CANCEL = "admin-cancel"
    PURGE = "purge"


_JOB = "gp-job: jobStatus"
_START_QUEUED = Step(state=GpState.SUBMITTED, wait=Wait(seconds=1.0))
_RUN = Step(state=GpState.EXECUTING, wait=Wait(seconds=2.0))


def _states() -> tuple[State, ...]:
    inferred = Confidence.INFERRED
    return (
        # First of its phase, so that the phase SUBMITTED means the state in which jobs start.
        State(name=GpState.SUBMITTED, phase=Phase.SUBMITTED, source=_JOB),
        State(name=GpState.NEW, phase=Phase.SUBMITTED, source=_JOB),
        State(name=GpState.WAITING, phase=Phase.SUBMITTED, source=_JOB),
        State(name=GpState.EXECUTING, phase=Phase.EXECUTING, source=_JOB),
        State(name=GpState.CANCELLING, phase=Phase.CANCELING, source=_JOB),
        State(name=GpState.CANCELLED, phase=Phase.CANCELED, source=_JOB),
        State(name=GpState.FAILED, phase=Phase.FAILED, source=_JOB),
        State(name=GpState.TIMED_OUT, phase=Phase.TIMED_OUT, source=_JOB),
        State(name=GpState.SUCCEEDED, phase=Phase.SUCCEEDED, source=_JOB),
        # The words are documented; that they are ends of a job, like Cancelled, is not.
        State(name=GpState.DELETING, phase=Phase.CANCELED, source=_JOB, confidence=inferred),
        State(name=GpState.DELETED, phase=Phase.CANCELED, source=_JOB, confidence=inferred),
        # Listed for Notebook Server web tools only (seed 001); no plan of a plain service ends here.
        State(name=GpState.EXPECTED_FAILURE, phase=Phase.FAILED, source="seed 001: jobStatus"),
    )


ROWS: Mapping[str, Mapping[str, str]] = {
    # cancel-gp-job: "Waiting or Executing"; while Submitted it is an error and the job carries on.
    # Administrator cancel-job (seed 000): "only … if the current status of the job is SUBMITTED or EXECUTING".
    # purgeQueue: New, Submitted and Waiting. Nothing runs yet in those, so they end at once (inferred).
    GpState.NEW: {GpEvent.CANCEL_NEW: GpState.CANCELLING, GpEvent.PURGE: GpState.CANCELLED},
    GpState.SUBMITTED: {GpEvent.ADMIN_CANCEL: GpState.CANCELLED, GpEvent.PURGE: GpState.CANCELLED},
    GpState.WAITING: {
        GpEvent.CANCEL: GpState.CANCELLING,
        GpEvent.CANCEL_ONCE: GpState.CANCELLING,
        GpEvent.PURGE: GpState.CANCELLED,
    },
    GpState.EXECUTING: {
        GpEvent.CANCEL: GpState.CANCELLING,
        GpEvent.CANCEL_ONCE: GpState.CANCELLING,
        GpEvent.ADMIN_CANCEL: GpState.CANCELLING,
    },
    # Repeats its answer (inferred).
    GpState.CANCELLING: {GpEvent.CANCEL: GpState.CANCELLING},
    GpState.CANCELLED: {},
    GpState.FAILED: {},
    GpState.TIMED_OUT: {},
    GpState.SUCCEEDED: {},
    GpState.DELETING: {},
    GpState.DELETED: {},
    GpState.EXPECTED_FAILURE: {},
}

JOB = Machine(
    initial=GpState.SUBMITTED,
    late_results="results_delay",
    listings=listings,
    states=_states(),
    rows=ROWS,
    cancelled={
        CancelMode.HONOURS: GpState.CANCELLED,
        CancelMode.LOSES: GpState.SUCCEEDED,
        CancelMode.FAILS: GpState.FAILED,
    },
    plans={
        "succeeds": Plan(steps=(_START_QUEUED, _RUN), end=GpState.SUCCEEDED),
        "fails": Plan(steps=(_START_QUEUED, _RUN), end=GpState.FAILED),
        "times-out": Plan(steps=(_START_QUEUED, _RUN), end=GpState.TIMED_OUT),
        "queues": Plan(
            steps=(_START_QUEUED, Step(state=GpState.WAITING, wait=Wait(seconds=5.0)), _RUN), end=GpState.SUCCEEDED
        ),
        "stuck": Plan(steps=(_START_QUEUED, Step(state=GpState.EXECUTING, wait=NEVER))),
        "stuck-submitted": Plan(steps=(Step(state=GpState.SUBMITTED, wait=NEVER),)),
        "stuck-waiting": Plan(steps=(_START_QUEUED, Step(state=GpState.WAITING, wait=NEVER))),
        "expected-failure": Plan(steps=(_START_QUEUED, _RUN), end=GpState.EXPECTED_FAILURE),
    },
    # The tool looks for a cancel every cancellationCheckInterval, 5 s unless the service says otherwise.
    on_cancel=OnCancel(after=Wait(seconds=5.0)),
)
