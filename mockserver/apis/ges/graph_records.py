"""What became of graphs since the fixtures: who was created, stopped, deleted.

A record stands beside the graph of the fixtures, or is a graph of its own; the job that changes it says how far it is,
so that a graph is stopped exactly when its job has ended. Graphs that nobody has changed have no record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.api.sandbox import Along, Row
from mockserver.apis.ges.machine import JOB
from mockserver.apis.ges.requests import GesContext
from mockserver.apis.ges.site import Graph
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Phase

COLLECTION = "graphs"

_CREATES, _DELETES = "create-graph", "delete-graph"

RUNNING, GONE, FAILED = "200", "400", "303"
"""Status codes of a graph (huaweicloudsdkges, Graph1.status): running, deleted, creation failed."""


class Course(NamedTuple):
    """What a job does to its graph: the graph's status meanwhile, and when it has succeeded. None: as before."""

    during: str
    done: str | None = None


COURSES: Mapping[str, Course] = {
    _CREATES: Course("100", RUNNING),
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
    _DELETES: Course(GONE, GONE),
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
    record = await _record_of(context, project_id, name)
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
    record = await _record_of(context, project_id, graph.name)
    known = await _known(context, graph, record)
    # Another may have its name since it was deleted.
    return None if known.status == GONE or known.graph.id != graph_id else known


async def check_free(context: GesContext, project_id: str, name: str, taken: Exception) -> Mapping[str, Any] | None:
    """Return the record of a graph's name that no graph has; one that has been deleted has none.

    Raises:
        taken: there is such a graph.
    """
    record, graph = await _record_of(context, project_id, name), context.site.graphs.get((project_id, name))
    if (graph is not None or record is not None) and (await _known(context, graph, record)).status != GONE:
        raise taken
    return record


def created(context: GesContext, graph: Graph, details: Mapping[str, Any], taken: Exception) -> Along:
    """Return what is written down in the step that makes the job which creates a graph.

    Args:
        taken: raised by it when there is a graph of its name (`check_free`).
    """
    known = Known(graph, "100", context.now, context.now, details)

    async def along(job: Job) -> Sequence[Row]:
        before = await check_free(context, graph.project_id, graph.name, taken)
        return (_replacing(context, known, before, _record(context, known, job.id, _CREATES)),)

    return along


def changed(context: GesContext, known: Known, kind: str) -> Along:
    """Return what is written down in the step that makes a job which changes a graph.

    One that is being deleted goes all the same, whatever comes after that.
    """

    async def along(job: Job) -> Sequence[Row]:
        before = await _record_of(context, known.graph.project_id, known.graph.name)
        after = _record(context, known, job.id, kind)
        deleting = None if before is None or before["id"] != known.graph.id else _deleting(before)
        if deleting is not None:
            after["deleting"] = deleting
        return (_replacing(context, known, before, after),)

    return along


async def _record_of(context: GesContext, project_id: str, name: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = await context.sandbox.documents("ges").get(COLLECTION, _key(project_id, name))
    return found


def _replacing(context: GesContext, known: Known, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Row:
    key = _key(known.graph.project_id, known.graph.name)
    return context.sandbox.documents("ges").replacing(COLLECTION, key, before, after)


def _deleting(record: Mapping[str, Any]) -> str | None:
    """Return the id of the job that deletes a graph, when that is not the last one that its record names."""
    return record["job"] if record["kind"] == _DELETES else record.get("deleting")


def _record(context: GesContext, known: Known, job_id: str, kind: str) -> dict[str, Any]:
    course, graph = COURSES[kind], known.graph
    return {
        "id": graph.id,
        "name": graph.name,
        "project_id": graph.project_id,
        "status": known.status,
        "created": known.created,
        "updated": context.now,
        "details": dict(known.details),
        "job": job_id,
        "kind": kind,
        "failed": FAILED if kind == _CREATES else known.status,
        "done": course.done or known.status,
    }


async def _known(context: GesContext, graph: Graph | None, record: Mapping[str, Any] | None) -> Known:
    if record is None:
        assert graph is not None
        return Known(graph, str(graph.details.get("status", RUNNING)), None, None, {})
    if graph is None or graph.id != record["id"]:
        graph = Graph(name=record["name"], id=record["id"], project_id=record["project_id"])
    return Known(graph, await _status(context, record), record["created"], record["updated"], record["details"])


async def _status(context: GesContext, record: Mapping[str, Any]) -> str:
    if "deleting" in record and await _has_succeeded(context, record["deleting"]):
        return GONE
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


async def _has_succeeded(context: GesContext, job_id: str) -> bool:
    try:
        return JOB.phase(await context.jobs.get("ges", job_id)) is Phase.SUCCEEDED
    except UnknownJob:
        return True
