"""The Administrator Directory: the site, its services and their jobs.

Everything here asks for the default administrator role. cancel, delete, purgeQueue and statistics
are documented as POST only; a browser that looks at such an address gets the form that posts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote

from mockserver.api.operation import Operation
from mockserver.api.response import Response
from mockserver.apis.arcgis import adminjobs, adminpages, adminsite, errors
from mockserver.apis.arcgis.adminjobs import BadQuery
from mockserver.apis.arcgis.adminpages import Field, Form, Page
from mockserver.apis.arcgis.errors import AdminError
from mockserver.apis.arcgis.machine import GpEvent, GpState
from mockserver.apis.arcgis.resources import full_version, root, version_number
from mockserver.apis.arcgis.security import GpContext, administrator
from mockserver.apis.arcgis.site import ROOT, Service
from mockserver.apis.arcgis.wire import answer, chosen_format, require_format
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job

Handler = Callable[[GpContext], Awaitable[Response]]

DONE: Mapping[str, str] = {"status": "success"}
PURGEABLE = (GpState.NEW, GpState.SUBMITTED, GpState.WAITING)
"""What purgeQueue cancels [purge-job-queue]."""

_SERVICE = ("/{context}/admin/services/{service}", "/{context}/admin/services/{folder}/{service}")


def for_administrators(handler: Handler) -> Handler:
    """Let only administrators in. A browser without a token is led to the login page (inferred)."""

    @wraps(handler)
    async def guarded(context: GpContext) -> Response:
        try:
            await administrator(context)
        except AdminError as error:
            if error.code == 499 and chosen_format(context) == "html":
                back = quote(f"{context.sandbox.prefix}{context.path}", safe="")
                location = f"{root(context)}/admin/login?redirect={back}"
                return Response(status=302, content_type=None, headers={"Location": location})
            raise
        return await handler(context)

    return guarded


def posted(label: str, *, reads: bool = False) -> Callable[[Handler], Handler]:
    """Keep GET from an operation that is documented as POST: a form for a browser, 405 for a program.

    Args:
        label: what the form's button says.
        reads: nothing changes by it, so a program's GET is answered (inferred).
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(context: GpContext) -> Response:
            require_format(context)
            if context.method == "POST" or context.settings.admin_get_on_post_only == "allow":
                return await handler(context)
            if chosen_format(context) == "html":
                page = Page(title=label, forms=[Form(label=label, action=f"{context.base}{context.path}")])
                return _answer(context, {}, page)
            if reads:
                return await handler(context)
            raise AdminError(405, f"HTTP method {context.method} is not supported.", status=405)

        return checked

    return decorate


# --- the site and its services ---------------------------------------------------------------------


@for_administrators
async def admin_site(context: GpContext) -> Response:
    """`…/admin`: the root resource."""
    data = adminsite.root_resource(version_number(context.settings), full_version(context.settings))
    links = [(name, adminpages.below(context, name)) for name in data["resources"]]
    return _answer(
        context, data, Page(title="Site Root - /", facts=adminpages.facts(data), lists=[("Resources", links)])
    )


@for_administrators
async def admin_services(context: GpContext) -> Response:
    """`…/admin/services`: the root folder."""
    return _folder(context, ROOT)


@for_administrators
async def admin_folder(context: GpContext) -> Response:
    """`…/admin/services/<folder>`."""
    name = context.values["name"]
    if name not in context.site.folders:
        raise errors.admin_not_found(name)
    return _folder(context, name)


@for_administrators
async def admin_service(context: GpContext) -> Response:
    """`…/admin/services/[<folder>/]<name>.<type>`: its configuration."""
    service = _service(context, context.values.get("name"))
    data = adminsite.service_config(service, context.settings)
    links = [("jobs", adminpages.below(context, "jobs"))]
    page = Page(title=f"Service - {service.key}", facts=adminpages.facts(data), lists=[("Resources", links)])
    return _answer(context, data, page)


def _folder(context: GpContext, name: str) -> Response:
    data = adminsite.folder(context.site, name)
    folders = [(one, adminpages.below(context, one)) for one in data["folders"]]
    services = [
        (f"{one['serviceName']}.{one['type']}", adminpages.below(context, f"{one['serviceName']}.{one['type']}"))
        for one in data["services"]
    ]
    page = Page(title=f"Folder - {data['folderName']}", lists=[("Folders", folders), ("Services", services)])
    return _answer(context, data, page)


# --- jobs ------------------------------------------------------------------------------------------


