"""Graphs as the management plane has them, listed, shown and changed by jobs, and as a persistent engine has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.operation import Handler
from mockserver.api.response import Response
from mockserver.api.sandbox import Along
from mockserver.apis.ges.auth import project_of
from mockserver.apis.ges.errors import ManagementError, unknown_persistent_graph
from mockserver.apis.ges.graph_records import Known, changed, check_free, created, graph_with_id, graphs_of
from mockserver.apis.ges.handlers.submissions import created as submitted
from mockserver.apis.ges.job_types import DELETE_GRAPH
from mockserver.apis.ges.management_documents import api_version, described_graph, in_version
from mockserver.apis.ges.requests import GesContext, whole
from mockserver.apis.ges.responses import answer, gateway_answer
from mockserver.apis.ges.site import Graph
from mockserver.core.job import Job
from mockserver.wire.json import Malformed

_LIMIT = 10
"""Graphs on a page that asks for no number (ges_03_0345)."""


async def list_graphs(context: GesContext) -> Response:
    """List the project's graphs: the first call of most programs, for all others want a graph's id."""
    project_id = await project_of(context)
    query = context.query
    offset, limit = whole(query.get("offset", 0)), whole(query.get("limit", _LIMIT))
    if offset is None or limit is None:
        raise incorrect()
    known = await graphs_of(context, project_id)
    shown = [described_graph(one, context) for one in known[offset : offset + limit]]
    return gateway_answer(context, in_version({"graphCount": len(known), "graphs": shown}, api_version(context)))


async def show_graph(context: GesContext) -> Response:
    """Show one graph."""
    known = await find_graph(context)
    return gateway_answer(context, in_version({"graph": described_graph(known, context)}, api_version(context)))


async def create_graph(context: GesContext) -> Response:
    """Create a graph: its id comes back at once, the job is in the task center."""
    project_id = await project_of(context)
    body = context.payload
    wanted = body.get("graph") if isinstance(body, Mapping) else None
    name = wanted.get("name") if isinstance(wanted, Mapping) else None
    if not isinstance(wanted, Mapping) or not isinstance(name, str) or not name:
        raise incorrect()
    # No code for a name that is taken is known (inferred).
    taken = incorrect()
    await check_free(context, project_id, name, taken)
    number = await context.sandbox.count("ges.graph")
    graph = Graph(name=name, id=context.sandbox.ids.hex("ges.graph", number), project_id=project_id)
    await management_job(context, graph, "create-graph", created(context, graph, _details(wanted), taken))
    return gateway_answer(context, {"id": graph.id, "name": name})


def act(kind: str, *, body: bool = False) -> Handler:
    """Return the handler of a call that changes a graph by a job.

    Args:
        kind: type of the job.
        body: it needs a JSON object; otherwise it may have one.
    """

    async def handler(context: GesContext) -> Response:
        known = await find_graph(context)
        check_body(context, needed=body)
        return created_job(context, await change(context, known, kind))

    return handler


async def list_engine_graphs(context: GesContext, project_id: str) -> Response:
    """List the graphs of a persistent engine (ges_03_0511)."""
    rows = [
        {"graphName": one.graph.name, "idType": "fixedLengthString", "idLength": 20, "averageImportRate": 0.0}
        for one in await graphs_of(context, project_id)
    ]
    return answer(context, {"graphs": rows, "result": "success"})


async def delete_engine_graph(context: GesContext, graph: Graph) -> Response:
    """Delete a graph of a persistent engine, which has several (ges_03_0510)."""
    known = await graph_with_id(context, graph.project_id, graph.id)
    if known is None:
        raise unknown_persistent_graph(graph.project_id, graph.name)
    response, _ = await submitted(context, graph, DELETE_GRAPH, {}, changed(context, known, DELETE_GRAPH.name))
    return response


# --- what the other calls of the management plane share ----------------------------------------------------


async def find_graph(context: GesContext) -> Known:
    """Let a call through to the graph in its path.

    Raises:
        GatewayError, ManagementError: as `project_of`; no such graph (GES.7000).
    """
    known = await graph_with_id(context, await project_of(context), context.values["graph_id"])
    if known is None:
        raise ManagementError("GES.7000", "The graph does not exist or has been deleted.")
    return known


async def change(context: GesContext, known: Known, kind: str, **fields: Any) -> Job:
    """Make a management job on a graph, and write down what it does to the graph."""
    return await management_job(context, known.graph, kind, changed(context, known, kind), **fields)


async def management_job(
    context: GesContext, graph: Graph, kind: str, along: Along | None = None, **fields: Any
) -> Job:
    """Make a management job on a graph, and what comes along with it."""
    place = {"graph": graph.name, "project_id": graph.project_id, "graph_id": graph.id, "related_graph": graph.name}
    return await context.create({"plane": "management", "kind": kind, **place, **fields}, along=along)


def created_job(context: GesContext, job: Job) -> Response:
    """Answer with the id of a new job."""
    return gateway_answer(context, in_version({"jobId": job.id}, api_version(context)))


def check_body(context: GesContext, *, needed: bool) -> None:
    """Refuse a body that is no JSON object.

    Args:
        needed: there must be one.

    Raises:
        ManagementError: GES.0001.
    """
    given = context.payload
    if isinstance(given, Malformed) or not isinstance(given, dict if needed else dict | None):
        raise incorrect()


def incorrect() -> ManagementError:
    """Refuse a parameter."""
    return ManagementError("GES.0001", "Incorrect parameter.")


def _details(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request for a graph says of the fields that the answers show, in the spelling of v2."""
    own = in_version(wanted, "v2")
    names = ("graph_size_type_index", "arch", "vpc_id", "subnet_id", "security_group_id", "product_type")
    return {name: own[name] for name in names if isinstance(own.get(name), str)}
