"""What an API is to the rest of the server: a table of operations and machines, and a translator.

The record lies beside the API folders and not in one of them, so that each can be cut off from the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from mockserver.api.context import Peer, RequestContext, Resolved
from mockserver.api.job_builder import JobSpec, JobTemplate, Scenarios, SpecContext, template_of, with_scenario
from mockserver.api.operation import Entrance, Handler, Operation
from mockserver.api.response import Response
from mockserver.core.job import Job
from mockserver.core.machine import Confidence, Machine

if TYPE_CHECKING:
    # Words for what most servers are never asked: what `verify`, `check-traffic` and the console want of an API.
    from mockserver.api.answers import JobSeen, ReceivedAnswer
    from mockserver.api.client_calls import CancelCall
    from mockserver.api.hints import Hint
    from mockserver.api.walk import Walk


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
        pages: paths that the real system answers with a page for people; the server's first page links them.
        settings: a frozen dataclass of `setting`s.
        read_site: fixture section -> everything but jobs (accounts, services …): immutable, shared by all sandboxes of
            these fixtures.
        scenarios: what a job's `scenario` stands for; fields given beside it win.
        job_spec: fixture fields, scenario expanded -> what the job and its parts are; also what a submit uses.
        state: site -> what a process remembers of one sandbox (indexes, open connections) and may lose at any time.
        owner: (site, a job's owner as fixtures name it) -> as jobs have it; raises DomainError where there is none.
        own_fields: the fixture's own fields of a job, for the control API's record.
        results: the fixture's field for what a job found; the control API takes it as `results` too.
        parts: kind and id of each job that is a part of this one, in the order in which they came.
        prepare: makes what `resolve` needs and nobody has needed before, and returns None where it is there already;
            None: there is no such thing.
        resolve: what a request means, before contract and handler see it. What it raises is answered by `refuse`. Of a
            long body it finds out in a thread, beside others: what it shares with them may not break by that.
        refuse: exception -> the API's own fault.
        hints: why it refuses and what to do, for the tester; the first that fits counts.
        secrets: names of parameters, fields and headers whose values never reach journal or log.
        open_secrets: names of objects that lie in a field of such a name and have fields of their own meaning.
        entrances: addresses of which only `resolve` can say what is called there.
        unfaked: answers what exists at the vendor and is not faked, in the API's own words; None: the server answers.
        mounted: whether the API answers at a path whose template values are these, by the settings as they
            stand; None: always. For APIs whose first path segment is a setting.
        mounts: template name -> what a hint writes for it, when its value is a setting.
        admit: looks at the head of a request before its body is read; raises to refuse it. None: all come in.
        journaled: its requests stand in the journal, and faults may act on them.
        lenient: a request that breaks its contract is answered all the same, as the vendor would; otherwise refused.
        headers: go with every answer that has none of that name.
        read_answer: what the real system's answer to a resolved request says, as the contract speaks of it; None:
            nothing of it is read, and only heads can be judged.
        jobs_seen: (resolved request, data of its answer) -> the jobs that it tells of.
        recorded_site: the jobs that a recording saw -> what must stand beside them in a fixture, without jobs.
        stand_ins: name of a header or parameter that is secret -> what stands for its value in the sandbox of
            `recorded_site`; an empty text: nothing does, it is left out.
        walk: how a live system of it is verified; None: it cannot be.
        cancel_call: how a client of it cancels a job, for the console; None: nobody offers that.
        whole: makes the record that has what this one lacks (see `when_asked`); None: it lacks nothing.
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
    prepare: Callable[[RequestContext[Any, Any]], Awaitable[object] | None] | None = None
    resolve: Callable[[RequestContext[Any, Any]], Resolved]
    refuse: Callable[[RequestContext[Any, Any], Exception], Response]
    hints: tuple[Hint, ...] = ()
    pages: tuple[str, ...] = ()
    scenarios: Scenarios = field(default_factory=dict)
    state: Callable[[Any], Any] = field(default=lambda site: None)
    owner: Callable[[Any, str], str] = field(default=lambda site, owner: owner)
    own_fields: Callable[[Job], Mapping[str, Any]] = field(default=attrgetter("data"))
    results: str = "results"
    parts: Callable[[Job], Sequence[tuple[str, str]]] = field(default=lambda job: ())
    entrances: tuple[Entrance, ...] = ()
    faults: tuple[NamedFault, ...] = ()
    secrets: tuple[str, ...] = ()
    open_secrets: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unfaked: Handler | None = None
    mounted: Callable[[Any, Mapping[str, str]], bool] | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)
    admit: Callable[[Peer, Operation | Entrance | None], None] | None = None
    journaled: bool = True
    lenient: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    read_answer: Callable[[RequestContext[Any, Any], ReceivedAnswer], Any] | None = None
    jobs_seen: Callable[[RequestContext[Any, Any], Any], Sequence[JobSeen]] = field(default=lambda context, data: ())
    recorded_site: Callable[[Sequence[JobSeen]], Mapping[str, Any]] = field(default=lambda jobs: {})
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    walk: Walk | None = None
    cancel_call: CancelCall | None = None
    whole: Callable[[], Api] | None = field(default=None, repr=False, compare=False)

    if not TYPE_CHECKING:  # where any name would be one of the record

        def __getattr__(self, name: str) -> Any:
            # Asked for what has no value yet: of a record that `when_asked` began, and for no other's.
            if name == "whole" or name not in _FIELDS or self.whole is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            whole = self.whole()
            for one in _FIELDS - Beginning.__annotations__.keys() - {"whole"}:
                object.__setattr__(self, one, getattr(whole, one))
            return getattr(whole, name)

    def operation(self, name: str) -> Operation:
        """Return an operation by its name, with or without the API's."""
        short = name.removeprefix(f"{self.name}.")
        return next(operation for operation in self.operations if operation.name == short)

    def fault(self, name: str) -> NamedFault:
        """Return a named fault."""
        return next(fault for fault in self.faults if fault.name == name)

    def job_template(self, fields: Mapping[str, Any], context: SpecContext[Any, Any]) -> JobTemplate:
        """Read a job's fields.

        Raises:
            DomainError: a field cannot be followed.
        """
        return template_of(self.name, self.job_spec(with_scenario(self.scenarios, fields), context))


