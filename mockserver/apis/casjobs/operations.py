"""The one table of operations: what routes, the service, the WSDL, the help pages and the readers are made from.

Order and spelling are those of the genuine WSDL (sciserver/SkyServerWS, 2014-06-03): `wsId` and
`jobId` in CancelJob and GetJobStatus only, `wsid` everywhere else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mockserver.api.operation import Entrance, JobPlace, Operation
from mockserver.apis.casjobs import conditions
from mockserver.apis.casjobs.handlers import accounts, documents, jobs, methods, queries, service, tables
from mockserver.apis.casjobs.service_types import CJJOB, CJQUEUE, CJTYPE, JOB, NAMESPACE, ServiceOperation
from mockserver.apis.casjobs.site import SITES
from mockserver.wire.soap_types import ArrayOf, Type, XsdType

L, I, B, S = XsdType.LONG, XsdType.INT, XsdType.BOOLEAN, XsdType.STRING  # noqa: E741 - the specification's letters

_LOGIN = (("wsid", L), ("pw", S))
_QUERY = (("qry", S), ("context", S), ("taskname", S))
_OWNER = (("owner_wsid", L), ("owner_pw", S), ("conditions", S), ("includeSystem", B))
_JOB = (("wsId", L), ("pw", S), ("jobId", L))
_BY_ID = JobPlace(parameter="jobId")
_BY_CONDITIONS = JobPlace(parameter="conditions", clean=conditions.only_id)


def _method(
    name: str,
    parameters: tuple[tuple[str, XsdType], ...],
    result: Type | None,
    run: Callable[..., Awaitable[Any]],
    doc: str,
    job: JobPlace | None = None,
    *,
    lasting: bool = False,
) -> ServiceOperation:
    """Return an operation of the service. It has no path of its own: only `resolve` can tell that it is meant."""
    return ServiceOperation(
        name=name,
        methods=("GET", "POST"),
        handler=methods.call,
        title=doc.partition("\n")[0],
        job=job,
        parameters=parameters,
        result=result,
        run=run,
        doc=doc,
        lasting=lasting,
    )


def _at_sites(path: str) -> tuple[str, ...]:
    return tuple(f"{site}/{path}" for site in SITES)


OPERATIONS: tuple[Operation, ...] = (
    _method(
        "ExecuteQuickJobOID",
        (("oid", S), ("md5", S), *_QUERY, ("isSystem", B)),
        S,
        queries.execute_quick_job_oid,
        "Runs a query at once, for an account named by its object id and the MD5 of its password.",
    ),
    _method(
        "ExecuteQuickJob",
        (*_LOGIN, *_QUERY, ("isSystem", B)),
        S,
        queries.execute_quick_job,
        "Runs a query at once in the shortest queue of its context.\n"
        "The result is CSV whose header cells carry types, such as [ra]:Float,[dec]:Float.\n"
        "A system job is listed only when GetJobs is asked for system jobs.",
    ),
    _method(
        "ExecuteQuickJobDS",
        (*_LOGIN, *_QUERY, ("isSystem", B)),
        XsdType.XML,
        queries.execute_quick_job,
        "As ExecuteQuickJob, but the result is a .NET DataSet.",
    ),
    _method(
        "SubmitJob",
        (*_LOGIN, *_QUERY, ("estimate", I)),
        L,
        jobs.submit_job,
        "Submits a query to a queue longer than the shortest one of its context and returns the job's id.\n"
        "The estimate, in minutes, picks the queue whose time limit is nearest.",
    ),
    _method(
        "SubmitJobInto",
        (*_LOGIN, ("qry", S), ("context", S), ("table", S), ("taskname", S), ("estimate", I)),
        L,
        jobs.submit_job_into,
        "As SubmitJob; the rows go into a table, which gets a name of its own when none is given.",
    ),
    _method(
        "CancelJob",
        _JOB,
        None,
        jobs.cancel_job,
        "Schedules a job for cancellation; quick jobs are not affected.\n"
        "Only one's own jobs can be cancelled, anything else is an exception. An id that is no job does nothing.\n"
        "The call returns once the job's status is Canceling (2). The job keeps its slot in the queue until it is\n"
        "Cancelled (3) or Failed (4), and that step cannot be driven from outside. Nothing is returned.",
        job=_BY_ID,
    ),
    _method(
        "GetJobStatus",
        _JOB,
        I,
        jobs.get_job_status,
        "Returns the status of a job.\n"
        "0 ready (created, not yet processed), 1 started, 2 canceling, 3 cancelled, 4 failed, 5 finished.\n"
        "1 and 2 are active; 3, 4 and 5 are final.",
        job=_BY_ID,
        lasting=True,
    ),
    _method(
        "GetJobs",
        _OWNER,
        ArrayOf(CJJOB),
        jobs.get_jobs,
        "Returns the jobs that fit some conditions: one's own, or anybody's for an admin.\n"
        "Conditions are keys separated by ';', each followed by ':' and values separated by '|'.\n"
        "A value is V (equal), 'V,' (at least), ',V' (at most) or 'V1,V2' (between, inclusive).\n"
        "Values of a key are ORed, keys are ANDed.\n"
        "Keys: JobID, TimeSubmit, TimeStart, TimeEnd, Status, Queue, TaskName, Error, Query, Context, Type, WSID.",
        job=_BY_CONDITIONS,
    ),
    _method(
        "GetJobsJob",
        _OWNER,
        ArrayOf(JOB),
        jobs.get_jobs_job,
        "As GetJobs, but returns Job objects.",
        job=_BY_CONDITIONS,
    ),
    _method(
        "GetQueues",
        _LOGIN,
        ArrayOf(CJQUEUE),
        service.get_queues,
        "Returns the contexts of an account and their time limits in minutes.",
    ),
    _method(
        "GetJobTypes", _LOGIN, ArrayOf(CJTYPE), service.get_job_types, "Returns the types of job an account may run."
    ),
    _method(
        "SubmitExtractJob",
        (*_LOGIN, ("tableName", S), ("type", S)),
        L,
        jobs.submit_extract_job,
        "Submits a job that writes a MyDB table to a file and returns the job's id.\n"
        "The type is one of those of GetJobTypes, but not QUERY.",
    ),
    _method(
        "UploadData",
        (*_LOGIN, ("tableName", S), ("data", S), ("tableExists", B)),
        None,
        tables.upload_data,
        "Loads CSV text into a MyDB table.",
    ),
    _method(
        "SetServiceState",
        (*_LOGIN, ("serviceName", S), ("state", S)),
        None,
        service.set_service_state,
        "Suspends or wakes a service: the state is SUSPENDING or WAKING. For admins.",
    ),
    _method(
        "GetServiceState",
        (*_LOGIN, ("serviceName", S)),
        S,
        service.get_service_state,
        "Returns the state of a service: RUNNING, SUSPENDING, SUSPENDED or WAKING. For admins.",
    ),
    Operation(
        name="ServiceDescription",
        methods=("GET",),
        handler=documents.service_description,
        title="jobs.asmx?WSDL: the WSDL.",
    ),
    Operation(
        name="Discovery",
        methods=("GET",),
        handler=documents.discovery,
        title="jobs.asmx?disco: the discovery document.",
    ),
    Operation(
        name="HelpPage",
        methods=("GET",),
        handler=documents.help_page,
        title="The list of operations, and a page for each.",
    ),
    Operation(
        name="GetWebServiceId",
        methods=("GET", "POST"),
        paths=_at_sites("casusers.asmx/GetWebServiceId"),
        handler=accounts.web_service_id,
        folded=True,
        title="The WebServicesID of a user name.",
    ),
    Operation(
        name="Output",
        methods=("GET",),
        paths=_at_sites("output/{file}"),
        handler=tables.output,
        job=JobPlace(path="file", clean=tables.job_of_file),
        folded=True,
        title="The file of a finished extract job.",
    ),
    Operation(
        name="CreateAccount",
        methods=("GET", "POST"),
        paths=_at_sites("services/users.asmx/CreateAccount"),
        folded=True,
        title="users.asmx: creates an account",
    ),
    Operation(
        name="GetUsers",
        methods=("GET", "POST"),
        paths=_at_sites("services/users.asmx/GetUsers"),
        folded=True,
        title="users.asmx: lists accounts",
    ),
)

SERVICE_ENTRANCE = Entrance(handler=methods.no_method, methods=(), paths=_at_sites("services/jobs.asmx"), folded=True)
"""SOAP for a POST, documents for a GET."""

METHOD_ENTRANCE = Entrance(
    handler=methods.no_method, methods=(), paths=_at_sites("services/jobs.asmx/{method*}"), folded=True
)
"""HTTP GET and HTTP POST."""


OPERATION: Mapping[str, Operation] = MappingProxyType({one.name: one for one in OPERATIONS})
SERVICE_OPERATIONS = tuple(one for one in OPERATIONS if isinstance(one, ServiceOperation))
BY_NAME: Mapping[str, ServiceOperation] = MappingProxyType({one.name: one for one in SERVICE_OPERATIONS})
BY_FOLDED: Mapping[str, ServiceOperation] = MappingProxyType({one.name.casefold(): one for one in SERVICE_OPERATIONS})
BY_ACTION: Mapping[str, ServiceOperation] = MappingProxyType(
    {f"{NAMESPACE}/{one.name}": one for one in SERVICE_OPERATIONS}
)
BY_ELEMENT: Mapping[str, ServiceOperation] = MappingProxyType(
    {f"{{{NAMESPACE}}}{one.name}": one for one in SERVICE_OPERATIONS}
)


def deployed(uploads: int) -> tuple[ServiceOperation, ...]:
    """Return the operations of a deployment whose UploadData has that many parameters, 4 or 5."""
    return tuple(replace(one, parameters=one.parameters_of(uploads)) for one in SERVICE_OPERATIONS)
