"""The service, task and job that a request's path is about, for those who may see them."""

from __future__ import annotations

from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.auth import authorize, is_anonymous
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.site import Service, Task
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job


async def open_service(context: GpContext) -> tuple[Service, str | None]:
    """Return the service of a request's path, and the caller's name.

    Raises:
        RestError: unknown, stopped, or not for this caller.
        InvalidToken: a token came that is no good.
    """
    folder, name = context.values.get("folder", ""), context.values["service"]
    service = context.site.service(folder, name)
    if service is None:
        raise errors.service_not_found(f"{folder}/{name}/GPServer" if folder else f"{name}/GPServer")
    user = None if is_anonymous(context, service) else await authorize(context, service)
    if not await is_started(context, service):
        raise errors.service_not_started(service.rest_name)
    return service, user


STATES = "services"
"""The collection that says which services were started or stopped since the fixtures said how they stand."""


async def is_started(context: GpContext, service: Service) -> bool:
    """Tell whether a service runs: what the Administrator did to it last, or what the fixtures say."""
    changed = await context.sandbox.documents(context.api.name).get(STATES, service.key)
    return service.started if changed is None else bool(changed["started"])


async def open_task(context: GpContext) -> tuple[Service, Task, str | None]:
    """Return service and task of a request's path, and the caller's name.

    Raises:
        RestError: as `open_service`; Invalid URL when the service has no such task.
        InvalidToken: as `open_service`.
    """
    service, user = await open_service(context)
    task = service.tasks.get(context.values["task"])
    if task is None:
        raise errors.invalid_url()
    return service, task, user


async def open_job(context: GpContext, *, look: bool = False) -> tuple[Service, Task, Job]:
    """Return service, task and job of a request's path. An id is good under its own task only (inferred).

    Raises:
        RestError, InvalidToken: as `open_task`.
        UnknownJob: no such job of this task.
    """
    service, task, _ = await open_task(context)
    job_id = context.values["job"]
    job = await context.jobs.get("arcgis", job_id, look=look)
    if job.data["service"] != service.key or job.data.get("task") != task.name:
        raise UnknownJob("arcgis", job_id)
    return service, task, job
