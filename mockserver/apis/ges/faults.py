"""GES's own documented failures, to be armed by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.definition import NamedFault
from mockserver.api.response import Response
from mockserver.apis.ges.errors import (
    CATALOGUE,
    ERRORS,
    GatewayError,
    ServiceError,
    on_service_plane,
    unauthenticated,
)
from mockserver.apis.ges.responses import TRACE, request_id
from mockserver.core.machine import Confidence

_STATUSES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_NAMED = ("GES.8002", "GES.8005", "GES.8006", "GES.8007", "GES.8008", "GES.8020", "GES.8302", "GES.8304", "GES.8601",
          "GES.8602")  # fmt: skip


def _refused(error: Exception) -> Callable[[RequestContext[Any, Any]], Response]:
    return lambda context: ERRORS(context, error)


def _empty(status: int) -> Callable[[RequestContext[Any, Any]], Response]:
    def reply(context: RequestContext[Any, Any]) -> Response:
        if on_service_plane(context):
            return Response(status=status, content_type=None, mark=TRACE)
        return Response(status=status, content_type=None, headers={"X-Request-Id": request_id(context)})

    return reply


FAULTS = (
    *(
        NamedFault(
            name=code,
            title=f"{CATALOGUE[code][0]} {CATALOGUE[code][1]}",
            reply=_refused(ServiceError(code)),
            source="Error Codes for Service Plane APIs",
        )
        for code in _NAMED
    ),
    *(
        NamedFault(
            name=str(status),
            title=f"{status} {reason}, without a body",
            reply=_empty(status),
            source="return value table of every page",
        )
        for status, reason in _STATUSES.items()
    ),
    NamedFault(
        name="token-expired",
        title="401 APIGW.0301, the token has expired",
        reply=_refused(unauthenticated("token expires, expires_at: 2026-01-01T00:00:00.000000Z")),
        source="API gateway error codes",
    ),
    NamedFault(
        name="decrypt-token-fail",
        title="401 APIGW.0301, the token cannot be read",
        reply=_refused(unauthenticated("decrypt token fail")),
        source="API gateway error codes",
    ),
    NamedFault(
        name="APIG.0301",
        title="401, the newer name of APIGW.0301",
        reply=_refused(GatewayError(401, "APIG.0301", "Incorrect IAM authentication information: decrypt token fail")),
        source="API gateway error codes",
    ),
    NamedFault(
        name="APIG.0307",
        title="401, the token must be updated",
        reply=_refused(GatewayError(401, "APIG.0307", "The token must be updated.")),
        source="API gateway error codes",
    ),
    NamedFault(
        name="rate-limit",
        title="429 APIGW.0308; the Python SDK loses its body",
        reply=_refused(GatewayError(429, "APIGW.0308", "The throttling threshold has been reached.")),
        confidence=Confidence.INFERRED,
        source="API gateway error codes; the text is inferred",
    ),
    NamedFault(
        name="api-not-found",
        title="404 APIGW.0101",
        reply=_refused(
            GatewayError(404, "APIGW.0101", "The API does not exist or has not been published in the environment")
        ),
        source="API gateway error codes",
    ),
)
