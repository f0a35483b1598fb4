"""data/Devices, data/CliTemplate, data/InventoryDetails: pages, filters, sorting, and one by its id."""

from __future__ import annotations

from functools import partial

from mockserver.api.response import Response
from mockserver.apis.prime.entity_types import EntityType, Row
from mockserver.apis.prime.errors import no_entity
from mockserver.apis.prime.filters import conditions, hold
from mockserver.apis.prime.model import EntityHead, EntityId, Instance
from mockserver.apis.prime.ordering import in_order, read_order
from mockserver.apis.prime.paging import instance, is_full, listing, read_paging
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.site import PrimeContext
from mockserver.apis.prime.virtual_domains import sees


async def entities(entity_type: EntityType, context: PrimeContext, request: PrimeRequest) -> Instance | Response:
    """One entity when the path names one, else a page of them."""
    rows = tuple(
        row for row in entity_type.rows(context.site) if sees(context, request.virtual_domain, row.get("domain"))
    )
    if "id" in context.values:
        return _instance(entity_type, context, request, rows)
    paging = read_paging(context)
    found = conditions(context.parameters, entity_type.filters, context.settings.server_zone)
    order = read_order(context.parameters.get(".sort"), entity_type.filters)
    any_of_them = context.parameters.get(".or_filter") == "true"
    if found:
        rows = tuple(row for row in rows if hold(found, partial(entity_type.value, row), any_of_them=any_of_them))
    rows = tuple(in_order(rows, order, entity_type.value))
    page = rows[paging.first : paging.first + paging.size]
    if is_full(context):
        whole = tuple(_entity(entity_type, context, request, row) for row in page)
        return listing(context, request, entity_type.name, paging, len(rows), entity=whole)
    ids = tuple(
        EntityId(
            type=entity_type.name,
            url=f"{request.root_url}/{entity_type.name}/{row['id']}",
            display_name=row["id"],
            id=row["id"],
        )
        for row in page
    )
    return listing(context, request, entity_type.name, paging, len(rows), entity_id=ids)


def _instance(entity_type: EntityType, context: PrimeContext, request: PrimeRequest, rows: tuple[Row, ...]) -> Instance:
    wanted = request.address.path.rpartition("/")[2]
    for row in rows:
        if row["id"] == wanted:
            break
    else:
        raise no_entity(request.address, entity_type.name, wanted)
    return instance(request, entity_type.name, _entity(entity_type, context, request, row))


def _entity(entity_type: EntityType, context: PrimeContext, request: PrimeRequest, row: Row) -> EntityHead:
    return entity_type.shown(entity_type, row, request.version, request.root_url, context.settings)
