"""op/jobService: cancel, suspend, resume, cancelrunning, and runhistory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, TypeVar

from mockserver.apis.prime import filters
from mockserver.apis.prime.filters import Condition, Kind
from mockserver.apis.prime.gate import Ask, Inner, PrimeContext
from mockserver.apis.prime.job_index import API, is_visible
from mockserver.apis.prime.machine import RUN_KIND, JobEvent, RunEvent
from mockserver.apis.prime.model import (
    HistoryJob,
    ManagementResponse,
    OperationAnswer,
    OperationResult,
    ResultEntry,
    RunHistoryAnswer,
)
from mockserver.apis.prime.payload import IDS, ids
from mockserver.apis.prime.refusal import Refused
from mockserver.apis.prime.views import all_runs, fresh, history_job, started
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job

M = TypeVar("M", bound=ManagementResponse)


def management(kind: type[M], ask: Ask, **content: Any) -> M:
    """Return the root of an answer below `op`."""
    return kind(response_type="operation", request_url=ask.request_url, root_url=ask.root_url, **content)


# --- writes -------------------------------------------------------------------------------------------


def write(operation: str, event: JobEvent | RunEvent) -> Inner:
    """Make the handler of a write: each id succeeds or fails by itself, and the answer is 200 either way."""
    kind = RUN_KIND if isinstance(event, RunEvent) else "job"
    place = IDS[operation]

    async def handler(context: PrimeContext, ask: Ask) -> OperationAnswer:
        settings = context.settings
        wanted = ids(context.payload, *place)
        if not wanted and settings.empty_id_list == "400":
            raise Refused(400, f"Invalid request: no {place[-1]} is given")
        good: list[ResultEntry] = []
        bad: list[ResultEntry] = []
        for number in wanted:
            try:
                await context.jobs.fire(API, str(number), event, kind=kind)
            except (UnknownJob, IllegalEvent):
                bad.append(ResultEntry(id=number, message=settings.failure_message, status="Failure"))
            else:
                good.append(ResultEntry(id=number, message=settings.success_message, status="Success"))
        empty = () if settings.empty_results == "empty" else None
        result = OperationResult(
            failure=tuple(bad) or empty,
            message=settings.some_failed_message if bad else settings.all_succeeded_message,
            operation=operation.upper(),
            success=tuple(good) or empty,
        )
        return management(OperationAnswer, ask, operation_result=(result,))

    return handler


# --- runhistory ---------------------------------------------------------------------------------------

_FIELDS = {"jobId": Kind.NUMBER, "jobName": Kind.TEXT, "jobType": Kind.TEXT, "startTime": Kind.MOMENT}


async def run_history(context: PrimeContext, ask: Ask) -> RunHistoryAnswer:
    """Jobs and their runs. Without parameters no run instances are returned."""
    settings = context.settings
    found = filters.conditions(
        context.parameters, _FIELDS, settings.server_zone, ignored=lambda name: name.startswith((".", "_"))
    )
    of_job = [one for one in found if one.field != "startTime"]
    of_run = [one for one in found if one.field == "startTime"]
    shown: list[HistoryJob] = []
    if found or settings.runhistory_without_parameters == "jobs-without-runs":
        async for job in _matching(context, of_job):
            history = await _history(context, job, of_run, with_runs=bool(found))
            if history is not None:
                shown.append(history)
    none = () if settings.no_jobs == "empty" else None
    return management(RunHistoryAnswer, ask, job=tuple(shown) or none)


async def _history(context: PrimeContext, job: Job, of_run: list[Condition], *, with_runs: bool) -> HistoryJob | None:
    runs = []
    if with_runs:
        for run in await all_runs(context.jobs, job):
            begun = started(run)
            if all(one.holds(begun) for one in of_run):
                runs.append(await fresh(context.jobs, run))
    if of_run and not runs:
        return None
    return history_job(await fresh(context.jobs, job), runs, context.settings, context.now)


async def _matching(context: PrimeContext, found: list[Condition]) -> AsyncIterator[Job]:
    async for job in candidates(context, found):
        values = {"jobId": int(job.id), "jobName": job.data["name"], "jobType": job.data["type"]}
        if is_visible(job, context.now) and filters.hold(found, values.__getitem__):
            yield job


async def candidates(context: PrimeContext, found: list[Condition]) -> AsyncIterator[Job]:
    """Yield all jobs that could match, oldest first; a job's name or number spares looking at the others."""
    job_ids = context.parameters.get("jobId")
    if isinstance(job_ids, str) and (number := job_ids.strip().strip('"')).isdecimal() and number.isascii():
        with suppress(UnknownJob):
            yield await context.jobs.get(API, str(int(number)))
        return
    name = next((one.equals for one in found if one.field == "jobName" and one.equals is not None), None)
    if name is not None:
        known = 0
        for job_id in await context.state.index.named(context.jobs, name):
            try:
                job = await context.jobs.get(API, job_id)
            except UnknownJob:
                continue
            known += 1
            yield job
        if known:
            return
    async for job in context.jobs.each(API, newest=False):
        yield job
