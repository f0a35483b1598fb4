"""The Administrator Directory: the site, its folders and the configuration of its services."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.apis.arcgis import admin_documents, admin_pages, errors
from mockserver.apis.arcgis.admin_pages import HtmlForm, Page
from mockserver.apis.arcgis.handlers.admin import answer_page, for_administrators, service_of
from mockserver.apis.arcgis.handlers.resources import is_started
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.site import ROOT


@for_administrators
async def site(context: GpContext) -> Response:
    """`…/admin`: the root resource."""
    data = admin_documents.site_root(context.settings)
    links = [(name, admin_pages.below(context, name)) for name in data["resources"]]
    return answer_page(
        context, data, Page(title="Site Root - /", facts=admin_pages.facts(data), lists=[("Resources", links)])
    )


@for_administrators
async def services(context: GpContext) -> Response:
    """`…/admin/services`: the root folder."""
    return _folder(context, ROOT)


@for_administrators
async def folder(context: GpContext) -> Response:
    """`…/admin/services/<folder>`."""
    name = context.values["name"]
    if name not in context.site.folders:
        raise errors.admin_not_found(name)
    return _folder(context, name)


@for_administrators
async def service(context: GpContext) -> Response:
    """`…/admin/services/[<folder>/]<name>.<type>`: its configuration."""
    found = service_of(context, context.values.get("name"))
    data = admin_documents.service_config(found, context.settings, started=await is_started(context, found))
    links = [(name, admin_pages.below(context, name)) for name in ("jobs", "status", "statistics", "iteminfo")]
    forms = [HtmlForm(label=name.capitalize(), action=admin_pages.below(context, name)) for name in ("start", "stop")]
    page = Page(
        title=f"Service - {found.key}", facts=admin_pages.facts(data), lists=[("Resources", links)], forms=forms
    )
    return answer_page(context, data, page)


def _folder(context: GpContext, name: str) -> Response:
    data = admin_documents.folder(context.site, name)
    folders = [(one, admin_pages.below(context, one)) for one in data["folders"]]
    services = [
        (f"{one['serviceName']}.{one['type']}", admin_pages.below(context, f"{one['serviceName']}.{one['type']}"))
        for one in data["services"]
    ]
    page = Page(title=f"Folder - {data['folderName']}", lists=[("Folders", folders), ("Services", services)])
    return answer_page(context, data, page)
