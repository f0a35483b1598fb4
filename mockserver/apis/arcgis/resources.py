"""Finding one's way on a site: addresses, versions, and the service, task and job a call is about."""

from __future__ import annotations

import urllib.parse
from typing import Any

from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.security import GpContext, authorize, is_anonymous
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import Service, Task
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job

SERVICE_PATHS = (
    "/{context}/rest/services/{service}/GPServer",
    "/{context}/rest/services/{folder}/{service}/GPServer",
)
TASK_PATHS = tuple(path + "/{task}" for path in SERVICE_PATHS)
JOB_PATHS = tuple(path + "/jobs/{job}" for path in TASK_PATHS)


def root(context: GpContext) -> str:
    """Return `https://host/arcgis` as this client reached the site."""
    return f"{context.base}/{context.path.split('/', 2)[1]}"


def service_url(context: GpContext, service: Service) -> str:
    """Return the REST address of a service."""
    return f"{root(context)}/rest/services/{quote(service.rest_name)}"


def local(context: GpContext, value: Any) -> Any:
    """Return a value whose texts beginning with `{root}/` are addresses on this site; `{job}` is the job's id there."""
    if isinstance(value, str):
        if not value.startswith("{root}/"):
            return value
        return (root(context) + value.removeprefix("{root}")).replace("{job}", context.job or "")
    if isinstance(value, dict):
        return {name: local(context, one) for name, one in value.items()}
    if isinstance(value, list):
        return [local(context, one) for one in value]
    return value


def quote(text: str) -> str:
    """Percent-encode what may not stand in a path."""
    return urllib.parse.quote(text)


def version_number(settings: ArcgisSettings) -> int | float:
    """Return `currentVersion`: a number, 10.91 for 10.9.1 [server-info]."""
    first, second, *rest = settings.version.split(".")
    number = float(f"{first}.{second}{''.join(rest)}")
    return int(number) if number.is_integer() else number


def full_version(settings: ArcgisSettings) -> str:
    """Return `fullVersion`: three parts [server-info]."""
    first, second, *rest = settings.version.split(".")
    if first == "10" and len(second) == 2:  # 10.91, as `currentVersion` writes 10.9.1
        second, rest = second[0], [second[1]]
    return ".".join((first, second, *(rest or ("0",))))


async def open_service(context: GpContext) -> tuple[Service, str | None]:
    """Return the service of a call's path, and the caller's name.

    Raises:
        RestError: unknown, stopped, or not for this caller.
    """
    folder, name = context.values.get("folder", ""), context.values["service"]
    service = context.site.service(folder, name)
    if service is None:
        raise errors.service_not_found(f"{folder}/{name}/GPServer" if folder else f"{name}/GPServer")
    user = None if is_anonymous(context, service) else await authorize(context, service)
    if not service.started:
        raise errors.service_not_started(service.rest_name)
    return service, user


async def open_task(context: GpContext) -> tuple[Service, Task, str | None]:
    """Return service and task of a call's path, and the caller's name.

    Raises:
        RestError: as `open_service`; Invalid URL when the service has no such task.
    """
    service, user = await open_service(context)
    task = service.tasks.get(context.values["task"])
    if task is None:
        raise errors.invalid_url()
    return service, task, user


async def open_job(context: GpContext, *, look: bool = False) -> tuple[Service, Task, Job]:
    """Return service, task and job of a call's path. An id is good under its own task only (inferred).

    Raises:
        RestError: as `open_task`.
        UnknownJob: no such job of this task.
    """
    service, task, _ = await open_task(context)
    job_id = context.values["job"]
    job = await context.jobs.get("arcgis", job_id, look=look)
    if job.data["service"] != service.key or job.data["task"] != task.name:
        raise UnknownJob("arcgis", job_id)
    return service, task, job


def trail(context: GpContext, service: Service | None = None, *more: tuple[str, str]) -> list[list[str]]:
    """Return the bread crumbs of a page: names and addresses from the catalogue down."""
    services = f"{root(context)}/rest/services"
    crumbs = [["services", services]]
    if service is not None:
        if service.folder:
            crumbs.append([service.folder, f"{services}/{quote(service.folder)}"])
        crumbs.append([f"{service.full_name} ({service.type})", service_url(context, service)])
    crumbs.extend([name, url] for name, url in more)
    return crumbs
