"""A job of the Services Directory: how it stands, and its cancel."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.apis.arcgis import documents, messages
from mockserver.apis.arcgis.addresses import task_url, trail
from mockserver.apis.arcgis.auth import is_anonymous
from mockserver.apis.arcgis.handlers.resources import open_job
from mockserver.apis.arcgis.machine import GpEvent, GpState
from mockserver.apis.arcgis.requests import GpContext, chosen_format, is_true, require_format
from mockserver.apis.arcgis.responses import answer
from mockserver.apis.arcgis.site import Service, Task
from mockserver.core.job import Job
from mockserver.core.machine import Machine


async def job_status(context: GpContext) -> Response:
    """Tell how a job stands [gp-job]."""
    service, task, job = await open_job(context, look=True)
    late = documents.is_late(context.settings, job, context.now)
    if late and documents.counts_looks(context.settings, job):
        await context.jobs.change("arcgis", job.id, _count_late_look)
    # A token is good for a time, and for one client.
    lasting = not late and is_anonymous(context, service) and not documents.progresses(context.settings, job)
    return _job_answer(context, service, task, job, late=late, lasting=lasting)


def _count_late_look(machine: Machine, job: Job, _: float) -> Job:
    # A test may have put it into another state meanwhile, and looks count for the state they are in.
    return machine.count_look(job) if job.state == GpState.SUCCEEDED else job


def _job_answer(
    context: GpContext, service: Service, task: Task, job: Job, *, late: bool, lasting: bool = False
) -> Response:
    with_messages = is_true(context.parameters.get("returnMessages"), default=True)
    data = documents.job_document(context.settings, service, task, job, context.now, messages=with_messages, late=late)
    if chosen_format(context) != "html":
        return answer(context, data, template="job.html", lasting=lasting)
    url = f"{task_url(context, service, task)}/jobs/{job.id}"
    facts = {
        "task": task,
        "job_url": url,
        "lines": messages.job_messages(context.settings, service, task, job) if with_messages else [],
        "open": job.state not in documents.FINAL,
        "trail": trail(context, service, (task.display_name, task_url(context, service, task))),
    }
    return answer(context, data, template="job.html", facts=facts, lasting=lasting)


async def cancel_job(context: GpContext) -> Response:
    """Ask a job to stop; from Waiting and Executing only [cancel-gp-job]."""
    service, task, job = await open_job(context)
    asked = require_format(context)
    settings = context.settings
    usual = GpEvent.CANCEL if settings.cancel_twice == "repeat" else GpEvent.CANCEL_ONCE

    def cancel(machine: Machine, job: Job, now: float) -> Job:
        # Chosen by the state in which it is fired: the job may leave New meanwhile.
        event = GpEvent.CANCEL_NEW if settings.cancel_new == "accept" and job.state == GpState.NEW else usual
        return machine.fire(job, event, now, context.number)

    change = await context.jobs.change("arcgis", job.id, cancel)
    if asked == "html":
        context.jobs.tell(change.after)
        return _job_answer(context, service, task, change.after, late=False)
    shown = GpState.CANCELLED if settings.cancel_reply == "cancelled" else change.after.state
    context.jobs.tell(change.after, shown)
    return answer(context, {"jobId": job.id, "jobStatus": shown}, template="job.html")
