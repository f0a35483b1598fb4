"""The job endpoints of the service plane: status, cancel, list, export of a result (ges.md §2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from mockserver.api.response import Response
from mockserver.apis.ges.auth import GesContext, graph_of
from mockserver.apis.ges.errors import GesFault
from mockserver.apis.ges.handlers.submissions import created, json_object
from mockserver.apis.ges.job_types import EXPORT_RESULT, cancellable, kind_of
from mockserver.apis.ges.machine import GesEvent, GesState
from mockserver.apis.ges.requests import MAXIMUM, answer, truth, whole
from mockserver.apis.ges.results import outputs
from mockserver.apis.ges.settings import Edition, GesSettings
from mockserver.apis.ges.site import Graph
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_DONE = frozenset({GesState.SUCCESS, GesState.COMPLETE})


async def status(context: GesContext) -> Response:
    """Answer how a job is doing, and, when it is done, a page of what it found."""
    graph = await graph_of(context, "GES.8301")
    job = await _job(context, graph)
    if job is None:
        raise _unknown(context)
    state, settings = job.state, context.settings
    if state in _DONE:
        offset, limit = _page(context, "Incorrect parameter.") if context.query_string else (0, MAXIMUM)
        return answer(context, _finished(settings, job, context.now, offset, limit))
    if state == GesState.FAILED:
        kind = kind_of(job.data)
        if kind.algorithm:
            raise GesFault("GES.8301", _failure(job), shows_state=True)
        return answer(context, _unfinished(settings, "failed"))
    if state == GesState.CANCELLED:
        if settings.cancelled_status == "unknown":
            raise _unknown(context, shows_state=True)
        return answer(context, _unfinished(settings, "failed"))
    return answer(context, _unfinished(settings, GesState.RUNNING if state == GesState.CANCELING else state))


async def cancel(context: GesContext) -> Response:
    """Cancel a job: 200 and `{}`, or 400 GES.8303 when there is nothing to cancel."""
    graph = await graph_of(context, "GES.8303")
    job_id, settings = context.values["job_id"], context.settings
    late = GesFault("GES.8303", _not_to_cancel(settings, job_id))

    def change(machine: Machine, job: Job, now: float) -> Job:
        if not _belongs(job, graph):
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


async def list_jobs(context: GesContext) -> Response:
    """List the graph's jobs, newest first (the order is inferred)."""
    graph = await _graph_to_list(context)
    offset, limit = _page(context, "Parameter error!")
    jobs: list[dict[str, Any]] = []
    total = 0
    async for job in _of_graph(context, graph):
        total += 1
        if total > offset and len(jobs) < limit:
            jobs.append(_listed(context.settings, job))
        elif len(jobs) >= limit and not context.settings.persistent:
            break
    listing: dict[str, Any] = {"jobs": jobs, "result": "success"}
    if context.settings.persistent:
        listing["totalCount"] = total
    return answer(context, listing)


async def export_result(context: GesContext) -> Response:
    """Export what a job found to files: a new job; the source job goes unless `erase` is false."""
    settings = context.settings
    if settings.export_result == "no" or (settings.export_result == "edition" and settings.persistent):
        raise GesFault("GES.8000", status=404)
    graph = await graph_of(context, EXPORT_RESULT.graph_code)
    body = json_object(context)
    if not isinstance(body.get("exportPath"), str) or not body["exportPath"]:
        raise GesFault("GES.8011")
    erase = truth(body.get("erase", True))
    if erase is None:
        raise GesFault("GES.8011")
    source = await _job(context, graph)
    if source is None:
        raise _unknown(context)
    if source.state not in _DONE:
        raise GesFault("GES.8011")
    reply, export = await created(context, graph, EXPORT_RESULT, body, {"source_job": source.id})
    if erase:
        await context.jobs.change("ges", source.id, lambda _, job, __: _exported_by(job, export.id))
    return reply


async def _job(context: GesContext, graph: Graph) -> Job | None:
    """Return the job of the path, settled, or None when this graph has none of that id."""
    try:
        job = await context.jobs.get("ges", context.values["job_id"], look=True)
    except UnknownJob:
        return None
    if not _belongs(job, graph) or ("exports" in job.data and await _erased(context, job)):
        return None
    return job


