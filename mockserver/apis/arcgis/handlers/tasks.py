"""A task: its description, and the two ways to run it."""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response
from mockserver.apis.arcgis import errors, jobs, messages, values
from mockserver.apis.arcgis.addresses import localized, quote, root, task_url, trail
from mockserver.apis.arcgis.handlers.resources import open_task
from mockserver.apis.arcgis.machine import JOB, GpState
from mockserver.apis.arcgis.requests import GpContext, require_format
from mockserver.apis.arcgis.responses import answer, redirect
from mockserver.apis.arcgis.site import Service, Task


async def describe_task(context: GpContext) -> Response:
    """Describe a task [gp-task]; as a page, with the form that runs it."""
    service, task, _ = await open_task(context)
    return answer(
        context, _task_document(context, service, task), template="task.html", facts=_task_facts(context, service, task)
    )


def _task_document(context: GpContext, service: Service, task: Task) -> dict[str, Any]:
    output = f"{root(context)}/rest/directories/arcgisoutput"
    return {
        "name": task.name,
        "displayName": task.display_name,
        "description": task.description,
        "category": task.category,
        "helpUrl": f"{output}/{quote(f'{service.full_name}_GPServer/{service.name}/{task.name}')}.htm",
        "executionType": service.execution_type,
        "parameters": [parameter.describe() for parameter in task.parameters],
    }


def _task_facts(context: GpContext, service: Service, task: Task) -> dict[str, Any]:
    return {
        "service": service,
        "task": task,
        "task_url": task_url(context, service, task),
        "trail": trail(context, service),
    }


async def submit_job(context: GpContext) -> Response:
    """Create a job; a page's client is sent on to the job page [submit-gp-job]."""
    service, task, user = await open_task(context)
    if service.synchronous:
        raise errors.invalid_url()
    asked = require_format(context)
    if asked == "html" and _wants_form(context, task):
        facts = {**_task_facts(context, service, task), "operation": "submitJob"}
        return answer(context, _task_document(context, service, task), template="form.html", facts=facts)
    given, problems = values.read_inputs(task, context.parameters)
    if problems and context.settings.parameter_check == "submit":
        raise errors.unable(context, problems)
    fields: dict[str, Any] = {"service": service.key, "task": task.name, "inputs": given}
    if problems:
        fields |= {"problems": problems, "plan": jobs.failing_plan(context.settings, task)}
    job = await context.create(fields, owner=user)
    if asked == "html":
        location = f"{task_url(context, service, task)}/jobs/{job.id}"
        return redirect(location, context.settings.redirect_status)
    return answer(context, {"jobId": job.id, "jobStatus": job.state}, template="job.html")


def _wants_form(context: GpContext, task: Task) -> bool:
    # A browser opens the form with a bare GET; a scraper submits by the same GET with parameters (arcgis.md §3).
    return context.method == "GET" and not any(parameter.name in context.parameters for parameter in task.inputs)


async def execute(context: GpContext) -> Response:
    """Run a task while the client waits; the answer is there at once [execute-gp-task]."""
    service, task, _ = await open_task(context)
    if not service.synchronous:
        raise errors.invalid_url()
    if require_format(context) == "html" and _wants_form(context, task):
        facts = {**_task_facts(context, service, task), "operation": "execute"}
        return answer(context, _task_document(context, service, task), template="form.html", facts=facts)
    given, problems = values.read_inputs(task, context.parameters)
    if problems or JOB.read_plan(task.plan or JOB.plan).end != GpState.SUCCEEDED:
        details = messages.failed_lines(task, problems) if context.settings.execute_failure == "messages" else []
        raise errors.unable(context, details)
    results = jobs.resolve_results(task, given)
    data = {
        "results": [{"paramName": name, **value} for name, value in localized(context, results).items()],
        "messages": messages.as_json(messages.execute_messages(context.settings, service, task, given, context.now)),
    }
    return answer(
        context, data, template="results.html", facts={**_task_facts(context, service, task), "values": data["results"]}
    )
