"""The service-plane calls that create jobs, and the synchronous variants some of them have (ges.md §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.response import Response
from mockserver.apis.ges import job_types as kinds
from mockserver.apis.ges.auth import GesContext, graph_of
from mockserver.apis.ges.errors import GesFault
from mockserver.apis.ges.job_types import Kind, kind_of
from mockserver.apis.ges.requests import answer, truth, whole
from mockserver.apis.ges.results import found
from mockserver.apis.ges.site import Graph
from mockserver.core.job import Job
from mockserver.wire.json import Malformed

Check = Callable[[Mapping[str, Any]], None]

_SECRETS = ("secretKey", "accessKey")


def json_object(context: RequestContext[Any, Any], *, empty: bool = False) -> dict[str, Any]:
    """Return the body.

    Args:
        empty: no body at all is an empty object.

    Raises:
        GesFault: it is no JSON object (8000).
    """
    if context.payload is None and empty:
        return {}
    if isinstance(context.payload, Malformed) or not isinstance(context.payload, dict):
        raise GesFault("GES.8000")
    return context.payload


async def created(
    context: GesContext, graph: Graph, kind: Kind, body: Mapping[str, Any], fields: Mapping[str, Any] | None = None
) -> tuple[Response, Job]:
    """Create a job and answer with its id, and its type where the call's sample has one."""
    query = f"?{context.query_string}" if context.query_string else ""
    request = {"command": kind.command, "url": context.path + query, "body": _without_secrets(body)}
    job = await context.create(
        {"graph": graph.name, "project_id": graph.project_id, "kind": kind.name, "request": request, **(fields or {})}
    )
    job_type = kind_of(job.data).job_type
    data: dict[str, Any] = {"jobId": job.id}
    if job_type is not None:
        data["jobType"] = job_type
    return answer(context, data), job


