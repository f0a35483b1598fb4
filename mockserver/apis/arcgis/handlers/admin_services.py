"""The Administrator Directory: how a service stands, starting and stopping it, and what kinds of services there are."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.apis.arcgis import admin_documents, admin_pages, errors, service_documents
from mockserver.apis.arcgis.admin_pages import Page
from mockserver.apis.arcgis.handlers.admin import answer_page, done, for_administrators, posted, service_of
from mockserver.apis.arcgis.handlers.admin_jobs import jobs_of
from mockserver.apis.arcgis.handlers.resources import STATES, is_started
from mockserver.apis.arcgis.public_key import public_key as key
from mockserver.apis.arcgis.requests import GpContext


async def public_key(context: GpContext) -> Response:
    """`…/admin/publicKey`: what to encrypt a sign-in with; therefore it asks for no token (seen from agsadmin)."""
    data = key()
    return answer_page(context, data, Page(title="Public Key", facts=admin_pages.facts(data)))


@for_administrators
async def status(context: GpContext) -> Response:
    """`…/<service>/status`: as configured, and as it is; the two never differ here."""
    service = service_of(context)
    word = admin_documents.state_word(await is_started(context, service))
    data = {"configuredState": word, "realTimeState": word}
    return answer_page(context, data, Page(title=f"Status - {service.key}", facts=admin_pages.facts(data)))


@for_administrators
async def statistics(context: GpContext) -> Response:
    """`…/<service>/statistics`: its instances, and what they have done."""
    service = service_of(context)
    started = await is_started(context, service)
    data = service_documents.statistics(service, await jobs_of(context, service), context.now, started=started)
    page = Page(title=f"Statistics - {service.key}", facts=admin_pages.facts(data["summary"]))
    return answer_page(context, data, page)


@for_administrators
async def item_info(context: GpContext) -> Response:
    """`…/<service>/iteminfo`: what a catalogue says of it."""
    data = service_documents.item_info(service_of(context))
    return answer_page(context, data, Page(title="Item Information", facts=admin_pages.facts(data)))


@for_administrators
@posted("Start Service")
async def start(context: GpContext) -> Response:
    """`…/<service>/start`: its REST resources answer again."""
    return await _switch(context, "Start Service", started=True)


@for_administrators
@posted("Stop Service")
async def stop(context: GpContext) -> Response:
    """`…/<service>/stop`: its REST resources say that it is not started; its jobs go on (inferred)."""
    return await _switch(context, "Stop Service", started=False)


async def _switch(context: GpContext, title: str, *, started: bool) -> Response:
    service = service_of(context)
    await context.sandbox.documents(context.api.name).put(STATES, service.key, {"started": started})
    return done(context, title)


@for_administrators
async def types(context: GpContext) -> Response:
    """`…/services/types`: the kinds of services."""
    data = {"types": list(service_documents.types(context.site).values())}
    links = [(one["Name"], admin_pages.below(context, one["Name"])) for one in data["types"]]
    return answer_page(context, data, Page(title="Types", lists=[("Types", links)]))


@for_administrators
async def type_(context: GpContext) -> Response:
    """`…/services/types/<type>`: one kind of services."""
    name = context.values["type"]
    data = service_documents.types(context.site).get(name)
    if data is None:
        raise errors.admin_not_found(name)
    return answer_page(context, data, Page(title=f"Type - {name}", facts=admin_pages.facts(data)))


@for_administrators
@posted("Exists", fields=("folderName", "serviceName", "type"))
async def exists(context: GpContext) -> Response:
    """`…/services/exists`: whether there is such a folder, or such a service in it."""
    given = context.parameters
    folder, name, kind = ((given.get(one) or "").strip() for one in ("folderName", "serviceName", "type"))
    data = {"exists": service_documents.exists(context.site, folder.strip("/"), name, kind)}
    return answer_page(context, data, Page(title="Exists", facts=[("exists", str(data["exists"]).lower())]))
