"""A job as the service plane tells it: its status, the page of what it found, its place in the list."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from mockserver.apis.ges.job_types import SCALAR, JobType, cancellable, type_of, usual_request
from mockserver.apis.ges.machine import JOB, GesState
from mockserver.apis.ges.moments import management_moment
from mockserver.apis.ges.settings import Edition, GesSettings
from mockserver.core.job import Job

_LISTED: Mapping[str, str] = MappingProxyType(
    {GesState.CANCELING: GesState.RUNNING, GesState.CANCELLED: GesState.FAILED}
)
"""State -> its word in the list, where that is another."""


def finished(settings: GesSettings, job: Job, now: float, offset: int, limit: int) -> dict[str, Any]:
    """Return the status of a job that has succeeded, with a page of what it found.

    Args:
        now: sandbox time (epoch seconds); results may come later than the end.
    """
    data = job.data
    found: Any = {}
    if JOB.results_visible(job, now):
        found = {"outputs": outputs(type_of(data), data.get("algorithm"), data.get("result"), offset, limit)}
    if settings.persistent:
        return {"status": job.state, "data": found, "result": "success"}
    return {"data": found, "status": job.state}


def unfinished(settings: GesSettings, word: str) -> dict[str, Any]:
    """Return the status of a job that has found nothing (yet)."""
    document: dict[str, Any] = {"status": word}
    if settings.unfinished_data == "empty":
        document["data"] = {}
    if settings.persistent:
        document["result"] = "success"
    return document


def failure(job: Job) -> str:
    """Return why an algorithm has failed: `Running algorithm [x] error: …!`."""
    reason = job.error or "internal error"
    if reason.startswith("Running algorithm ["):
        return reason
    return f"Running algorithm [{job.data.get('algorithm', '')}] error: {reason}!"


def listed_2025(settings: GesSettings, job: Job) -> dict[str, Any]:
    """Return a job as the list of the memory edition has it since 2024-12 (ges_03_0204).

    `taskType` of other jobs than ImportGraph, the form of the two times and the value of `progress` in between are
    inferred.
    """
    done = JOB.final(job)
    percent = (job.progress or {}).get("percent", 100 if done else 0)
    ended = job.state in (GesState.SUCCESS, GesState.COMPLETE)
    request: Mapping[str, Any] = job.data["request"]
    document: dict[str, Any] = {
        "jobId": job.id,
        "rawRequest": _raw(request),
        "taskType": type_of(job.data).task,
        "canStop": not done and job.state != GesState.CANCELING and cancellable(settings, job.data),
        "progress": percent if settings.listed_progress == "integer" else str(percent),
        "startTime": management_moment(job.created if job.started is None else job.started),
    }
    if job.ended is not None:
        document["endTime"] = management_moment(job.ended)
    document["status"] = GesState.COMPLETE if ended else _LISTED.get(job.state, job.state)
    if document["status"] == GesState.FAILED:
        document["failReason"] = job.error or ""
    if type_of(job.data).name == "import-graph":
        body = request.get("body", {})
        names = ("schemaPath", "vertexsetPath", "edgesetPath")
        document["files"] = [body[name] for name in names if isinstance(body.get(name), str)]
    return document


def _raw(request: Mapping[str, Any]) -> str:
    raw = request.get("rawRequest")
    return orjson.dumps(request.get("body", {})).decode() if raw is None else str(raw)


def listed(settings: GesSettings, job: Job) -> dict[str, Any]:
    """Return a job as the list of jobs has it, with the request that created it."""
    if settings.edition == Edition.MEMORY_2025:
        return listed_2025(settings, job)
    word = _LISTED.get(job.state, job.state)
    request: Mapping[str, Any] = job.data["request"]
    if "command" not in request or "url" not in request:
        # Who makes a job need not say of its request what follows from its type.
        request = {**usual_request(job.data), **request}
    if settings.persistent:
        raw = {"command": request["command"], "url": request["url"], "rawRequest": _raw(request)}
        return {"jobId": job.id, "status": word, "request": raw}
    return {"jobId": job.id, "status": word, "request": request}


def outputs(
    job_type: JobType, algorithm: str | None, result: Mapping[str, Any] | None, offset: int, limit: int
) -> Mapping[str, Any]:
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
    if job_type.algorithm:
        return {**result, name: page, **echo}
    # A query's samples name the size before the list, an algorithm's after it.
    return {"data_return_size": len(page), **result, name: page, **echo}
