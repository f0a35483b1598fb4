"""What the body of a service-plane call must be: each check raises the call's own error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.apis.ges.errors import ServiceError
from mockserver.apis.ges.requests import GesContext, truth, whole

Check = Callable[[Mapping[str, Any]], None]

_INDEX_TYPES = ("GlobalCompositeVertexIndex", "GlobalCompositeEdgeIndex", "FullTextIndex")


def json_object(context: GesContext, *, empty: bool = False) -> dict[str, Any]:
    """Return the body.

    Args:
        empty: no body at all is an empty object.

    Raises:
        ServiceError: it is no JSON object (8000).
    """
    if context.payload is None and empty:
        return {}
    if not isinstance(context.payload, dict):
        raise ServiceError("GES.8000")
    return context.payload


def execution_mode(body: Mapping[str, Any], default: str, code: str) -> str:
    """Return `sync` or `async`.

    Raises:
        ServiceError: it is neither, under the call's code for that.
    """
    mode = body.get("executionMode", default)
    if mode not in ("sync", "async"):
        raise ServiceError(code, "executionMode is not correct, it should be sync or async")
    return str(mode)


def algorithm_name(body: Mapping[str, Any]) -> str:
    """Return the name of the algorithm to run.

    Raises:
        ServiceError: there is none (8401).
    """
    name = body.get("algorithmName")
    if not isinstance(name, str) or not name:
        raise ServiceError("GES.8401", "algorithmName is empty")
    return name


def anything(_: Mapping[str, Any]) -> None:
    """Take any object."""


def _filtered(filters: str, codes: tuple[str, str, str]) -> Check:
    """Return the check of a query or deletion by labels and filters.

    Args:
        codes: for bad filters, for bad labels, for neither being there.
    """

    def check(body: Mapping[str, Any]) -> None:
        labels, conditions = body.get("labels"), body.get(filters)
        if not labels and not conditions:
            raise ServiceError(codes[2], f"Bad Request, parameter labels and {filters} cannot all be null")
        if conditions and not (isinstance(conditions, list) and all(isinstance(one, dict) for one in conditions)):
            raise ServiceError(codes[0])
        if labels and not (isinstance(labels, list) and all(isinstance(one, str) for one in labels)):
            raise ServiceError(codes[1])
        for name in ("offset", "limit"):
            if name in body and whole(body[name]) is None:
                raise ServiceError("GES.8000")

    return check


vertices = _filtered("vertexFilters", ("GES.8201", "GES.8202", "GES.8203"))
edges = _filtered("edgeFilters", ("GES.8101", "GES.8102", "GES.8103"))


def _edges_named_as_vertices(body: Mapping[str, Any]) -> None:
    # The sample of the edge export says vertexFilters under an edge's code: 导出过滤后的边(2-2-7).md.
    try:
        edges(body)
    except ServiceError as error:
        if error.code != "GES.8103":
            raise
        raise ServiceError("GES.8103", "Bad Request, parameter labels and vertexFilters cannot all be null") from None


def _exported(check: Check) -> Check:
    def both(body: Mapping[str, Any]) -> None:
        check(body)
        if not isinstance(body.get("exportPath"), str):
            raise ServiceError("GES.8000")

    return both


exported_vertices = _exported(vertices)
exported_edges = _exported(_edges_named_as_vertices)


def index(body: Mapping[str, Any]) -> None:
    """Check the description of an index."""
    properties = body.get("indexProperty", [])
    if not isinstance(body.get("indexName"), str) or not body["indexName"] or body.get("indexType") not in _INDEX_TYPES:
        raise ServiceError("GES.8000")
    # `hasLabel` is the text "true" in the documents and a boolean in a real client (ges.md G5).
    if truth(body.get("hasLabel", False)) is None or not isinstance(properties, list):
        raise ServiceError("GES.8000")


def indices(body: Mapping[str, Any]) -> None:
    """Check a list of descriptions of indexes."""
    rows = body.get("indices")
    if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
        raise ServiceError("GES.8000")
    for one in rows:
        index(one)


def files(body: Mapping[str, Any]) -> None:
    """Check the paths of files to read."""
    paths = [body.get(name) for name in ("edgesetPath", "vertexsetPath", "schemaPath") if name in body]
    if not all(isinstance(path, str) for path in paths):
        raise ServiceError("GES.8013", "parameter format error")
