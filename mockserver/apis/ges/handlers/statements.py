"""Cypher and Gremlin: answers at once, and Cypher as a job too. Statements are scripted by the graph's fixture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockserver.api.response import Response
from mockserver.apis.ges.body_checks import json_object
from mockserver.apis.ges.errors import ServiceError
from mockserver.apis.ges.handlers.submissions import created
from mockserver.apis.ges.job_types import EXECUTE_CYPHER_QUERY
from mockserver.apis.ges.requests import GesContext, truth
from mockserver.apis.ges.responses import answer
from mockserver.apis.ges.site import Graph

_WRITES = re.compile(r"\b(create|merge|set|delete|detach|remove)\b", re.IGNORECASE)
_NO_STATS: Mapping[str, Any] = MappingProxyType(
    {
        "contains_updates": False,
        "edges_created": 0,
        "edges_deleted": 0,
        "labels_set": 0,
        "properties_set": 0,
        "vertices_created": 0,
        "vertices_deleted": 0,
    }
)


async def execute_cypher_query(context: GesContext, graph: Graph) -> Response:
    """Run Cypher: results at once, or `results[0].jobId` when `executionMode` is `async` (seen in a client)."""
    body = json_object(context)
    statements = body.get("statements")
    if not isinstance(statements, list) or not statements or not all(_is_statement(one) for one in statements):
        return _cypher_error(context, "GES.8000", "Incorrect parameter format.")
    mode = body.get("executionMode", "sync")
    if mode not in ("sync", "async"):
        return _cypher_error(context, "GES.8000", "executionMode is not correct, it should be sync or async")
    texts = [str(one["statement"]) for one in statements]
    for text in texts:
        script = graph.cypher.get(text)
        if script is not None and script.error is not None:
            return _cypher_error(context, script.error.get("code", "GES.8904"), script.error.get("message", ""))
    if not graph.label_index:
        return _cypher_error(context, "GES.8904", "Label index in vertices is not found.")
    results = [_cypher_result(graph, one) for one in statements]
    if mode == "sync":
        return answer(context, {"results": results, "errors": []})
    read_only = not any(_WRITES.search(text) for text in texts)
    _, job = await created(context, graph, EXECUTE_CYPHER_QUERY, body, read_only=read_only, result={"results": results})
    return answer(context, {"results": [{"jobId": job.id}], "errors": []})


async def execute_gremlin_query(context: GesContext, graph: Graph) -> Response:
    """Run Gremlin, always at once."""
    command = json_object(context).get("command")
    if not isinstance(command, str) or not command:
        raise ServiceError("GES.8000")
    script = graph.gremlin.get(command)
    if script is not None and script.error is not None:
        raise ServiceError("GES.8503", str(script.error))
    if script is not None and script.result is not None:
        return answer(context, {"data": script.result})
    return answer(context, {"data": {"runtime": 0.775425022, "vertices": list(graph.vertices)}})


def _is_statement(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("statement"), str)


def _cypher_result(graph: Graph, statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the fixture scripts for a statement, or the graph's first vertex as `n`."""
    script = graph.cypher.get(statement["statement"])
    if script is not None and isinstance(script.result, Mapping):
        return script.result
    rows = []
    if graph.vertices:
        vertex = graph.vertices[0]
        values = {key: value[0] if value else None for key, value in vertex.get("properties", {}).items()}
        meta = {"id": vertex.get("id"), "type": "node", "labels": [vertex.get("label")]}
        rows.append({"row": [values], "meta": [meta]})
    result: dict[str, Any] = {"columns": ["n"], "data": rows}
    if truth(statement.get("includeStats", False)):
        result["stats"] = dict(_NO_STATS)
    return result


def _cypher_error(context: GesContext, code: str, message: str) -> Response:
    return answer(context, {"results": [], "errors": [{"code": code, "message": message}]}, 400)
