"""The Administrator Directory: the jobs of a service, asked for, cancelled, deleted and counted."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from mockserver.api.response import Response
from mockserver.apis.arcgis import admin_documents, admin_pages, errors
from mockserver.apis.arcgis.addresses import root
from mockserver.apis.arcgis.admin_pages import Field, HtmlForm, Page
from mockserver.apis.arcgis.admin_query import read_query
from mockserver.apis.arcgis.handlers.admin import answer_page, done, for_administrators, posted, service_of
from mockserver.apis.arcgis.listings import of_service
from mockserver.apis.arcgis.machine import GpEvent, GpState
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.site import Service
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job

PURGEABLE = (GpState.NEW, GpState.SUBMITTED, GpState.WAITING)
"""What purgeQueue cancels [purge-job-queue]."""


@for_administrators
async def jobs(context: GpContext) -> Response:
    """`J`: no listing, only what else there is."""
    service = service_of(context)
    data = {"resources": ["statistics"]}
    links = [(name, admin_pages.below(context, name)) for name in ("statistics", "query", "purgeQueue")]
    return answer_page(context, data, Page(title=f"Jobs - {service.key}", lists=[("Resources", links)]))


@for_administrators
async def query_jobs(context: GpContext) -> Response:
    """`J/query`: the jobs of a service, filtered, in pages, oldest first."""
    service = service_of(context)
    query = read_query(context.parameters)
    found, total = await context.jobs.listed(
        "arcgis",
        of_service(service.key),
        start=query.start - 1,
        limit=query.number,
        newest=False,
        where=partial(admin_documents.admits, query) if query.filters else None,
    )
    data = admin_documents.query_result(query, context.parameters, found, total)
    place = f"{root(context)}{admin_pages.service_path(service)}/jobs"
    links = [(f"{job_id} {view['status']}", f"{place}/{quote(job_id)}") for job_id, view in data["results"].items()]
    fields = tuple(
        Field(name=name, label=name, value=str(context.parameters.get(name, "")))
        for name in ("startTime", "endTime", "jobStatus", "userName", "machineName", "start", "number")
    )
    page = Page(
        title=f"Query Jobs - {service.key}",
        facts=[("total", data["total"]), ("start", data["start"]), ("nextStart", data["nextStart"])],
        lists=[("Jobs", links)],
        forms=[HtmlForm(label="Query", action=f"{context.base}{context.path}", method="get", fields=fields)],
    )
    return answer_page(context, data, page)


@for_administrators
async def job(context: GpContext) -> Response:
    """`J/<id>`: one job."""
    service = service_of(context)
    job = await _job(context, service, look=True)
    data = admin_documents.detail(job, f"{context.base}{context.path.rstrip('/')}")
    forms = [
        HtmlForm(label="Cancel Job", action=admin_pages.below(context, "cancel")),
        HtmlForm(label="Delete Job", action=admin_pages.below(context, "delete")),
    ]
    return answer_page(context, data, Page(title=f"Job - {job.id}", facts=admin_pages.facts(data), forms=forms))


@for_administrators
@posted("Cancel Job")
async def cancel_job(context: GpContext) -> Response:
    """`J/<id>/cancel`: from Submitted and Executing only; the record stays [seed 000].

    An unknown id gets the same message (inferred).
    """
    service = service_of(context)
    try:
        job = await _job(context, service)
        await context.jobs.fire("arcgis", job.id, GpEvent.ADMIN_CANCEL)
    except (UnknownJob, IllegalEvent):
        raise errors.unable_to_cancel(context.values["job"]) from None
    return done(context, "Cancel Job")


@for_administrators
@posted("Delete Job")
async def delete_job(context: GpContext) -> Response:
    """`J/<id>/delete`: in any state; the record is gone at once [delete-job]."""
    service = service_of(context)
    try:
        job = await _job(context, service)
        await context.jobs.delete("arcgis", job.id)
    except UnknownJob:
        raise errors.unable_to_delete(context.values["job"]) from None
    return done(context, "Delete Job")


@for_administrators
@posted("Purge Queue")
async def purge_queue(context: GpContext) -> Response:
    """`J/purgeQueue`: cancel what has not begun."""
    service = service_of(context)
    waiting = [job.id for job in await jobs_of(context, service) if job.state in PURGEABLE]
    await context.jobs.fire_all("arcgis", waiting, GpEvent.PURGE)
    return done(context, "Purge Queue")


@for_administrators
@posted("Job Statistics", reads=True)
async def job_statistics(context: GpContext) -> Response:
    """`J/statistics`: how many jobs of a service ended how."""
    service = service_of(context)
    data = admin_documents.statistics(await jobs_of(context, service))
    names = (("Jobs", "total"), ("Failed", "failed"), ("Succeeded", "succeeded"), ("Cancelled", "cancelled"))
    return answer_page(
        context, data, Page(title="Job Statistics", facts=[(title, data[name]) for title, name in names])
    )


async def _job(context: GpContext, service: Service, *, look: bool = False) -> Job:
    job_id = context.values["job"]
    job = await context.jobs.get("arcgis", job_id, look=look)
    if job.data["service"] != service.key:
        raise UnknownJob("arcgis", job_id)
    return job


async def jobs_of(context: GpContext, service: Service) -> list[Job]:
    """Return all jobs of a service, oldest first."""
    return [job async for job in context.jobs.each("arcgis", newest=False, listing=of_service(service.key))]
