"""One request to the control API, decoded: who may ask, which sandbox, what the query and the body say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from mockserver.api.accounts import read_bearer, same_secret
from mockserver.api.context import Peer, RequestContext, Resolved
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
        prefix: what the asker's addresses in the sandbox begin with (see `RequestContext.prefix`).
        values: names of the path and the query, in the types the contract gives them.
        body: the decoded JSON body, or None.
        peer: who asks.
    """

    services: Services
    sandbox: Sandbox
    prefix: str
    values: Mapping[str, Any]
    body: Any
    peer: Peer

    @property
    def base(self) -> str:
        """Scheme, host and prefix by which the asker reached the sandbox."""
        return f"{self.peer.scheme}://{self.peer.host}{self.prefix}"

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


def admit(services: Services, peer: Peer, route: Operation | Entrance | None) -> None:
    """Let a request in by its peer.

    Raises:
        ControlError: a page of another site asks for a change, or the token is missing.
    """
    if peer.method not in _SAFE:
        site, origin = peer.headers.get("Sec-Fetch-Site"), peer.headers.get("Origin")
        ours = origin is None or urlsplit(origin).netloc.casefold() == peer.host.casefold()
        if (site is not None and site not in ("same-origin", "none")) or not ours:
            raise ControlError(
                403,
                "cross-site",
                "a page of another site may not change anything here",
                "call it from a program, or from /_control/",
            )
    token = services.settings.control_token
    if token is not None and not (isinstance(route, ControlOperation) and route.public):
        _ask_for_token(token, peer)


def _ask_for_token(token: str, peer: Peer) -> None:
    if not same_secret(read_bearer(peer.headers.get("Authorization")), token):
        hint = "send Authorization: Bearer and the value of --control-token"
        raise ControlError(
            401, "token", "the control API asks for its token", hint, headers={"WWW-Authenticate": "Bearer"}
        )


def resolve(services: Services, context: RequestContext[Any, Any]) -> Resolved:
    """Decode a request by the contract of its operation.

    Raises:
        ControlError: the body is not JSON, or the query has a name that the contract has not.
    """
    operation = context.operation
    if operation is None:
        return Resolved(None)
    body = read_json(context.body)
    if isinstance(body, Malformed):
        raise ControlError(400, "malformed", body.reason, "send JSON")
    values: dict[str, Any] = dict(context.values)
    if context.query_string:
        contract = services.control_contracts.get(f"control.{operation.name}")
        assert contract is not None  # a test says that each operation has one
        values = {**_decode(read_pairs(context.query_string), contract), **values}
    sandbox = context.sandbox
    # The whole sandbox, of which an API's handlers see but a part.
    assert isinstance(sandbox, Sandbox)
    request = ControlRequest(
        services=services, sandbox=sandbox, prefix=context.prefix, values=values, body=body, peer=context.peer
    )
    return Resolved(operation, values, body, request)


def _decode(query: list[tuple[str, str]], contract: Contract) -> dict[str, Any]:
    """Give the query's texts the types their schemas name; what does not fit stays text, for the check to refuse.

    Raises:
        ControlError: a name that the contract has not.
    """
    schema = contract.parameters
    properties = {} if isinstance(schema, bool) else schema.get("properties", {})
    closed = not isinstance(schema, bool) and schema.get("additionalProperties") is False
    values: dict[str, Any] = {}
    for name, text in query:
        if closed and name not in properties:
            raise ControlError(422, "unknown-parameter", f"no parameter {name!r} here", allowed=sorted(properties))
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
    return values
