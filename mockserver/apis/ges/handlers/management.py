"""The job calls of the management plane, which the official SDKs know (ges.md §6), v1.0 and v2."""

from __future__ import annotations

from typing import Any

from mockserver.api.operation import Handler
from mockserver.api.response import Response
from mockserver.apis.ges.auth import project_of
from mockserver.apis.ges.errors import ManagementError
from mockserver.apis.ges.job_types import JobType
from mockserver.apis.ges.management_documents import WORDS, described, snake_case
from mockserver.apis.ges.requests import GesContext, whole
from mockserver.apis.ges.responses import gateway_answer
from mockserver.apis.ges.site import Graph
from mockserver.core.clock import instant
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job
from mockserver.wire.json import Malformed

_LIMIT = 10
"""Jobs on a page that asks for no number (the SDK's own documentation)."""

_FILTERS = ("running", "waiting", "success", "failed")


async def show_job(context: GesContext) -> Response:
    """Show one management job."""
    project_id = await project_of(context)
    job_id = context.values["job_id"]
    try:
        job = await context.jobs.get("ges", job_id, look=True)
    except UnknownJob:
        raise _unknown(context, job_id) from None
    if not _belongs(job, project_id) or (
        context.settings.management_graph == "own" and job.data.get("graph_id") != context.values["graph_id"]
    ):
        raise _unknown(context, job_id)
    return gateway_answer(context, described(job, version=_version(context)))


async def list_management_jobs(context: GesContext) -> Response:
    """List the project's management jobs, newest first."""
    project_id = await project_of(context)
    query = context.query
    offset, limit = whole(query.get("offset", 0)), whole(query.get("limit", _LIMIT))
    wanted = query.get("status")
    if offset is None or limit is None or (wanted is not None and wanted not in _FILTERS):
        raise _incorrect()
    word = {"waiting": "pending"}.get(wanted or "", wanted)
    since, until = _moment(query.get("start_time")), _moment(query.get("end_time"))
    matching = [
        job
        for job in await _jobs(context, project_id)
        if word in (None, WORDS[job.state])
        and query.get("graph_name", job.data.get("related_graph")) == job.data.get("related_graph")
        and (since is None or job.created >= since)
        and (until is None or job.created <= until)
    ]
    version = _version(context)
    listing = {
        "jobCount": len(matching),
        "jobList": [described(job, version="v1.0") for job in matching[offset : offset + limit]],
    }
    return gateway_answer(context, listing if version == "v1.0" else snake_case(listing))


def submit(job_type: JobType, *, body: bool = True) -> Handler:
    """Return the handler of a management call that creates a job on a graph, named by its id.

    Args:
        body: it needs a JSON object.
    """

    async def handler(context: GesContext) -> Response:
        graph = await _graph(context)
        if isinstance(context.payload, Malformed) or (body and not isinstance(context.payload, dict)):
            raise _incorrect()
        job = await context.create(
            {"plane": "management", "graph": graph.name, "project_id": graph.project_id, "kind": job_type.name}
        )
        data = {"jobId" if _version(context) == "v1.0" else "job_id": job.id}
        return gateway_answer(context, data)

    return handler


async def _graph(context: GesContext) -> Graph:
    project_id = await project_of(context)
    graph = context.site.graph_ids.get((project_id, context.values["graph_id"]))
    if graph is None:
        raise ManagementError("GES.7000", "The graph does not exist or has been deleted.")
    return graph


async def _jobs(context: GesContext, project_id: str) -> list[Job]:
    return [job async for job in context.jobs.each("ges", where=lambda job: _belongs(job, project_id))]


def _belongs(job: Job, project_id: str) -> bool:
    data = job.data
    return data.get("plane") == "management" and data.get("project_id") == project_id and not data.get("lost")


def _version(context: GesContext) -> str:
    return "v2" if context.path.startswith("/v2/") else "v1.0"


def _unknown(context: GesContext, job_id: str) -> ManagementError:
    if _version(context) == "v1.0":
        return ManagementError("GES.8301", f"can not find job, jobId is {job_id}")
    # No sample of v2 exists; the catalogue of the management plane has this (inferred).
    return ManagementError("GES.7007", "The job does not exist.")


def _incorrect() -> ManagementError:
    return ManagementError("GES.0001", "Incorrect parameter.")


def _moment(value: Any) -> float | None:
    if not value:
        return None
    try:
        return instant(str(value))
    except ValueError:
        raise _incorrect() from None