@for_administrators
async def admin_jobs(context: GpContext) -> Response:
    """`J`: no listing, only what else there is."""
    service = _service(context)
    data = {"resources": ["statistics"]}
    links = [(name, adminpages.below(context, name)) for name in ("statistics", "query", "purgeQueue")]
    return _answer(context, data, Page(title=f"Jobs - {service.key}", lists=[("Resources", links)]))


@for_administrators
async def admin_query_jobs(context: GpContext) -> Response:
    """`J/query`: the jobs of a service, filtered, in pages, oldest first."""
    service = _service(context)
    try:
        query = adminjobs.read_query(context.parameters)
    except BadQuery as error:
        raise AdminError(400, str(error)) from None
    data = adminjobs.answer(query, context.parameters, await _jobs_of(context, service))
    place = f"{root(context)}{adminpages.service_path(service)}/jobs"
    links = [(f"{job_id} {view['status']}", f"{place}/{quote(job_id)}") for job_id, view in data["results"].items()]
    fields = tuple(
        Field(name=name, label=name, value=str(context.parameters.get(name, "")))
        for name in ("startTime", "endTime", "jobStatus", "userName", "machineName", "start", "number")
    )
    page = Page(
        title=f"Query Jobs - {service.key}",
        facts=[("total", data["total"]), ("start", data["start"]), ("nextStart", data["nextStart"])],
        lists=[("Jobs", links)],
        forms=[Form(label="Query", action=f"{context.base}{context.path}", method="get", fields=fields)],
    )
    return _answer(context, data, page)


@for_administrators
async def admin_job(context: GpContext) -> Response:
    """`J/<id>`: one job."""
    service = _service(context)
    job = await _job(context, service, look=True)
    data = adminjobs.detail(job, f"{context.base}{context.path.rstrip('/')}")
    forms = [
        Form(label="Cancel Job", action=adminpages.below(context, "cancel")),
        Form(label="Delete Job", action=adminpages.below(context, "delete")),
    ]
    return _answer(context, data, Page(title=f"Job - {job.id}", facts=adminpages.facts(data), forms=forms))


@for_administrators
@posted("Cancel Job")
async def admin_cancel_job(context: GpContext) -> Response:
    """`J/<id>/cancel`: from Submitted and Executing only; the record stays [seed 000].

    An unknown id gets the same message (inferred).
    """
    service = _service(context)
    try:
        job = await _job(context, service)
        await context.jobs.fire("arcgis", job.id, GpEvent.ADMIN_CANCEL)
    except (UnknownJob, IllegalEvent):
        raise errors.unable_to_cancel(context.values["job"]) from None
    return _done(context, "Cancel Job")


@for_administrators
@posted("Delete Job")
async def admin_delete_job(context: GpContext) -> Response:
    """`J/<id>/delete`: in any state; the record is gone at once [delete-job]."""
    service = _service(context)
    try:
        job = await _job(context, service)
        await context.jobs.delete("arcgis", job.id)
    except UnknownJob:
        raise errors.unable_to_delete(context.values["job"]) from None
    return _done(context, "Delete Job")


@for_administrators
@posted("Purge Queue")
async def admin_purge_queue(context: GpContext) -> Response:
    """`J/purgeQueue`: cancel what has not begun."""
    service = _service(context)
    for job in await _jobs_of(context, service):
        if job.state in PURGEABLE:
            try:
                await context.jobs.fire("arcgis", job.id, GpEvent.PURGE)
            except (UnknownJob, IllegalEvent):
                continue  # It began, ended or went while we looked: nothing left to purge.
    return _done(context, "Purge Queue")


@for_administrators
@posted("Job Statistics", reads=True)
async def admin_job_statistics(context: GpContext) -> Response:
    """`J/statistics`: how many jobs of a service ended how."""
    service = _service(context)
    data = adminjobs.statistics(await _jobs_of(context, service))
    names = (("Jobs", "total"), ("Failed", "failed"), ("Succeeded", "succeeded"), ("Cancelled", "cancelled"))
    return _answer(context, data, Page(title="Job Statistics", facts=[(title, data[name]) for title, name in names]))


# --- how they share --------------------------------------------------------------------------------


def _answer(context: GpContext, data: Any, page: Page) -> Response:
    return answer(context, data, page="admin.html", facts={"page": page, "trail": adminpages.trail(context)})


def _done(context: GpContext, title: str) -> Response:
    above = context.path.rstrip("/").rsplit("/", 1)[0]
    page = Page(title=title, facts=[("status", "success")], lists=[("Back", [(above, f"{context.base}{above}")])])
    return _answer(context, dict(DONE), page)


