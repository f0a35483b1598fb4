"""The Administrator's view of a site: its root, its folders and the configuration of a service, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import ROOT, Service, Site

RESOURCES = (
    "machines", "services", "security", "system", "data", "uploads", "logs", "mode", "usagereports", "kml", "info",
)  # fmt: skip
"""What the root lists; only `services` is faked, the rest say so."""

_SYSTEM = ("System", "Utilities", "Hosted")
"""Folders every site is made with."""


def root_resource(current_version: float, full_version: str) -> dict[str, Any]:
    """Return the root resource."""
    return {
        "resources": list(RESOURCES),
        "currentVersion": current_version,
        "fullVersion": full_version,
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


def service_config(service: Service, settings: ArcgisSettings) -> dict[str, Any]:
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
        "maxInstancesPerNode": 2,
        "instancesPerContainer": 1,
        "maxWaitTime": 60,
        "maxStartupTime": 300,
        "maxIdleTime": 1800,
        "maxUsageTime": 600,
        "loadBalancing": "ROUND_ROBIN",
        "isolationLevel": "HIGH",
        "configuredState": "STARTED" if service.started else "STOPPED",
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
