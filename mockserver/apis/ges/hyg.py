"""HyG, the computing engine beside a persistent graph: algorithms as jobs, and their cancel (ges.md §2.5)."""

from __future__ import annotations

from mockserver.api.context import Reply
from mockserver.apis.ges.access import GesCall, graph_of
from mockserver.apis.ges.content import Graph
from mockserver.apis.ges.errors import GesFault
from mockserver.apis.ges.kinds import HYG_ALGORITHM
from mockserver.apis.ges.machine import GesEvent, GesState
from mockserver.apis.ges.submits import created, json_object
from mockserver.apis.ges.wire import answer
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_QUEUED = frozenset({GesState.PENDING, GesState.WAITING})


async def create_hyg_job(call: GesCall) -> Reply:
    """Run an algorithm on HyG; the body of its answer is inferred from the other calls."""
    graph = await _graph(call)
    body = json_object(call)
    name = body.get("algorithmName")
    if not isinstance(name, str) or not name:
        raise GesFault("GES.8401", "algorithmName is empty")
    reply, _ = await created(call, graph, HYG_ALGORITHM, body, {"algorithm": name})
    return reply


async def cancel_hyg_job(call: GesCall) -> Reply:
    """Cancel one job. For a running one the effect may be late: the job's own cancel behaviour."""
    graph = await _graph(call)
    job_id = call.values["job_id"]

    def change(machine: Machine, job: Job, now: float) -> Job:
        if not _belongs(job, graph):
            raise UnknownJob("ges", job_id)
        return machine.fire(job, GesEvent.CANCEL, now, call.number)

    try:
        await call.jobs.change("ges", job_id, change)
    except (UnknownJob, IllegalEvent):
        raise GesFault("GES.8303", f"can not find job to cancel, id is {job_id}") from None
    return answer(call, {"result": "success"})


async def cancel_hyg_jobs(call: GesCall) -> Reply:
    """Cancel all queued jobs of a graph; running ones go on."""
    graph = await _graph(call)
    jobs, _ = await call.jobs.page("ges", newest=False)
    for job in jobs:
        if _belongs(job, graph) and job.state in _QUEUED:
            try:
                await call.jobs.fire("ges", job.id, GesEvent.CANCEL)
            except (UnknownJob, IllegalEvent):
                continue
    return answer(call, {"result": "success"})


def _belongs(job: Job, graph: Graph) -> bool:
    data = job.data
    return (
        data["kind"] == HYG_ALGORITHM.name
        and data.get("graph") == graph.name
        and data.get("project_id") == graph.project_id
    )


async def _graph(call: GesCall) -> Graph:
    """Let a call through to its graph; other editions than the persistent one have no HyG."""
    if not call.settings.persistent:
        raise GesFault("GES.8000", status=404)
    try:
        return await graph_of(call, "")
    except GesFault as fault:
        if fault.code:
            raise
        project_id, name = call.values["project_id"], call.values["graph_name"]
        message = f"Graph [ {project_id} -{name}] does not exist, please check project_id and graph_name."
        raise GesFault("GES.8000", message) from None
