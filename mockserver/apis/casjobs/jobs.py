"""CasJobs jobs: from the fixture's form, and to what GetJobs lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mockserver.api.job_builder import JobSpec, NewId, SpecContext
from mockserver.apis.casjobs.conditions import Key, folded
from mockserver.apis.casjobs.machine import JOB, STATUS, CasState
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.site import Site
from mockserver.core.job import Job
from mockserver.core.job_document import BadFields, api_fields

API = "casjobs"
FIRST_ID = 5_000_000
"""Ids of submitted jobs come after this; fixtures are free to use the smaller ones."""

QUERY = "QUERY"
MYDB = "MYDB"

SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "late-results": {"output_after": 5},
    "missing-results": {"output": None},
    "stuck": {"plan": "stuck"},
    "never-starts": {"plan": "queued"},
    "times-out": {"plan": "times-out"},
    "fails": {"plan": "fails"},
    "cancel-ignored": {"on_cancel": "ignores"},
    "cancel-too-late": {"on_cancel": "loses"},
    "cancel-fails": {"on_cancel": "fails"},
    "cancel-stuck": {"on_cancel": "stuck"},
}
"""Ready combinations of plan, cancel behaviour and output, by the fixture's `scenario`."""

EXTENSIONS = {"csv": "csv", "tcsv": "csv", "dataset": "xml", "fits": "fits", "votable": "xml", "plot": "png"}


def job_spec(fields: Mapping[str, Any], context: SpecContext[CasSettings, Site]) -> JobSpec:
    """Return what a job is.

    Raises:
        BadFields: the id is no number, or the owner no account.
    """
    owner = fields.get("owner")
    if owner is not None and not owner.isdecimal():
        account = context.site.account_named(owner)
        if account is None:
            raise BadFields("owner", f"no account {owner!r}; name a wsid or a userid of the fixture's accounts")
        fields = {**fields, "owner": account.wsid}
    job_id = fields.get("id")
    if job_id is not None and (not job_id.isascii() or not job_id.isdecimal() or str(int(job_id[:30])) != job_id):
        raise BadFields("id", f"a CasJobs job's id is a decimal number, not {job_id!r}")
    own = api_fields(fields)
    if fields.get("plan") == "times-out":
        own["timed_out"] = True
    return JobSpec(
        machine=JOB, id=NewId(counter="job", write=new_id) if job_id is None else job_id, fields=fields, data=own
    )


def new_id(number: int) -> str:
    """Return the id of the n-th job that is given one."""
    return str(FIRST_ID + number)


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
    delay = job.data.get("output_after", settings.output_delay)
    if job.ended is not None and now < job.ended + delay:
        return None
    if "output" in job.data:
        given = job.data["output"]
        return None if given is None else str(given)
    return f"{base}/CasJobs/output/{job.id}.{EXTENSIONS.get(kind.casefold(), 'txt')}"


def clr_time(at: float | None, unset: str) -> str:
    """Return a DateTime as it comes from the database: no zone, no trailing zeros in the fraction."""
    if at is None:
        return unset
    whole = round(at * 1000)
    moment = datetime.fromtimestamp(whole // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{moment}.{whole % 1000:03d}".rstrip("0") if whole % 1000 else moment


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
