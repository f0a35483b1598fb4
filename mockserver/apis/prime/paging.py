"""Pages of entities: which one a request asks for, and how an answer says which it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mockserver.api.response import Response
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.limits import limited
from mockserver.apis.prime.model import EntityHead, EntityId, Instance, Listing
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.responses import document
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import PrimeContext

_RANGE = re.compile(r"\s*instances\s*=\s*(\d{1,9})\s*-\s*(\d{1,9})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """A page: its first index, its size, and whether the Range header named it."""

    first: int
    size: int
    by_header: bool


def read_paging(context: PrimeContext) -> Paging:
    """Read the page asked for; the query goes before the Range header.

    Raises:
        PrimeError: a number is none, or the page is too large.
    """
    settings = context.settings
    first, size = _whole(context, ".firstResult"), _whole(context, ".maxResults")
    ranged = _RANGE.fullmatch(context.headers.get("Range", "")) if first is None and size is None else None
    if ranged is not None:
        first, size = int(ranged[1]), int(ranged[2]) - int(ranged[1]) + 1
        if size < 1:
            raise PrimeError(400, f"Invalid Range {ranged[0]}")
    if size is not None and settings.limit_page_size != -1 and size > settings.limit_page_size:
        # That it is 503 is documented, its text is not.
        raise limited(f"NBI page size limit exceeded (More than {settings.limit_page_size})")
    if size is None:
        size = settings.limit_unpaged_query
    return Paging(first=first or 0, size=size, by_header=ranged is not None)


def is_full(context: PrimeContext) -> bool:
    """Tell whether whole entities are wanted, not ids."""
    return context.parameters.get(".full") == "true"


def listing(
    context: PrimeContext,
    request: PrimeRequest,
    name: str,
    paging: Paging,
    count: int,
    *,
    entity: tuple[EntityHead, ...] | None = None,
    entity_id: tuple[EntityId, ...] | None = None,
) -> Response:
    """Answer with a page.

    Args:
        name: of the entity type.
        count: the size of the whole list.
        entity, entity_id: what is on the page: whole entities, or ids.
    """
    settings, shown = context.settings, (entity_id if entity is None else entity) or ()
    page = Listing(
        last=_last(paging.first, len(shown), count, settings),
        first=paging.first if count else 0,
        count=count,
        domain=request.domain,
        response_type="listEntityIds" if entity is None else "listEntityInstances",
        request_url=request.request_url,
        root_url=request.root_url,
        type=name,
        entity=entity or None,
        entity_id=entity_id or None,
    )
    response = document(page, request.answer_format, request.version, settings)
    if paging.by_header:
        # 200 and not 206: the reference shows it so.
        return response._replace(
            headers={"Content-Range": f"instances {page.first}-{paging.first + len(shown) - 1}/{count}"}
        )
    return response


def instance(request: PrimeRequest, name: str, entity: EntityHead) -> Instance:
    """Return the answer of one entity that was asked for by its id.

    Args:
        name: of the entity type.
    """
    return Instance(
        type=name,
        domain=request.domain,
        response_type="getEntity",
        request_url=request.request_url,
        root_url=request.root_url,
        entity=(entity,),
    )


def _whole(context: PrimeContext, name: str) -> int | None:
    text = context.parameters.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise PrimeError(400, f"Invalid value for {name}")
    return int(text)


def _last(first: int, shown: int, count: int, settings: PrimeSettings) -> int | None:
    if count:
        return first + shown - 1
    return None if settings.empty_last == "absent" else int(settings.empty_last)