async def _erased(context: GesContext, job: Job) -> bool:
    """Tell whether an export has taken the job with it; it goes when the export has succeeded."""
    for export_id in job.data.get("exports", ()):
        try:
            export = await context.jobs.get("ges", export_id)
        except UnknownJob:
            continue
        if export.state in _DONE:
            await context.jobs.delete("ges", job.id)
            return True
    return False


def _exported_by(job: Job, export_id: str) -> Job:
    exports = [*job.data.get("exports", ()), export_id]
    return replace(job, data={**job.data, "exports": exports}, version=job.version + 1)


def _belongs(job: Job, graph: Graph) -> bool:
    data = job.data
    return (
        data.get("graph") == graph.name
        and data.get("project_id") == graph.project_id
        and data.get("plane") != "management"
        and not data.get("lost")
    )


def _page(context: GesContext, message: str) -> tuple[int, int]:
    """Return offset and limit of the query.

    Raises:
        GesFault: one of them is no number (8005).
    """
    query = context.query
    offset, limit = whole(query.get("offset", 0)), whole(query.get("limit", MAXIMUM))
    if offset is None or limit is None or (limit > MAXIMUM and context.settings.limit_over_max == "error"):
        raise GesFault("GES.8005", message)
    return offset, min(limit, MAXIMUM)


def _finished(settings: GesSettings, job: Job, now: float, offset: int, limit: int) -> dict[str, Any]:
    data = job.data
    delay = data.get("result_delay")
    found: Any = {}
    if not delay or now >= (job.ended or 0.0) + delay:
        found = {"outputs": outputs(kind_of(data), data.get("algorithm"), data.get("result"), offset, limit)}
    if settings.persistent:
        return {"status": job.state, "data": found, "result": "success"}
    return {"data": found, "status": job.state}


def _unfinished(settings: GesSettings, word: str) -> dict[str, Any]:
    said: dict[str, Any] = {"status": word}
    if settings.unfinished_data == "empty":
        said["data"] = {}
    if settings.persistent:
        said["result"] = "success"
    return said


def _failure(job: Job) -> str:
    reason = job.error or "internal error"
    if reason.startswith("Running algorithm ["):
        return reason
    return f"Running algorithm [{job.data.get('algorithm', '')}] error: {reason}!"


def _unknown(context: GesContext, *, shows_state: bool = False) -> GesFault:
    # Two blanks on the service plane of the memory edition, one in the persistent edition: both are the samples'.
    blanks = " " if context.settings.persistent else "  "
    text = f"can not find job, jobId is{blanks}{context.values['job_id']}"
    return GesFault("GES.8301", text, shows_state=shows_state)


def _not_to_cancel(settings: GesSettings, job_id: str) -> str:
    if settings.edition == Edition.MEMORY_2025:
        return f"Can not find job to cancel, jobId is {job_id}"
    return f"can not find job to cancel, id is {job_id}"


def _unsupported(settings: GesSettings) -> GesFault:
    return GesFault(settings.unsupported_cancel_code, "Unsupported Operation")


async def _graph_to_list(context: GesContext) -> Graph:
    try:
        return await graph_of(context, "")
    except GesFault as fault:
        if fault.code:
            raise
        # This page alone words an unknown graph so, with `result` in every edition.
        raise GesFault("GES.8000", f"graph : {context.values['graph_name']} not exist", failed=True) from None


async def _of_graph(context: GesContext, graph: Graph) -> AsyncIterator[Job]:
    async for job in context.jobs.each("ges", where=lambda job: _belongs(job, graph)):
        forgotten = job.state == GesState.CANCELLED and context.settings.cancelled_status == "unknown"
        if not forgotten and not await _erased(context, job):
            yield job


def _listed(settings: GesSettings, job: Job) -> dict[str, Any]:
    state = job.state
    word = GesState.RUNNING if state == GesState.CANCELING else state
    if state == GesState.CANCELLED:
        word = GesState.FAILED
    request: Mapping[str, Any] = job.data["request"]
    if settings.persistent:
        raw = request.get("rawRequest")
        body = orjson.dumps(request.get("body", {})).decode() if raw is None else raw
        return {
            "jobId": job.id,
            "status": word,
            "request": {"command": request.get("command"), "url": request.get("url"), "rawRequest": body},
        }
    return {"jobId": job.id, "status": word, "request": request}
