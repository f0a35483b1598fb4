"""A job as the management plane tells it: the same machine, other words, two spellings (ges.md §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockserver.apis.ges.machine import GesState
from mockserver.apis.ges.moments import management_moment
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


def described(job: Job, *, version: str) -> dict[str, Any]:
    """Return a job as `v1.0` (camelCase) or `v2` (snake_case) tells it; times are UTC without a zone."""
    data = job.data
    word = WORDS[job.state]
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


def snake_case(value: Any) -> Any:
    """Return data with the keys of v2: `jobId` becomes `job_id`."""
    if isinstance(value, Mapping):
        return {_UPPER.sub("_", key).lower(): snake_case(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snake_case(item) for item in value]
    return value
