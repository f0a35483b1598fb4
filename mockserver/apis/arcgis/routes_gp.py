"""The Services Directory: site, catalogue, service, task, and the jobs of its tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockserver.api.operation import Operation
from mockserver.api.response import Response
from mockserver.apis.arcgis import documents, errors, jobs, messages, resources, values
from mockserver.apis.arcgis.machine import JOB, GpEvent, GpState
from mockserver.apis.arcgis.security import GpContext, visible
from mockserver.apis.arcgis.site import Service, Task
from mockserver.apis.arcgis.wire import answer, chosen_format, is_true, require_format
from mockserver.core.errors import IllegalEvent
from mockserver.core.job import Job
from mockserver.core.machine import Machine

_BOTH = ("GET", "POST")


async def info(context: GpContext) -> Response:
    """Tell version and how to sign in; needs no token [server-info]."""
    here = resources.root(context)
    data: dict[str, Any] = {
        "currentVersion": resources.version_number(context.settings),
        "fullVersion": resources.full_version(context.settings),
        "soapUrl": f"{here}/services",
        "secureSoapUrl": None,
    }
    tokens = context.settings.secured != "none" or any(one.secured for one in context.site.services.values())
    security: dict[str, Any] = {"isTokenBasedSecurity": tokens}
    if context.settings.secured == "federated":
        portal = f"{context.base}/{context.settings.portal_context}"
        data["owningSystemUrl"] = portal
        security["tokenServicesUrl"] = f"{portal}/sharing/rest/generateToken"
        security["shortLivedTokenValidity"] = context.settings.token_minutes
    elif tokens:
        # The trailing slash is the real server's; clients post to this address as it stands.
        security["tokenServicesUrl"] = f"{here}/tokens/"
        security["shortLivedTokenValidity"] = context.settings.token_minutes
    data["authInfo"] = security
    return answer(context, data, page="info.html")


async def catalog(context: GpContext) -> Response:
    """List folders and the services of the root."""
    return await _catalog(context, "", list(context.site.folders))


async def folder(context: GpContext) -> Response:
    """List the services of a folder."""
    name = context.values["folder"]
    if name not in context.site.folders:
        raise errors.folder_not_found()
    return await _catalog(context, name, [])


async def _catalog(context: GpContext, name: str, folders: list[str]) -> Response:
    shown = [one for one in context.site.in_folder(name) if await visible(context, one)]
    data = {
        "currentVersion": resources.version_number(context.settings),
        "folders": folders,
        "services": [{"name": one.full_name, "type": one.type} for one in shown],
    }
    return answer(context, data, page="catalog.html", facts={"folder": name, "trail": resources.trail(context)})


async def service(context: GpContext) -> Response:
    """Describe a geoprocessing service [gp-service]."""
    found, _ = await resources.open_service(context)
    data: dict[str, Any] = {"currentVersion": resources.version_number(context.settings)}
    if context.settings.version.startswith("11."):
        # 11.3 goes with ArcGIS Pro 3.3 [gp-service sample].
        data["cimVersion"] = f"3.{context.settings.version.split('.')[1]}.0"
    data |= {
        "serviceDescription": found.description,
        "tasks": list(found.tasks),
        "executionType": found.execution_type,
        "resultMapServerName": found.result_map_server,
        "maximumRecords": found.maximum_records,
        "capabilities": found.capabilities,
    }
    return answer(
        context, data, page="service.html", facts={"service": found, "trail": resources.trail(context, found)}
    )


async def task(context: GpContext) -> Response:
    """Describe a task [gp-task]; as a page, with the form that runs it."""
    found, one, _ = await resources.open_task(context)
    return answer(
        context, _task_document(context, found, one), page="task.html", facts=_task_facts(context, found, one)
    )


def _task_document(context: GpContext, found: Service, one: Task) -> dict[str, Any]:
    output = f"{resources.root(context)}/rest/directories/arcgisoutput"
    return {
        "name": one.name,
        "displayName": one.display_name,
        "description": one.description,
        "category": one.category,
        "helpUrl": f"{output}/{resources.quote(f'{found.full_name}_GPServer/{found.name}/{one.name}')}.htm",
        "executionType": found.execution_type,
        "parameters": [parameter.describe() for parameter in one.parameters],
    }


def _task_facts(context: GpContext, found: Service, one: Task) -> dict[str, Any]:
    return {
        "service": found,
        "task": one,
        "task_url": _task_url(context, found, one),
        "trail": resources.trail(context, found),
    }


def _task_url(context: GpContext, found: Service, one: Task) -> str:
    return f"{resources.service_url(context, found)}/{resources.quote(one.name)}"


async def submit_job(context: GpContext) -> Response:
    """Create a job; a page's client is sent on to the job page [submit-gp-job]."""
    found, one, user = await resources.open_task(context)
    if found.synchronous:
        raise errors.invalid_url()
    asked = require_format(context)
    if asked == "html" and _wants_form(context, one):
        facts = {**_task_facts(context, found, one), "operation": "submitJob"}
        return answer(context, _task_document(context, found, one), page="form.html", facts=facts)
    given, problems = values.read_inputs(one, context.parameters)
    if problems and context.settings.parameter_check == "submit":
        raise errors.RestError(400, context.settings.unable_text, problems)
    fields: dict[str, Any] = {"service": found.key, "task": one.name, "inputs": given}
    if problems:
        fields |= {"problems": problems, "plan": jobs.failing_plan(context.settings, one)}
    job = await context.create(fields, owner=user)
    if asked == "html":
        location = f"{_task_url(context, found, one)}/jobs/{job.id}"
        return Response(status=context.settings.redirect_status, content_type=None, headers={"Location": location})
    return answer(context, {"jobId": job.id, "jobStatus": job.state}, page="job.html")


