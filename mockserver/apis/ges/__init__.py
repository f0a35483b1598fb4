"""Huawei Cloud GES: the service plane's jobs, IAM tokens, and the job calls of the management plane."""

from __future__ import annotations

from dataclasses import replace

from mockserver.api.definition import Api
from mockserver.api.operation import JobPlace, Operation
from mockserver.apis.ges.errors import refuse
from mockserver.apis.ges.faults import FAULTS
from mockserver.apis.ges.handlers import hyg, management, tokens
from mockserver.apis.ges.handlers import jobs as job_calls
from mockserver.apis.ges.handlers import statements as queries
from mockserver.apis.ges.handlers import submissions as submits
from mockserver.apis.ges.jobs import SCENARIOS, job_spec
from mockserver.apis.ges.machine import JOB
from mockserver.apis.ges.operations import UNFAKED
from mockserver.apis.ges.requests import resolve
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.site import read_site

_GRAPH = "/ges/v1.0/{project_id}/graphs/{graph_name}"
_HYG = "/ges/v1.0/{project_id}/hyg/{graph_name}"
_V1 = "/v1.0/{project_id}/graphs"
_V2 = "/v2/{project_id}/graphs"

_OPERATIONS = (
    Operation(
        name="JobStatus", methods=("GET",), paths=(f"{_GRAPH}/jobs/{{job_id}}/status",), handler=job_calls.status
    ),
    Operation(
        name="CancelJob", methods=("DELETE",), paths=(f"{_GRAPH}/jobs/{{job_id}}",), handler=job_calls.cancel
    ),
    # One segment less than a job's status: the trap of ges.md §2.3. DELETE jobs/status is a job named "status".
    Operation(name="ListJobs", methods=("GET",), paths=(f"{_GRAPH}/jobs/status",), handler=job_calls.list_jobs),
    Operation(
        name="ExportResult",
        methods=("POST",),
        paths=(f"{_GRAPH}/jobs/{{job_id}}/action?action_id=export-result",),
        handler=job_calls.export_result,
    ),
    *(
        Operation(name=name, methods=("POST",), paths=(f"{_GRAPH}/{path}",), handler=handler)
        for name, path, handler in (
            ("QueryVertices", "vertices/action?action_id=query", submits.query_vertices),
            ("QueryEdges", "edges/action?action_id=query", submits.query_edges),
            ("ExecuteAlgorithm", "action?action_id=execute-algorithm", submits.execute_algorithm),
            ("CreateIndex", "indices", submits.create_index),
            ("FilteredQuery", "action?action_id=filtered-query", submits.filtered_query),
            ("BatchDeleteEdges", "edges/action?action_id=batch-delete", submits.batch_delete_edges),
            ("ExportVertices", "vertices/action?action_id=export", submits.export_vertices),
            ("ExportEdges", "edges/action?action_id=export", submits.export_edges),
            ("DeleteVertices", "vertices/action?action_id=delete", submits.delete_vertices),
            ("DeleteEdges", "edges/action?action_id=delete", submits.delete_edges),
            ("ImportGraph", "action?action_id=import-graph", submits.import_graph),
            ("ExportGraph", "action?action_id=export-graph", submits.export_graph),
            ("ClearGraph", "action?action_id=clear-graph", submits.clear_graph),
            ("ImportProperties", "action?action_id=import-properties", submits.import_properties),
            ("DeleteByFile", "action?action_id=delete-by-file", submits.delete_by_file),
            ("ExecuteCypherQuery", "action?action_id=execute-cypher-query", queries.execute_cypher_query),
            ("ExecuteGremlinQuery", "action?action_id=execute-gremlin-query", queries.execute_gremlin_query),
        )
    ),
    Operation(
        name="DeleteIndex",
        methods=("DELETE",),
        paths=(f"{_GRAPH}/indices/{{index_name}}",),
        handler=submits.delete_index,
    ),
    Operation(name="CreateHygJob", methods=("POST",), paths=(f"{_HYG}/algorithm",), handler=hyg.create_hyg_job),
    Operation(
        name="CancelHygJob", methods=("DELETE",), paths=(f"{_HYG}/jobs/{{job_id}}",), handler=hyg.cancel_hyg_job
    ),
    # An older page says /graphs/.
    Operation(
        name="CancelHygJobs", methods=("DELETE",), paths=(f"{_HYG}/jobs", f"{_GRAPH}/jobs"),
        handler=hyg.cancel_hyg_jobs,
    ),
    Operation(name="CreateToken", methods=("POST",), paths=("/v3/auth/tokens",), handler=tokens.create_token),
    Operation(
        name="ListProjects", methods=("GET",), paths=("/v3/projects", "/v3/auth/projects"),
        handler=tokens.list_projects,
    ),
    Operation(
        name="ShowJob",
        methods=("GET",),
        paths=(f"{_V1}/{{graph_id}}/jobs/{{job_id}}/status", f"{_V2}/{{graph_id}}/jobs/{{job_id}}/status"),
        handler=management.show_job,
    ),
    Operation(
        name="ListManagementJobs",
        methods=("GET",),
        paths=(f"{_V1}/jobs", f"{_V2}/jobs"),
        handler=management.list_management_jobs,
    ),
    *(
        Operation(
            name=name,
            methods=("POST",),
            paths=(f"{_V1}/{{graph_id}}/action?action_id={action}", f"{_V2}/{{graph_id}}/{action}"),
            handler=handler,
        )
        for name, action, handler in (
            ("ManagementImportGraph", "import-graph", management.management_import_graph),
            ("ManagementExportGraph", "export-graph", management.management_export_graph),
            ("ManagementClearGraph", "clear-graph", management.management_clear_graph),
        )
    ),
    *UNFAKED,
)  # fmt: skip

_JOB = JobPlace(path="job_id")

GES = Api(
    name="ges",
    title="Huawei Cloud GES",
    bases=("/ges/v1.0", "/ges", "/v3", "/v1.0", "/v2"),
    account="token mock-token; alice of acme, password secret; MOCKACCESSKEY / mock-secret-key",
    machines={"job": JOB},
    results="result",
    operations=tuple(
        replace(one, job=_JOB) if any("{job_id}" in path for path in one.paths) else one for one in _OPERATIONS
    ),
    settings=GesSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    resolve=resolve,
    refuse=refuse,
    faults=FAULTS,
    secrets=(
        "X-Auth-Token", "X-Subject-Token", "X-Security-Token", "Authorization", "X-Identity-Sign", "password",
        "secretKey", "accessKey",
    ),
    sources=(
        "Seed 002: Canceling a Job (1.0.0)",
        "github.com/huaweicloudDocs/ges @fbb02e7c",
        "support.huaweicloud.com/api-ges",
    ),
)  # fmt: skip
