"""All calls of GES: one row each. Those without a handler exist at the vendor and are not faked: they answer 501.

Method, path and error code of a call that creates a job stand in the row of its job type. Sources: Service Plane API
Overview; resource paths of huaweicloudsdkges 3.1 (v1, v2).
"""

from __future__ import annotations

from collections.abc import Callable

from mockserver.api.operation import Handler, JobPlace, Operation
from mockserver.apis.ges import body_checks
from mockserver.apis.ges.auth import GraphHandler, on_graph, on_project
from mockserver.apis.ges.body_checks import Check, anything
from mockserver.apis.ges.errors import (
    UnknownGraph,
    unknown_graph,
    unknown_hyg_graph,
    unknown_listed_graph,
    unknown_persistent_graph,
)
from mockserver.apis.ges.handlers import backups, graphs, hyg, jobs, management, statements, submissions, tokens
from mockserver.apis.ges.job_types import (
    BATCH_BUILD_INDEX,
    BATCH_DELETE_EDGES,
    EXECUTE_ALGORITHM,
    EXECUTE_CYPHER_QUERY,
    EXPORT_RESULT,
    FILTERED_QUERY,
    FILTERED_QUERY_V2,
    GRAPH,
    HYG_ALGORITHM,
    JOB_TYPES,
    JobType,
)
from mockserver.apis.ges.settings import GesSettings

_HYG = "/ges/v1.0/{project_id}/hyg/{graph_name}"
_V1 = "/v1.0/{project_id}/graphs"
_V2 = "/v2/{project_id}/graphs"
_JOB = JobPlace(path="job_id")


def _exports_results(settings: GesSettings) -> bool:
    return settings.exports_results


def _persistent(settings: GesSettings) -> bool:
    return settings.persistent


def _on_graph(
    name: str,
    method: str,
    path: str,
    unknown: UnknownGraph,
    handler: GraphHandler,
    job: JobPlace | None = None,
    offered: Callable[[GesSettings], bool] | None = None,
) -> Operation:
    """Return a call on a graph of the service plane; `unknown` refuses an unknown graph, `offered` as in `on_graph`."""
    return Operation(
        name=name, methods=(method,), paths=(f"{GRAPH}/{path}",), handler=on_graph(handler, unknown, offered), job=job
    )


def _creates(name: str, job_type: JobType, handler: GraphHandler, below: str = "") -> Operation:
    """Return a call that may create a job of a type; `below` is what its path names besides."""
    return _on_graph(name, job_type.method, job_type.path + below, unknown_graph(job_type.code), handler)


def _submits(name: str, kind: str, check: Check = anything, *, empty: bool = False, below: str = "") -> Operation:
    """Return a call that checks its body (`empty`: it may have none) and creates a job."""
    job_type = JOB_TYPES[kind]
    return _creates(name, job_type, submissions.submit(job_type, check, empty=empty), below)


def _on_hyg(
    name: str, method: str, paths: tuple[str, ...], handler: GraphHandler, job: JobPlace | None = None
) -> Operation:
    """Return a call on HyG, which the persistent edition alone has."""
    offered = on_graph(handler, unknown_hyg_graph, _persistent)
    return Operation(name=name, methods=(method,), paths=paths, handler=offered, job=job)


def _management(
    name: str,
    method: str,
    v1: str | None,
    v2: str | None,
    handler: Handler | None = None,
    *,
    job: JobPlace | None = None,
    title: str = "",
) -> Operation:
    """Return a call of the management plane; `v1` and `v2` are its paths below the graphs in each version."""
    paths = tuple(base + path for base, path in ((_V1, v1), (_V2, v2)) if path is not None)
    return Operation(name=name, methods=(method,), paths=paths, handler=handler, job=job, title=title)


