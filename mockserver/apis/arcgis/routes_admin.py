"""The Administrator Directory: the site, its services and their jobs.

Everything here asks for the default administrator role. cancel, delete, purgeQueue and statistics
are documented as POST only; a browser that looks at such an address gets the form that posts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote

from mockserver.api.context import Reply
from mockserver.api.definition import Endpoint, Operation
from mockserver.apis.arcgis import adminjobs, adminpages, adminsite, errors
from mockserver.apis.arcgis.adminjobs import BadQuery
from mockserver.apis.arcgis.adminpages import Field, Form, Page
from mockserver.apis.arcgis.content import ROOT, Service
from mockserver.apis.arcgis.errors import AdminError
from mockserver.apis.arcgis.machine import GpEvent, GpState
from mockserver.apis.arcgis.security import GpCall, administrator
from mockserver.apis.arcgis.site import full_version, root, version_number
from mockserver.apis.arcgis.wire import answer, chosen_format, decode, require_format
from mockserver.core.errors import IllegalEvent, UnknownJob
from mockserver.core.job import Job

Handler = Callable[[GpCall], Awaitable[Reply]]

DONE: Mapping[str, str] = {"status": "success"}
PURGEABLE = (GpState.NEW, GpState.SUBMITTED, GpState.WAITING)
"""What purgeQueue cancels [purge-job-queue]."""

_SERVICE = ("/{context}/admin/services/{service}", "/{context}/admin/services/{folder}/{service}")


def for_administrators(handler: Handler) -> Handler:
    """Let only administrators in. A browser without a token is led to the login page (inferred)."""

    @wraps(handler)
    async def guarded(call: GpCall) -> Reply:
        try:
            await administrator(call)
        except AdminError as error:
            if error.code == 499 and chosen_format(call) == "html":
                back = quote(f"{call.sandbox.prefix}{call.path}", safe="")
                location = f"{root(call)}/admin/login?redirect={back}"
                return Reply(status=302, content_type=None, headers={"Location": location})
            raise
        return await handler(call)

    return guarded


def posted(label: str, *, reads: bool = False) -> Callable[[Handler], Handler]:
    """Keep GET from an operation that is documented as POST: a form for a browser, 405 for a program.

    Args:
        label: what the form's button says.
        reads: nothing changes by it, so a program's GET is answered (inferred).
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(call: GpCall) -> Reply:
            require_format(call)
            if call.method == "POST" or call.settings.admin_get_on_post_only == "allow":
                return await handler(call)
            if chosen_format(call) == "html":
                page = Page(title=label, forms=[Form(label=label, action=f"{call.base}{call.path}")])
                return _answer(call, {}, page)
            if reads:
                return await handler(call)
            raise AdminError(405, f"HTTP method {call.method} is not supported.", status=405)

        return checked

    return decorate


# --- the site and its services ---------------------------------------------------------------------


@for_administrators
async def admin_site(call: GpCall) -> Reply:
    """`…/admin`: the root resource."""
    data = adminsite.root_resource(version_number(call.settings), full_version(call.settings))
    links = [(name, adminpages.below(call, name)) for name in data["resources"]]
    return _answer(call, data, Page(title="Site Root - /", facts=adminpages.facts(data), lists=[("Resources", links)]))


@for_administrators
async def admin_services(call: GpCall) -> Reply:
    """`…/admin/services`: the root folder."""
    return _folder(call, ROOT)


@for_administrators
async def admin_folder(call: GpCall) -> Reply:
    """`…/admin/services/<folder>`."""
    name = call.values["name"]
    if name not in call.content.folders:
        raise errors.admin_not_found(name)
    return _folder(call, name)


@for_administrators
async def admin_service(call: GpCall) -> Reply:
    """`…/admin/services/[<folder>/]<name>.<type>`: its configuration."""
    service = _service(call, call.values.get("name"))
    data = adminsite.service_config(service, call.settings)
    links = [("jobs", adminpages.below(call, "jobs"))]
    page = Page(title=f"Service - {service.key}", facts=adminpages.facts(data), lists=[("Resources", links)])
    return _answer(call, data, page)


async def admin_named(call: GpCall) -> Reply:
    """What lies directly below `services`: a folder, or a service of the root, told apart by the type in its name."""
    decode(call)
    name = "AdminService" if "." in call.values["name"] else "AdminFolder"
    await call.begin(call.api.operation(name))
    return await (admin_service if name == "AdminService" else admin_folder)(call)


def _folder(call: GpCall, name: str) -> Reply:
    data = adminsite.folder(call.content, name)
    folders = [(one, adminpages.below(call, one)) for one in data["folders"]]
    services = [
        (f"{one['serviceName']}.{one['type']}", adminpages.below(call, f"{one['serviceName']}.{one['type']}"))
        for one in data["services"]
    ]
    page = Page(title=f"Folder - {data['folderName']}", lists=[("Folders", folders), ("Services", services)])
    return _answer(call, data, page)


# --- jobs ------------------------------------------------------------------------------------------


@for_administrators
async def admin_jobs(call: GpCall) -> Reply:
    """`J`: no listing, only what else there is."""
    service = _service(call)
    data = {"resources": ["statistics"]}
    links = [(name, adminpages.below(call, name)) for name in ("statistics", "query", "purgeQueue")]
    return _answer(call, data, Page(title=f"Jobs - {service.key}", lists=[("Resources", links)]))


