"""The operations of the site, one row each, and the addresses of which only the request tells what they mean.

Rows without a handler exist at the vendor and say that they are not faked.
"""

from __future__ import annotations

from mockserver.api.context import Resolved
from mockserver.api.errors import MethodNotAllowed
from mockserver.api.operation import Entrance, Handler, JobPlace, Operation
from mockserver.apis.arcgis.handlers import (
    admin_jobs,
    admin_logs,
    admin_services,
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
from mockserver.apis.arcgis.requests import GpContext, names_a_format, read_parameters

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
    head: bool = False,
) -> Operation:
    return Operation(name=name, title=title, methods=methods, paths=paths, handler=handler, job=job, head=head)


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


def _site(name: str) -> _Paths:
    return (f"{_ADMIN}/{name}",)


def _folders(name: str) -> _Paths:
    return f"{_ADMIN}/services/{name}", f"{_ADMIN}/services/{{folder}}/{name}"


def _permissions() -> _Paths:
    # A folder and a service of the root folder stand at the same place.
    places = (f"{_ADMIN}/services", *_admin_service())
    return tuple(f"{place}/permissions{below}" for place in places for below in ("", "/{rest*}"))


def _below_types(name: str) -> _Paths:
    return f"{_ADMIN}/services/types/{name}", f"{_ADMIN}/services/types/{name}/{{rest*}}"


def _item_info(below: str = "") -> _Paths:
    # The documentation writes both.
    return (*_admin_service(f"/iteminfo{below}"), *_admin_service(f"/itemInfo{below}"))


def _sign_in(name: str) -> _Paths:
    return f"{_PORTAL}/rest/{name}", f"{_PORTAL}/{name}"


_SERVICES = (f"{_REST}/services/{{service}}/GPServer", f"{_REST}/services/{{folder}}/{{service}}/GPServer")


def _below_service(name: str) -> _Paths:
    return tuple(f"{service}/{name}{below}" for service in _SERVICES for below in ("", "/{rest*}"))


OPERATIONS: tuple[Operation, ...] = (
    # The Services Directory.
    _row("Info", "", (f"{_REST}/info",), catalog.info, head=True),
    _row("Catalog", "", (_REST, f"{_REST}/services"), catalog.catalog, head=True),
    _row("Folder", "", (f"{_REST}/services/{{folder}}",), catalog.folder, head=True),
    _row("Service", "", _SERVICES, catalog.describe_service, head=True),
    _row("Task", "", _task(), tasks.describe_task, head=True),
    _row("SubmitJob", "", _task("/submitJob"), tasks.submit_job),
    _row("ExecuteTask", "", _task("/execute"), tasks.execute),
    _row("JobStatus", "", _job(), jobs.job_status, job=_JOB),
    _row("CancelJob", "", _job("/cancel"), jobs.cancel_job, job=_JOB),
    _row("TaskMetadata", "the item metadata of a task, 10.9.1", _task("/metadata")),
    _row("ValidateTask", "validation of parameters, 12.0", _task("/validate")),
    _row("ServiceInfo", "item information, metadata and thumbnail of a service", _below_service("info")),
    _row("ServiceUploads", "uploads of a service", _below_service("uploads")),
    _row("HealthCheck", "health check, 10.6.1", (f"{_REST}/info/healthcheck",)),
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
    _row("AdminServiceStatus", "Service status", _admin_service("/status"), admin_services.status),
    _row("AdminServiceStatistics", "Service statistics", _admin_service("/statistics"), admin_services.statistics),
    _row("AdminItemInfo", "Item information", _item_info(), admin_services.item_info),
    _row("AdminStartService", "Start service", _admin_service("/start"), admin_services.start),
    _row("AdminStopService", "Stop service", _admin_service("/stop"), admin_services.stop),
    _row("AdminServiceTypes", "Types", (f"{_ADMIN}/services/types",), admin_services.types),
    _row("AdminServiceType", "Type", (f"{_ADMIN}/services/types/{{type}}",), admin_services.type_),
    _row("AdminServiceExists", "Exists", (f"{_ADMIN}/services/exists",), admin_services.exists),
    _row("AdminQueryLogs", "Query logs", (f"{_ADMIN}/logs/query",), admin_logs.query_logs),
    _row("AdminPublicKey", "Public key", (f"{_ADMIN}/publicKey",), admin_services.public_key),
    # What the Administrator's site root, folders and services have besides, by its resource hierarchy.
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
    _row("AdminAbout", "About, 11.5", _whole("about")),
    _row("AdminClusters", "Clusters, up to 10.x", _whole("clusters")),
    _row("AdminCreateSite", "Create site", _site("createNewSite")),
    _row("AdminJoinSite", "Join site", _site("joinSite")),
    _row("AdminExportSite", "Export site", _site("exportSite")),
    _row("AdminImportSite", "Import site", _site("importSite")),
    _row("AdminDeleteSite", "Delete site", _site("deleteSite")),
    _row("AdminUpgrade", "Upgrade", _site("upgrade")),
    _row("AdminCreateService", "Create service", _folders("createService")),
    _row("AdminCanCreateService", "Can create service", _folders("canCreateService")),
    _row("AdminCreateFolder", "Create folder", _folders("createFolder")),
    _row("AdminEditFolder", "Edit folder", _folders("editFolder")),
    _row("AdminDeleteFolder", "Delete folder", _folders("deleteFolder")),
    _row("AdminRenameService", "Rename service", _folders("renameService")),
    _row("AdminStartServices", "Start services", _folders("startServices")),
    _row("AdminStopServices", "Stop services", _folders("stopServices")),
    _row("AdminDeleteServices", "Delete services", _folders("deleteServices")),
    _row("AdminExportServices", "Export services", _folders("exportServices")),
    _row("AdminImportServices", "Import services", _folders("importServices")),
    _row("AdminFederate", "Federate", _folders("federate")),
    _row("AdminUnfederate", "Unfederate", _folders("unfederate")),
    _row("AdminReport", "Service report", _folders("report")),
    _row("AdminPermissions", "Permissions of a folder or a service", _permissions()),
    _row("AdminServicesProperties", "Properties of the services directory", _folders("properties")[:1]),
    _row("AdminWebhooks", "Webhooks", (*_folders("webhooks")[:1], *_folders("webhooks/{rest*}")[:1])),
    _row("AdminExtensions", "Extensions of service types", _below_types("extensions")),
    _row("AdminProviders", "Providers of service types", _below_types("providers")),
    _row("AdminEditService", "Edit service", _admin_service("/edit")),
    _row("AdminDeleteService", "Delete service", _admin_service("/delete")),
    _row("AdminChangeProvider", "Change provider", _admin_service("/changeProvider")),
    _row("AdminItemInfoFiles", "Item information: edit, upload, delete, its files", _item_info("/{rest*}")),
    _row("AdminLifecycle", "Lifecycle information", _admin_service("/lifecycleinfos")),
    _row(
        "AdminServiceWebhooks",
        "Webhooks of a service",
        (*_admin_service("/webhooks"), *_admin_service("/webhooks/{rest*}")),
    ),
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
    """Read query and form, and tell a folder of the Administrator from a service by the type in a service's name.

    Pages of the Services Directory refuse HEAD, which their JSON answers.
    """
    operation = context.operation
    if operation is None and "name" in context.values:
        operation = _ADMIN_SERVICE if "." in context.values["name"] else _ADMIN_FOLDER
    parameters = read_parameters(context)
    if context.method == "HEAD" and operation is not None and not names_a_format(parameters):
        return Resolved(None, parameters, refusal=MethodNotAllowed(operation.methods))
    return Resolved(operation, parameters)
