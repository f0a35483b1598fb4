"""The two cancel tables, without a server: what each plane may do to a job in each state."""

from __future__ import annotations

import pytest

from mockserver.apis.arcgis.machine import JOB, GpEvent, GpState
from mockserver.core.errors import IllegalEvent
from mockserver.core.job import Job
from mockserver.core.machine import Machine
from mockserver.core.plan import CancelMode, OnCancel, Wait

S = GpState
CANCEL = {S.WAITING: S.CANCELLING, S.EXECUTING: S.CANCELLING, S.CANCELLING: S.CANCELLING}
TABLES = {
    GpEvent.CANCEL: CANCEL,
    GpEvent.CANCEL_ONCE: {S.WAITING: S.CANCELLING, S.EXECUTING: S.CANCELLING},
    GpEvent.CANCEL_NEW: {S.NEW: S.CANCELLING},
    GpEvent.ADMIN_CANCEL: {S.SUBMITTED: S.CANCELLED, S.EXECUTING: S.CANCELLING},
    GpEvent.PURGE: {S.NEW: S.CANCELLED, S.SUBMITTED: S.CANCELLED, S.WAITING: S.CANCELLED},
}
MACHINE: Machine = JOB


def job(state: str, mode: CancelMode = CancelMode.HONOURS) -> Job:
    return Job(
        api="arcgis",
        id="j1",
        state=state,
        plan=MACHINE.plans["succeeds"],
        on_cancel=OnCancel(mode=mode, after=Wait(seconds=5.0)),
        created=0.0,
        since=0.0,
    )


@pytest.mark.parametrize("state", GpState)
@pytest.mark.parametrize("event", GpEvent)
def test_each_event_moves_a_job_from_its_states_and_no_others(event: GpEvent, state: GpState) -> None:
    to = TABLES[event].get(state)
    before = job(state)
    if to is None:
        with pytest.raises(IllegalEvent):
            MACHINE.fire(before, event, 1.0)
    else:
        assert MACHINE.fire(before, event, 1.0).state == to


def test_every_state_has_a_row() -> None:
    assert set(MACHINE.rows) == set(GpState)


@pytest.mark.parametrize(
    ("mode", "end", "at"),
    [
        (CancelMode.HONOURS, S.CANCELLED, 5.5),
        (CancelMode.LOSES, S.SUCCEEDED, 5.5),
        (CancelMode.FAILS, S.FAILED, 5.5),
        # Executing lasts 2 s and began at 0: the end comes when it would have come without the cancel.
        (CancelMode.IGNORES, S.SUCCEEDED, 2.0),
        (CancelMode.STUCK, S.CANCELLING, 0.5),
    ],
)
def test_a_cancelled_job_ends_as_its_tool_takes_it(mode: CancelMode, end: GpState, at: float) -> None:
    cancelled = MACHINE.fire(job(S.EXECUTING, mode), GpEvent.CANCEL, 0.5)
    settled = MACHINE.settle(cancelled, 1000.0)
    assert (settled.state, settled.since) == (end, at)
