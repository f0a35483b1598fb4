"""What there is: the directories `data` and `op`, the rate limits, the login page."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.api.operation import Operation
from mockserver.api.response import Response
from mockserver.apis.prime.address import OPERATIONS
from mockserver.apis.prime.auth import PrimeOperation
from mockserver.apis.prime.documents import management
from mockserver.apis.prime.entity_types import NAMES
from mockserver.apis.prime.model import Directory, EntityType, RateLimits, RateLimitsAnswer, Service
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.responses import page
from mockserver.apis.prime.site import PrimeContext


async def entity_types(context: PrimeContext, request: PrimeRequest) -> Directory:
    """`data`: the entity types; clients go to `@url`."""
    return Directory(
        domain=request.domain,
        response_type="listEntityTypes",
        request_url=request.request_url,
        root_url=request.root_url,
        entity_type=tuple(EntityType(url=f"{request.root_url}/{name}", name=name) for name in NAMES),
    )


async def operations(table: Sequence[Operation], context: PrimeContext, request: PrimeRequest) -> Directory:
    """`op`: the operations of the table; clients put `@path` behind their own base."""
    return Directory(
        domain=request.domain,
        response_type="listOperations",
        request_url=request.request_url,
        root_url=request.root_url,
        operation=services(table, request.version),
    )


def services(table: Sequence[Operation], version: int) -> tuple[Service, ...]:
    """List the operations below `op` that a version has, by path; what is not faked is left out."""
    found = []
    for one in table:
        if isinstance(one, PrimeOperation) and one.paths[0].startswith(OPERATIONS) and version >= one.since:
            path = one.paths[0].removeprefix(OPERATIONS)
            found.append(Service(http_method=one.methods[0], path=path, name=path.rpartition("/")[2]))
    return tuple(sorted(found, key=lambda service: service.path))


async def rate_limits(context: PrimeContext, request: PrimeRequest) -> RateLimitsAnswer:
    """The thresholds as they stand; a limiter that is switched off says so by -1."""
    settings = context.settings

    def shown(threshold: int) -> int:
        return threshold if settings.rate_limiting else -1

    limits = RateLimits(
        limit_page_size=settings.limit_page_size,
        limit_unpaged_query=settings.limit_unpaged_query,
        max_all_user_concurrent_queries=shown(settings.max_all_user_concurrent_queries),
        max_concurrent_queries=shown(settings.max_concurrent_queries),
        per_user_threshold=shown(settings.per_user_threshold),
        total_request_threshold=shown(settings.total_request_threshold),
        window_segments=settings.window_segments,
        window_size=settings.window_size,
    )
    return management(RateLimitsAnswer, request, rate_limits=(limits,))


async def login_page(context: PrimeContext) -> Response:
    """Where a redirected client ends: 200 and HTML, which breaks those that expect JSON, as it does at the vendor."""
    return page(200, "Cisco Prime Infrastructure", "Please log in.")
