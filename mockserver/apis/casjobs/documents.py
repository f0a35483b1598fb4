"""Jobs as plain data: what GetJobs and GetJobsJob list, what conditions compare, what the control API shows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockserver.apis.casjobs.conditions import Key, folded
from mockserver.apis.casjobs.jobs import QUERY
from mockserver.apis.casjobs.machine import JOB, STATUS, CasState
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.core.clock import utc
from mockserver.core.job import Job

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {"csv": "csv", "tcsv": "csv", "dataset": "xml", "fits": "fits", "votable": "xml", "plot": "png"}
)
"""Type of an extract job, folded -> how the name of its file ends."""


def own_fields(job: Job) -> Mapping[str, Any]:
    """Return the fixture's own fields of a job, and its status as clients see it."""
    return {**job.data, "status": STATUS[job.state]}


def error_of(job: Job, settings: CasSettings) -> str | None:
    """Return the Error of a job that did not go well."""
    if job.state == CasState.FAILED:
        return job.error or (settings.job_timeout_error if job.data.get("timed_out") else settings.job_failed_error)
    return job.error if job.state == CasState.CANCELLED else None


def output_of(job: Job, settings: CasSettings, base: str, now: float) -> str | None:
    """Return the URL of a job's output: for completed jobs that are not QUERY, and maybe a little after their end."""
    kind = job.data.get("type") or QUERY
    if job.state != CasState.FINISHED or kind.casefold() == QUERY.casefold():
        return None
    if not JOB.results_visible(job, now, settings.output_delay or None):
        return None
    if "output" in job.data:
        given = job.data["output"]
        return None if given is None else str(given)
    return f"{base}/CasJobs/output/{job.id}.{EXTENSIONS.get(kind.casefold(), 'txt')}"


def clr_time(at: float | None, unset: str) -> str:
    """Return a DateTime as it comes from the database: no zone, no trailing zeros in the fraction."""
    if at is None:
        return unset
    moment = utc(at).replace(tzinfo=None)
    return moment.isoformat().rstrip("0") if moment.microsecond else moment.isoformat()


def cjjob(job: Job, settings: CasSettings, base: str, now: float) -> dict[str, Any]:
    """Return a job as a CJJob; unset texts are left out (PyPI casjobs dies of an empty element)."""
    data = job.data
    return _without_unset(
        {
            **_numbers(job, settings),
            "Status": STATUS[job.state],
            "Queue": data.get("queue", 0),
            "TaskName": data.get("taskname"),
            "OutputLoc": output_of(job, settings, base, now),
            "Error": error_of(job, settings),
            "Query": data.get("query"),
            "Context": data.get("context"),
            "Type": data.get("type", QUERY),
        }
    )


def full_job(job: Job, settings: CasSettings, base: str, now: float) -> dict[str, Any]:
    """Return a job as a Job, the longer record of GetJobsJob."""
    data = job.data
    finished = job.state == CasState.FINISHED
    return _without_unset(
        {
            **_numbers(job, settings),
            "SendEmail": data.get("send_email", 0),
            "Status": STATUS[job.state],
            "AutoComplete": data.get("auto_complete", 0),
            "Estimate": data.get("estimate", 0),
            "TaskName": data.get("taskname"),
            "OutputLoc": output_of(job, settings, base, now),
            "HostIP": data.get("host_ip"),
            "Message": error_of(job, settings),
            "Query": data.get("query"),
            "ModifiedQuery": data.get("modified_query"),
            "Target": data.get("target"),
            "OutputType": data.get("type", QUERY),
            "Params": data.get("params"),
            "Created_Table": data.get("created_table", data.get("target")) if finished else None,
        }
    )


def searched(job: Job, settings: CasSettings) -> dict[Key, Any]:
    """Return what conditions are compared with."""
    data = job.data
    texts = {
        Key.TASK_NAME: data.get("taskname"),
        Key.ERROR: error_of(job, settings),
        Key.QUERY: data.get("query"),
        Key.CONTEXT: data.get("context"),
        Key.TYPE: data.get("type", QUERY),
    }
    return {
        Key.JOB_ID: int(job.id),
        Key.TIME_SUBMIT: job.created,
        Key.TIME_START: job.started,
        Key.TIME_END: job.ended,
        Key.STATUS: STATUS[job.state],
        Key.QUEUE: data.get("queue", 0),
        Key.WSID: int(job.owner or 0),
        **{key: None if text is None else folded(text) for key, text in texts.items()},
    }


def _numbers(job: Job, settings: CasSettings) -> dict[str, Any]:
    return {
        "JobID": int(job.id),
        "Rows": job.data.get("rows", 0) if job.state == CasState.FINISHED else 0,
        "WebServicesID": int(job.owner or 0),
        "TimeSubmit": clr_time(job.created, settings.unset_time),
        "TimeStart": clr_time(job.started, settings.unset_time),
        "TimeEnd": clr_time(job.ended, settings.unset_time),
    }


def _without_unset(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None and value != ""}
