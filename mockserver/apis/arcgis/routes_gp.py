"""The Services Directory: site, catalogue, service, task, and the jobs of its tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockserver.api.context import Reply
from mockserver.api.definition import Operation
from mockserver.apis.arcgis import documents, errors, jobs, messages, site, values
from mockserver.apis.arcgis.content import Service, Task
from mockserver.apis.arcgis.machine import JOB, GpEvent, GpState
from mockserver.apis.arcgis.security import GpCall, visible
from mockserver.apis.arcgis.wire import answer, chosen_format, is_true, require_format
from mockserver.core.errors import IllegalEvent
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_BOTH = ("GET", "POST")


async def info(call: GpCall) -> Reply:
    """Tell version and how to sign in; needs no token [server-info]."""
    here = site.root(call)
    data: dict[str, Any] = {
        "currentVersion": site.version_number(call.settings),
        "fullVersion": site.full_version(call.settings),
        "soapUrl": f"{here}/services",
        "secureSoapUrl": None,
    }
    tokens = call.settings.secured != "none" or any(one.secured for one in call.content.services.values())
    security: dict[str, Any] = {"isTokenBasedSecurity": tokens}
    if call.settings.secured == "federated":
        portal = f"{call.base}/{call.settings.portal_context}"
        data["owningSystemUrl"] = portal
        security["tokenServicesUrl"] = f"{portal}/sharing/rest/generateToken"
        security["shortLivedTokenValidity"] = call.settings.token_minutes
    elif tokens:
        # The trailing slash is the real server's; clients post to this address as it stands.
        security["tokenServicesUrl"] = f"{here}/tokens/"
        security["shortLivedTokenValidity"] = call.settings.token_minutes
    data["authInfo"] = security
    return answer(call, data, page="info.html")


async def catalog(call: GpCall) -> Reply:
    """List folders and the services of the root."""
    return await _catalog(call, "", list(call.content.folders))


async def folder(call: GpCall) -> Reply:
    """List the services of a folder."""
    name = call.values["folder"]
    if name not in call.content.folders:
        raise errors.folder_not_found()
    return await _catalog(call, name, [])


async def _catalog(call: GpCall, name: str, folders: list[str]) -> Reply:
    shown = [one for one in call.content.in_folder(name) if await visible(call, one)]
    data = {
        "currentVersion": site.version_number(call.settings),
        "folders": folders,
        "services": [{"name": one.full_name, "type": one.type} for one in shown],
    }
    return answer(call, data, page="catalog.html", facts={"folder": name, "trail": site.trail(call)})


async def service(call: GpCall) -> Reply:
    """Describe a geoprocessing service [gp-service]."""
    found, _ = await site.open_service(call)
    data: dict[str, Any] = {"currentVersion": site.version_number(call.settings)}
    if call.settings.version.startswith("11."):
        # 11.3 goes with ArcGIS Pro 3.3 [gp-service sample].
        data["cimVersion"] = f"3.{call.settings.version.split('.')[1]}.0"
    data |= {
        "serviceDescription": found.description,
        "tasks": list(found.tasks),
        "executionType": found.execution_type,
        "resultMapServerName": found.result_map_server,
        "maximumRecords": found.maximum_records,
        "capabilities": found.capabilities,
    }
    return answer(call, data, page="service.html", facts={"service": found, "trail": site.trail(call, found)})


async def task(call: GpCall) -> Reply:
    """Describe a task [gp-task]; as a page, with the form that runs it."""
    found, one, _ = await site.open_task(call)
    return answer(call, _task_document(call, found, one), page="task.html", facts=_task_facts(call, found, one))


def _task_document(call: GpCall, found: Service, one: Task) -> dict[str, Any]:
    output = f"{site.root(call)}/rest/directories/arcgisoutput"
    return {
        "name": one.name,
        "displayName": one.display_name,
        "description": one.description,
        "category": one.category,
        "helpUrl": f"{output}/{site.quote(f'{found.full_name}_GPServer/{found.name}/{one.name}')}.htm",
        "executionType": found.execution_type,
        "parameters": [parameter.describe() for parameter in one.parameters],
    }


def _task_facts(call: GpCall, found: Service, one: Task) -> dict[str, Any]:
    return {"service": found, "task": one, "task_url": _task_url(call, found, one), "trail": site.trail(call, found)}


def _task_url(call: GpCall, found: Service, one: Task) -> str:
    return f"{site.service_url(call, found)}/{site.quote(one.name)}"


async def submit_job(call: GpCall) -> Reply:
    """Create a job; a page's client is sent on to the job page [submit-gp-job]."""
    found, one, user = await site.open_task(call)
    if found.synchronous:
        raise errors.invalid_url()
    asked = require_format(call)
    if asked == "html" and _wants_form(call, one):
        facts = {**_task_facts(call, found, one), "operation": "submitJob"}
        return answer(call, _task_document(call, found, one), page="form.html", facts=facts)
    given, problems = values.read_inputs(one, call.parameters)
    if problems and call.settings.parameter_check == "submit":
        raise errors.RestError(400, call.settings.unable_text, problems)
    fields: dict[str, Any] = {"service": found.key, "task": one.name, "inputs": given}
    if problems:
        fields |= {"problems": problems, "plan": jobs.failing_plan(call.settings, one)}
    job = await call.create(fields, owner=user)
    call.job = job.id
    if asked == "html":
        location = f"{_task_url(call, found, one)}/jobs/{job.id}"
        return Reply(status=call.settings.redirect_status, content_type=None, headers={"Location": location})
    return answer(call, {"jobId": job.id, "jobStatus": job.state}, page="job.html")


