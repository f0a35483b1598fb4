"""The Services Directory above the tasks: what the site is, its folders, and its services."""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response
from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.addresses import root, trail
from mockserver.apis.arcgis.auth import visible
from mockserver.apis.arcgis.handlers.resources import open_service
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.responses import answer


async def info(context: GpContext) -> Response:
    """Tell version and how to sign in; needs no token [server-info]."""
    here = root(context)
    data: dict[str, Any] = {
        "currentVersion": context.settings.current_version,
        "fullVersion": context.settings.full_version,
        "soapUrl": f"{here}/services",
        "secureSoapUrl": None,
    }
    tokens = (
        context.settings.announces_tokens
        or context.settings.secured != "none"
        or any(one.secured for one in context.site.services.values())
    )
    security: dict[str, Any] = {"isTokenBasedSecurity": tokens}
    if context.settings.secured == "federated":
        portal = f"{context.base}/{context.settings.portal_context}"
        data["owningSystemUrl"] = portal
        security["tokenServicesUrl"] = f"{portal}/sharing/rest/generateToken"
        security["shortLivedTokenValidity"] = context.settings.token_minutes
    elif tokens:
        # The trailing slash is the real server's; clients post to this address as it stands.
        security["tokenServicesUrl"] = f"{here}/tokens/"
        security["shortLivedTokenValidity"] = context.settings.token_minutes
    data["authInfo"] = security
    return answer(context, data, template="info.html")


async def catalog(context: GpContext) -> Response:
    """List folders and the services of the root."""
    return await _listing(context, "", list(context.site.folders))


async def folder(context: GpContext) -> Response:
    """List the services of a folder."""
    name = context.values["folder"]
    if name not in context.site.folders:
        raise errors.folder_not_found()
    return await _listing(context, name, [])


async def _listing(context: GpContext, name: str, folders: list[str]) -> Response:
    shown = [one for one in context.site.in_folder(name) if await visible(context, one)]
    data = {
        "currentVersion": context.settings.current_version,
        "folders": folders,
        "services": [{"name": one.full_name, "type": one.type} for one in shown],
    }
    return answer(context, data, template="catalog.html", facts={"folder": name, "trail": trail(context)})


async def describe_service(context: GpContext) -> Response:
    """Describe a geoprocessing service [gp-service]."""
    found, _ = await open_service(context)
    data: dict[str, Any] = {"currentVersion": context.settings.current_version}
    if context.settings.version.startswith("11."):
        # 11.3 goes with ArcGIS Pro 3.3 [gp-service sample].
        data["cimVersion"] = f"3.{context.settings.version.split('.')[1]}.0"
    data |= {
        "serviceDescription": found.description,
        "tasks": list(found.tasks),
        "executionType": found.execution_type,
        "resultMapServerName": found.result_map_server,
        "maximumRecords": found.maximum_records,
        "capabilities": found.capabilities,
    }
    return answer(context, data, template="service.html", facts={"service": found, "trail": trail(context, found)})
