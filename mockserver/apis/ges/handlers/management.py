"""The job calls of the management plane, which the official SDKs know (ges.md §6), v1.0 and v2."""

from __future__ import annotations

import re

from mockserver.api.response import Response
from mockserver.apis.ges.auth import project_of
from mockserver.apis.ges.errors import ManagementError
from mockserver.apis.ges.handlers.graphs import incorrect
from mockserver.apis.ges.listings import managed_project, of_project
from mockserver.apis.ges.management_documents import api_version, described, in_version, told
from mockserver.apis.ges.requests import GesContext, whole
from mockserver.apis.ges.responses import gateway_answer
from mockserver.core.clock import instant
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job

_LIMIT = 10
"""Jobs on a page that asks for no number (the SDK's own documentation)."""

_FILTERS = {
    "v1.0": ("running", "waiting", "success", "failed"),
    "v2": ("running", "waiting", "success", "partiallyFailed", "failed"),
}
"""Words of the filter `status`: ges_03_0102, and the edition of 2025-12-25 of ges_03_0374."""

_DAYS = {"v1.0": ("startTime", "endTime"), "v2": ("start_time", "end_time")}
_DAY = 86400.0
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


async def show_job(context: GesContext) -> Response:
    """Show one management job."""
    project_id = await project_of(context)
    job_id = context.values["job_id"]
    try:
        job = await context.jobs.get("ges", job_id, look=True)
    except UnknownJob:
        raise _unknown(context, job_id) from None
    if managed_project(job) != project_id or (
        context.settings.management_graph == "own" and job.data.get("graph_id") != context.values["graph_id"]
    ):
        raise _unknown(context, job_id)
    return gateway_answer(context, described(job, version=api_version(context)))


async def list_management_jobs(context: GesContext) -> Response:
    """List the project's management jobs, newest first."""
    project_id = await project_of(context)
    query, version = context.query, api_version(context)
    offset, limit = whole(query.get("offset", 0)), whole(query.get("limit", _LIMIT))
    wanted = query.get("status")
    if offset is None or limit is None or (wanted is not None and wanted not in _FILTERS[version]):
        raise incorrect()
    word = {"waiting": "pending"}.get(wanted or "", wanted)
    start, end = _DAYS[version]
    since, until = _moment(query.get(start)), _moment(query.get(end), ends=True)
    graph, listing = query.get("graph_name"), of_project(project_id)

    def matches(job: Job) -> bool:
        return (
            word in (None, told(job))
            and graph in (None, job.data.get("related_graph"))
            and (since is None or job.created >= since)
            and (until is None or job.created < until)
        )

    where = None if (word, graph, since, until) == (None,) * 4 else matches
    page, total = await context.jobs.listed("ges", listing, start=offset, limit=limit, where=where)
    document = {"jobCount": total, "jobList": [described(job, version="v1.0") for job in page]}
    return gateway_answer(context, in_version(document, version))


def _unknown(context: GesContext, job_id: str) -> ManagementError:
    if api_version(context) == "v1.0":
        return ManagementError("GES.8301", f"can not find job, jobId is {job_id}")
    # No sample of v2 exists; the catalogue of the management plane has this (inferred).
    return ManagementError("GES.7007", "The job does not exist.")


def _moment(value: str | None, *, ends: bool = False) -> float | None:
    """Read one end of a span as epoch seconds. A day is documented, a moment is taken too.

    Args:
        ends: it is the span's end: all of its day is within (that it is so is inferred), of a moment just that.
    """
    if not value:
        return None
    try:
        at = instant(value)
    except ValueError:
        raise incorrect() from None
    if not ends:
        return at
    return at + (_DAY if _DATE.fullmatch(value) else 0.001)
