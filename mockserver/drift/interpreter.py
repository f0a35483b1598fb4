"""An exchange of bytes to what it means: which operation of which API, and what its contract says of it.

Requests are read by the API's own `resolve`, with its settings as they are by default; answers by its `read_answer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from mockserver.api.answers import JobSeen, ReceivedAnswer
from mockserver.api.context import NO_VALUES, RequestContext, Resolved, drafted
from mockserver.api.definition import Api
from mockserver.api.operation import Operation
from mockserver.contracts.judge import DecodedAnswer, DecodedRequest, Page, Verdict, judge
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Violation
from mockserver.drift.exchange import Exchange
from mockserver.http.mounts import Target, routes
from mockserver.http.router import Found, Router

_NOT_FAKED = "not faked, so no contract says what it answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who asked, for APIs that look at it."""

    method: str
    headers: Mapping[str, str]
    scheme: str
    host: str
    remote: str | None = None
    version: tuple[int, int] = (1, 1)
    transport: Any = None


class _Nowhere:
    """Stands for the sandbox of a request that no sandbox answers."""

    name, prefix = "", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A system that stands at another path than the API's own.

    Attributes:
        foreign: what its paths begin with, without a trailing slash; empty: whatever they are.
        own: what the API's do instead.
    """

    foreign: str
    own: str

    def apply(self, path: str) -> str:
        """Return a path as the API writes it."""
        if path.casefold().startswith(self.foreign.casefold()):
            return self.own + path[len(self.foreign) :]
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An exchange and what became of it.

    Attributes:
        path: as the API writes it, without a sandbox's prefix, with the query.
        api, operation: names; None where the path is none of an API's, or nothing of it is called.
        verdict: None where there is nothing to judge by; `why` then says why.
        data: of the answer; None where it has none, or could not be read.
        job: id of the job that the request names.
        jobs: what the answer tells of jobs.
    """

    exchange: Exchange
    path: str
    api: str | None = None
    operation: str | None = None
    verdict: Verdict | None = None
    why: str = ""
    data: Any = None
    job: str | None = None
    jobs: Sequence[JobSeen] = ()
    parameters: Mapping[str, Any] = field(default_factory=lambda: NO_VALUES)
    values: Mapping[str, str] = field(default_factory=lambda: NO_VALUES)


_CUT = Violation(side="client", part="body", pointer="", message="")


class Interpreter:
    """Routes, reads and judges exchanges.

    Args:
        apis: those whose paths are known.
        settings: API -> settings that its system is known to have, where they are not the usual.
    """

    def __init__(
        self,
        apis: Sequence[Api],
        contracts: Contracts,
        *,
        aliases: Sequence[Alias] = (),
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._contracts = contracts
        self._router: Router[Target] = Router([route for api in apis for route in routes(api)])
        self._aliases = tuple(aliases)
        self._settings = {api.name: api.settings() for api in apis} | dict(settings or {})

    def path_of(self, url: str) -> tuple[str, str]:
        """Return path and query of an address as the API writes them."""
        parts = urlsplit(url)
        path = parts.path or "/"
        if path.startswith("/~"):
            path = "/" + path[2:].partition("/")[2]
        for alias in self._aliases:
            path = alias.apply(path)
        return path, parts.query

    async def judge(self, exchange: Exchange) -> Judged:
        """Say what an exchange means, and what its contract says of it."""
        path, query = self.path_of(exchange.url)
        shown = f"{path}?{query}" if query else path
        judged = Judged(exchange=exchange, path=shown)
        found = self._router.find(exchange.method, path, query)
        if not isinstance(found, Found):
            return replace(judged, why="no operation stands at this path" if found is None else "not by this method")
        api, _ = found.target
        context = self._context(api, exchange, path, query, found)
        judged = replace(judged, api=api.name, values=found.values)
        try:
            if api.prepare is not None and (making := api.prepare(context)) is not None:
                await making
            resolved = api.resolve(context)
        except Exception as error:
            return replace(judged, why=f"the request cannot be read: {error}")
        if resolved.operation is None:
            return replace(judged, why="the request calls no operation")
        return self._judged(judged, api, context, resolved)

    def _judged(self, judged: Judged, api: Api, context: RequestContext[Any, Any], resolved: Resolved) -> Judged:
        exchange, operation = judged.exchange, resolved.operation
        assert operation is not None
        parameters, payload = resolved.parameters or {}, resolved.payload
        job = None if operation.job is None else operation.job.find(context.values, parameters, payload)
        context = context.resolved(operation, parameters, payload, resolved.details, job)
        name = f"{api.name}.{operation.name}"
        judged = replace(judged, operation=name, parameters=parameters, job=job)
        contract = self._contracts.get(name)
        if contract is None:
            return replace(judged, why=_NOT_FAKED)
        if not exchange.status:
            return replace(judged, why="no answer came")
        received = received_answer(exchange)
        data: Any = Page()
        # The answer to HEAD has no body that anybody could judge.
        if exchange.content_known and exchange.method != "HEAD" and api.read_answer is not None:
            data = api.read_answer(context, received)
        breaches: Sequence[Violation] = resolved.breaches or (
            [] if resolved.unseen is None else contract.breaches_of_request(parameters, payload) or [resolved.unseen]
        )
        if not exchange.request_known:
            # What was cut off the request cannot be held against the client.
            breaches, parameters, payload = (_CUT,), {}, None
        verdict = judge(
            contract,
            DecodedRequest(parameters=parameters, payload=payload, breaches=breaches),
            DecodedAnswer(status=exchange.status, content_type=received.content_type, data=data),
        )
        if operation.handler is None and verdict.clause is None:
            # What a system that has it answers, no contract says.
            return replace(judged, why=_NOT_FAKED)
        if not exchange.request_known:
            verdict = replace(verdict, violations=tuple(one for one in verdict.violations if one is not _CUT))
        return replace(judged, verdict=verdict, data=data, jobs=tuple(api.jobs_seen(context, data)))

    def _context(
        self, api: Api, exchange: Exchange, path: str, query: str, found: Found[Target]
    ) -> RequestContext[Any, Any]:
        parts = urlsplit(exchange.url)
        peer = Peer(method=exchange.method, headers=exchange.headers, scheme=parts.scheme, host=parts.netloc)
        nothing: Any = _Nowhere()
        route = found.target[1]
        return drafted(
            api=api,
            sandbox=nothing,
            number=0,
            turn=0,
            method=exchange.method,
            path=path,
            prefix="",
            query_string=query,
            headers=exchange.headers,
            body=exchange.body,
            peer=peer,
            values=found.values,
            settings=self._settings[api.name],
            site=None,
            now=exchange.at,
            jobs=nothing,
            route=route,
            operation=route if isinstance(route, Operation) else None,
        )


def received_answer(exchange: Exchange) -> ReceivedAnswer:
    """Return the answer of an exchange."""
    headers = exchange.answer_headers
    return ReceivedAnswer(exchange.status, headers.get("Content-Type"), exchange.answer, headers.get("Location", ""))
