"""The job endpoints of the service plane: status, cancel, list, export of a result (ges.md §2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from mockserver.api.response import Response
from mockserver.api.sandbox import Row
from mockserver.apis.ges.body_checks import json_object
from mockserver.apis.ges.documents import failure, finished, listed, unfinished
from mockserver.apis.ges.errors import ServiceError
from mockserver.apis.ges.handlers.submissions import created
from mockserver.apis.ges.job_types import EXPORT_RESULT, cancellable, type_of
from mockserver.apis.ges.jobs import exported_by, taken_along
from mockserver.apis.ges.listings import exported_from, of_graph, served_graph
from mockserver.apis.ges.machine import JOB, GesEvent, GesState
from mockserver.apis.ges.requests import MAXIMUM, GesContext, truth, whole
from mockserver.apis.ges.responses import answer
from mockserver.apis.ges.settings import Edition, GesSettings
from mockserver.apis.ges.site import Graph
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_DONE = frozenset({GesState.SUCCESS, GesState.COMPLETE})


async def job_status(context: GesContext, graph: Graph) -> Response:
    """Answer how a job is doing, and, when it is done, a page of what it found."""
    job = await _job(context, graph)
    state, settings = job.state, context.settings
    if state in _DONE:
        offset, limit = _page(context, "Incorrect parameter.") if context.query_string else (0, MAXIMUM)
        found = finished(settings, job, context.now, offset, limit)
        return answer(context, found, lasting=JOB.results_visible(job, context.now))
    if state == GesState.FAILED:
        if type_of(job.data).algorithm:
            raise ServiceError("GES.8301", failure(job), shows_state=True)
        return answer(context, unfinished(settings, "failed"), lasting=True)
    if state == GesState.CANCELLED:
        if settings.cancelled_status == "unknown":
            raise _unknown(context, shows_state=True)
        return answer(context, unfinished(settings, "failed"), lasting=True)
    word = GesState.RUNNING if state == GesState.CANCELING else state
    return answer(context, unfinished(settings, word), lasting=True)


async def cancel_job(context: GesContext, graph: Graph) -> Response:
    """Cancel a job: 200 and `{}`, or 400 GES.8303 when there is nothing to cancel."""
    job_id, settings = context.values["job_id"], context.settings
    late = ServiceError("GES.8303", _not_to_cancel(settings, job_id))

    def change(machine: Machine, job: Job, now: float) -> Job:
        if served_graph(job) != graph.place:
            raise late
        if machine.final(job) or job.state == GesState.CANCELING:
            raise late if settings.finished_cancel == "unknown" else _unsupported(settings)
        if not cancellable(settings, job.data):
            raise _unsupported(settings)
        return machine.fire(job, GesEvent.CANCEL, now, context.number)

    try:
        await context.jobs.change("ges", job_id, change)
    except (UnknownJob, IllegalEvent):
        raise late from None
    return answer(context, {})


async def list_jobs(context: GesContext, graph: Graph) -> Response:
    """List the graph's jobs, newest first (the order is inferred)."""
    settings = context.settings
    offset, limit = _page(context, "Parameter error!")
    listing = of_graph(graph.place)
    exported = context.jobs.each("ges", listing=exported_from(graph.place))
    taken = {job.id async for job in exported if await _taken_along(context, job)}
    where = partial(_is_known, settings, taken) if taken or settings.cancelled_status == "unknown" else None
    page, total = await context.jobs.listed("ges", listing, start=offset, limit=limit, where=where)
    document: dict[str, Any] = {"jobs": [listed(settings, job) for job in page], "result": "success"}
    if settings.persistent:
        document["totalCount"] = total
    return answer(context, document)


async def export_result(context: GesContext, graph: Graph) -> Response:
    """Export what a job found to files: a new job; the source job goes unless `erase` is false."""
    body = json_object(context)
    if not isinstance(body.get("exportPath"), str) or not body["exportPath"]:
        raise ServiceError("GES.8011")
    erase = truth(body.get("erase", True))
    if erase is None:
        raise ServiceError("GES.8011")
    source = await _job(context, graph)
    if source.state not in _DONE:
        raise ServiceError("GES.8011")
    along = partial(_to_be_taken, context, source.id) if erase else None
    try:
        response, _ = await created(context, graph, EXPORT_RESULT, body, along, source_job=source.id)
    except UnknownJob:
        raise _unknown(context) from None
    return response


async def _to_be_taken(context: GesContext, source_id: str, export: Job) -> Sequence[Row]:
    """Say of a job that an export will take it along."""

    def exported(machine: Machine, job: Job, now: float) -> Job:
        return exported_by(machine, job, now, export.id)

    return (await context.jobs.changing("ges", source_id, exported),)


async def _job(context: GesContext, graph: Graph) -> Job:
    """Return the job of the path, settled.

    Raises:
        ServiceError: this graph has none of that id (8301).
    """
    try:
        job = await context.jobs.get("ges", context.values["job_id"], look=True)
    except UnknownJob:
        raise _unknown(context) from None
    if served_graph(job) != graph.place or ("exports" in job.data and await _taken_along(context, job)):
        raise _unknown(context)
    return job


def _is_known(settings: GesSettings, taken: Collection[str], job: Job) -> bool:
    forgotten = job.state == GesState.CANCELLED and settings.cancelled_status == "unknown"
    return not forgotten and job.id not in taken


async def _taken_along(context: GesContext, job: Job) -> bool:
    """Tell whether an export has taken the job along; the sandbox forgets it then."""
    for export_id in job.data.get("exports", ()):
        try:
            export = await context.jobs.get("ges", export_id)
        except UnknownJob:
            continue
        if export.state in _DONE:
            await _forget(context, job, export)
            return True
    return False


async def _forget(context: GesContext, job: Job, export: Job) -> None:
    try:
        await context.jobs.change("ges", job.id, lambda _, job, __: taken_along(job, export))
    except UnknownJob:
        # Somebody else's request has seen the same.
        return


def _page(context: GesContext, message: str) -> tuple[int, int]:
    """Return offset and limit of the query.

    Raises:
        ServiceError: one of them is no number (8005).
    """
    query = context.query
    offset, limit = whole(query.get("offset", 0)), whole(query.get("limit", MAXIMUM))
    if offset is None or limit is None or (limit > MAXIMUM and context.settings.limit_over_max == "error"):
        raise ServiceError("GES.8005", message)
    return offset, min(limit, MAXIMUM)


def _unknown(context: GesContext, *, shows_state: bool = False) -> ServiceError:
    # Two blanks on the service plane of the memory edition, one in the persistent edition: both are the samples'.
    blanks = " " if context.settings.persistent else "  "
    text = f"can not find job, jobId is{blanks}{context.values['job_id']}"
    return ServiceError("GES.8301", text, shows_state=shows_state)


def _not_to_cancel(settings: GesSettings, job_id: str) -> str:
    if settings.edition == Edition.MEMORY_2025:
        return f"Can not find job to cancel, jobId is {job_id}"
    return f"can not find job to cancel, id is {job_id}"


def _unsupported(settings: GesSettings) -> ServiceError:
    return ServiceError(settings.unsupported_cancel_code, "Unsupported Operation")