def _without_secrets(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the request as the list of jobs repeats it, with the OBS keys made unreadable."""
    obs = body.get("obsParameters")
    if not isinstance(obs, dict):
        return body
    return {**body, "obsParameters": {key: "***" if key in _SECRETS else value for key, value in obs.items()}}


def submit(
    kind: Kind, check: Check = lambda body: None, *, empty: bool = False
) -> Callable[[GesContext], Awaitable[Response]]:
    """Return the handler of a call that does nothing but check its body and create a job of a kind."""

    async def handler(context: GesContext) -> Response:
        graph = await graph_of(context, kind.graph_code)
        body = json_object(context, empty=empty)
        check(body)
        reply, _ = await created(context, graph, kind, body)
        return reply

    return handler


def _filtered(filters: str, codes: tuple[str, str, str]) -> Check:
    """Return the check of a query or deletion by labels and filters.

    Args:
        codes: for bad filters, for bad labels, for neither being there.
    """

    def check(body: Mapping[str, Any]) -> None:
        labels, conditions = body.get("labels"), body.get(filters)
        if not labels and not conditions:
            raise GesFault(codes[2], f"Bad Request, parameter labels and {filters} cannot all be null")
        if conditions and not (isinstance(conditions, list) and all(isinstance(one, dict) for one in conditions)):
            raise GesFault(codes[0])
        if labels and not (isinstance(labels, list) and all(isinstance(one, str) for one in labels)):
            raise GesFault(codes[1])
        for name in ("offset", "limit"):
            if name in body and whole(body[name]) is None:
                raise GesFault("GES.8000")

    return check


_VERTICES = _filtered("vertexFilters", ("GES.8201", "GES.8202", "GES.8203"))
_EDGES = _filtered("edgeFilters", ("GES.8101", "GES.8102", "GES.8103"))


def _edges_named_as_vertices(body: Mapping[str, Any]) -> None:
    # The sample of the edge export says vertexFilters under an edge's code: 导出过滤后的边(2-2-7).md.
    try:
        _EDGES(body)
    except GesFault as fault:
        if fault.code != "GES.8103":
            raise
        raise GesFault("GES.8103", "Bad Request, parameter labels and vertexFilters cannot all be null") from None


def _exported(check: Check) -> Check:
    def both(body: Mapping[str, Any]) -> None:
        check(body)
        if not isinstance(body.get("exportPath"), str):
            raise GesFault("GES.8000")

    return both


def _index(body: Mapping[str, Any]) -> None:
    properties = body.get("indexProperty", [])
    known = ("GlobalCompositeVertexIndex", "GlobalCompositeEdgeIndex", "FullTextIndex")
    if not isinstance(body.get("indexName"), str) or not body["indexName"] or body.get("indexType") not in known:
        raise GesFault("GES.8000")
    # `hasLabel` is the text "true" in the documents and a boolean in a real client (ges.md G5).
    if truth(body.get("hasLabel", False)) is None or not isinstance(properties, list):
        raise GesFault("GES.8000")


def _files(body: Mapping[str, Any]) -> None:
    paths = [body.get(name) for name in ("edgesetPath", "vertexsetPath", "schemaPath") if name in body]
    if not all(isinstance(path, str) for path in paths):
        raise GesFault("GES.8013", "parameter format error")


query_vertices = submit(kinds.QUERY_VERTICES, _VERTICES)
query_edges = submit(kinds.QUERY_EDGES, _EDGES)
create_index = submit(kinds.CREATE_INDEX, _index)
delete_index = submit(kinds.DELETE_INDEX, empty=True)
export_vertices = submit(kinds.EXPORT_VERTICES, _exported(_VERTICES))
export_edges = submit(kinds.EXPORT_EDGES, _exported(_edges_named_as_vertices))
delete_vertices = submit(kinds.DELETE_VERTICES, _VERTICES)
delete_edges = submit(kinds.DELETE_EDGES, _EDGES)
import_graph = submit(kinds.IMPORT_GRAPH, _files)
export_graph = submit(kinds.EXPORT_GRAPH)
clear_graph = submit(kinds.CLEAR_GRAPH, empty=True)
import_properties = submit(kinds.IMPORT_PROPERTIES, _files)
delete_by_file = submit(kinds.DELETE_BY_FILE, _files)


async def execute_algorithm(context: GesContext) -> Response:
    """Run an algorithm: a job, unless `executionMode` is `sync`."""
    graph = await graph_of(context, "GES.8402")
    body = json_object(context)
    name = body.get("algorithmName")
    if not isinstance(name, str) or not name:
        raise GesFault("GES.8401", "algorithmName is empty")
    if not isinstance(body.get("parameters", {}), dict):
        raise GesFault("GES.8404", "parameters is not a JSON object")
    if _mode(body, "async", "GES.8402") == "sync":
        script = graph.algorithms.get(name)
        if script is not None and script.error is not None:
            raise GesFault("GES.8402", f"Running algorithm [{name}] error: {script.error}!")
        outputs = found(kinds.EXECUTE_ALGORITHM, graph, script, {"algorithm": name})
        return answer(context, {"data": {"outputs": outputs}})
    reply, _ = await created(context, graph, kinds.EXECUTE_ALGORITHM, body, {"algorithm": name})
    return reply


async def filtered_query(context: GesContext) -> Response:
    """Query along filters: an answer, or a job when `executionMode` is `async`."""
    graph = await graph_of(context, "GES.8806")
    body = json_object(context)
    mode = _mode(body, "sync", "GES.8806")
    if not isinstance(body.get("filters", []), list) or not isinstance(body.get("vertices", []), list):
        raise GesFault("GES.8806", "K-Hop query with filter criteria failed.")
    if mode == "sync":
        rows = {"edges": list(graph.edges)} if graph.edges else {"vertices": list(graph.vertices)}
        return answer(context, {"data": rows})
    kind = kinds.FILTERED_QUERY_V2 if context.query.get("version") == "v2" else kinds.FILTERED_QUERY
    reply, _ = await created(context, graph, kind, body)
    return reply


async def batch_delete_edges(context: GesContext) -> Response:
    """Delete edges: an answer, or a job when `executionMode` is `async`."""
    graph = await graph_of(context, "GES.8402")
    body = json_object(context)
    edges = body.get("edges")
    if not isinstance(edges, list) or not all(isinstance(edge, dict) for edge in edges):
        raise GesFault("GES.8000")
    for edge in edges:
        for end in ("source", "target"):
            if end not in edge:
                raise GesFault("GES.8000", f"parameter does not contain '{end}'")
    if _mode(body, "sync", "GES.8000") == "sync":
        return answer(context, {"result": "success"})
    reply, _ = await created(context, graph, kinds.BATCH_DELETE_EDGES, body)
    return reply


def _mode(body: Mapping[str, Any], default: str, code: str) -> str:
    mode = body.get("executionMode", default)
    if mode not in ("sync", "async"):
        raise GesFault(code, "executionMode is not correct, it should be sync or async")
    return str(mode)
