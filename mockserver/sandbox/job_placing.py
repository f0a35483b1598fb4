"""Where a job stands in a store's indexes: when it moves by itself, and in which listings."""

from __future__ import annotations

from math import inf

from mockserver.core.job import Job, evolve
from mockserver.core.machine import Machine
from mockserver.store.placing import UNPLACED, Placing


def placing(machine: Machine, job: Job) -> Placing:
    """Return where a job stands."""
    listings, alone = machine.listings(job), times(machine, job)
    return Placing(alone.due, alone.relisted, listings) if listings else alone


def times(machine: Machine, job: Job) -> Placing:
    """Return when a job comes up by itself: its next planned change, and when its listings change; no listings."""
    planned = machine.next(job)
    due = None if planned is None else planned.at
    relisted = inf if job.retention is None else _forgotten(machine, job, due)
    if machine.appears is not None:
        relisted = min(relisted, job.data.get(machine.appears, inf))
    if relisted == inf:
        return UNPLACED if due is None else Placing(due)
    return Placing(due, relisted)


def _forgotten(machine: Machine, job: Job, due: float | None) -> float:
    """Return when a job that has a retention is forgotten if only time passes: after moves that are yet to come, too.

    So a listing need not make them to know that they take the job out of it.
    """
    assert job.retention is not None
    while True:
        if machine.final(job) and (due is None or job.since + job.retention < due):
            return job.since + job.retention
        if due is None:
            return inf
        job = machine.settle(job, due)
        planned = machine.next(job)
        due = None if planned is None else planned.at


def steady_until(machine: Machine, job: Job) -> float:
    """Return when time changes a job that is settled (epoch seconds)."""
    planned = machine.next(job)
    until = inf if planned is None or planned.at is None else planned.at
    if job.retention is not None and machine.final(job):
        until = min(until, job.since + job.retention)
    return until if machine.appears is None else min(until, job.data.get(machine.appears, inf))


def has_appeared(machine: Machine, job: Job, now: float) -> bool:
    """Tell whether the moment has come at which a job's listings change (`Machine.appears`), and they have not yet."""
    return machine.appears is not None and job.data.get(machine.appears, inf) <= now


def shown(machine: Machine, job: Job) -> Job:
    """Return a job that has appeared."""
    data = {name: value for name, value in job.data.items() if name != machine.appears}
    return evolve(job, data=data, version=job.version + 1)
