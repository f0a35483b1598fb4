"""The operations of the site, one row each, and the addresses of which only the request tells what they mean.

Rows without a handler exist at the vendor and say that they are not faked.
"""

from __future__ import annotations

from mockserver.api.context import Resolved
from mockserver.api.operation import Entrance, Handler, JobPlace, Operation
from mockserver.apis.arcgis.handlers import (
    admin_jobs,
    admin_site,
    catalog,
    jobs,
    oauth,
    portal,
    results,
    sign_in,
    tasks,
)
from mockserver.apis.arcgis.handlers.elsewhere import elsewhere
from mockserver.apis.arcgis.requests import GpContext, read_parameters

_BOTH = ("GET", "POST")
_POST = ("POST",)
_JOB = JobPlace(path="job")

_REST = "/{context}/rest"
_ADMIN = "/{context}/admin"
_PORTAL = "/{portal}/sharing"

_Paths = tuple[str, ...]


def _row(
    name: str,
    title: str,
    paths: _Paths,
    handler: Handler | None = None,
    *,
    methods: tuple[str, ...] = _BOTH,
    job: JobPlace | None = None,
) -> Operation:
    return Operation(name=name, title=title, methods=methods, paths=paths, handler=handler, job=job)


def _task(below: str = "") -> _Paths:
    return tuple(f"{service}/{{task}}{below}" for service in _SERVICES)


def _job(below: str = "") -> _Paths:
    return _task(f"/jobs/{{job}}{below}")


def _admin_service(below: str = "") -> _Paths:
    services = f"{_ADMIN}/services"
    return f"{services}/{{service}}{below}", f"{services}/{{folder}}/{{service}}{below}"


def _admin_jobs(below: str = "") -> _Paths:
    return _admin_service(f"/jobs{below}")


def _whole(name: str) -> _Paths:
    return f"{_ADMIN}/{name}", f"{_ADMIN}/{name}/{{rest*}}"


def _sign_in(name: str) -> _Paths:
    return f"{_PORTAL}/rest/{name}", f"{_PORTAL}/{name}"


_SERVICES = (f"{_REST}/services/{{service}}/GPServer", f"{_REST}/services/{{folder}}/{{service}}/GPServer")