def _wants_form(context: GpContext, one: Task) -> bool:
    # A browser opens the form with a bare GET; a scraper submits by the same GET with parameters (arcgis.md §3).
    return context.method == "GET" and not any(parameter.name in context.parameters for parameter in one.inputs)


async def execute(context: GpContext) -> Response:
    """Run a task while the client waits; the answer is there at once [execute-gp-task]."""
    found, one, _ = await resources.open_task(context)
    if not found.synchronous:
        raise errors.invalid_url()
    if require_format(context) == "html" and _wants_form(context, one):
        facts = {**_task_facts(context, found, one), "operation": "execute"}
        return answer(context, _task_document(context, found, one), page="form.html", facts=facts)
    given, problems = values.read_inputs(one, context.parameters)
    if problems or JOB.read_plan(one.plan or JOB.plan).end != GpState.SUCCEEDED:
        details = messages.failed_lines(one, problems) if context.settings.execute_failure == "messages" else []
        raise errors.RestError(400, context.settings.unable_text, details)
    results = jobs.resolve_results(one, given)
    data = {
        "results": [{"paramName": name, **value} for name, value in resources.local(context, results).items()],
        "messages": messages.as_json(messages.execute_messages(context.settings, found, one, context.now)),
    }
    return answer(
        context, data, page="results.html", facts={**_task_facts(context, found, one), "values": data["results"]}
    )


async def job_status(context: GpContext) -> Response:
    """Tell how a job stands [gp-job]."""
    found, one, job = await resources.open_job(context, look=True)
    late = documents.is_late(context.settings, job, context.now)
    if late:
        await _count_late_look(context, job)
    return _job_reply(context, found, one, job, late=late)


async def _count_late_look(context: GpContext, job: Job) -> None:
    delay = documents.delay_of(context.settings, job)
    if delay is not None and delay.looks is not None:
        await context.jobs.change("arcgis", job.id, _one_more_late_look)


def _one_more_late_look(_: Machine, job: Job, __: float) -> Job:
    looks = job.data.get("late_looks", 0) + 1
    return replace(job, data={**job.data, "late_looks": looks}, version=job.version + 1)


def _job_reply(context: GpContext, found: Service, one: Task, job: Job, *, late: bool) -> Response:
    with_messages = is_true(context.parameters.get("returnMessages"), default=True)
    data = documents.job_document(context.settings, found, one, job, context.now, messages=with_messages, late=late)
    if chosen_format(context) != "html":
        return answer(context, data, page="job.html")
    url = f"{_task_url(context, found, one)}/jobs/{job.id}"
    facts = {
        **_task_facts(context, found, one),
        "job_url": url,
        "lines": messages.job_messages(context.settings, found, one, job) if with_messages else [],
        "open": job.state not in documents.FINAL,
        "trail": resources.trail(context, found, (one.display_name, _task_url(context, found, one))),
    }
    return answer(context, data, page="job.html", facts=facts)


async def cancel_job(context: GpContext) -> Response:
    """Ask a job to stop; from Waiting and Executing only [cancel-gp-job]."""
    found, one, job = await resources.open_job(context)
    asked = require_format(context)
    event = GpEvent.CANCEL if context.settings.cancel_twice == "repeat" else GpEvent.CANCEL_ONCE
    try:
        change = await context.jobs.fire("arcgis", job.id, event)
    except IllegalEvent:
        if context.settings.cancel_new != "accept":
            raise
        change = await context.jobs.fire("arcgis", job.id, GpEvent.CANCEL_NEW)
    if asked == "html":
        return _job_reply(context, found, one, change.after, late=False)
    told = GpState.CANCELLED if context.settings.cancel_reply == "cancelled" else change.after.state
    return answer(context, {"jobId": job.id, "jobStatus": told}, page="job.html")


OPERATIONS: tuple[Operation, ...] = (
    Operation(name="Info", methods=_BOTH, paths=("/{context}/rest/info",), handler=info),
    Operation(name="Catalog", methods=_BOTH, paths=("/{context}/rest", "/{context}/rest/services"), handler=catalog),
    Operation(name="Folder", methods=_BOTH, paths=("/{context}/rest/services/{folder}",), handler=folder),
    Operation(name="Service", methods=_BOTH, paths=resources.SERVICE_PATHS, handler=service),
    Operation(name="Task", methods=_BOTH, paths=resources.TASK_PATHS, handler=task),
    Operation(
        name="SubmitJob",
        methods=_BOTH,
        paths=tuple(path + "/submitJob" for path in resources.TASK_PATHS),
        handler=submit_job,
    ),
    Operation(
        name="ExecuteTask",
        methods=_BOTH,
        paths=tuple(path + "/execute" for path in resources.TASK_PATHS),
        handler=execute,
    ),
    Operation(name="JobStatus", methods=_BOTH, paths=resources.JOB_PATHS, handler=job_status),
    Operation(
        name="CancelJob",
        methods=_BOTH,
        paths=tuple(path + "/cancel" for path in resources.JOB_PATHS),
        handler=cancel_job,
    ),
    Operation(
        name="TaskMetadata",
        title="the item metadata of a task, 10.9.1",
        methods=_BOTH,
        paths=tuple(path + "/metadata" for path in resources.TASK_PATHS),
    ),
    Operation(
        name="ValidateTask",
        title="validation of parameters, 12.0",
        methods=_BOTH,
        paths=tuple(path + "/validate" for path in resources.TASK_PATHS),
    ),
)