def _wants_form(call: GpCall, one: Task) -> bool:
    # A browser opens the form with a bare GET; a scraper submits by the same GET with parameters (arcgis.md §3).
    return call.method == "GET" and not any(parameter.name in call.parameters for parameter in one.inputs)


async def execute(call: GpCall) -> Reply:
    """Run a task while the client waits; the answer is there at once [execute-gp-task]."""
    found, one, _ = await site.open_task(call)
    if not found.synchronous:
        raise errors.invalid_url()
    if require_format(call) == "html" and _wants_form(call, one):
        facts = {**_task_facts(call, found, one), "operation": "execute"}
        return answer(call, _task_document(call, found, one), page="form.html", facts=facts)
    given, problems = values.read_inputs(one, call.parameters)
    if problems or JOB.read_plan(one.plan or JOB.plan).end != GpState.SUCCEEDED:
        details = messages.failed_lines(one, problems) if call.settings.execute_failure == "messages" else []
        raise errors.RestError(400, call.settings.unable_text, details)
    results = jobs.resolve_results(one, given)
    data = {
        "results": [{"paramName": name, **value} for name, value in site.local(call, results).items()],
        "messages": messages.as_json(messages.execute_messages(call.settings, found, one, call.now)),
    }
    return answer(call, data, page="results.html", facts={**_task_facts(call, found, one), "values": data["results"]})


async def job_status(call: GpCall) -> Reply:
    """Tell how a job stands [gp-job]."""
    found, one, job = await site.open_job(call, look=True)
    late = documents.is_late(call.settings, job, call.now)
    if late:
        await _count_late_look(call, job)
    return _job_reply(call, found, one, job, late=late)


async def _count_late_look(call: GpCall, job: Job) -> None:
    delay = documents.delay_of(call.settings, job)
    if delay is not None and delay.looks is not None:
        await call.jobs.change("arcgis", job.id, _one_more_late_look)


def _one_more_late_look(_: Machine, job: Job, __: float) -> Job:
    looks = job.data.get("late_looks", 0) + 1
    return replace(job, data={**job.data, "late_looks": looks}, version=job.version + 1)


def _job_reply(call: GpCall, found: Service, one: Task, job: Job, *, late: bool) -> Reply:
    with_messages = is_true(call.parameters.get("returnMessages"), default=True)
    data = documents.job_document(call.settings, found, one, job, call.now, messages=with_messages, late=late)
    if chosen_format(call) != "html":
        return answer(call, data, page="job.html")
    url = f"{_task_url(call, found, one)}/jobs/{job.id}"
    facts = {
        **_task_facts(call, found, one),
        "job_url": url,
        "lines": messages.job_messages(call.settings, found, one, job) if with_messages else [],
        "open": job.state not in documents.FINAL,
        "trail": site.trail(call, found, (one.display_name, _task_url(call, found, one))),
    }
    return answer(call, data, page="job.html", facts=facts)


async def cancel_job(call: GpCall) -> Reply:
    """Ask a job to stop; from Waiting and Executing only [cancel-gp-job]."""
    found, one, job = await site.open_job(call)
    asked = require_format(call)
    event = GpEvent.CANCEL if call.settings.cancel_twice == "repeat" else GpEvent.CANCEL_ONCE
    try:
        change = await call.jobs.fire("arcgis", job.id, event)
    except IllegalEvent:
        if call.settings.cancel_new != "accept":
            raise
        change = await call.jobs.fire("arcgis", job.id, GpEvent.CANCEL_NEW)
    if asked == "html":
        return _job_reply(call, found, one, change.after, late=False)
    told = GpState.CANCELLED if call.settings.cancel_reply == "cancelled" else change.after.state
    return answer(call, {"jobId": job.id, "jobStatus": told}, page="job.html")


OPERATIONS: tuple[Operation, ...] = (
    Operation(name="Info", methods=_BOTH, paths=("/{context}/rest/info",), handler=info),
    Operation(name="Catalog", methods=_BOTH, paths=("/{context}/rest", "/{context}/rest/services"), handler=catalog),
    Operation(name="Folder", methods=_BOTH, paths=("/{context}/rest/services/{folder}",), handler=folder),
    Operation(name="Service", methods=_BOTH, paths=site.SERVICE_PATHS, handler=service),
    Operation(name="Task", methods=_BOTH, paths=site.TASK_PATHS, handler=task),
    Operation(
        name="SubmitJob",
        methods=_BOTH,
        paths=tuple(path + "/submitJob" for path in site.TASK_PATHS),
        handler=submit_job,
    ),
    Operation(
        name="ExecuteTask", methods=_BOTH, paths=tuple(path + "/execute" for path in site.TASK_PATHS), handler=execute
    ),
    Operation(name="JobStatus", methods=_BOTH, paths=site.JOB_PATHS, handler=job_status),
    Operation(
        name="CancelJob", methods=_BOTH, paths=tuple(path + "/cancel" for path in site.JOB_PATHS), handler=cancel_job
    ),
    Operation(
        name="TaskMetadata",
        title="the item metadata of a task, 10.9.1",
        methods=_BOTH,
        paths=tuple(path + "/metadata" for path in site.TASK_PATHS),
    ),
    Operation(
        name="ValidateTask",
        title="validation of parameters, 12.0",
        methods=_BOTH,
        paths=tuple(path + "/validate" for path in site.TASK_PATHS),
    ),
)
