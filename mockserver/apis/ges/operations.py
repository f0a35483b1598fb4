"""What exists at the vendor beside the jobs and is not faked: each answers 501 and names itself.

Sources: Service Plane API Overview; resource paths of huaweicloudsdkges 3.1 (v1, v2).
"""

from __future__ import annotations

from mockserver.api.operation import Operation

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

_V1 = "/v1.0/{project_id}/graphs"
_V2 = "/v2/{project_id}/graphs"

_MANAGEMENT: tuple[tuple[str, str, str | None, str | None, str], ...] = (
    # name, method, path below graphs in v1.0 and in v2, title
    ("ListGraphs", "GET", "", "", "Listing graphs"),
    ("CreateGraph", "POST", "", "", "Creating a graph"),
    ("ShowGraph", "GET", "/{graph_id}", "/{graph_id}", "Showing a graph"),
    ("DeleteGraph", "DELETE", "/{graph_id}", "/{graph_id}", "Deleting a graph"),
    # v1.0 names the action in the query; those that create the jobs faked here have routes of their own.
    ("GraphAction", "POST", "/{graph_id}/action", None, "Starting, stopping, restarting or upgrading a graph"),
    ("StartGraph", "POST", None, "/{graph_id}/start", "Starting a graph"),
    ("StopGraph", "POST", None, "/{graph_id}/stop", "Stopping a graph"),
    ("RestartGraph", "POST", None, "/{graph_id}/restart", "Restarting a graph"),
    ("UpgradeGraph", "POST", None, "/{graph_id}/upgrade", "Upgrading a graph"),
    ("ResizeGraph", "POST", "/{graph_id}/resize", "/{graph_id}/resize", "Resizing a graph"),
    ("ExpandGraph", "POST", "/{graph_id}/expand", "/{graph_id}/expand", "Expanding a graph"),
    ("AttachEip", "POST", None, "/{graph_id}/bind-eip", "Binding an EIP"),
    ("DetachEip", "POST", None, "/{graph_id}/unbind-eip", "Unbinding an EIP"),
    ("ChangeSecurityGroup", "POST", None, "/{graph_id}/sg/change", "Changing the security group"),
    ("ListBackups", "GET", "/backups", "/backups", "Listing all backups"),
    ("ListGraphBackups", "GET", "/{graph_id}/backups", "/{graph_id}/backups", "Listing a graph's backups"),
    ("CreateBackup", "POST", "/{graph_id}/backups", "/{graph_id}/backups", "Creating a backup"),
    ("DeleteBackup", "DELETE", "/{graph_id}/backups/{backup_id}", "/{graph_id}/backups/{backup_id}",
     "Deleting a backup"),
    ("ExportBackup", "POST", None, "/{graph_id}/backups/export", "Exporting a backup"),
    ("ImportBackup", "POST", None, "/{graph_id}/backups/import", "Importing a backup"),
    ("ShowBackupDownloadLink", "GET", None, "/{graph_id}/backup-files", "Showing the link to a backup"),
    ("ListMetadata", "GET", "/metadatas", "/metadatas", "Listing metadata"),
    ("ShowMetadata", "GET", "/metadatas/{metadata_id}", "/metadatas/{metadata_id}", "Showing metadata"),
    ("CreateMetadata", "POST", "/metadatas", "/metadatas", "Creating metadata"),
    ("DeleteMetadata", "DELETE", "/metadatas/{metadata_id}", "/metadatas/{metadata_id}", "Deleting metadata"),
    ("UploadMetadata", "POST", "/metadata/upload_from_obs", "/metadata/upload-from-obs", "Importing metadata from OBS"),
    ("ShowQuotas", "GET", "/quotas", "/quotas", "Querying quotas"),
    ("ListScenes", "GET", None, "/scenes", "Listing scenes"),
    ("RegisterScenes", "POST", None, "/{graph_id}/scenes/register", "Registering scenes"),
    ("DeregisterScenes", "POST", None, "/{graph_id}/scenes/unregister", "Deregistering scenes"),
)  # fmt: skip


def _management(name: str, method: str, v1: str | None, v2: str | None, title: str) -> Operation:
    paths = tuple(base + path for base, path in ((_V1, v1), (_V2, v2)) if path is not None)
    return Operation(name=name, methods=(method,), paths=paths, title=title)


UNFAKED = (
    *(Operation(name=name, methods=(method,), paths=(path,), title=title) for name, method, path, title in _ROWS),
    *(_management(*row) for row in _MANAGEMENT),
)
