"""An answer, as a handler gives it: what it says, the bytes that say it, and what the journal should know of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Response(NamedTuple):
    """An answer. A tuple, since each request makes one: a frozen dataclass costs three times as much to make.

    Attributes:
        data: what the answer says, as plain data; the contract checks this.
        body: the bytes that say it.
        content_type: the whole header, or None for no such header at all.
        shows_state: the answer is an error, but tells the state of the job all the same (GES: a failed algorithm).
        nearest: for an unknown path, the template most like it.
        hint: why it was refused and what to do, for the tester (see `api.hints`); never part of the body.
        stream: sends the answer piece by piece instead of `body`; it gets the server's own request object.
        mark: name of a header that tells this answer from all others (its value: `Ids.mark` of the request's turn).
        lasting: the same request gets the same answer for as long as the one job that was looked at, the sandbox's
            documents and the API's settings are as they are: it hangs on nothing else, and on no other moment of time.
    """

    status: int = 200
    data: Any = None
    body: bytes = b""
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = NO_HEADERS
    shows_state: bool = False
    nearest: str | None = None
    stream: Callable[[Any], Awaitable[Any]] | None = None
    mark: str | None = None
    lasting: bool = False
    hint: str | None = None

    def under(self, headers: Mapping[str, str]) -> Response:
        """Return the same under other headers: `_replace` for a fifth of its price."""
        fields: Sequence[Any] = (*self[:4], headers, *self[5:])
        return Response(*fields)


def json_response(data: Any, status: int = 200, content_type: str = "application/json") -> Response:
    """Answer with compact JSON, keys in the order given."""
    try:
        body = orjson.dumps(data)
    except TypeError:
        # What orjson will not say: lone surrogates (a path that was no UTF-8), integers beyond 64 bits.
        body = json.dumps(data, separators=(",", ":")).encode()
    return Response(status=status, data=data, body=body, content_type=content_type)


def error_response(
    status: int, code: str, message: str, hint: str = "", allowed: Sequence[str] | None = None, **extra: Any
) -> Response:
    """Answer in the server's own error shape (not an API's): `{"error": {code, message, hint, allowed}}`.

    Args:
        extra: what stands beside `error` in the answer.
    """
    error: dict[str, Any] = {"code": code, "message": message}
    if hint:
        error["hint"] = hint
    if allowed is not None:
        error["allowed"] = list(allowed)
    return json_response({"error": error, **extra}, status)
