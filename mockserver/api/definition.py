"""What an API is to the rest of the house: a table of operations and machines, and a translator.

The record lies beside the API folders and not in one of them, so that each can be cut off from the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.core.machine import Confidence, Machine
from mockserver.http.router import Route

if TYPE_CHECKING:
    from mockserver.api.context import RequestContext, Response
    from mockserver.api.job_builder import JobSpec, Scenarios, SpecContext
    from mockserver.core.job import Job

Handler = Callable[["RequestContext[Any, Any]"], Awaitable["Response"]]


class NoRoute(Exception):
    """Nothing answers at this path of an API."""


class MethodNotAllowed(Exception):
    """The path is known, but not with this method; `allowed` lists those that are."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"use {', '.join(allowed)}")
        self.allowed = allowed


class BodyTooLarge(Exception):
    """The request's body is over the server's limit."""


class HandlerFailed(Exception):
    """A handler of ours failed: the client gets the API's own 500, the tester the traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of an API.

    Attributes:
        name: without the API's name, as in `contracts/<api>/<name>.json`.
        paths: templates (see `routing.Route`); none when an endpoint finds the operation out by itself.
        methods: HTTP methods.
        handler: answers it; None when the operation exists at the vendor but is not faked (501).
        folded: the path is compared without regard to letter case.
    """

    name: str
    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    handler: Handler | None = None
    folded: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that serves several operations: its handler reads the request and says which."""

    handler: Handler
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFault:
    """One of the API's own documented failures, in its own bytes."""

    name: str
    title: str
    reply: Callable[[RequestContext[Any, Any]], Response]
    confidence: Confidence = Confidence.DOCUMENTED
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One faked API.

    Attributes:
        bases: path prefixes under which an unknown path gets the API's own not-found; the first is shown to users.
        account: the account to remember, for people.
        settings: a frozen dataclass of `setting`s.
        read_site: fixture section -> everything but jobs (accounts, services …): immutable, shared by all sandboxes of
            these fixtures.
        scenarios: what a job's `scenario` stands for; fields given beside it win.
        job_spec: fixture fields, scenario expanded -> what the job and its parts are; also what a submit uses.
        state: site -> what a process remembers of one sandbox (indexes, open connections) and may lose at any time.
        own_fields: the fixture's own fields of a job, for the control API's record.
        results: the fixture's field for what a job found; the control API takes it as `results` too.
        parts: kind and id of each job that is a part of this one, in the order in which they came.
        decode: fills `RequestContext.parameters` and `RequestContext.payload` before contract and handler see the call.
        refuse: exception -> the API's own fault.
        secrets: names of parameters and headers whose values never reach journal or log.
        mounted: whether the API answers at a path whose template values are these, by the settings as they
            stand; None: always. For APIs whose first path segment is a setting.
        mounts: template name -> what a hint writes for it, when its value is a setting.
    """

    name: str
    title: str
    bases: tuple[str, ...]
    account: str
    machines: Mapping[str, Machine]
    operations: tuple[Operation, ...]
    settings: type[Any]
    read_site: Callable[[Mapping[str, Any]], Any]
    job_spec: Callable[[Mapping[str, Any], SpecContext[Any, Any]], JobSpec]
    decode: Callable[[RequestContext[Any, Any]], None]
    refuse: Callable[[RequestContext[Any, Any], Exception], Response]
    scenarios: Scenarios = field(default_factory=dict)
    state: Callable[[Any], Any] = field(default=lambda site: None)
    own_fields: Callable[[Job], Mapping[str, Any]] = field(default=lambda job: job.data)
    results: str = "results"
    parts: Callable[[Job], Sequence[tuple[str, str]]] = field(default=lambda job: ())
    endpoints: tuple[Endpoint, ...] = ()
    faults: tuple[NamedFault, ...] = ()
    secrets: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    mounted: Callable[[Any, Mapping[str, str]], bool] | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)

    def operation(self, name: str) -> Operation:
        """Return an operation by its name, with or without the API's."""
        short = name.removeprefix(f"{self.name}.")
        return next(operation for operation in self.operations if operation.name == short)

    def fault(self, name: str) -> NamedFault:
        """Return a named fault."""
        return next(fault for fault in self.faults if fault.name == name)

    def routes(self) -> list[Route[tuple[Api, Operation | Endpoint]]]:
        """Return all ways into this API."""
        ways: tuple[Operation | Endpoint, ...] = (*self.operations, *self.endpoints)
        return [
            Route(
                methods=frozenset(way.methods),
                template=path,
                target=(self, way),
                folded=way.folded,
                shown=self._shown(path),
            )
            for way in ways
            for path in way.paths
        ]

    def _shown(self, path: str) -> str:
        """Return a path as a hint shows it."""
        for name, value in self.mounts.items():
            path = path.replace(f"{{{name}}}", value)
        return path
