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

_CREATES, _DELETES = "create-graph", "delete-graph"
_NO_JOB = ""
"""In a record: its name is taken, and the job that creates the graph is being made."""

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
    # Another may have its name since it was deleted.
    return None if known.status == GONE or known.graph.id != graph_id else known


async def record_named(context: GesContext, project_id: str, name: str) -> tuple[Mapping[str, Any] | None, bool]:
    """Return the record of a graph's name, and whether there is such a graph; one that has been deleted is none."""
    graph = context.site.graphs.get((project_id, name))
    record = await context.sandbox.documents("ges").get(COLLECTION, _key(project_id, name))
    if graph is None and record is None:
        return None, False
    return record, (await _known(context, graph, record)).status != GONE


async def claim(context: GesContext, known: Known, before: Mapping[str, Any] | None) -> bool:
    """Take the name of a graph that is to be created; False when somebody else was quicker.

    Args:
        before: the name's record as it was.
    """
    return await _replace(context, known, before, _record(context, known, _NO_JOB, _CREATES))


async def give_back(context: GesContext, known: Known, before: Mapping[str, Any] | None) -> None:
    """Undo `claim`: the job that creates the graph could not be made."""
    await _replace(context, known, _record(context, known, _NO_JOB, _CREATES), before)


async def _replace(
    context: GesContext, known: Known, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> bool:
    key = _key(known.graph.project_id, known.graph.name)
    return await context.sandbox.documents("ges").replace(COLLECTION, key, old, new)


async def remember(context: GesContext, known: Known, job: Job, kind: str) -> None:
    """Write down that a job changes a graph. One that is being deleted goes all the same, whatever comes after that."""
    key, record = _key(known.graph.project_id, known.graph.name), _record(context, known, job.id, kind)

    def after(old: Mapping[str, Any] | None) -> dict[str, Any]:
        deleting = None if old is None or old["id"] != known.graph.id else _deleting(old)
        return record if deleting is None else {**record, "deleting": deleting}

    await context.sandbox.documents("ges").change(COLLECTION, key, after)


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
    if record["job"] == _NO_JOB:
        return str(record["status"])
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