OPERATIONS: tuple[Operation, ...] = (
    # The Services Directory.
    _row("Info", "", (f"{_REST}/info",), catalog.info),
    _row("Catalog", "", (_REST, f"{_REST}/services"), catalog.catalog),
    _row("Folder", "", (f"{_REST}/services/{{folder}}",), catalog.folder),
    _row("Service", "", _SERVICES, catalog.describe_service),
    _row("Task", "", _task(), tasks.describe_task),
    _row("SubmitJob", "", _task("/submitJob"), tasks.submit_job),
    _row("ExecuteTask", "", _task("/execute"), tasks.execute),
    _row("JobStatus", "", _job(), jobs.job_status, job=_JOB),
    _row("CancelJob", "", _job("/cancel"), jobs.cancel_job, job=_JOB),
    _row("TaskMetadata", "the item metadata of a task, 10.9.1", _task("/metadata")),
    _row("ValidateTask", "validation of parameters, 12.0", _task("/validate")),
    _row("JobResult", "", _job("/results/{parameter}"), results.job_result, job=_JOB),
    _row("JobInput", "", _job("/inputs/{parameter}"), results.job_input, job=_JOB),
    _row("JobResults", "", _job("/results"), results.job_results, job=_JOB),
    _row("JobInputs", "", _job("/inputs"), results.job_inputs, job=_JOB),
    # The Administrator. What lies directly below `services` is told apart by `resolve`.
    _row("AdminSite", "Site", (_ADMIN,), admin_site.site),
    _row("AdminServices", "Root folder", (f"{_ADMIN}/services",), admin_site.services),
    _row("AdminFolder", "Folder", (), admin_site.folder),
    _row("AdminService", "Service", _admin_service()[1:], admin_site.service),
    _row("AdminJobs", "Jobs", _admin_jobs(), admin_jobs.jobs),
    _row("AdminQueryJobs", "Query jobs", _admin_jobs("/query"), admin_jobs.query_jobs),
    _row("AdminJob", "Job", _admin_jobs("/{job}"), admin_jobs.job, job=_JOB),
    _row("AdminCancelJob", "Cancel job", _admin_jobs("/{job}/cancel"), admin_jobs.cancel_job, job=_JOB),
    _row("AdminDeleteJob", "Delete job", _admin_jobs("/{job}/delete"), admin_jobs.delete_job, job=_JOB),
    _row("AdminPurgeQueue", "Purge job queue", _admin_jobs("/purgeQueue"), admin_jobs.purge_queue),
    _row("AdminJobStatistics", "Job statistics", _admin_jobs("/statistics"), admin_jobs.job_statistics),
    _row("AdminMachines", "Machines", _whole("machines")),
    _row("AdminSecurity", "Security", _whole("security")),
    _row("AdminSystem", "System", _whole("system")),
    _row("AdminData", "Data", _whole("data")),
    _row("AdminUploads", "Uploads", _whole("uploads")),
    _row("AdminLogs", "Logs", _whole("logs")),
    _row("AdminMode", "Mode", _whole("mode")),
    _row("AdminUsageReports", "Usage reports", _whole("usagereports")),
    _row("AdminKml", "KML", _whole("kml")),
    _row("AdminInfo", "Info", _whole("info")),
    _row("AdminCreateService", "Create service", (f"{_ADMIN}/services/createService",)),
    _row("AdminCreateFolder", "Create folder", (f"{_ADMIN}/services/createFolder",)),
    _row("AdminServiceStatus", "Service status", _admin_service("/status")),
    _row("AdminStartService", "Start service", _admin_service("/start")),
    _row("AdminStopService", "Stop service", _admin_service("/stop")),
    _row("AdminEditService", "Edit service", _admin_service("/edit")),
    _row("AdminDeleteService", "Delete service", _admin_service("/delete")),
    # Tokens and sign-in of the site itself.
    _row(
        "GenerateToken",
        "Generate token",
        ("/{context}/tokens", "/{context}/tokens/generateToken", f"{_REST}/generateToken"),
        sign_in.generate_token,
    ),
    _row(
        "AdminGenerateToken",
        "Generate token (Administrator)",
        (f"{_ADMIN}/generateToken",),
        sign_in.admin_generate_token,
    ),
    _row("Login", "Login page", (f"{_REST}/login",), sign_in.login),
    _row("Logout", "Logout", (f"{_REST}/logout",), sign_in.logout),
    _row("AdminLogin", "Login page of the Administrator Directory", (f"{_ADMIN}/login",), sign_in.admin_login),
    _row("AdminLogout", "Logout of the Administrator Directory", (f"{_ADMIN}/logout",), sign_in.admin_logout),
    # The portal of a federated site.
    _row("PortalRoot", "Portal root", (f"{_PORTAL}/rest",), portal.portal_root),
    _row("PortalInfo", "Portal info", (f"{_PORTAL}/rest/info",), portal.portal_info),
    _row("PortalSelf", "Portal self", (f"{_PORTAL}/rest/portals/self",), portal.portal_self),
    _row("CommunitySelf", "Community self", (f"{_PORTAL}/rest/community/self",), portal.community_self),
    _row("CommunityUser", "User", (f"{_PORTAL}/rest/community/users/{{username}}",), portal.community_user),
    _row("PortalGenerateToken", "Generate token (portal)", _sign_in("generateToken"), portal.portal_generate_token),
    _row("OAuthAuthorize", "OAuth authorize", _sign_in("oauth2/authorize"), oauth.oauth_authorize),
    _row("OAuthSignIn", "OAuth sign-in", _sign_in("oauth2/signin")[::-1], oauth.oauth_sign_in, methods=_POST),
    _row("OAuthToken", "OAuth token", _sign_in("oauth2/token"), methods=_POST),
)

ENTRANCES: tuple[Entrance, ...] = (
    Entrance(methods=_BOTH, paths=(f"{_ADMIN}/services/{{name}}",), handler=elsewhere),
    Entrance(
        methods=(*_BOTH, "OPTIONS"),
        paths=(f"{_REST}/{{rest*}}", f"{_ADMIN}/{{rest*}}", "/{context}/tokens/{rest*}", f"{_PORTAL}/{{rest*}}"),
        handler=elsewhere,
    ),
)

_ADMIN_FOLDER = next(one for one in OPERATIONS if one.name == "AdminFolder")
_ADMIN_SERVICE = next(one for one in OPERATIONS if one.name == "AdminService")


def resolve(context: GpContext) -> Resolved:
    """Read query and form, and tell a folder of the Administrator from a service by the type in a service's name."""
    operation = context.operation
    if operation is None and "name" in context.values:
        operation = _ADMIN_SERVICE if "." in context.values["name"] else _ADMIN_FOLDER
    return Resolved(operation, read_parameters(context))
