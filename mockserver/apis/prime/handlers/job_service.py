"""op/jobService: cancel, suspend, resume, cancelrunning, and runhistory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import orjson

from mockserver.api.response import Response
from mockserver.api.sandbox import Row
from mockserver.apis.prime.documents import history_job, is_listed, management, started
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.filters import Condition, FieldType, conditions, hold
from mockserver.apis.prime.job_search import API, all_runs, candidates, fresh
from mockserver.apis.prime.listings import is_visible
from mockserver.apis.prime.machine import JOB, RUN_KIND, JobEvent, RunEvent
from mockserver.apis.prime.model import HistoryJob, OperationAnswer, OperationResult, ResultEntry, RunHistoryAnswer
from mockserver.apis.prime.requests import PrimeRequest, ids
from mockserver.apis.prime.responses import document
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import PrimeContext
from mockserver.apis.prime.virtual_domains import sees_job
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

# --- writes -------------------------------------------------------------------------------------------


async def fire(
    event: JobEvent | RunEvent, place: Sequence[str], context: PrimeContext, request: PrimeRequest
) -> OperationAnswer | Response:
    """Answer a write: each id succeeds or fails by itself, and the answer is 200 either way.

    Args:
        place: where the ids stand in the body.
    """
    settings = context.settings
    kind = RUN_KIND if isinstance(event, RunEvent) else JOB.kind
    wanted = ids(context.payload, place)
    if not wanted and settings.empty_id_list == "400":
        raise PrimeError(400, f"Invalid request: no {place[-1]} is given")
    along = partial(_at_runs, context, event) if isinstance(event, JobEvent) else None
    good: list[int] = []
    bad: list[int] = []
    for number in wanted:
        try:
            if request.virtual_domain != settings.domain:
                await _check_domain(context, request.virtual_domain, str(number), kind)
            await context.jobs.fire(API, str(number), event, kind=kind, along=along)
        except (UnknownJob, IllegalEvent):
            bad.append(number)
        else:
            good.append(number)
    if len(good) == 1 and not bad:
        return _success(event, good[0], request, settings)
    return _answer(event, good, bad, request, settings)


def _answer(
    event: JobEvent | RunEvent, good: Sequence[int], bad: Sequence[int], request: PrimeRequest, settings: PrimeSettings
) -> OperationAnswer:
    """Say which ids succeeded, and which failed."""
    empty = () if settings.empty_results == "empty" else None
    failed = [ResultEntry(id=one, message=settings.failure_message, status="Failure") for one in bad]
    succeeded = [ResultEntry(id=one, message=settings.success_message, status="Success") for one in good]
    result = OperationResult(
        failure=tuple(failed) or empty,
        message=settings.some_failed_message if bad else settings.all_succeeded_message,
        operation=event.upper(),
        success=tuple(succeeded) or empty,
    )
    return management(OperationAnswer, request, operation_result=(result,))


class _Written(NamedTuple):
    """The answer to one id that succeeded, with a place for that.

    Attributes:
        settings: those that it was written by; kept, so that no others are taken for them.
        data: as JSON.
    """

    settings: PrimeSettings
    response: Response
    data: bytes
    body: bytes


_written: dict[tuple[object, ...], _Written | None] = {}
_MOST_WRITTEN = 256
_MARK = 4_611_686_018_427_387_905
"""An id to be looked for in what is written."""


def _success(
    event: JobEvent | RunEvent, number: int, request: PrimeRequest, settings: PrimeSettings
) -> OperationAnswer | Response:
    """Say that one id succeeded, as most writes are answered: in the words of the answer before, but for the id."""
    key = (request.request_url, request.root_url, request.answer_format, event, id(settings))
    if key in _written:
        known = _written[key]
    elif "?" in request.request_url:
        known = None
    else:
        if len(_written) >= _MOST_WRITTEN:
            _written.clear()
        known = _written[key] = _with_place(event, request, settings)
    if known is None:
        return _answer(event, [number], (), request, settings)
    _, response, data, body = known
    return Response(response.status, orjson.loads(data % number), body % number, *response[3:])


def _with_place(event: JobEvent | RunEvent, request: PrimeRequest, settings: PrimeSettings) -> _Written | None:
    """Write an answer for any id; None where that stands there more than once, or JSON cannot say it."""
    answer = _answer(event, [_MARK], (), request, settings)
    response, mark = document(answer, request.answer_format, request.version, settings), b"%d" % _MARK
    try:
        texts = [orjson.dumps(response.data), response.body]
    except TypeError:
        return None
    if any(text.count(mark) != 1 for text in texts):
        return None
    data, body = (text.replace(b"%", b"%%").replace(mark, b"%d") for text in texts)
    return _Written(settings, response, data, body)


async def _check_domain(context: PrimeContext, domain: str, job_id: str, kind: str) -> None:
    """Raise UnknownJob for a job, or the run of a job, that cannot be seen from a domain."""
    job = await context.jobs.get(API, job_id, kind=kind)
    if job.parent is not None:
        job = await context.jobs.get(API, job.parent)
    if not sees_job(context, domain, job):
        raise UnknownJob(API, job_id)


async def _at_runs(context: PrimeContext, event: JobEvent, job: Job) -> Sequence[Row]:
    """Tell a run that has not begun what happens to its trigger; one that has begun goes on."""

    def tell(machine: Machine, run: Job, now: float) -> Job:
        return machine.fire(run, event, now, context.number)

    told: list[Row] = []
    if "starts_after" in job.data:
        for one in job.data["runs"]:
            with suppress(UnknownJob, IllegalEvent):
                told.append(await context.jobs.changing(API, one["id"], tell, kind=RUN_KIND))
    return told


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
    shown = await fresh(context.jobs, job)
    context.jobs.tell(runs[-1] if runs else shown)
    return history_job(shown, runs, context.settings, context.now)


async def _matching(context: PrimeContext, found: list[Condition], domain: str) -> AsyncIterator[Job]:
    async for job in candidates(context, found):
        values = {"jobId": int(job.id), "jobName": job.data["name"], "jobType": job.data["type"]}
        if not sees_job(context, domain, job):
            continue
        if is_visible(job, context.now) and hold(found, values.__getitem__):
            yield job
