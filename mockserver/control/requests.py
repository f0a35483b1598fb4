"""One request to the control API, decoded: who may ask, which sandbox, what the query and the body say."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from mockserver.api.context import RequestContext, Resolved
from mockserver.api.definition import Head
from mockserver.api.operation import Entrance, Handler, Operation
from mockserver.api.response import Response
from mockserver.contracts.model import Contract
from mockserver.control.errors import ControlError
from mockserver.http.services import Services
from mockserver.sandbox.sandbox import Sandbox
from mockserver.wire.forms import read_pairs
from mockserver.wire.json import Malformed, read_json

BODY_LIMIT = 1024 * 1024
"""Bytes a body may have; a snapshot may be as large as an API's request."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """What is asked of which sandbox.

    Attributes:
        values: names of the path and the query, in the types the contract gives them.
        body: the decoded JSON body, or None.
        base: scheme, host and prefix by which the asker reached the sandbox.
        head: method and headers.
    """

    services: Services
    sandbox: Sandbox
    values: Mapping[str, Any]
    body: Any
    base: str
    head: Head

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body of an operation whose contract asks for an object, or an empty one."""
        return self.body or {}


ControlHandler = Callable[[ControlRequest], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlOperation(Operation):
    """One operation of the control API.

    Attributes:
        public: answered without a token (health checks have none).
    """

    public: bool = False


def handled(handler: ControlHandler) -> Handler:
    """Return the handler of an operation, which gets the decoded request."""

    @wraps(handler)
    async def handle(context: RequestContext[Any, Any]) -> Response:
        return await handler(context.details)

    return handle


def admit(services: Services, head: Head, route: Operation | Entrance | None) -> None:
    """Let a request in by its head.

    Raises:
        ControlError: a page of another site asks for a change, or the token is missing.
    """
    refuse_cross_site(head)
    if not (isinstance(route, ControlOperation) and route.public):
        _ask_for_token(services.settings.control_token, head)


def refuse_cross_site(head: Head) -> None:
    """Refuse what a browser sends from another site.

    Raises:
        ControlError: it would change something, and did not come from a page of ours.
    """
    if head.method in _SAFE:
        return
    site = head.headers.get("Sec-Fetch-Site")
    origin = head.headers.get("Origin")
    ours = origin is None or urlsplit(origin).netloc.casefold() == head.host.casefold()
    if (site is not None and site not in ("same-origin", "none")) or not ours:
        raise ControlError(
            403,
            "cross-site",
            "a page of another site may not change anything here",
            "call it from a program, or from /_control/",
        )


def _ask_for_token(token: str | None, head: Head) -> None:
    if token is None:
        return
    scheme, _, given = head.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        given.strip().encode("utf-8", "surrogateescape"), token.encode()
    ):
        hint = "send Authorization: Bearer and the value of --control-token"
        raise ControlError(
            401, "token", "the control API asks for its token", hint, headers={"WWW-Authenticate": "Bearer"}
        )


def resolve(services: Services, context: RequestContext[Any, Any], sandbox: Sandbox) -> Resolved:
    """Decode a request by the contract of its operation.

    Raises:
        ControlError: the body is not JSON, or the query has a name that the contract has not.
    """
    operation = context.route
    if not isinstance(operation, Operation):
        return Resolved(None)
    contract = services.control_contracts.get(f"control.{operation.name}")
    assert contract is not None  # a test says that each operation has one
    body = read_json(context.body)
    if isinstance(body, Malformed):
        raise ControlError(400, "malformed", body.reason, "send JSON")
    values = _decode(read_pairs(context.query_string), context.values, contract)
    return Resolved(operation, values, body, asked(services, context, sandbox, values, body))


def asked(
    services: Services, context: RequestContext[Any, Any], sandbox: Sandbox, values: Mapping[str, Any], body: Any
) -> ControlRequest:
    """Return what a handler of the control API gets."""
    return ControlRequest(
        services=services, sandbox=sandbox, values=values, body=body, base=context.base, head=_Asked(context)
    )


class _Asked:
    """The head of a request that has arrived."""

    def __init__(self, context: RequestContext[Any, Any]) -> None:
        self.method, self.headers = context.method, context.headers
        self.scheme, self.host = context.peer.scheme, context.peer.host


def _decode(query: list[tuple[str, str]], path: Mapping[str, str], contract: Contract) -> dict[str, Any]:
    """Give the query's texts the types their schemas name; what does not fit stays text, for the check to refuse."""
    schema = contract.parameters
    properties = {} if isinstance(schema, bool) else schema.get("properties", {})
    values: dict[str, Any] = {}
    for name, text in query:
        kind = properties.get(name, {}).get("type")
        value: Any = text
        try:
            if kind == "boolean":
                value = _WORDS.get(text.casefold(), text)
            elif kind == "integer":
                value = int(text)
            elif kind == "number":
                value = float(text)
        except ValueError:
            value = text
        values[name] = value
    values.update(path)
    if not isinstance(schema, bool) and schema.get("additionalProperties") is False:
        for name in values:
            if name not in properties:
                raise ControlError(422, "unknown-parameter", f"no parameter {name!r} here", allowed=sorted(properties))
    return values