_FIELDS = frozenset(one.name for one in fields(Api))


class Beginning(TypedDict):
    """What a server needs of an API before anybody has asked it anything: where it is, and what its sandboxes hold.

    The names are those of `Api`.
    """

    name: str
    title: str
    bases: tuple[str, ...]
    account: str
    machines: Mapping[str, Machine]
    settings: type[Any]
    read_site: Callable[[Mapping[str, Any]], Any]
    job_spec: Callable[[Mapping[str, Any], SpecContext[Any, Any]], JobSpec]
    scenarios: NotRequired[Scenarios]
    pages: NotRequired[tuple[str, ...]]
    state: NotRequired[Callable[[Any], Any]]
    owner: NotRequired[Callable[[Any, str], str]]
    secrets: NotRequired[tuple[str, ...]]
    open_secrets: NotRequired[tuple[str, ...]]


def when_asked(beginning: Beginning, whole: Callable[[], Api]) -> Api:
    """Return an API whose operations and words are imported when somebody first asks for any of them.

    A third of what a server would import for its start is for requests that have not come; most servers are asked for
    one of the APIs.

    Args:
        whole: imports and returns the record that was made with `**beginning` and the rest.
    """
    api: Api = object.__new__(Api)
    for one in fields(Api):
        if one.name in Beginning.__annotations__:
            given = beginning.get(one.name, one.default)
            value = one.default_factory() if given is MISSING and one.default_factory is not MISSING else given
            object.__setattr__(api, one.name, value)
    object.__setattr__(api, "whole", whole)
    return api
