"""What became of graphs since the fixtures: who was created, stopped, deleted.

A record stands beside the graph of the fixtures, or is a graph of its own; the job that changes it says how far it is,
so that a graph is stopped exactly when its job has ended. Graphs that nobody has changed have no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mockserver.apis.ges.machine import JOB
from mockserver.apis.ges.requests import GesContext
from mockserver.apis.ges.site import Graph
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Phase

COLLECTION = "graphs"

RUNNING, GONE, FAILED = "200", "400", "303"
"""Status codes of a graph (huaweicloudsdkges, Graph1.status): running, deleted, creation failed."""


class Course(NamedTuple):
    """What a job does to its graph: the graph's status meanwhile, and when it has succeeded. None: as before."""

    during: str
    done: str | None = None


COURSES: Mapping[str, Course] = {
    "create-graph": Course("100", RUNNING),
    "start-graph": Course("920", RUNNING),
    "stop-graph": Course("901", "900"),
    # No code for a restart is listed: it is told as a start (inferred).
    "restart-graph": Course("920", RUNNING),
    "upgrade-graph": Course("201"),
    "resize-graph": Course("207"),
    "expand-graph": Course("211"),
    "import-graph": Course("202"),
    "export-graph": Course("204"),
    "clear-graph": Course("205"),
    "delete-graph": Course(GONE, GONE),
}
"""Type of job -> what it does. Codes: huaweicloudsdkges v1 and v2, Graph1.status and ListGraphsRespGraphs.status."""


class Known(NamedTuple):
    """A graph as it is now.

    Attributes:
        created, updated: sandbox time (epoch seconds); None: nothing has happened to it.
        details: fields of the answers that were given at its creation, in the spelling of v2.
    """

    graph: Graph
    status: str
    created: float | None
    updated: float | None
    details: Mapping[str, Any]


def _key(project_id: str, name: str) -> str:
    return f"{project_id}/{name}"


async def graph_named(context: GesContext, project_id: str, name: str) -> Graph | None:
    """Return a graph that the service plane can reach: one that exists, whatever its status."""
    graph = context.site.graphs.get((project_id, name))
    record = await context.sandbox.documents("ges").get(COLLECTION, _key(project_id, name))
    if record is None:
        return graph
    known = await _known(context, graph, record)
    return None if known.status in (GONE, FAILED) else known.graph


async def graphs_of(context: GesContext, project_id: str) -> list[Known]:
    """Return the graphs of a project: those of the fixtures, then the others in order of creation."""
    records = dict(await context.sandbox.documents("ges").all(COLLECTION))
    found = []
    for graph in context.site.graphs.values():
        if graph.project_id == project_id:
            record = records.pop(_key(project_id, graph.name), None)
            found.append(await _known(context, graph, record))
    found += [await _known(context, None, one) for one in records.values() if one["project_id"] == project_id]
    return [known for known in found if known.status != GONE]


async def graph_with_id(context: GesContext, project_id: str, graph_id: str) -> Known | None:
    """Return the graph of an id, as the management plane names graphs."""
    graph = context.site.graph_ids.get((project_id, graph_id))
    if graph is None:
        return next((one for one in await graphs_of(context, project_id) if one.graph.id == graph_id), None)
    record = await context.sandbox.documents("ges").get(COLLECTION, _key(project_id, graph.name))
    known = await _known(context, graph, record)
    return None if known.status == GONE else known


async def remember(context: GesContext, known: Known, job: Job, kind: str) -> None:
    """Write down that a job changes a graph."""
    course, graph = COURSES[kind], known.graph
    record = {
        "id": graph.id,
        "name": graph.name,
        "project_id": graph.project_id,
        "status": known.status,
        "created": known.created,
        "updated": context.now,
        "details": dict(known.details),
        "job": job.id,
        "kind": kind,
        "failed": FAILED if kind == "create-graph" else known.status,
    }
    record["done"] = course.done or known.status
    await context.sandbox.documents("ges").put(COLLECTION, _key(graph.project_id, graph.name), record)


async def _known(context: GesContext, graph: Graph | None, record: Mapping[str, Any] | None) -> Known:
    if record is None:
        assert graph is not None
        return Known(graph, str(graph.details.get("status", RUNNING)), None, None, {})
    if graph is None:
        graph = Graph(name=record["name"], id=record["id"], project_id=record["project_id"])
    return Known(graph, await _status(context, record), record["created"], record["updated"], record["details"])


async def _status(context: GesContext, record: Mapping[str, Any]) -> str:
    try:
        phase = JOB.phase(await context.jobs.get("ges", record["job"]))
    except UnknownJob:
        # Finished jobs can age out; what they did stays.
        return str(record["done"])
    if phase not in FINAL:
        course = COURSES[record["kind"]]
        # A graph is there until it is gone.
        return str(record["status"] if course.during == GONE else course.during)
    return str(record["done"] if phase is Phase.SUCCEEDED else record["failed"])