@for_administrators
async def admin_query_jobs(call: GpCall) -> Reply:
    """`J/query`: the jobs of a service, filtered, in pages, oldest first."""
    service = _service(call)
    try:
        query = adminjobs.read_query(call.parameters)
    except BadQuery as error:
        raise AdminError(400, str(error)) from None
    data = adminjobs.answer(query, call.parameters, await _jobs_of(call, service))
    place = f"{root(call)}{adminpages.service_path(service)}/jobs"
    links = [(f"{job_id} {view['status']}", f"{place}/{quote(job_id)}") for job_id, view in data["results"].items()]
    fields = tuple(
        Field(name=name, label=name, value=str(call.parameters.get(name, "")))
        for name in ("startTime", "endTime", "jobStatus", "userName", "machineName", "start", "number")
    )
    page = Page(
        title=f"Query Jobs - {service.key}",
        facts=[("total", data["total"]), ("start", data["start"]), ("nextStart", data["nextStart"])],
        lists=[("Jobs", links)],
        forms=[Form(label="Query", action=f"{call.base}{call.path}", method="get", fields=fields)],
    )
    return _answer(call, data, page)


@for_administrators
async def admin_job(call: GpCall) -> Reply:
    """`J/<id>`: one job."""
    service = _service(call)
    job = await _job(call, service, look=True)
    data = adminjobs.detail(job, f"{call.base}{call.path.rstrip('/')}")
    forms = [
        Form(label="Cancel Job", action=adminpages.below(call, "cancel")),
        Form(label="Delete Job", action=adminpages.below(call, "delete")),
    ]
    return _answer(call, data, Page(title=f"Job - {job.id}", facts=adminpages.facts(data), forms=forms))


@for_administrators
@posted("Cancel Job")
async def admin_cancel_job(call: GpCall) -> Reply:
    """`J/<id>/cancel`: from Submitted and Executing only; the record stays [seed 000].

    An unknown id gets the same message (inferred).
    """
    service = _service(call)
    try:
        job = await _job(call, service)
        await call.jobs.fire("arcgis", job.id, GpEvent.ADMIN_CANCEL)
    except (UnknownJob, IllegalEvent):
        raise errors.unable_to_cancel(call.values["job"]) from None
    return _done(call, "Cancel Job")


@for_administrators
@posted("Delete Job")
async def admin_delete_job(call: GpCall) -> Reply:
    """`J/<id>/delete`: in any state; the record is gone at once [delete-job]."""
    service = _service(call)
    try:
        job = await _job(call, service)
        await call.jobs.delete("arcgis", job.id)
    except UnknownJob:
        raise errors.unable_to_delete(call.values["job"]) from None
    return _done(call, "Delete Job")


@for_administrators
@posted("Purge Queue")
async def admin_purge_queue(call: GpCall) -> Reply:
    """`J/purgeQueue`: cancel what has not begun."""
    service = _service(call)
    for job in await _jobs_of(call, service):
        if job.state in PURGEABLE:
            try:
                await call.jobs.fire("arcgis", job.id, GpEvent.PURGE)
            except (UnknownJob, IllegalEvent):
                continue  # It began, ended or went while we looked: nothing left to purge.
    return _done(call, "Purge Queue")


@for_administrators
@posted("Job Statistics", reads=True)
async def admin_job_statistics(call: GpCall) -> Reply:
    """`J/statistics`: how many jobs of a service ended how."""
    service = _service(call)
    data = adminjobs.statistics(await _jobs_of(call, service))
    names = (("Jobs", "total"), ("Failed", "failed"), ("Succeeded", "succeeded"), ("Cancelled", "cancelled"))
    return _answer(call, data, Page(title="Job Statistics", facts=[(title, data[name]) for title, name in names]))


# --- how they share --------------------------------------------------------------------------------


def _answer(call: GpCall, data: Any, page: Page) -> Reply:
    return answer(call, data, page="admin.html", facts={"page": page, "trail": adminpages.trail(call)})


def _done(call: GpCall, title: str) -> Reply:
    above = call.path.rstrip("/").rsplit("/", 1)[0]
    page = Page(title=title, facts=[("status", "success")], lists=[("Back", [(above, f"{call.base}{above}")])])
    return _answer(call, dict(DONE), page)


def _service(call: GpCall, name: str | None = None) -> Service:
    key = call.values.get("service", name) or ""
    folder = call.values.get("folder", ROOT)
    service = call.content.services.get(f"{folder}/{key}" if folder else key)
    if service is None:
        raise errors.admin_not_found(key)
    return service


async def _job(call: GpCall, service: Service, *, look: bool = False) -> Job:
    call.job = call.values["job"]
    job = await call.jobs.get("arcgis", call.job, look=look)
    if job.data["service"] != service.key:
        raise UnknownJob("arcgis", call.job)
    return job


async def _jobs_of(call: GpCall, service: Service) -> list[Job]:
    jobs, _ = await call.jobs.page("arcgis", newest=False)
    return [job for job in jobs if job.data["service"] == service.key]


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

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(handler=admin_named, methods=_READ, paths=("/{context}/admin/services/{name}",)),
)
