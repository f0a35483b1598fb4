"""The one table of operations: what the service, the WSDL, the help pages and the readers are made from.

Order and spelling are those of the genuine WSDL (sciserver/SkyServerWS, 2014-06-03): `wsId` and
`jobId` in CancelJob and GetJobStatus only, `wsid` everywhere else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from mockserver.apis.casjobs import service
from mockserver.wire.soap_types import ArrayOf, Struct, Type, XsdType

NAMESPACE = "http://Services.Cas.jhu.edu"
SERVICE = "Jobs"
SERVICE_DOC = "Provides basic job management functionality."

L, I, B, S, T = XsdType.LONG, XsdType.INT, XsdType.BOOLEAN, XsdType.STRING, XsdType.DATE_TIME  # noqa: E741 - the specification's letters

CJJOB = Struct(
    "CJJob",
    (
        ("JobID", L), ("Rows", L), ("WebServicesID", L), ("TimeSubmit", T), ("TimeStart", T), ("TimeEnd", T),
        ("Status", I), ("Queue", I), ("TaskName", S), ("OutputLoc", S), ("Error", S), ("Query", S), ("Context", S),
        ("Type", S),
    ),
)  # fmt: skip
JOB = Struct(
    "Job",
    (
        ("JobID", L), ("Rows", L), ("WebServicesID", L), ("TimeSubmit", T), ("TimeStart", T), ("TimeEnd", T),
        ("SendEmail", I), ("Status", I), ("AutoComplete", I), ("Estimate", I), ("TaskName", S), ("OutputLoc", S),
        ("HostIP", S), ("Message", S), ("Query", S), ("ModifiedQuery", S), ("Target", S), ("OutputType", S),
        ("Params", S), ("Created_Table", S),
    ),
)  # fmt: skip
CJQUEUE = Struct("CJQueue", (("Context", S), ("Timeout", I)))
CJTYPE = Struct("CJType", (("Type", S), ("Description", S)))
STRUCTS = (CJJOB, JOB, CJQUEUE, CJTYPE)


@dataclass(frozen=True, slots=True)
class Row:
    """One operation of the service.

    Attributes:
        parameters: name and type, in wire order.
        result: `Kind.XML` is a DataSet; None is void.
        run: does it: `run(context, *arguments)`.
        doc: our words for its help page, one paragraph per line.
    """

    name: str
    parameters: tuple[tuple[str, XsdType], ...]
    result: Type | None
    run: Callable[..., Awaitable[Any]]
    doc: str

    def taken(self, uploads: int) -> tuple[tuple[str, XsdType], ...]:
        """Return the parameters of a deployment whose UploadData has that many."""
        return self.parameters[:uploads] if self.name == "UploadData" else self.parameters


_LOGIN = (("wsid", L), ("pw", S))
_QUERY = (("qry", S), ("context", S), ("taskname", S))
_OWNER = (("owner_wsid", L), ("owner_pw", S), ("conditions", S), ("includeSystem", B))
_JOB = (("wsId", L), ("pw", S), ("jobId", L))

ROWS = (
    Row(
        "ExecuteQuickJobOID",
        (("oid", S), ("md5", S), *_QUERY, ("isSystem", B)),
        S,
        service.execute_quick_job_oid,
        "Runs a query at once, for an account named by its object id and the MD5 of its password.",
    ),
    Row(
        "ExecuteQuickJob",
        (*_LOGIN, *_QUERY, ("isSystem", B)),
        S,
        service.execute_quick_job,
        "Runs a query at once in the shortest queue of its context.\n"
        "The result is CSV whose header cells carry types, such as [ra]:Float,[dec]:Float.\n"
        "A system job is listed only when GetJobs is asked for system jobs.",
    ),
    Row(
        "ExecuteQuickJobDS",
        (*_LOGIN, *_QUERY, ("isSystem", B)),
        XsdType.XML,
        service.execute_quick_job_ds,
        "As ExecuteQuickJob, but the result is a .NET DataSet.",
    ),
    Row(
        "SubmitJob",
        (*_LOGIN, *_QUERY, ("estimate", I)),
        L,
        service.submit_job,
        "Submits a query to a queue longer than the shortest one of its context and returns the job's id.\n"
        "The estimate, in minutes, picks the queue whose time limit is nearest.",
    ),
    Row(
        "SubmitJobInto",
        (*_LOGIN, ("qry", S), ("context", S), ("table", S), ("taskname", S), ("estimate", I)),
        L,
        service.submit_job_into,
        "As SubmitJob; the rows go into a table, which gets a name of its own when none is given.",
    ),
    Row(
        "CancelJob",
        _JOB,
        None,
        service.cancel_job,
        "Schedules a job for cancellation; quick jobs are not affected.\n"
        "Only one's own jobs can be cancelled, anything else is an exception. An id that is no job does nothing.\n"
        "The call returns once the job's status is Canceling (2). The job keeps its slot in the queue until it is\n"
        "Cancelled (3) or Failed (4), and that step cannot be driven from outside. Nothing is returned.",
    ),
    Row(
        "GetJobStatus",
        _JOB,
        I,
        service.get_job_status,
        "Returns the status of a job.\n"
        "0 ready (created, not yet processed), 1 started, 2 canceling, 3 cancelled, 4 failed, 5 finished.\n"
        "1 and 2 are active; 3, 4 and 5 are final.",
    ),
    Row(
        "GetJobs",
        _OWNER,
        ArrayOf(CJJOB),
        service.get_jobs,
        "Returns the jobs that fit some conditions: one's own, or anybody's for an admin.\n"
        "Conditions are keys separated by ';', each followed by ':' and values separated by '|'.\n"
        "A value is V (equal), 'V,' (at least), ',V' (at most) or 'V1,V2' (between, inclusive).\n"
        "Values of a key are ORed, keys are ANDed.\n"
        "Keys: JobID, TimeSubmit, TimeStart, TimeEnd, Status, Queue, TaskName, Error, Query, Context, Type, WSID.",
    ),
    Row("GetJobsJob", _OWNER, ArrayOf(JOB), service.get_jobs_job, "As GetJobs, but returns Job objects."),
    Row(
        "GetQueues",
        _LOGIN,
        ArrayOf(CJQUEUE),
        service.get_queues,
        "Returns the contexts of an account and their time limits in minutes.",
    ),
    Row("GetJobTypes", _LOGIN, ArrayOf(CJTYPE), service.get_job_types, "Returns the types of job an account may run."),
    Row(
        "SubmitExtractJob",
        (*_LOGIN, ("tableName", S), ("type", S)),
        L,
        service.submit_extract_job,
        "Submits a job that writes a MyDB table to a file and returns the job's id.\n"
        "The type is one of those of GetJobTypes, but not QUERY.",
    ),
    Row(
        "UploadData",
        (*_LOGIN, ("tableName", S), ("data", S), ("tableExists", B)),
        None,
        service.upload_data,
        "Loads CSV text into a MyDB table.",
    ),
    Row(
        "SetServiceState",
        (*_LOGIN, ("serviceName", S), ("state", S)),
        None,
        service.set_service_state,
        "Suspends or wakes a service: the state is SUSPENDING or WAKING. For admins.",
    ),
    Row(
        "GetServiceState",
        (*_LOGIN, ("serviceName", S)),
        S,
        service.get_service_state,
        "Returns the state of a service: RUNNING, SUSPENDING, SUSPENDED or WAKING. For admins.",
    ),
)


def deployed(uploads: int) -> tuple[Row, ...]:
    """Return the operations of a deployment whose UploadData has that many parameters, 4 or 5."""
    return tuple(replace(row, parameters=row.taken(uploads)) for row in ROWS)


BY_NAME = {row.name: row for row in ROWS}
BY_FOLDED = {row.name.casefold(): row for row in ROWS}
BY_ACTION = {f"{NAMESPACE}/{row.name}": row for row in ROWS}
BY_ELEMENT = {f"{{{NAMESPACE}}}{row.name}": row for row in ROWS}
