"""When a job moves by itself, as the store is told and as answers that are given again ask."""

from __future__ import annotations

from math import inf

from mockserver.core.job import Job
from mockserver.core.machine import Machine
from mockserver.store.base import UNTIMED, Times


def times(machine: Machine, job: Job) -> Times:
    """Return when a job comes up by itself: its next planned change, and when it ages out."""
    planned = machine.next(job)
    due = None if planned is None else planned.at
    if job.retention is not None and machine.final(job):
        return Times(due, job.since + job.retention)
    return UNTIMED if due is None else Times(due)


def steady_until(machine: Machine, job: Job) -> float:
    """Return when time changes a job that is settled (epoch seconds)."""
    due, expiry = times(machine, job)
    return min(inf if due is None else due, inf if expiry is None else expiry)