def _service(context: GpContext, name: str | None = None) -> Service:
    key = context.values.get("service", name) or ""
    folder = context.values.get("folder", ROOT)
    service = context.site.services.get(f"{folder}/{key}" if folder else key)
    if service is None:
        raise errors.admin_not_found(key)
    return service


async def _job(context: GpContext, service: Service, *, look: bool = False) -> Job:
    job_id = context.values["job"]
    job = await context.jobs.get("arcgis", job_id, look=look)
    if job.data["service"] != service.key:
        raise UnknownJob("arcgis", job_id)
    return job


async def _jobs_of(context: GpContext, service: Service) -> list[Job]:
    mine = context.jobs.each("arcgis", newest=False, where=lambda job: job.data["service"] == service.key)
    return [job async for job in mine]


def _of_service(*names: str) -> tuple[str, ...]:
    return tuple("/".join([path, *names]) for path in _SERVICE)


def _below(*names: str) -> tuple[str, ...]:
    return _of_service("jobs", *names)


def _whole(name: str) -> tuple[str, ...]:
    return (f"/{{context}}/admin/{name}", f"/{{context}}/admin/{name}/{{rest*}}")


_READ = ("GET", "POST")

OPERATIONS: tuple[Operation, ...] = (
    Operation(name="AdminSite", title="Site", methods=_READ, paths=("/{context}/admin",), handler=admin_site),
    Operation(
        name="AdminServices",
        title="Root folder",
        methods=_READ,
        paths=("/{context}/admin/services",),
        handler=admin_services,
    ),
    Operation(name="AdminFolder", title="Folder", methods=_READ, handler=admin_folder),
    Operation(name="AdminService", title="Service", methods=_READ, paths=(_SERVICE[1],), handler=admin_service),
    Operation(name="AdminJobs", title="Jobs", methods=_READ, paths=_below(), handler=admin_jobs),
    Operation(
        name="AdminQueryJobs", title="Query jobs", methods=_READ, paths=_below("query"), handler=admin_query_jobs
    ),
    Operation(name="AdminJob", title="Job", methods=_READ, paths=_below("{job}"), handler=admin_job),
    Operation(
        name="AdminCancelJob",
        title="Cancel job",
        methods=_READ,
        paths=_below("{job}", "cancel"),
        handler=admin_cancel_job,
    ),
    Operation(
        name="AdminDeleteJob",
        title="Delete job",
        methods=_READ,
        paths=_below("{job}", "delete"),
        handler=admin_delete_job,
    ),
    Operation(
        name="AdminPurgeQueue",
        title="Purge job queue",
        methods=_READ,
        paths=_below("purgeQueue"),
        handler=admin_purge_queue,
    ),
    Operation(
        name="AdminJobStatistics",
        title="Job statistics",
        methods=_READ,
        paths=_below("statistics"),
        handler=admin_job_statistics,
    ),
    *(
        Operation(name=name, title=title, methods=_READ, paths=paths)
        for name, title, paths in (
            ("AdminMachines", "Machines", _whole("machines")),
            ("AdminSecurity", "Security", _whole("security")),
            ("AdminSystem", "System", _whole("system")),
            ("AdminData", "Data", _whole("data")),
            ("AdminUploads", "Uploads", _whole("uploads")),
            ("AdminLogs", "Logs", _whole("logs")),
            ("AdminMode", "Mode", _whole("mode")),
            ("AdminUsageReports", "Usage reports", _whole("usagereports")),
            ("AdminKml", "KML", _whole("kml")),
            ("AdminInfo", "Info", _whole("info")),
            ("AdminCreateService", "Create service", ("/{context}/admin/services/createService",)),
            ("AdminCreateFolder", "Create folder", ("/{context}/admin/services/createFolder",)),
            ("AdminServiceStatus", "Service status", _of_service("status")),
            ("AdminStartService", "Start service", _of_service("start")),
            ("AdminStopService", "Stop service", _of_service("stop")),
            ("AdminEditService", "Edit service", _of_service("edit")),
            ("AdminDeleteService", "Delete service", _of_service("delete")),
        )
    ),
)
"""The last ones exist at the vendor and say that they are not faked."""

NAMED = "/{context}/admin/services/{name}"
"""What lies directly below `services`: a folder, or a service of the root, told apart by the type in its name."""


def named(name: str) -> Operation:
    """Return the operation that is meant at `NAMED`."""
    return _FOLDER_OR_SERVICE["." in name]


_FOLDER_OR_SERVICE = {
    is_service: next(one for one in OPERATIONS if one.name == name)
    for is_service, name in ((False, "AdminFolder"), (True, "AdminService"))
}