def _manages(name: str, kind: str, word: str | None = None, *, body: bool = False) -> Operation:
    """Return a call of the management plane that changes a graph by a job; `word` names it on the wire."""
    word = word or kind
    v1, v2 = f"/{{graph_id}}/action?action_id={word}", f"/{{graph_id}}/{word}"
    return _management(name, "POST", v1, v2, graphs.act(kind, body=body))


def _both(name: str, method: str, path: str, handler: Handler) -> Operation:
    """Return a call of the management plane whose path is the same in both versions."""
    return _management(name, method, path, path, handler)


def _not_faked(name: str, method: str, base: str, path: str, title: str) -> Operation:
    return Operation(name=name, methods=(method,), paths=(f"{base}/{path}",), title=title)


_SERVICE_PLANE = (
    # name, method, path below the graph, refusal of an unknown graph, handler, where the job is named
    _on_graph("JobStatus", "GET", "jobs/{job_id}/status", unknown_graph("GES.8301"), jobs.job_status, _JOB),
    _on_graph("CancelJob", "DELETE", "jobs/{job_id}", unknown_graph("GES.8303"), jobs.cancel_job, _JOB),
    # One segment less than a job's status: the trap of ges.md §2.3. DELETE jobs/status is a job named "status".
    _on_graph("ListJobs", "GET", "jobs/status", unknown_listed_graph, jobs.list_jobs),
    Operation(
        name="ExportResult",
        methods=(EXPORT_RESULT.method,),
        paths=(GRAPH + "/jobs/{job_id}/action?action_id=export-result",),
        handler=on_graph(jobs.export_result, unknown_graph(EXPORT_RESULT.code), _exports_results),
        job=_JOB,
    ),
    # name, job type, check of the body or handler
    _submits("QueryVertices", "query-vertices", body_checks.vertices),
    _submits("QueryEdges", "query-edges", body_checks.edges),
    _creates("ExecuteAlgorithm", EXECUTE_ALGORITHM, submissions.execute_algorithm),
    _submits("CreateIndex", "create-index", body_checks.index),
    _creates("FilteredQuery", FILTERED_QUERY, submissions.filtered_query),
    _creates("PathQuery", FILTERED_QUERY_V2, submissions.path_query),
    _creates("BatchDeleteEdges", BATCH_DELETE_EDGES, submissions.batch_delete_edges),
    _submits("ExportVertices", "export-vertices", body_checks.exported_vertices),
    _submits("ExportEdges", "export-edges", body_checks.exported_edges),
    _submits("DeleteVertices", "delete-vertices", body_checks.vertices),
    _submits("DeleteEdges", "delete-edges", body_checks.edges),
    _submits("ImportGraph", "import-graph", body_checks.files),
    _submits("ExportGraph", "export-graph"),
    _submits("ClearGraph", "clear-graph", empty=True),
    _submits("ImportProperties", "import-properties", body_checks.files),
    _submits("DeleteByFile", "delete-by-file", body_checks.files),
    _creates("ExecuteCypherQuery", EXECUTE_CYPHER_QUERY, statements.execute_cypher_query),
    _on_graph("ExecuteGremlinQuery", "POST", "action?action_id=execute-gremlin-query", unknown_graph("GES.8503"),
              statements.execute_gremlin_query),
    _submits("DeleteIndex", "delete-index", empty=True, below="/{index_name}"),
    # The persistent engine has several graphs, and one call for many indexes.
    _on_graph("BatchBuildIndices", "POST", BATCH_BUILD_INDEX.path, unknown_graph(BATCH_BUILD_INDEX.code),
              submissions.submit(BATCH_BUILD_INDEX, body_checks.indices), offered=_persistent),
    Operation(name="DeleteEngineGraph", methods=("DELETE",), paths=(GRAPH,),
              handler=on_graph(graphs.delete_engine_graph, unknown_persistent_graph, _persistent)),
    Operation(name="ListEngineGraphs", methods=("GET",), paths=("/ges/v1.0/{project_id}/graphs",),
              handler=on_project(graphs.list_engine_graphs, _persistent)),
    Operation(name="ListHygGraphs", methods=("GET",), paths=("/ges/v1.0/{project_id}/hyg",),
              handler=on_project(hyg.list_hyg_graphs, _persistent)),
    _on_hyg("CreateHygJob", "POST", (f"{_HYG}/{HYG_ALGORITHM.path}",), hyg.create_hyg_job),
    _on_hyg("CancelHygJob", "DELETE", (_HYG + "/jobs/{job_id}",), hyg.cancel_hyg_job, _JOB),
    # An older page says /graphs/.
    _on_hyg("CancelHygJobs", "DELETE", (f"{_HYG}/jobs", f"{GRAPH}/jobs"), hyg.cancel_hyg_jobs),
)  # fmt: skip

