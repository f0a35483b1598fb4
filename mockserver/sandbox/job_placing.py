"""Where a job stands in a store's indexes: when it moves by itself, and in which listings."""

from __future__ import annotations

from math import inf

from mockserver.core.job import Job
from mockserver.core.machine import Machine
from mockserver.store.placing import UNPLACED, Placing


def placing(machine: Machine, job: Job) -> Placing:
    """Return where a job stands."""
    listings, alone = machine.listings(job), times(machine, job)
    return Placing(alone.due, alone.expiry, listings) if listings else alone


def times(machine: Machine, job: Job) -> Placing:
    """Return when a job comes up by itself: its next planned change, and when it ages out; no listings."""
    planned = machine.next(job)
    due = None if planned is None else planned.at
    if job.retention is not None and machine.final(job):
        return Placing(due, job.since + job.retention)
    return UNPLACED if due is None else Placing(due)


def steady_until(machine: Machine, job: Job) -> float:
    """Return when time changes a job that is settled (epoch seconds)."""
    due, expiry, _ = times(machine, job)
    return min(inf if due is None else due, inf if expiry is None else expiry)
