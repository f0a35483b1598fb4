"""The Administrator's view as plain data: the site, its folders, the configuration of a service, its jobs.

Pure functions over settled jobs. The Administrator API says `status` and `machinename` where the
services directory says `jobStatus`; both are the documentation's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.arcgis.admin_query import FILTERS, Query
from mockserver.apis.arcgis.machine import JOB
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import ROOT, Service, Site
from mockserver.core.clock import milliseconds
from mockserver.core.job import Job
from mockserver.core.machine import Phase

MACHINE = "MOCKSERVER.LOCAL"
"""The machine every job ran on, unless its fixture names another."""

RESOURCES = (
    "machines", "services", "security", "system", "data", "uploads", "logs", "mode", "usagereports", "kml", "info",
)  # fmt: skip
"""What the root lists; only `services` is faked, the rest say so."""

INSTANCES = 2
"""Jobs of one service that run at a time, as its configuration and its statistics say; the fake knows no limit."""

_SYSTEM = ("System", "Utilities", "Hosted")
"""Folders every site is made with."""


def site_root(settings: ArcgisSettings) -> dict[str, Any]:
    """Return the root resource."""
    return {
        "resources": list(RESOURCES),
        "currentVersion": settings.current_version,
        "fullVersion": settings.full_version,
        "acceptLanguage": "en",
    }


def folder(site: Site, name: str) -> dict[str, Any]:
    """Return a folder with its services; only the root lists folders."""
    root = name == ROOT
    found: dict[str, Any] = {
        "folderName": "/" if root else name,
        "description": "Root folder" if root else "",
        "webEncrypted": False,
        "isDefault": root or name in _SYSTEM,
        "folders": list(site.folders) if root else [],
    }
    if root:
        found["foldersDetail"] = [
            {"folderName": one, "description": "", "webEncrypted": False, "isDefault": one in _SYSTEM}
            for one in site.folders
        ]
    return {**found, "services": _listed(site.in_folder(name), "/" if root else name)}


def _listed(services: Sequence[Service], folder_name: str) -> list[dict[str, Any]]:
    return [
        {
            "folderName": folder_name,
            "serviceName": service.name,
            "type": service.type,
            "description": service.description,
        }
        for service in services
    ]


def service_config(service: Service, settings: ArcgisSettings, *, started: bool) -> dict[str, Any]:
    """Return a service's configuration. The keys are the documentation's; values no fixture gives are inferred."""
    level = service.message_level or settings.message_level
    return {
        "serviceName": service.name,
        "type": service.type,
        "description": service.description,
        "capabilities": service.capabilities,
        "provider": "ArcObjects11",
        "clusterName": "default",
        "minInstancesPerNode": 1,
        "maxInstancesPerNode": INSTANCES,
        "instancesPerContainer": 1,
        "maxWaitTime": 60,
        "maxStartupTime": 300,
        "maxIdleTime": 1800,
        "maxUsageTime": 600,
        "loadBalancing": "ROUND_ROBIN",
        "isolationLevel": "HIGH",
        "configuredState": state_word(started),
        "recycleInterval": 24,
        "recycleStartTime": "00:00",
        "keepAliveInterval": 1800,
        "private": False,
        "isDefault": False,
        "maxUploadFileSize": 0,
        "allowedUploadFileTypes": "",
        "jsonProperties": {},
        "properties": {
            "executionType": "Synchronous" if service.synchronous else "Asynchronous",
            "maximumRecords": str(service.maximum_records),
            "resultMapServer": "true" if service.result_map_server else "false",
            "showMessages": level.capitalize(),
            "cancellationCheckInterval": f"{settings.cancel_check:g}",
            "progressMessageUpdateInterval": f"{settings.progress_interval:g}",
            **{name: str(value) for name, value in service.properties.items()},
        },
        "extensions": [],
        "datasets": [],
    }


def state_word(started: bool) -> str:
    """Return how the Administrator calls a service that runs, or does not."""
    return "STARTED" if started else "STOPPED"


def brief(job: Job) -> dict[str, Any]:
    """Return what a query's result says of one job. `endTime` of one that still runs is null (inferred)."""
    return {
        "submittedTime": milliseconds(job.created),
        "endTime": None if job.ended is None else milliseconds(job.ended),
        "status": _status(job),
        "username": job.owner,
        "machinename": _machine(job),
    }


def detail(job: Job, url: str) -> dict[str, Any]:
    """Return the job resource; `url` is its own address in the Administrator API, as in the documentation's sample."""
    return {"jobId": job.id, **brief(job), "url": url}


def query_result(query: Query, parameters: Mapping[str, Any], page: Sequence[Job], total: int) -> dict[str, Any]:
    """Return the answer to a jobs query.

    `total` counts what the filters admit, not the page; `nextStart` is -1 on the last page. `num` is the size asked
    for, also on a short page, and `query` repeats `startTime`, `start`, `number` and the filters that were set: the
    sample leaves both open.
    """
    following = query.start + query.number
    return {
        "total": total,
        "num": query.number,
        "query": {
            "startTime": "" if query.start_time is None else query.start_time,
            **{name: parameters[name] for name in FILTERS if parameters.get(name)},
            "start": query.start,
            "number": query.number,
        },
        "start": query.start,
        "nextStart": following if following <= total else -1,
        "results": {job.id: brief(job) for job in page},
    }


def statistics(jobs: Sequence[Job]) -> dict[str, int]:
    """Count a service's jobs. Those that still run, and those that timed out, are in `total` only (inferred)."""
    phases = [JOB.phase(job) for job in jobs]
    return {
        "total": len(phases),
        "cancelled": phases.count(Phase.CANCELED),
        "failed": phases.count(Phase.FAILED),
        "succeeded": phases.count(Phase.SUCCEEDED),
    }


def admits(query: Query, job: Job) -> bool:
    """Tell whether the filters of a query admit a job."""
    return (
        (query.start_time is None or milliseconds(job.created) >= query.start_time)
        and (query.end_time is None or milliseconds(job.created) <= query.end_time)
        and (query.status is None or _status(job) == query.status)
        and (query.username is None or job.owner == query.username)
        and (query.machine is None or _machine(job).casefold() == query.machine.casefold())
    )


def _status(job: Job) -> str:
    return JOB.by_name[job.state].word


def _machine(job: Job) -> str:
    return str(job.data.get("machine") or MACHINE)
