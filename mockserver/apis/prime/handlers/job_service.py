"""op/jobService: cancel, suspend, resume, cancelrunning, and runhistory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from mockserver.apis.prime.documents import history_job, is_listed, management, started
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.filters import Condition, FieldType, conditions, hold
from mockserver.apis.prime.job_index import API, is_visible
from mockserver.apis.prime.job_search import all_runs, candidates, fresh
from mockserver.apis.prime.machine import JOB, RUN_KIND, JobEvent, RunEvent
from mockserver.apis.prime.model import HistoryJob, OperationAnswer, OperationResult, ResultEntry, RunHistoryAnswer
from mockserver.apis.prime.requests import PrimeRequest, ids
from mockserver.apis.prime.site import PrimeContext
from mockserver.apis.prime.virtual_domains import sees_job
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job

# --- writes -------------------------------------------------------------------------------------------


async def fire(
    event: JobEvent | RunEvent, place: Sequence[str], context: PrimeContext, request: PrimeRequest
) -> OperationAnswer:
    """Answer a write: each id succeeds or fails by itself, and the answer is 200 either way.

    Args:
        place: where the ids stand in the body.
    """
    settings = context.settings
    kind = RUN_KIND if isinstance(event, RunEvent) else JOB.kind
    wanted = ids(context.payload, place)
    if not wanted and settings.empty_id_list == "400":
        raise PrimeError(400, f"Invalid request: no {place[-1]} is given")
    good: list[ResultEntry] = []
    bad: list[ResultEntry] = []
    for number in wanted:
        try:
            if request.virtual_domain != settings.domain:
                await _check_domain(context, request.virtual_domain, str(number), kind)
            fired = await context.jobs.fire(API, str(number), event, kind=kind)
            if isinstance(event, JobEvent) and "starts_after" in fired.after.data:
                await _fire_at_run(context, fired.after, event)
        except (UnknownJob, IllegalEvent):
            bad.append(ResultEntry(id=number, message=settings.failure_message, status="Failure"))
        else:
            good.append(ResultEntry(id=number, message=settings.success_message, status="Success"))
    empty = () if settings.empty_results == "empty" else None
    result = OperationResult(
        failure=tuple(bad) or empty,
        message=settings.some_failed_message if bad else settings.all_succeeded_message,
        operation=event.upper(),
        success=tuple(good) or empty,
    )
    return management(OperationAnswer, request, operation_result=(result,))


async def _check_domain(context: PrimeContext, domain: str, job_id: str, kind: str) -> None:
    """Raise UnknownJob for a job, or the run of a job, that cannot be seen from a domain."""
    job = await context.jobs.get(API, job_id, kind=kind)
    if job.parent is not None:
        job = await context.jobs.get(API, job.parent)
    if not sees_job(context, domain, job):
        raise UnknownJob(API, job_id)


async def _fire_at_run(context: PrimeContext, job: Job, event: JobEvent) -> None:
    """Tell a run that has not begun what happened to its trigger; one that has begun goes on."""
    for one in job.data["runs"]:
        with suppress(UnknownJob, IllegalEvent):
            await context.jobs.fire(API, one["id"], event, kind=RUN_KIND)


# --- runhistory ---------------------------------------------------------------------------------------

_FIELDS = {
    "jobId": FieldType.NUMBER,
    "jobName": FieldType.TEXT,
    "jobType": FieldType.TEXT,
    "startTime": FieldType.MOMENT,
}


async def run_history(context: PrimeContext, request: PrimeRequest) -> RunHistoryAnswer:
    """Jobs and their runs. Without parameters no run instances are returned."""
    settings = context.settings
    found = conditions(context.parameters, _FIELDS, settings.server_zone)
    of_job = [one for one in found if one.field != "startTime"]
    of_run = [one for one in found if one.field == "startTime"]
    shown: list[HistoryJob] = []
    if found or settings.runhistory_without_parameters == "jobs-without-runs":
        async for job in _matching(context, of_job, request.virtual_domain):
            history = await _history(context, job, of_run, with_runs=bool(found))
            if history is not None:
                shown.append(history)
    none = () if settings.no_jobs == "empty" else None
    return management(RunHistoryAnswer, request, job=tuple(shown) or none)


async def _history(context: PrimeContext, job: Job, of_run: list[Condition], *, with_runs: bool) -> HistoryJob | None:
    runs = []
    if with_runs:
        for run in await all_runs(context.jobs, job):
            begun = started(run)
            if is_listed(run, context.settings) and all(one.holds(begun) for one in of_run):
                runs.append(await fresh(context.jobs, run))
    if of_run and not runs:
        return None
    return history_job(await fresh(context.jobs, job), runs, context.settings, context.now)


async def _matching(context: PrimeContext, found: list[Condition], domain: str) -> AsyncIterator[Job]:
    async for job in candidates(context, found):
        values = {"jobId": int(job.id), "jobName": job.data["name"], "jobType": job.data["type"]}
        if not sees_job(context, domain, job):
            continue
        if is_visible(job, context.now) and hold(found, values.__getitem__):
            yield job
