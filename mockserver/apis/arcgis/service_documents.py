"""A service as the Administrator sees it beside its configuration, as plain data: instances, catalogue entry, kind.

Pure functions. The keys are the documentation's; values no fixture gives are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mockserver.apis.arcgis.admin_documents import INSTANCES, MACHINE
from mockserver.apis.arcgis.machine import GpState
from mockserver.apis.arcgis.site import ROOT, Service, Site
from mockserver.core.job import Job

_BUSY = (GpState.EXECUTING, GpState.CANCELLING)

_KNOWN: Mapping[str, tuple[str, str, str]] = {
    # Display name, class and factory; MapServer as in the sample of [types], the other after its pattern (inferred).
    "GPServer": (
        "Geoprocessing Service",
        "esriGeoprocessing.GPServer",
        "esriGeoprocessing.GPServerConfigurationFactory",
    ),
    "MapServer": ("Map Service", "esriCarto.MapServerObjectFactory*", "esriCarto.MapServerConfigurationFactory"),
}
_CAPABILITIES = {"GPServer": "Uploads", "MapServer": "Map,Query,Data"}


def statistics(service: Service, jobs: Sequence[Job], now: float, *, started: bool) -> dict[str, Any]:
    """Return the instances of a service and what they have done [service statistics]; one machine is the whole site.

    Instances that are busy are its running jobs, transactions its jobs, busy time the milliseconds they ran (inferred).

    Args:
        now: sandbox time in epoch seconds.
    """
    busy = min(sum(job.state in _BUSY for job in jobs), INSTANCES) if started else 0
    ran = sum((now if job.ended is None else job.ended) - job.started for job in jobs if job.started is not None)
    free = 1 if started and busy == 0 else 0
    counts = {
        "max": INSTANCES if started else 0,
        "busy": busy,
        "free": free,
        "initializing": 0,
        "notCreated": INSTANCES - busy - free if started else 0,
        "transactions": len(jobs),
        "totalBusyTime": round(max(ran, 0) * 1000),
        "isStatisticsAvailable": started,
    }
    place = {"folderName": service.folder or "/", "serviceName": service.name, "type": service.type}
    return {
        "summary": {**place, "startTime": "", **counts},
        "perMachine": [{**place, "machineName": MACHINE, **counts}],
    }


def item_info(service: Service) -> dict[str, Any]:
    """Return a service's entry in a catalogue [iteminfo]; spelt as in the page's syntax, not its sample."""
    return {
        "culture": "en-US",
        "name": service.name,
        "thumbnail": "",
        "guid": str(uuid5(NAMESPACE_URL, service.key)).upper(),
        "catalogpath": "",
        "snippet": service.description,
        "description": service.description,
        "summary": service.description,
        "title": service.name,
        "tags": "",
        "type": _display_name(service.type),
        "text": "",
        "typekeywords": ["Data", "Service", _display_name(service.type), "ArcGIS Server"],
        "documentation": "",
        "url": "",
        "datalastmodifiedtime": "",
        "extent": [],
        "spatialreference": "",
        "accessinformation": "",
        "licenseinfo": "",
    }


def types(site: Site) -> dict[str, dict[str, Any]]:
    """Return the kinds of services by name [types]: those that are known, and those that the site has."""
    return {name: _type(name) for name in dict.fromkeys([*_KNOWN, *(one.type for one in site.services.values())])}


def exists(site: Site, folder: str, name: str, kind: str) -> bool:
    """Tell whether there is such a service, or, without a name, such a folder."""
    if not name:
        return folder == ROOT or folder in site.folders
    return any(one.name == name and one.type == kind for one in site.in_folder(folder))


def _type(name: str) -> dict[str, Any]:
    display, class_id, factory = _KNOWN.get(name, (_display_name(name), "", ""))
    capable = _CAPABILITIES.get(name)
    info = {} if capable is None else {"AllWebCapabilities": capable, "DefaultWebCapabilities": capable}
    return {
        "Name": name,
        "DisplayName": display,
        "CLSID": class_id,
        "Description": f"Esri {name.removesuffix('Server')} Server",
        "CfgFactoryPROGID": factory,
        "ObjectFactoryCLSID": class_id.rstrip("*"),
        "Properties": {},
        "Info": info,
    }


def _display_name(name: str) -> str:
    return _KNOWN[name][0] if name in _KNOWN else f"{name.removesuffix('Server')} Service"
