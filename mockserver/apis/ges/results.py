"""What a new job will find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.ges.job_types import SCALAR, JobType
from mockserver.apis.ges.requests import whole
from mockserver.apis.ges.site import Graph, Script


def found(job_type: JobType, graph: Graph | None, script: Script | None, own: Mapping[str, Any]) -> Any:
    """Return the content of `data.outputs`: as the fixture scripts it, or what the graph holds."""
    if script is not None and script.result is not None:
        return script.result
    if job_type.lists is None:
        # An algorithm's list bears its name: {"pagerank": […]}; that it is there when empty is inferred.
        name = own.get("algorithm")
        return {name: []} if job_type.algorithm and name and name not in SCALAR else {}
    rows = () if graph is None else graph.vertices if job_type.lists == "vertices" else graph.edges
    request = own.get("request")
    asked = request.get("body") if isinstance(request, Mapping) else None
    return {job_type.lists: chosen(rows, asked if isinstance(asked, Mapping) else {})}


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
