"""The job resource: what it shows, and when (arcgis.md §2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.apis.arcgis.jobs import NOTEBOOK, resolve_results
from mockserver.apis.arcgis.machine import JOB, GpState
from mockserver.apis.arcgis.messages import as_json, job_messages
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import Service, Task
from mockserver.core.clock import milliseconds
from mockserver.core.job import Job

FINAL = (GpState.SUCCEEDED, GpState.FAILED, GpState.CANCELLED, GpState.TIMED_OUT, GpState.EXPECTED_FAILURE)

# Only COMPLETED is in the seed; the rest are the words of the Administrator's system jobs, and guesses.
_NOTEBOOK_STATUS = {
    GpState.SUCCEEDED: "COMPLETED",
    GpState.FAILED: "FAILED",
    GpState.EXPECTED_FAILURE: "FAILED",
    GpState.TIMED_OUT: "FAILED",
    GpState.CANCELLED: "CANCELLED",
    GpState.CANCELLING: "CANCELLING",
}


def job_document(
    settings: ArcgisSettings, service: Service, task: Task, job: Job, now: float, *, messages: bool, late: bool
) -> dict[str, Any]:
    """Return a job as `f=json` shows it.

    Args:
        messages: `returnMessages`.
        late: the results are not there yet, although the job has succeeded.
    """
    if service.flavour == NOTEBOOK:
        return _notebook_document(settings, service, task, job, messages=messages, late=late)
    data: dict[str, Any] = {"jobId": job.id, "jobStatus": job.state}
    if job.state == GpState.EXECUTING:
        progress = _progress(settings, job, now)
        if progress is not None:
            data["progress"] = progress
    elif job.state == GpState.SUCCEEDED and not late:
        data["results"] = {name: {"paramUrl": f"results/{name}"} for name in job_results(task, job)}
        data["inputs"] = {name: {"paramUrl": f"inputs/{name}"} for name in job_inputs(job)}
    if messages:
        data["messages"] = as_json(job_messages(settings, service, task, job))
    elif settings.messages_off == "empty":
        data["messages"] = []
    return data


def _notebook_document(
    settings: ArcgisSettings, service: Service, task: Task, job: Job, *, messages: bool, late: bool
) -> dict[str, Any]:
    # Key for key and in the order of seed 001's sample.
    shown = job.state == GpState.SUCCEEDED and not late
    data: dict[str, Any] = {"jobId": job.id, "jobStatus": job.state}
    if shown:
        data["inputs"] = {name: {"paramUrl": f"inputs/{name}"} for name in job_inputs(job)}
    if messages:
        lines = job_messages(settings, service, task, job)
        data["messages"] = [{"description": text, "type": kind} for kind, text in lines]
    elif settings.messages_off == "empty":
        data["messages"] = []
    data["startTime"] = milliseconds(job.created)
    if job.ended is not None:
        data["endTime"] = milliseconds(job.ended)
    data["type"] = job.data.get("job_type", "executeNotebookAsWebTool")
    if shown:
        data["results"] = {name: {"paramUrl": f"results/{name}"} for name in job_results(task, job)}
    data["status"] = _NOTEBOOK_STATUS.get(GpState(job.state), "EXECUTING")
    data["username"] = job.owner
    data["customAttributes"] = {
        "isCancelled": job.state == GpState.CANCELLED,
        **{name: value for name, value in (job.data.get("customAttributes") or {}).items() if name != "isCancelled"},
    }
    return data


def job_inputs(job: Job) -> dict[str, Any]:
    """Return the job's input values by parameter."""
    inputs: dict[str, Any] = job.data.get("inputs") or {}
    return inputs


def job_results(task: Task, job: Job) -> dict[str, Any]:
    """Return `{"dataType","value"}` by output parameter; nothing before the end.

    A job that ended badly has only what a fixture or a test says it left behind [results].
    """
    own: dict[str, Any] | None = job.data.get("results")
    if own is None:
        return resolve_results(task, job_inputs(job)) if job.state == GpState.SUCCEEDED else {}
    if job.state not in FINAL:
        return {}
    types = {parameter.name: parameter.data_type for parameter in task.parameters}
    return {name: {"dataType": types.get(name, "GPString"), "value": None, **one} for name, one in own.items()}


def is_late(settings: ArcgisSettings, job: Job, now: float) -> bool:
    """Tell whether a job has succeeded and its results are still missing."""
    return job.state == GpState.SUCCEEDED and not JOB.results_visible(job, now, _usual_delay(settings))


def counts_looks(settings: ArcgisSettings, job: Job) -> bool:
    """Tell whether the results stay away for a number of status queries, not for a time."""
    delay = JOB.results_after(job, _usual_delay(settings))
    return delay is not None and delay.looks is not None


def _usual_delay(settings: ArcgisSettings) -> Mapping[str, int] | None:
    """Return how long the results of a job that does not say so itself stay away after success, or None."""
    polls = settings.results_delay_polls
    return {"looks": polls} if polls else None


def progresses(settings: ArcgisSettings, job: Job) -> bool:
    """Tell whether the document of a job changes with the time alone."""
    return settings.progress == "step" and job.state == GpState.EXECUTING and job.progress is None


def _progress(settings: ArcgisSettings, job: Job, now: float) -> dict[str, Any] | None:
    if job.progress is not None:
        return dict(job.progress)
    if settings.progress == "none":
        return None
    if settings.progress == "default":
        return {"type": "default", "message": "Executing..."}
    total = next((step.wait.seconds for step in job.plan.steps if step.state == job.state), None)
    interval = settings.progress_interval
    ran = (now - job.since) // interval * interval
    percent = min(int(ran / total * 100), 100) if total else 0
    return {"type": "step", "message": "Executing...", "percent": percent}
