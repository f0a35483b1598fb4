"""What a finished job has found, and the page of it that a status query gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.ges.job_types import SCALAR, Kind
from mockserver.apis.ges.requests import whole
from mockserver.apis.ges.site import Graph, Script


def found(kind: Kind, graph: Graph | None, script: Script | None, own: Mapping[str, Any]) -> Any:
    """Return what a new job will find: the content of `data.outputs`."""
    if script is not None and script.result is not None:
        return script.result
    if kind.lists is None:
        # An algorithm's list bears its name: {"pagerank": […]}; that it is there when empty is inferred.
        name = own.get("algorithm")
        return {name: []} if kind.algorithm and name and name not in SCALAR else {}
    rows = () if graph is None else graph.vertices if kind.lists == "vertices" else graph.edges
    request = own.get("request")
    asked = request.get("body") if isinstance(request, Mapping) else None
    return {kind.lists: chosen(rows, asked if isinstance(asked, Mapping) else {})}


def chosen(rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the vertices or edges of the asked labels, bounded by the request's offset and limit.

    Filters on properties are not evaluated: a test that needs their outcome gives the job a result.
    """
    labels = asked.get("labels")
    if labels:
        rows = [row for row in rows if row.get("label") in labels]
    start = whole(asked.get("offset")) or 0
    limit = whole(asked.get("limit"))
    return list(rows[start:] if limit is None else rows[start : start + limit])


def outputs(kind: Kind, algorithm: str | None, result: Mapping[str, Any] | None, offset: int, limit: int) -> Any:
    """Return `data.outputs`: a result, its list cut to a page, and the page's echo.

    Results without a list, and those of algorithms with a single value, have no `data_*` fields.
    """
    if not result or algorithm in SCALAR:
        return result or {}
    name = next((key for key, value in result.items() if isinstance(value, list)), None)
    if name is None:
        return result
    rows = result[name]
    page = rows[offset : offset + limit]
    stated = result.get("data_total_size")
    total = stated if isinstance(stated, int) and stated >= len(rows) else len(rows)
    echo = {"data_return_size": len(page), "data_offset": offset, "data_total_size": total}
    if kind.algorithm:
        return {**result, name: page, **echo}
    # A query's samples name the size before the list, an algorithm's after it.
    return {"data_return_size": len(page), **result, name: page, **echo}
