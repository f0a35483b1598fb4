"""One request to the control API, decoded: which sandbox, what the query and the body say."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from mockserver.api.context import Peer, RequestContext, Resolved, host_of
from mockserver.api.operation import Handler, Operation
from mockserver.api.response import Response
from mockserver.contracts.model import Contract
from mockserver.control.errors import ControlError
from mockserver.http.listening import in_url
from mockserver.http.services import Listens, Services
from mockserver.sandbox.events import Look, Stopped
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import Over
from mockserver.wire.forms import read_pairs
from mockserver.wire.json import Malformed, read_json

BODY_LIMIT = 1024 * 1024
"""Bytes a body may have, unless it is a snapshot."""

SNAPSHOT_LIMIT = 1024 * 1024 * 1024
"""Bytes a snapshot may have, whatever `--body-limit` is, so that what was taken can be put back: a million jobs."""

_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """What is asked of which sandbox.

    Attributes:
        prefix: what the asker's addresses in the sandbox begin with (see `RequestContext.prefix`).
        values: names of the path and the query, in the types the contract gives them.
        body: the decoded JSON body, or None; of a `large` one, no more than whether it is an object or a list.
        raw: the body as it came.
        peer: who asks.
        asked_at_apis: the request came by the port of the APIs, also where the control API has one of its own.
    """

    services: Services
    sandbox: Sandbox
    prefix: str
    values: Mapping[str, Any]
    body: Any
    raw: bytes = b""
    peer: Peer
    asked_at_apis: bool = False

    @property
    def asked_site(self) -> str:
        """Scheme and host by which the asker reached us."""
        return f"{self.peer.scheme}://{host_of(self.peer)}"

    @property
    def base(self) -> str:
        """Scheme, host and prefix by which the asker reached the sandbox."""
        return f"{self.asked_site}{self.prefix}"

    @property
    def site(self) -> str:
        """Scheme and host by which the asker reaches the APIs: another port than was asked, under `--control-port`."""
        apart = self.services.ports.apart
        if apart is None or self.asked_at_apis:
            return self.asked_site
        return self._beside(apart.apis, apart.control)

    @property
    def api_base(self) -> str:
        """`site`, and the prefix of the sandbox."""
        return self.site + self.prefix

    @property
    def control_base(self) -> str:
        """Scheme, host and prefix by which the asker reaches the sandbox's control API."""
        apart = self.services.ports.apart
        if apart is None or not self.asked_at_apis:
            return self.base
        # A port of the sandbox's own has the APIs only; the control port knows it by its prefix.
        return self._beside(apart.control, apart.apis) + self.sandbox.prefix

    def _beside(self, other: Listens, asked: Listens) -> str:
        """Return where another port is: by the name that the asker used, unless that port listens elsewhere."""
        host = host_of(self.peer)
        name = urlsplit(f"//{host}").hostname or host
        if other.host not in (asked.host, "0.0.0.0", "::"):  # noqa: S104
            name = other.host
        return f"http://{in_url(name)}:{other.port}"

    def is_left(self) -> bool:
        """Tell whether the asker has gone, so that nobody would read the answer."""
        transport = self.peer.transport
        return transport is None or transport.is_closing() or getattr(transport.get_protocol(), "is_ended", False)

    async def wait_until(self, look: Look, seconds: float) -> bool:
        """Tell whether something came true within some real seconds (see `Events.wait_until`).

        Raises:
            Stopped: the server ended first.
            Left: the asker has gone.
            Over: the sandbox ended first.
            Whatever `look` raises.
        """
        try:
            return await self.sandbox.wait_until(look, seconds, self.is_left)
        except Stopped:
            if await self.sandbox.is_over():
                raise Over from None
            raise

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
        large: its body may be as large as a snapshot; the handler decodes it, so that others need not wait for that.
    """

    public: bool = False
    large: bool = False


def handled(handler: ControlHandler) -> Handler:
    """Return the handler of an operation, which gets the decoded request."""

    @wraps(handler)
    async def handle(context: RequestContext[Any, Any]) -> Response:
        return await handler(context.details)

    return handle


def resolve(services: Services, context: RequestContext[Any, Any]) -> Resolved:
    """Decode a request by the contract of its operation.

    Raises:
        ControlError: the body is not JSON, or the query has a name that the contract has not.
    """
    operation = context.operation
    if operation is None:
        return Resolved(None)
    large = isinstance(operation, ControlOperation) and operation.large
    body = _outline(context.body) if large else read_json(context.body)
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
        services=services,
        sandbox=sandbox,
        prefix=context.prefix,
        values=values,
        body=body,
        raw=context.body,
        peer=context.peer,
    )
    return Resolved(operation, values, body, request)


def _outline(body: bytes) -> Any:
    """Return what kind of JSON a body is, if it is any: an empty object or list stands for what has not been read."""
    begins = body.lstrip(b" \t\r\n")[:1]
    return {b"{": {}, b"[": []}[begins] if begins in (b"{", b"[") else read_json(body)


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
            near = difflib.get_close_matches(name, properties, 1)
            hint = f"did you mean {near[0]!r}?" if near else ""
            message = f"no parameter {name!r} here"
            raise ControlError(422, "unknown-parameter", message, hint, allowed=sorted(properties))
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
