"""What there is to call: the directories `data` and `op`, the rate limits, the login page."""

from __future__ import annotations

from mockserver.api.context import RequestContext
from mockserver.api.response import Response
from mockserver.apis.prime.gate import Ask, PrimeContext
from mockserver.apis.prime.jobservice import management
from mockserver.apis.prime.model import Directory, EntityType, RateLimits, RateLimitsAnswer, Service
from mockserver.apis.prime.refusal import page
from mockserver.apis.prime.views import TYPE

RATE_LIMITS_SINCE = 4

_SERVICES = (
    ("deployTemplateThroughJob", "PUT", "cliTemplateConfiguration/deployTemplateThroughJob", 1),
    ("bulkImport", "PUT", "devices/bulkImport", 1),
    ("cancel", "PUT", "jobService/cancel", 1),
    ("cancelrunning", "PUT", "jobService/cancelrunning", 1),
    ("resume", "PUT", "jobService/resume", 1),
    ("runhistory", "GET", "jobService/runhistory", 1),
    ("suspend", "PUT", "jobService/suspend", 1),
    ("rateLimits", "GET", "rateService/rateLimits", RATE_LIMITS_SINCE),
)
"""Name, method, path, first version of each operation that is faked."""


async def entity_types(context: PrimeContext, ask: Ask) -> Directory:
    """`data`: the entity types; clients go to `@url`."""
    return Directory(
        domain=ask.domain(context.settings),
        response_type="listEntityTypes",
        request_url=ask.request_url,
        root_url=ask.root_url,
        entity_type=(EntityType(url=f"{ask.root_url}/{TYPE}", name=TYPE),),
    )


async def operations(context: PrimeContext, ask: Ask) -> Directory:
    """`op`: the operations; clients put `@path` behind their own base."""
    return Directory(
        domain=ask.domain(context.settings),
        response_type="listOperations",
        request_url=ask.request_url,
        root_url=ask.root_url,
        operation=tuple(
            Service(http_method=method, path=path, name=name)
            for name, method, path, since in _SERVICES
            if ask.version >= since
        ),
    )


async def rate_limits(context: PrimeContext, ask: Ask) -> RateLimitsAnswer:
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
    return management(RateLimitsAnswer, ask, rate_limits=(limits,))


async def login_page(context: RequestContext[object, object]) -> Response:
    """Where a redirected client ends: 200 and HTML, which breaks those that expect JSON, as it does at the vendor."""
    return page(200, "Cisco Prime Infrastructure", "Please log in.")
