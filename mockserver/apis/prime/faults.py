"""Prime's own documented failures, for faults that name one."""

from __future__ import annotations

from dataclasses import replace

from mockserver.api.definition import NamedFault
from mockserver.api.response import Response
from mockserver.apis.prime import limits
from mockserver.apis.prime.errors import error_document, login_needed, server_down, session_limit
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.machine import Confidence

_RATE_LIMITING = "Rate Limiting: the texts of 503 answers"
_STATUS_CODES = "HTTP status codes of the 3.3 reference"


def _total(context: PrimeContext) -> Response:
    return error_document(context, limits.limited(limits.total_text(context.settings)))


def _user(context: PrimeContext) -> Response:
    settings = context.settings
    if settings.per_user_threshold < 0:
        # No limit is set, and nobody is refused for having made more than -1 requests.
        settings = replace(settings, per_user_threshold=max(settings.total_request_threshold, 1))
    return error_document(context, limits.limited(limits.user_text(settings, _username(context))))


def _concurrent(context: PrimeContext) -> Response:
    limit = max(context.settings.max_concurrent_queries, 1)
    return error_document(context, limits.limited(limits.concurrency_text(limit, limit)))


def _username(context: PrimeContext) -> str:
    account = context.state.logins.basic(context.headers.get("Authorization", ""))
    return account.username if account is not None else "nbi"


FAULTS = (
    NamedFault(name="rate-limit", title="503: too many requests of all users", reply=_total, source=_RATE_LIMITING),
    NamedFault(name="rate-limit-user", title="503: too many requests of this user", reply=_user, source=_RATE_LIMITING),
    NamedFault(
        name="rate-limit-concurrent", title="503: too many requests at a time", reply=_concurrent, source=_RATE_LIMITING
    ),
    NamedFault(
        name="session-limit",
        title="401: too many sessions of this user",
        reply=session_limit,
        source="FAQ of PI 3.0; page content is a guess",
    ),
    NamedFault(name="login", title="302 to the login page, or 401", reply=login_needed, source=_STATUS_CODES),
    NamedFault(
        name="bad-gateway",
        title="502: the server is down or upgrading",
        reply=server_down,
        confidence=Confidence.INFERRED,
        source=f"{_STATUS_CODES}; the page is a guess",
    ),
)
