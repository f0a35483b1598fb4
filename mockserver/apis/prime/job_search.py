"""Finding jobs and their runs in the store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from mockserver.api.sandbox import Jobs
from mockserver.apis.prime.filters import Condition
from mockserver.apis.prime.listings import SHOWN, of_name
from mockserver.apis.prime.machine import RUN_KIND, UNBEGUN
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job

API = "prime"


async def listed(jobs: Jobs, first: int, limit: int) -> tuple[list[Job], int]:
    """Return a page of the plain list, oldest first, and the size of the whole list."""
    return await jobs.listed(API, SHOWN, start=first, limit=limit, newest=False)


async def is_taken(jobs: Jobs, name: str) -> bool:
    """Tell whether a job has this name."""
    async for _ in _named(jobs, name):
        return True
    return False


def _named(jobs: Jobs, name: str) -> AsyncIterator[Job]:
    """Yield the jobs of a name, oldest first."""
    return jobs.each(API, listing=of_name(name), newest=False, where=lambda job: job.data["name"] == name)


async def candidates(context: PrimeContext, found: Sequence[Condition]) -> AsyncIterator[Job]:
    """Yield all jobs that could match, oldest first; a job's name or number spares looking at the others."""
    job_ids = context.parameters.get("jobId")
    if isinstance(job_ids, str) and (number := job_ids.strip().strip('"')).isdecimal() and number.isascii():
        with suppress(UnknownJob):
            yield await context.jobs.get(API, str(int(number)))
        return
    name = next((one.equals for one in found if one.field == "jobName" and one.equals is not None), None)
    if name is not None:
        async for job in _named(context.jobs, name):
            yield job
        return
    async for job in context.jobs.each(API, newest=False):
        yield job


async def fresh(jobs: Jobs, job: Job) -> Job:
    """Count a client's poll of a job or run, where its plan waits for polls."""
    counts = any(step.wait.looks is not None for step in job.plan.steps) or job.on_cancel.after.looks is not None
    return await jobs.get(job.api, job.id, kind=job.kind, look=True) if counts else job


async def latest_run(jobs: Jobs, job: Job) -> Job | None:
    """Return a job's latest run that has begun, or None when it has none."""
    for one in reversed(job.data["runs"]):
        try:
            run = await jobs.get(API, one["id"], kind=RUN_KIND)
        except UnknownJob:
            continue
        if run.state not in UNBEGUN:
            return run
    return None


async def all_runs(jobs: Jobs, job: Job) -> list[Job]:
    """Return a job's runs, oldest first."""
    found = []
    for one in job.data["runs"]:
        try:
            found.append(await jobs.get(API, one["id"], kind=RUN_KIND))
        except UnknownJob:
            continue
    return found
