"""One call on its way through the house, and the answer to it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import parse_qsl

import orjson
from multidict import MultiDict

if TYPE_CHECKING:
    from aiohttp import web

    from mockserver.api.definition import Api, Operation
    from mockserver.contracts.model import Violation
    from mockserver.core.job import Job
    from mockserver.sandbox.jobs import Jobs
    from mockserver.sandbox.sandbox import Sandbox

S = TypeVar("S")
C = TypeVar("C")

DEPTH = 100
"""How deep JSON may nest: what walks over it (schemas, encoders) does so by recursion."""

_BRACKETS = re.compile(rb"[\[\]{}]")
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Response:
    """An answer.

    Attributes:
        data: what the answer says, as plain data; the contract checks this.
        body: the bytes that say it.
        content_type: the whole header, or None for no such header at all.
    """

    status: int = 200
    data: Any = None
    body: bytes = b""
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)


class Malformed:
    """Stands where a decoded body should be: the text could not be read."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


@dataclass(slots=True, eq=False)
class RequestContext(Generic[S, C]):
    """A request, what is known of it, and the sandbox it works in. `exchange` fills it in this order.

    Attributes:
        path: as sent (percent-encoded), without the sandbox's prefix and the query.
        values: the path template's names, decoded.
        body: the bytes as sent.
        request: what aiohttp made of it.
        parameters: decoded arguments (query and form merged, or the SOAP/XML payload), for the contract.
        payload: the decoded body, a `Malformed`, or None.
        settings: the API's settings as they stand.
        site: what the fixtures say besides jobs; the same for all sandboxes of these fixtures.
        now: sandbox time (epoch seconds) at the start of the call.
        operation: what is being called, once that is known.
        job: id of the job it is about, for journal and faults.
        told: an answer that is an error tells the state of the job all the same (GES: a failed algorithm).
        fault, effect, instead: id and effect of the fault that acts, and the answer it gives in place of ours.
        armed: whether there are faults that might act.
        enter: the house's side of `begin`.
    """

    api: Api
    sandbox: Sandbox
    number: int
    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    request: web.BaseRequest
    values: Mapping[str, str]
    settings: S
    site: C
    now: float
    jobs: Jobs
    parameters: dict[str, Any] = field(default_factory=dict)
    payload: Any = None
    operation: Operation | None = None
    job: str | None = None
    violations: list[Violation] = field(default_factory=list)
    fault: str | None = None
    effect: Mapping[str, Any] | None = None
    instead: Response | None = None
    error: str | None = None
    told: bool = False
    armed: bool = False
    enter: Callable[[RequestContext[S, C], Operation], Awaitable[None]] | None = None
    _query: MultiDict[str] | None = field(default=None, init=False)

    def begin(self, operation: Operation) -> Awaitable[None]:
        """Tell the house which operation this is: it checks the request and acts out faults."""
        # No closure over the call: a call in a cycle would wait for the garbage collector.
        assert self.enter is not None
        return self.enter(self, operation)

    @property
    def query(self) -> MultiDict[str]:
        """The query string, decoded."""
        if self._query is None:
            self._query = MultiDict(read_pairs(self.query_string))
        return self._query

    # Asked for by few handlers, and dear to find out.

    @property
    def scheme(self) -> str:
        """`http` or `https`, as this client reached us."""
        return self.request.scheme

    @property
    def host(self) -> str:
        """The Host header, with the port if it has one."""
        return self.request.host

    @property
    def remote(self) -> str:
        """The client's address."""
        return self.request.remote or ""

    @property
    def http_version(self) -> tuple[int, int]:
        """Major and minor."""
        return self.request.version.major, self.request.version.minor

    @property
    def connection(self) -> Any:
        """The transport, where an API counts connections."""
        return self.request.transport

    @property
    def base(self) -> str:
        """Where the client reached us, inside its sandbox, without a trailing slash."""
        return f"{self.scheme}://{self.host}{self.sandbox.prefix}"

    @property
    def state(self) -> Any:
        """What this process remembers of the API in this sandbox (see `Api.state`)."""
        return self.sandbox.states[self.api.name]

    async def create(self, fields: Mapping[str, Any], *, owner: str | None = None) -> Job:
        """Create a job from its fixture form, as a client's submit does: in its first state, not held."""
        given = {"hold": False, **fields} if owner is None else {"hold": False, "owner": owner, **fields}
        jobs = await self.sandbox.build_job(self.api.name, given)
        return await self.jobs.add(*jobs)


def read_pairs(text: str) -> list[tuple[str, str]]:
    """Decode a query string or a form into names and values, blank ones too."""
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True)
    # Nothing to decode: most queries, and many times as fast.
    found = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            found.append((name, value))
    return found


def json_response(data: Any, status: int = 200, content_type: str = "application/json") -> Response:
    """Answer with compact JSON, keys in the order given."""
    try:
        body = orjson.dumps(data)
    except TypeError:
        # What orjson will not say: lone surrogates (a path that was no UTF-8), integers beyond 64 bits.
        body = json.dumps(data, separators=(",", ":")).encode()
    return Response(status=status, data=data, body=body, content_type=content_type)


def read_json(body: bytes) -> Any:
    """Decode a JSON body; a `Malformed` says why it is none, None stands for an empty one."""
    if not body.strip():
        return None
    if body.count(b"[") + body.count(b"{") > DEPTH and _too_deep(body):
        return Malformed(f"the body is nested more than {DEPTH} deep")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return Malformed(f"the body is not JSON: {error}")


def _too_deep(body: bytes) -> bool:
    """Tell whether brackets outside of texts nest too deep."""
    depth = deepest = 0
    for one in _BRACKETS.findall(_TEXTS.sub(b"", body)):
        depth += 1 if one in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > DEPTH