_GATEWAY = (
    Operation(name="CreateToken", methods=("POST",), paths=("/v3/auth/tokens",), handler=tokens.create_token),
    Operation(name="ListProjects", methods=("GET",), paths=("/v3/projects", "/v3/auth/projects"),
              handler=tokens.list_projects),
    _management("ShowJob", "GET", "/{graph_id}/jobs/{job_id}/status", "/{graph_id}/jobs/{job_id}/status",
                management.show_job, job=_JOB),
    _management("ListManagementJobs", "GET", "/jobs", "/jobs", management.list_management_jobs),
    _both("ListGraphs", "GET", "", graphs.list_graphs),
    _both("ShowGraph", "GET", "/{graph_id}", graphs.show_graph),
    _both("CreateGraph", "POST", "", graphs.create_graph),
    _both("DeleteGraph", "DELETE", "/{graph_id}", graphs.act("delete-graph")),
    _manages("ManagementImportGraph", "import-graph", body=True),
    _manages("ManagementExportGraph", "export-graph", body=True),
    _manages("ManagementClearGraph", "clear-graph"),
    _manages("StartGraph", "start-graph", "start"),
    _manages("StopGraph", "stop-graph", "stop"),
    _manages("RestartGraph", "restart-graph", "restart"),
    _manages("UpgradeGraph", "upgrade-graph", "upgrade"),
    _both("ResizeGraph", "POST", "/{graph_id}/resize", graphs.act("resize-graph", body=True)),
    _both("ExpandGraph", "POST", "/{graph_id}/expand", graphs.act("expand-graph", body=True)),
    _both("ListBackups", "GET", "/backups", backups.list_backups),
    _both("ListGraphBackups", "GET", "/{graph_id}/backups", backups.list_graph_backups),
    _both("CreateBackup", "POST", "/{graph_id}/backups", backups.create_backup),
    _both("DeleteBackup", "DELETE", "/{graph_id}/backups/{backup_id}", backups.delete_backup),
    _management("ExportBackup", "POST", None, "/{graph_id}/backups/export", backups.export_backup),
    _management("ImportBackup", "POST", None, "/{graph_id}/backups/import", backups.import_backup),
)  # fmt: skip

