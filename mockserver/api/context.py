"""What a request is to the API that it reached: what arrived, what that means, and the sandbox it works in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar, cast

from multidict import MultiDict

from mockserver.core.errors import DuplicateJob
from mockserver.wire.forms import read_pairs

if TYPE_CHECKING:
    from mockserver.api.operation import Entrance, Operation
    from mockserver.api.response import Response
    from mockserver.api.sandbox import Along, Jobs, Sandbox
    from mockserver.contracts.model import Violation
    from mockserver.core.job import Job

S = TypeVar("S")
C = TypeVar("C")

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Failure(Protocol):
    """One of the API's own documented failures."""

    @property
    def reply(self) -> Callable[[RequestContext[Any, Any]], Response]:
        """What it answers to a request."""


class Reached(Protocol):
    """The API that a request has reached."""

    @property
    def name(self) -> str:
        """Its name; empty where a request reached none."""

    def fault(self, name: str) -> Failure:
        """Return one of its documented failures."""


class Peer(Protocol):
    """Who asks, over which connection, and the head of the request."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names without regard to letter case."""

    @property
    def scheme(self) -> str:
        """`http` or `https`, as this client reached us."""

    @property
    def host(self) -> str:
        """The Host header, with the port if it has one; `host_of` is what addresses begin with."""

    @property
    def remote(self) -> str | None:
        """The client's address."""

    @property
    def version(self) -> tuple[int, int]:
        """The version of HTTP, major and minor, as the client said it."""

    @property
    def transport(self) -> Any:
        """The connection, where an API counts connections; None when it is gone."""


def host_of(peer: Peer) -> str:
    """Return what the Host header says; where it is empty, as it may be, the address to which a client connected."""
    if peer.host:
        return peer.host
    name = None if peer.transport is None else peer.transport.get_extra_info("sockname")
    if not isinstance(name, tuple):
        return "localhost"
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"


class Resolved(NamedTuple):
    """What a request means, before anything is done about it.

    Attributes:
        operation: what is being called; None when nothing of the API is.
        parameters: decoded arguments (query and form merged, or the SOAP/XML payload), for the contract.
        payload: the decoded body, a `Malformed`, or None.
        details: what the API's own handlers need to know of it besides.
        breaches: what is wrong with it that no schema can see; the contract then is not asked.
        unseen: a breach to record when the contract finds none.
        refusal: why it cannot be carried out; raised in place of the handler, after contract and faults.
    """

    operation: Operation | None
    parameters: Mapping[str, Any] = NO_VALUES
    payload: Any = None
    details: Any = None
    breaches: Sequence[Violation] = ()
    unseen: Violation | None = None
    refusal: Exception | None = None


@dataclass(slots=True, eq=False)
class ContextDraft(Generic[S, C]):
    """A request and what is known of it, while it is found out what it means; `RequestContext` from then on.

    Attributes:
        number: of its journal entry.
        turn: which request it is since the sandbox's seeded start: by it an answer draws what the seed decides.
        path: as sent (percent-encoded), without the sandbox's prefix and the query.
        prefix: what this client's addresses in the sandbox begin with, `/~name`; empty for the default sandbox, and
            for a client that came by a port that is the sandbox's own.
        headers: names without regard to letter case.
        body: the bytes as sent.
        peer: who asks, over which connection.
        values: the path template's names, decoded.
        settings: the API's settings as they stand.
        site: what the fixtures say besides jobs; the same for all sandboxes of these fixtures.
        now: sandbox time (epoch seconds) at the start of the request; a change of a job reads the clock anew.
        jobs: the sandbox's, noting what this request moves and looks at.
        route: what the address alone says; None when it is none of the API's.
        operation: what is being called: first as the address says, then as `Resolved` does.
        parameters, payload, details: see `Resolved`.
        job: id of the job it is about, if it names one.
    """

    api: Reached
    sandbox: Sandbox
    number: int
    turn: int
    method: str
    path: str
    prefix: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    peer: Peer
    values: Mapping[str, str]
    settings: S
    site: C
    now: float
    jobs: Jobs
    route: Operation | Entrance | None = None
    operation: Operation | None = None
    parameters: Mapping[str, Any] = field(default_factory=lambda: NO_VALUES)  # 3.11 takes no mappingproxy as it is
    payload: Any = None
    details: Any = None
    job: str | None = None

    @property
    def query(self) -> MultiDict[str]:
        """The query string, decoded."""
        return MultiDict(read_pairs(self.query_string))

    @property
    def host(self) -> str:
        """The name and port by which the client reached us."""
        return host_of(self.peer)

    @property
    def base(self) -> str:
        """Where the client reached us, inside its sandbox, without a trailing slash."""
        return f"{self.peer.scheme}://{host_of(self.peer)}{self.prefix}"

    @property
    def state(self) -> Any:
        """What this process remembers of the API in this sandbox (see `Api.state`)."""
        return self.sandbox.states[self.api.name]

    async def create(self, fields: Mapping[str, Any], *, owner: str | None = None, along: Along | None = None) -> Job:
        """Create a job from its fixture form, as a client's submit does: in its first state, not held."""
        given = {"hold": False, **fields} if owner is None else {"hold": False, "owner": owner, **fields}
        same = self.sandbox.submits.get(self.api.name, NO_VALUES) if self.sandbox.submits else NO_VALUES
        if same:
            given |= same
        jobs = await self.sandbox.build_job(self.api.name, given)
        try:
            return await self.jobs.add(*jobs, along=along)
        except DuplicateJob:
            if "id" not in same:
                raise
        # The id is that of the first who submits.
        del given["id"]
        return await self.jobs.add(*await self.sandbox.build_job(self.api.name, given), along=along)

    def resolved(
        self,
        operation: Operation | None,
        parameters: Mapping[str, Any],
        payload: Any,
        details: Any,
        job: str | None,
    ) -> RequestContext[S, C]:
        """Say what the request means; nobody can change it any more."""
        self.operation = operation
        self.parameters = parameters
        self.payload = payload
        self.details = details
        self.job = job
        # Made as a draft and frozen at the end: a frozen class sets each of twenty fields by a detour.
        self.__class__ = RequestContext
        return cast("RequestContext[S, C]", self)


class RequestContext(ContextDraft[S, C]):
    """A request that is understood, as a handler gets it. Nobody can change it."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")


drafted: type[RequestContext[Any, Any]] = cast("type[RequestContext[Any, Any]]", ContextDraft)
"""Makes the context of a request that has just arrived: it takes part in finding out its meaning, see `resolved`."""
