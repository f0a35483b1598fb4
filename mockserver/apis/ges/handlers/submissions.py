"""The service-plane calls that create jobs, and the synchronous variants some of them have (ges.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.response import Response
from mockserver.api.sandbox import Along
from mockserver.apis.ges.auth import GraphHandler
from mockserver.apis.ges.body_checks import Check, algorithm_name, anything, execution_mode, json_object
from mockserver.apis.ges.errors import ServiceError
from mockserver.apis.ges.job_types import (
    BATCH_DELETE_EDGES,
    EXECUTE_ALGORITHM,
    FILTERED_QUERY,
    FILTERED_QUERY_V2,
    JobType,
    type_of,
)
from mockserver.apis.ges.requests import GesContext, whole
from mockserver.apis.ges.responses import answer
from mockserver.apis.ges.results import found
from mockserver.apis.ges.site import Graph
from mockserver.core.job import Job

_SECRETS = ("secretKey", "accessKey")
_MOST_STEPS = 20
"""`times` of a path query: "the maximum value is 20" (ges_03_0331)."""


async def created(
    context: GesContext,
    graph: Graph,
    job_type: JobType,
    body: Mapping[str, Any],
    along: Along | None = None,
    **fields: Any,
) -> tuple[Response, Job]:
    """Create a job and answer with its id, and its type where the call's sample has one.

    Args:
        along: what else happens in the same step.
    """
    query = f"?{context.query_string}" if context.query_string else ""
    request = {"command": job_type.command, "url": context.path + query, "body": _without_secrets(body)}
    place = {"graph": graph.name, "project_id": graph.project_id}
    job = await context.create({**place, "kind": job_type.name, "request": request, **fields}, along=along)
    number = type_of(job.data).number
    data: dict[str, Any] = {"jobId": job.id}
    if number is not None:
        data["jobType"] = number
    return answer(context, data), job


def _without_secrets(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the request as the list of jobs repeats it, with the OBS keys made unreadable."""
    obs = body.get("obsParameters")
    if not isinstance(obs, dict):
        return body
    return {**body, "obsParameters": {key: "***" if key in _SECRETS else value for key, value in obs.items()}}


def submit(job_type: JobType, check: Check = anything, *, empty: bool = False) -> GraphHandler:
    """Return the handler of a call that does nothing but check its body and create a job.

    Args:
        empty: it may have no body.
    """

    async def handler(context: GesContext, graph: Graph) -> Response:
        body = json_object(context, empty=empty)
        check(body)
        response, _ = await created(context, graph, job_type, body)
        return response

    return handler


async def execute_algorithm(context: GesContext, graph: Graph) -> Response:
    """Run an algorithm: a job, unless `executionMode` is `sync`."""
    body = json_object(context)
    name = algorithm_name(body)
    if not isinstance(body.get("parameters", {}), dict):
        raise ServiceError("GES.8404", "parameters is not a JSON object")
    if execution_mode(body, "async", EXECUTE_ALGORITHM.code) == "sync":
        script = graph.algorithms.get(name)
        if script is not None and script.error is not None:
            raise ServiceError(EXECUTE_ALGORITHM.code, f"Running algorithm [{name}] error: {script.error}!")
        outputs = found(EXECUTE_ALGORITHM, graph, script, {"algorithm": name})
        return answer(context, {"data": {"outputs": outputs}})
    response, _ = await created(context, graph, EXECUTE_ALGORITHM, body, algorithm=name)
    return response


async def filtered_query(context: GesContext, graph: Graph) -> Response:
    """Query along filters: an answer, or a job when `executionMode` is `async`."""
    body = json_object(context)
    mode = execution_mode(body, "sync", FILTERED_QUERY.code)
    if not isinstance(body.get("filters", []), list) or not isinstance(body.get("vertices", []), list):
        raise ServiceError(FILTERED_QUERY.code, "K-Hop query with filter criteria failed.")
    if mode == "sync":
        rows = {"edges": list(graph.edges)} if graph.edges else {"vertices": list(graph.vertices)}
        return answer(context, {"data": rows})
    response, _ = await created(context, graph, FILTERED_QUERY, body)
    return response


async def path_query(context: GesContext, graph: Graph) -> Response:
    """Filtered Query V2 (ges_03_0331): an answer, or a job when `executionMode` is `async`."""
    body = json_object(context)
    mode = execution_mode(body, "sync", FILTERED_QUERY_V2.code)
    times = whole(body.get("times", 2))
    if not isinstance(body.get("vertices"), list) or not isinstance(body.get("repeat"), list) or not body["repeat"]:
        raise ServiceError(FILTERED_QUERY_V2.code, "K-Hop query with filter criteria failed.")
    if times is None or not 1 <= times <= _MOST_STEPS:
        raise ServiceError(FILTERED_QUERY_V2.code, "K-Hop query with filter criteria failed.")
    if mode == "sync":
        rows = {"edges": list(graph.edges)} if graph.edges else {"vertices": list(graph.vertices)}
        return answer(context, {"data": rows})
    response, _ = await created(context, graph, FILTERED_QUERY_V2, body)
    return response


async def batch_delete_edges(context: GesContext, graph: Graph) -> Response:
    """Delete edges: an answer, or a job when `executionMode` is `async`."""
    body = json_object(context)
    edges = body.get("edges")
    if not isinstance(edges, list) or not all(isinstance(edge, dict) for edge in edges):
        raise ServiceError("GES.8000")
    for edge in edges:
        for end in ("source", "target"):
            if end not in edge:
                raise ServiceError("GES.8000", f"parameter does not contain '{end}'")
    if execution_mode(body, "sync", "GES.8000") == "sync":
        return answer(context, {"result": "success"})
    response, _ = await created(context, graph, BATCH_DELETE_EDGES, body)
    return response
