"""HyG, the computing engine beside a persistent graph: algorithms as jobs, and their cancel (ges.md §2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.response import Response
from mockserver.apis.ges.body_checks import algorithm_name, json_object
from mockserver.apis.ges.errors import ServiceError
from mockserver.apis.ges.graph_records import graphs_of
from mockserver.apis.ges.handlers.submissions import created
from mockserver.apis.ges.job_types import HYG_ALGORITHM
from mockserver.apis.ges.listings import of_graph, served_graph
from mockserver.apis.ges.machine import GesEvent, GesState
from mockserver.apis.ges.moments import management_moment
from mockserver.apis.ges.requests import GesContext
from mockserver.apis.ges.responses import answer
from mockserver.apis.ges.site import Graph
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_QUEUED = frozenset({GesState.PENDING, GesState.WAITING})


async def create_hyg_job(context: GesContext, graph: Graph) -> Response:
    """Run an algorithm on HyG; the body of its answer is inferred from the other calls."""
    body = json_object(context)
    response, _ = await created(context, graph, HYG_ALGORITHM, body, algorithm=algorithm_name(body))
    return response


async def cancel_hyg_job(context: GesContext, graph: Graph) -> Response:
    """Cancel one job. For a running one the effect may be late: the job's own cancel behaviour."""
    job_id = context.values["job_id"]

    def change(machine: Machine, job: Job, now: float) -> Job:
        if not _belongs(job, graph):
            raise UnknownJob("ges", job_id)
        return machine.fire(job, GesEvent.CANCEL, now, context.number)

    try:
        await context.jobs.change("ges", job_id, change)
    except (UnknownJob, IllegalEvent):
        raise ServiceError("GES.8303", f"can not find job to cancel, id is {job_id}") from None
    return answer(context, {"result": "success"})


async def cancel_hyg_jobs(context: GesContext, graph: Graph) -> Response:
    """Cancel all queued jobs of a graph; running ones go on."""

    def queued(job: Job) -> bool:
        return _belongs(job, graph) and job.state in _QUEUED

    found = context.jobs.each("ges", newest=False, listing=of_graph(graph.place), where=queued)
    await context.jobs.fire_all("ges", [job.id async for job in found], GesEvent.CANCEL)
    return answer(context, {"result": "success"})


async def list_hyg_graphs(context: GesContext, project_id: str) -> Response:
    """List the HyG graphs of a project (ges_03_0520). That each graph has been made one of HyG's is inferred."""
    rows = [
        {
            "name": one.graph.name,
            "inEdge": True,
            "idIndex": True,
            "policy": "oec",
            "updateTime": management_moment(one.updated or one.created or 0.0).replace("T", " "),
            "vertex": [{"label": label} for label in _labels(one.graph.vertices)],
            "edge": [{"label": label} for label in _labels(one.graph.edges)],
            "vertexNum": len(one.graph.vertices),
            "edgeNum": len(one.graph.edges),
        }
        for one in await graphs_of(context, project_id)
    ]
    return answer(context, {"data": rows, "result": "success"})


def _labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(row["label"]) for row in rows if row.get("label") is not None))


def _belongs(job: Job, graph: Graph) -> bool:
    return job.data["kind"] == HYG_ALGORITHM.name and served_graph(job) == graph.place