_NOT_FAKED = (
    # name, method, path, title
    _not_faked("ListIndices", "GET", GRAPH, "indices", "Querying indexes"),
    _not_faked("ShowSummary", "GET", GRAPH, "summary", "Querying general information about a graph"),
    _not_faked("ShowVersion", "GET", GRAPH, "version", "Querying the graph version"),
    _not_faked("ShowSchema", "GET", GRAPH, "schema", "Querying graph metadata details"),
    _not_faked("CreateLabel", "POST", GRAPH, "schema/labels", "Adding a label"),
    _not_faked("ShowVertices", "GET", GRAPH, "vertices/detail", "Querying vertex details"),
    _not_faked("CreateVertex", "POST", GRAPH, "vertices", "Adding a vertex"),
    _not_faked("DeleteVertex", "DELETE", GRAPH, "vertices/{vertex_id}", "Deleting a vertex"),
    _not_faked("UpdateVertexProperties", "POST", GRAPH, "vertices/{vertex_id}/properties/action",
               "Updating vertex properties"),
    _not_faked("CreateVertexLabel", "POST", GRAPH, "vertices/{vertex_id}/labels", "Adding a vertex label"),
    _not_faked("DeleteVertexLabel", "DELETE", GRAPH, "vertices/{vertex_id}/labels/{label_name}",
               "Deleting a vertex label"),
    _not_faked("BatchQueryVertices", "POST", GRAPH, "vertices/action?action_id=batch-query",
               "Querying vertex data in batches"),
    _not_faked("BatchAddVertices", "POST", GRAPH, "vertices/action?action_id=batch-add", "Adding vertices in batches"),
    _not_faked("ShowEdges", "GET", GRAPH, "edges/detail", "Querying edge details"),
    _not_faked("CreateEdge", "POST", GRAPH, "edges", "Adding an edge"),
    _not_faked("DeleteEdge", "DELETE", GRAPH, "edges", "Deleting an edge"),
    _not_faked("UpdateEdgeProperties", "POST", GRAPH, "edges/properties/action", "Updating edge properties"),
    _not_faked("BatchQueryEdges", "POST", GRAPH, "edges/action?action_id=batch-query", "Querying edges in batches"),
    _not_faked("QueryPaths", "POST", GRAPH, "paths/action?action_id=query-detail", "Querying path details"),
    _not_faked("QuerySubgraph", "POST", GRAPH, "subgraphs/action?action_id=query", "Querying subgraphs"),
    _not_faked("ShowHygSummary", "GET", _HYG, "summary", "Querying an HyG graph"),
    Operation(name="CreateHygGraph", methods=("POST",), paths=(_HYG,), title="Creating an HyG graph"),
    _not_faked("SyncHygGraph", "POST", _HYG, "sync", "Synchronizing data to an HyG graph"),
    # name, method, path below graphs in v1.0 and in v2, title
    # v1.0 names the action in the query; those that create the jobs faked here have rows of their own.
    _management("GraphAction", "POST", "/{graph_id}/action", None, title="Binding or unbinding an EIP"),
    _management("AttachEip", "POST", None, "/{graph_id}/bind-eip", title="Binding an EIP"),
    _management("DetachEip", "POST", None, "/{graph_id}/unbind-eip", title="Unbinding an EIP"),
    _management("ChangeSecurityGroup", "POST", None, "/{graph_id}/sg/change", title="Changing the security group"),
    _management("ShowBackupDownloadLink", "GET", None, "/{graph_id}/backup-files",
                title="Showing the link to a backup"),
    _management("ListMetadata", "GET", "/metadatas", "/metadatas", title="Listing metadata"),
    _management("ShowMetadata", "GET", "/metadatas/{metadata_id}", "/metadatas/{metadata_id}",
                title="Showing metadata"),
    _management("CreateMetadata", "POST", "/metadatas", "/metadatas", title="Creating metadata"),
    _management("DeleteMetadata", "DELETE", "/metadatas/{metadata_id}", "/metadatas/{metadata_id}",
                title="Deleting metadata"),
    _management("UploadMetadata", "POST", "/metadata/upload_from_obs", "/metadata/upload-from-obs",
                title="Importing metadata from OBS"),
    _management("ShowQuotas", "GET", "/quotas", "/quotas", title="Querying quotas"),
    _management("ListScenes", "GET", None, "/scenes", title="Listing scenes"),
    _management("RegisterScenes", "POST", None, "/{graph_id}/scenes/register", title="Registering scenes"),
    _management("DeregisterScenes", "POST", None, "/{graph_id}/scenes/unregister", title="Deregistering scenes"),
)  # fmt: skip

OPERATIONS = (*_SERVICE_PLANE, *_GATEWAY, *_NOT_FAKED)
"""All calls, in the order of the reference."""
