"""What a request is to the API that it reached: what arrived, what that means, and the sandbox it works in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar, cast

from multidict import MultiDict

from mockserver.core.errors import DuplicateJob
from mockserver.wire.forms import read_pairs

if TYPE_CHECKING:
    from mockserver.api.operation import Entrance, Operation
    from mockserver.api.response import Response
    from mockserver.contracts.model import Violation
    from mockserver.core.ids import Ids
    from mockserver.core.job import Change, Job
    from mockserver.core.machine import Machine

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


class Documents(Protocol):
    """Small documents an API keeps in a sandbox (tokens, uploads …), by collection and key."""

    async def get(self, collection: str, key: str) -> Any:
        """Return a document, or None."""

    async def put(self, collection: str, key: str, value: Any) -> None:
        """Write a document; it is never changed in place afterwards."""

    async def replace(self, collection: str, key: str, old: Any, new: Any) -> bool:
        """Compare and swap a document (None: absent)."""

    async def change(self, collection: str, key: str, pure: Callable[[Any], Any]) -> Any:
        """Apply a pure function to a document (None: absent), again when somebody else was quicker; return the new."""

    async def all(self, collection: str) -> Mapping[str, Any]:
        """Return a collection in order of arrival."""


class Sandbox(Protocol):
    """What a handler may ask of the sandbox it works in.

    Attributes:
        name: its name; `default` for the one that is always there.
        ids: the seeded source of ids.
        states: what this process remembers of each API here (see `Api.state`).
        submits: API -> fields, in the fixture's form, of every job that a client submits here; an id is the first's.
    """

    name: str
    ids: Ids
    states: dict[str, Any]
    submits: Mapping[str, Mapping[str, Any]]

    def real(self) -> float:
        """Return real time in epoch seconds."""

    async def pause(self, seconds: float) -> None:
        """Wait, in real time, but no longer than the server runs."""

    def documents(self, api: str) -> Documents:
        """Return the documents an API keeps here."""

    async def count(self, counter: str) -> int:
        """Draw the next number of a sequence."""

    async def build_job(self, api: str, fields: Mapping[str, Any]) -> tuple[Job, ...]:
        """Make a job and its parts from the fixture's form, without adding them."""


class Pure(Protocol):
    """What a change does to a settled job."""

    def __call__(self, machine: Machine, job: Job, now: float, /) -> Job:
        """Return the job as it shall be."""


class Jobs(Protocol):
    """The jobs of the sandbox, as one request sees and moves them. Errors are those of `mockserver.core.errors`.

    Attributes:
        told: API, kind and state of the job whose state the client is told; the last one, where there are several.
        made: the job that was last added.
        steady: a job, and until when (epoch seconds) time leaves it as it is, if one look at it was all that was done
            here; otherwise None.
    """

    told: tuple[str, str, str] | None
    made: Job | None
    steady: tuple[Job, float] | None

    async def get(self, api: str, job_id: str, *, kind: str = "job", look: bool = False) -> Job:
        """Return a job; `look` says that a client's status query is being answered."""

    def tell(self, job: Job, state: str | None = None) -> None:
        """Note that the client is told the state of a job, or another than it is in, without a status query."""

    async def change(self, api: str, job_id: str, pure: Pure, *, kind: str = "job") -> Change:
        """Apply a pure change to a job, settled first."""

    async def fire(self, api: str, job_id: str, event: str, *, kind: str = "job") -> Change:
        """Apply a client's call."""

    async def add(self, *jobs: Job) -> Job:
        """Add a job and its parts; return the first."""

    async def delete(self, api: str, job_id: str, *, kind: str = "job") -> None:
        """Forget a job."""

    async def page(
        self, api: str, *, kind: str = "job", start: int = 0, limit: int | None = None, newest: bool = True
    ) -> tuple[list[Job], int]:
        """Return jobs in order of arrival, and how many there are."""

    async def listed(
        self,
        api: str,
        listing: str,
        *,
        start: int = 0,
        limit: int | None = None,
        newest: bool = True,
        where: Callable[[Job], bool] | None = None,
    ) -> tuple[list[Job], int]:
        """Return jobs of a listing (`Machine.listings`) in order of arrival, and how many it has, of those wanted."""

    def each(
        self,
        api: str,
        *,
        kind: str = "job",
        newest: bool = True,
        listing: str | None = None,
        where: Callable[[Job], bool] | None = None,
    ) -> AsyncIterator[Job]:
        """Yield all jobs in order of arrival, the newest first unless told otherwise.

        Args:
            listing: of a listing alone.
            where: tells which, of settled jobs.
        """


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

    async def create(self, fields: Mapping[str, Any], *, owner: str | None = None) -> Job:
        """Create a job from its fixture form, as a client's submit does: in its first state, not held."""
        given = {"hold": False, **fields} if owner is None else {"hold": False, "owner": owner, **fields}
        same = self.sandbox.submits.get(self.api.name, NO_VALUES) if self.sandbox.submits else NO_VALUES
        if same:
            given |= same
        jobs = await self.sandbox.build_job(self.api.name, given)
        try:
            return await self.jobs.add(*jobs)
        except DuplicateJob:
            if "id" not in same:
                raise
        # The id is that of the first who submits.
        del given["id"]
        return await self.jobs.add(*await self.sandbox.build_job(self.api.name, given))

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
