"""Answers as bytes: JSON, with the header of the engine or of the API gateway."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.api.context import RequestContext
from mockserver.api.response import NO_HEADERS, Response

TRACE = "TraceID"
"""Header of a graph's own answers, in front of which there is no gateway to give an X-Request-Id (documented)."""


def answer(
    context: RequestContext[Any, Any],
    data: Any,
    status: int = 200,
    *,
    shows_state: bool = False,
    lasting: bool = False,
) -> Response:
    """Answer as the engine does. Its `TraceID` header is documented, the form of the value is not (inferred)."""
    return Response(
        status, data, orjson.dumps(data), "application/json", NO_HEADERS, shows_state, mark=TRACE, lasting=lasting
    )


def gateway_answer(
    context: RequestContext[Any, Any], data: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Answer as the API gateway does, in front of IAM and the management plane."""
    return Response(
        status=status,
        data=data,
        body=orjson.dumps(data),
        headers={"X-Request-Id": request_id(context), **(headers or {})},
    )


def request_id(context: RequestContext[Any, Any]) -> str:
    """Return the id of a request, as the gateway gives one to each."""
    return context.sandbox.ids.hex("ges.request", context.turn)
