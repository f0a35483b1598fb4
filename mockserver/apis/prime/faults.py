"""Prime's own failures, on order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.definition import NamedFault
from mockserver.api.response import Response
from mockserver.apis.prime import limits
from mockserver.apis.prime.refusal import error_document, login_needed, page, unauthorized
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.machine import Confidence

_RATE_LIMITING = "Rate Limiting: the texts of 503 answers"
_STATUS_CODES = "HTTP status codes of the 3.3 reference"


def _total(context: RequestContext[PrimeSettings, Any]) -> Response:
    return error_document(context, limits.limited(limits.total_text(context.settings)))


def _user(context: RequestContext[PrimeSettings, Any]) -> Response:
    settings = context.settings
    if settings.per_user_threshold < 0:
        # No limit is set, and nobody is refused for having made more than -1 requests.
        settings = replace(settings, per_user_threshold=max(settings.total_request_threshold, 1))
    return error_document(context, limits.limited(limits.user_text(settings, _username(context))))


def _concurrent(context: RequestContext[PrimeSettings, Any]) -> Response:
    limit = max(context.settings.max_concurrent_queries, 1)
    return error_document(context, limits.limited(limits.concurrency_text(limit, limit)))


def _username(context: RequestContext[PrimeSettings, Any]) -> str:
    account = context.state.logins.basic(context.headers.get("Authorization", ""))
    return account.username if account is not None else "nbi"


def _login(context: RequestContext[PrimeSettings, Any]) -> Response:
    return login_needed(context)


FAULTS = (
    NamedFault(name="rate-limit", title="503: too many requests of all users", reply=_total, source=_RATE_LIMITING),
    NamedFault(name="rate-limit-user", title="503: too many requests of this user", reply=_user, source=_RATE_LIMITING),
    NamedFault(
        name="rate-limit-concurrent", title="503: too many requests at a time", reply=_concurrent, source=_RATE_LIMITING
    ),
    NamedFault(
        name="session-limit",
        title="401: too many sessions of this user",
        reply=lambda context: unauthorized(context, "Session limit exceeded."),
        source="FAQ of PI 3.0; page content is a guess",
    ),
    NamedFault(name="login", title="302 to the login page, or 401", reply=_login, source=_STATUS_CODES),
    NamedFault(
        name="bad-gateway",
        title="502: the server is down or upgrading",
        reply=lambda context: page(502, "Bad Gateway", "The server is down or being upgraded."),
        confidence=Confidence.INFERRED,
        source=f"{_STATUS_CODES}; the page is a guess",
    ),
)
