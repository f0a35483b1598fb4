"""What exists at the vendor beside the jobs and is not faked: each answers 501 and names itself.

Sources: Service Plane API Overview; resource paths of huaweicloudsdkges 3.1 (v1, v2).
"""

from __future__ import annotations

from mockserver.api import Operation

_GRAPH = "/ges/v1.0/{project_id}/graphs/{graph_name}"
_HYG = "/ges/v1.0/{project_id}/hyg"

_ROWS: tuple[tuple[str, str, str, str], ...] = (
    # name, method, path, title
    ("ListIndices", "GET", f"{_GRAPH}/indices", "Querying indexes"),
    ("ShowSummary", "GET", f"{_GRAPH}/summary", "Querying general information about a graph"),
    ("ShowVersion", "GET", f"{_GRAPH}/version", "Querying the graph version"),
    ("ShowSchema", "GET", f"{_GRAPH}/schema", "Querying graph metadata details"),
    ("CreateLabel", "POST", f"{_GRAPH}/schema/labels", "Adding a label"),
    ("ShowVertices", "GET", f"{_GRAPH}/vertices/detail", "Querying vertex details"),
    ("CreateVertex", "POST", f"{_GRAPH}/vertices", "Adding a vertex"),
    ("DeleteVertex", "DELETE", f"{_GRAPH}/vertices/{{vertex_id}}", "Deleting a vertex"),
    ("UpdateVertexProperties", "POST", f"{_GRAPH}/vertices/{{vertex_id}}/properties/action",
     "Updating vertex properties"),
    ("CreateVertexLabel", "POST", f"{_GRAPH}/vertices/{{vertex_id}}/labels", "Adding a vertex label"),
    ("DeleteVertexLabel", "DELETE", f"{_GRAPH}/vertices/{{vertex_id}}/labels/{{label_name}}",
     "Deleting a vertex label"),
    ("BatchQueryVertices", "POST", f"{_GRAPH}/vertices/action?action_id=batch-query",
     "Querying vertex data in batches"),
    ("BatchAddVertices", "POST", f"{_GRAPH}/vertices/action?action_id=batch-add", "Adding vertices in batches"),
    ("ShowEdges", "GET", f"{_GRAPH}/edges/detail", "Querying edge details"),
    ("CreateEdge", "POST", f"{_GRAPH}/edges", "Adding an edge"),
    ("DeleteEdge", "DELETE", f"{_GRAPH}/edges", "Deleting an edge"),
    ("UpdateEdgeProperties", "POST", f"{_GRAPH}/edges/properties/action", "Updating edge properties"),
    ("BatchQueryEdges", "POST", f"{_GRAPH}/edges/action?action_id=batch-query", "Querying edges in batches"),
    ("QueryPaths", "POST", f"{_GRAPH}/paths/action?action_id=query-detail", "Querying path details"),
    ("QuerySubgraph", "POST", f"{_GRAPH}/subgraphs/action?action_id=query", "Querying subgraphs"),
    ("ShowHygSummary", "GET", f"{_HYG}/{{graph_name}}/summary", "Querying an HyG graph"),
)  # fmt: skip

_MANAGEMENT: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("ListGraphs", "GET", ("/v1.0/{project_id}/graphs", "/v2/{project_id}/graphs"), "Listing graphs"),
    ("CreateGraph", "POST", ("/v1.0/{project_id}/graphs", "/v2/{project_id}/graphs"), "Creating a graph"),
    ("ShowGraph", "GET", ("/v1.0/{project_id}/graphs/{graph_id}", "/v2/{project_id}/graphs/{graph_id}"),
     "Showing a graph"),
    ("DeleteGraph", "DELETE", ("/v1.0/{project_id}/graphs/{graph_id}", "/v2/{project_id}/graphs/{graph_id}"),
     "Deleting a graph"),
    ("StopGraph", "POST", ("/v1.0/{project_id}/graphs/{graph_id}/action?action_id=stop",
                           "/v2/{project_id}/graphs/{graph_id}/stop"), "Stopping a graph"),
    ("StartGraph", "POST", ("/v1.0/{project_id}/graphs/{graph_id}/action?action_id=start",
                            "/v2/{project_id}/graphs/{graph_id}/start"), "Starting a graph"),
    ("ShowQuotas", "GET", ("/v1.0/{project_id}/graphs/quotas", "/v2/{project_id}/graphs/quotas"), "Querying quotas"),
    ("ListBackups", "GET", ("/v1.0/{project_id}/graphs/backups", "/v2/{project_id}/graphs/backups"),
     "Listing backups"),
    ("ListMetadata", "GET", ("/v1.0/{project_id}/graphs/metadatas", "/v2/{project_id}/graphs/metadatas"),
     "Listing metadata"),
)  # fmt: skip

UNFAKED = (
    *(Operation(name=name, methods=(method,), paths=(path,), title=title) for name, method, path, title in _ROWS),
    *(Operation(name=name, methods=(method,), paths=paths, title=title) for name, method, paths, title in _MANAGEMENT),
)
