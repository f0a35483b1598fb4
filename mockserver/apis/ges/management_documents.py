"""Jobs, graphs and backups as the management plane tells them: other words, two spellings (ges.md §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockserver.apis.ges.graph_records import Known
from mockserver.apis.ges.machine import GesState
from mockserver.apis.ges.moments import management_moment
from mockserver.apis.ges.requests import GesContext
from mockserver.core.job import Job

WORDS: Mapping[str, str] = MappingProxyType(
    {
        GesState.PENDING: "pending",
        GesState.WAITING: "pending",
        GesState.RUNNING: "running",
        GesState.CANCELING: "running",
        GesState.SUCCESS: "success",
        GesState.COMPLETE: "success",
        GesState.FAILED: "failed",
        GesState.CANCELLED: "failed",
    }
)
"""State -> what the management plane calls it: pending, running, success, failed (documented)."""

_UPPER = re.compile(r"(?<!^)(?=[A-Z])")


def told(job: Job) -> str:
    """Return what the management plane calls the state of a job: `partiallyFailed` too (v2, 2025)."""
    word = WORDS[job.state]
    return "partiallyFailed" if word == "success" and job.data.get("partially_failed") else word


def described(job: Job, *, version: str) -> dict[str, Any]:
    """Return a job as `v1.0` (camelCase) or `v2` (snake_case) tells it; times are UTC without a zone."""
    data = job.data
    word = told(job)
    document: dict[str, Any] = {
        "jobId": job.id,
        "status": word,
        "jobType": data.get("job_type", "GraphManagement"),
        "jobName": data.get("job_name"),
        "relatedGraph": data.get("related_graph"),
        "beginTime": management_moment(job.started if job.started is not None else job.created),
    }
    if job.ended is not None:
        document["endTime"] = management_moment(job.ended)
    if data.get("job_detail") is not None:
        document["jobDetail"] = data["job_detail"]
    if word == "failed":
        document["failReason"] = job.error or data.get("fail_reason") or ""
    # 0 is reserved: progress has been there from the first version and never meant anything.
    document["jobProgress"] = (job.progress or {}).get("percent", 0)
    return document if version == "v1.0" else snake_case(document)


def described_graph(known: Known, context: GesContext) -> dict[str, Any]:
    """Return a graph with the fields of Graph1 (v1.0), in its spelling.

    Its addresses are the host under which the client reached us, so that a program that goes on to the service plane
    finds it (inferred, as is every value that neither a fixture nor its creation gave).
    """
    graph, ids = known.graph, context.sandbox.ids
    host = context.host.rpartition("]")[0].strip("[") or context.host.partition(":")[0]
    created = 0.0 if known.created is None else known.created
    document: dict[str, Any] = {
        "id": graph.id,
        "name": graph.name,
        "createdBy": next((one.user for one in context.site.accounts if one.project_id == graph.project_id), ""),
        "isMultiAz": "false",
        "regionCode": next((one.project for one in context.site.accounts if one.project_id == graph.project_id), ""),
        "azCode": "default",
        "schemaPath": [],
        "edgesetPath": [],
        "edgesetFormat": "csv",
        "edgesetDefaultLabel": "",
        "vertexsetPath": [],
        "vertexsetFormat": "csv",
        "vertexsetDefaultLabel": "",
        "dataStoreVersion": "2.4.8",
        "sys_tags": [],
        "status": known.status,
        "graphSizeTypeIndex": "1",
        "vpcId": ids.uuid("ges.vpc", 0),
        "subnetId": ids.uuid("ges.subnet", 0),
        "securityGroupId": ids.uuid("ges.security_group", 0),
        "replication": 1,
        "created": management_moment(created),
        "updated": management_moment(created if known.updated is None else known.updated),
        "privateIp": host,
        "publicIp": host,
        "arch": "x86_64",
        "encrypted": False,
    }
    if known.status == "100":
        document["actionProgress"] = "0"
    given = {**known.details, **{name: value for name, value in graph.details.items() if name != "status"}}
    return document | {_SPELLED.get(name, camel_case(name)): value for name, value in given.items()}


def described_backup(
    backup: Mapping[str, Any], status: str, ended: float | None, graph_status: str | None
) -> dict[str, Any]:
    """Return a backup with the fields of Backup (v1.0), in its spelling."""
    started = float(backup["started"])
    document: dict[str, Any] = {
        "id": backup["id"],
        "name": backup["name"],
        "backupMethod": "manual",
        "graphId": backup["graph_id"],
        "graphName": backup["graph_name"],
        "graphStatus": backup["graph_status"] if graph_status is None else graph_status,
        "graphSizeTypeIndex": "1",
        "dataStoreVersion": "2.4.8",
        "arch": "x86_64",
        "status": status,
        "startTimestamp": int(started * 1000),
        "startTime": management_moment(started),
        "size": backup["vertices"],
        "encrypted": False,
    }
    if ended is not None:
        document |= {
            "endTimestamp": int(ended * 1000),
            "endTime": management_moment(ended),
            "duration": max(int(ended - started), 0),
        }
    return document


def api_version(context: GesContext) -> str:
    """Return `v1.0` or `v2`."""
    return "v2" if context.path.startswith("/v2/") else "v1.0"


def in_version(document: Any, version: str) -> Any:
    """Return a document of v1.0 in the spelling of a version."""
    return document if version == "v1.0" else snake_case(document)


_SPELLED: Mapping[str, str] = MappingProxyType(
    {"enable_rbac": "enableRBAC", "enable_hyg": "enableHyG", "sys_tags": "sys_tags"}
)
"""Names of v2 -> of v1.0, where that is not the same in camelCase."""
_UNSPELLED: Mapping[str, str] = MappingProxyType({camel: snake for snake, camel in _SPELLED.items()})


def camel_case(name: str) -> str:
    """Return a name of v2 in the spelling of v1.0: `graph_id` is `graphId`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake_case(value: Any) -> Any:
    """Return data with the keys of v2: `jobId` becomes `job_id`."""
    if isinstance(value, Mapping):
        return {_UNSPELLED.get(key) or _UPPER.sub("_", key).lower(): snake_case(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snake_case(item) for item in value]
    return value
