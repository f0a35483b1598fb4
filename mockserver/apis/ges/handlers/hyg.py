"""HyG, the computing engine beside a persistent graph: algorithms as jobs, and their cancel (ges.md §2.5)."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.apis.ges.auth import GesContext, graph_of
from mockserver.apis.ges.errors import GesFault
from mockserver.apis.ges.handlers.submissions import created, json_object
from mockserver.apis.ges.job_types import HYG_ALGORITHM
from mockserver.apis.ges.machine import GesEvent, GesState
from mockserver.apis.ges.requests import answer
from mockserver.apis.ges.site import Graph
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_QUEUED = frozenset({GesState.PENDING, GesState.WAITING})


async def create_hyg_job(context: GesContext) -> Response:
    """Run an algorithm on HyG; the body of its answer is inferred from the other calls."""
    graph = await _graph(context)
    body = json_object(context)
    name = body.get("algorithmName")
    if not isinstance(name, str) or not name:
        raise GesFault("GES.8401", "algorithmName is empty")
    reply, _ = await created(context, graph, HYG_ALGORITHM, body, {"algorithm": name})
    return reply


async def cancel_hyg_job(context: GesContext) -> Response:
    """Cancel one job. For a running one the effect may be late: the job's own cancel behaviour."""
    graph = await _graph(context)
    job_id = context.values["job_id"]

    def change(machine: Machine, job: Job, now: float) -> Job:
        if not _belongs(job, graph):
            raise UnknownJob("ges", job_id)
        return machine.fire(job, GesEvent.CANCEL, now, context.number)

    try:
        await context.jobs.change("ges", job_id, change)
    except (UnknownJob, IllegalEvent):
        raise GesFault("GES.8303", f"can not find job to cancel, id is {job_id}") from None
    return answer(context, {"result": "success"})


async def cancel_hyg_jobs(context: GesContext) -> Response:
    """Cancel all queued jobs of a graph; running ones go on."""
    graph = await _graph(context)

    def queued(job: Job) -> bool:
        return _belongs(job, graph) and job.state in _QUEUED

    async for job in context.jobs.each("ges", newest=False, where=queued):
        try:
            await context.jobs.fire("ges", job.id, GesEvent.CANCEL)
        except (UnknownJob, IllegalEvent):
            continue
    return answer(context, {"result": "success"})


def _belongs(job: Job, graph: Graph) -> bool:
    data = job.data
    return (
        data["kind"] == HYG_ALGORITHM.name
        and data.get("graph") == graph.name
        and data.get("project_id") == graph.project_id
    )


async def _graph(context: GesContext) -> Graph:
    """Let a call through to its graph; other editions than the persistent one have no HyG."""
    if not context.settings.persistent:
        raise GesFault("GES.8000", status=404)
    try:
        return await graph_of(context, "")
    except GesFault as fault:
        if fault.code:
            raise
        project_id, name = context.values["project_id"], context.values["graph_name"]
        message = f"Graph [ {project_id} -{name}] does not exist, please check project_id and graph_name."
        raise GesFault("GES.8000", message) from None
