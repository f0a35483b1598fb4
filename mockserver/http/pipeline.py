"""The way of every request: accept, route, read, begin, resolve, check, fault, handle, check, record, send.

Rules a maintainer must keep:

1. This is the hot path: nothing is parsed, copied or formatted here that nobody has asked for.
2. The body a client gets is the API's own, whatever went wrong; the diagnosis goes to header, journal and log.
3. A handler's bug never leaves this module.
4. `record` runs for whatever has arrived, also for what was refused.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple

from aiohttp import web
from multidict import istr

from mockserver.api.context import NO_VALUES, RequestContext, Resolved
from mockserver.api.definition import Api
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.operation import Entrance, Operation, operation_at
from mockserver.api.response import Response, error_response, json_response
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Contract, Violation
from mockserver.core.errors import DomainError
from mockserver.core.job import Job, Transition
from mockserver.faults.model import Fault
from mockserver.http import fault_transport
from mockserver.http.body import BodyStalled, ClientGone, read_body
from mockserver.http.metrics import Metrics
from mockserver.http.mounts import Bases, Mount, Target, gone, routes, unmatched
from mockserver.http.responses import answer_of, response_of
from mockserver.http.router import Found, Router
from mockserver.journal import coverage
from mockserver.journal.entry import BODY_LIMIT, Entry, cut
from mockserver.journal.masking import mask
from mockserver.journal.matching import MatchSubject
from mockserver.sandbox.registry import Sandboxes, UnknownSandbox
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import RequestStart

log = logging.getLogger("mockserver")

_NOTHING: tuple[Any, ...] = ()
_NOT_JOURNALED = RequestStart(0, None, None, False)
_SANDBOX_HEADER = istr("X-Mockserver-Sandbox")
_ARRIVED = RequestContext._fields.index("operation")
"""How many fields of a context are known before it is resolved."""


class RequestRefused(DomainError):
    """A request breaks its contract, and its API does not look away."""

    def __init__(self, operation: str, breach: Violation) -> None:
        super().__init__(f"{breach.part} {breach.pointer}".strip() + f": {breach.message}")
        self.operation = operation
        self.breach = breach


class Known(NamedTuple):
    """An operation's full name, made once, and its contract."""

    name: str
    contract: Contract | None


class Answered(NamedTuple):
    """What came of a request before it is judged and recorded.

    Attributes:
        context: resolved, as far as that went.
        known: the operation and its contract, once they are known.
        breaches: what is wrong with the request.
        fault: the fault that acts on it.
        error: the traceback of a bug of ours.
    """

    response: Response
    context: RequestContext[Any, Any]
    known: Known | None = None
    breaches: Sequence[Violation] = ()
    fault: Fault | None = None
    error: str | None = None


class Pipeline:
    """Answers every request that arrives on a port.

    Attributes:
        patience: real seconds after which a client that does not send its body is let go.
        ports: sandbox name by port, for sandboxes with a port of their own.
        metrics: counts of this process.
        mounts: first path segment -> what answers below it, beside the APIs.
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        contracts: Contracts,
        *,
        apis: Sequence[Api],
        mounts: Mapping[str, Mount],
        metrics: Metrics,
        strict: bool = False,
        headers: bool = True,
        patience: float = 25.0,
        body_limit: int = 1 << 26,
    ) -> None:
        self.sandboxes = sandboxes
        self.contracts = contracts
        self.strict = strict
        self.headers = headers
        self.patience = patience
        self.body_limit = body_limit
        self.ports: dict[int, str] = {}
        self.metrics = metrics
        self.mounts = dict(mounts)
        self.router: Router[Target] = Router([route for api in apis for route in routes(api)])
        self._bases = Bases(apis)
        self._unmatched = unmatched(self.router, mask)
        self._known: dict[int, Known] = {}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        began = perf_counter()
        raw = request.raw_path
        if not raw.startswith("/"):
            raw = request.rel_url.raw_path_qs
        path, _, query_string = raw.partition("?")

        # accept
        refusal: Exception | None = None
        mount: Mount | None = None
        try:
            sandbox, path = self._accept(request, path)
            segment = path.split("/", 2)[1]
            if segment in self.mounts and (segment or path == "/"):
                mount = self.mounts[segment]
                sandbox, path = mount.enter(sandbox, path)
        except UnknownSandbox as error:
            refusal, sandbox = error, self.sandboxes.default

        # route
        api: Api
        route: Operation | Entrance | None = None
        values: Mapping[str, str] = NO_VALUES
        if refusal is not None:
            api = self._unmatched if mount is None else mount.api
        else:
            found = (self.router if mount is None else mount.router).find(request.method, path, query_string)
            if isinstance(found, Found):
                (api, route), values = found.target, found.values
            else:
                api = mount.api if mount is not None else self._bases.owner(path) or self._unmatched
                refusal = NoRoute(path) if found is None else MethodNotAllowed(found.allowed)

        # read
        body = b""
        try:
            if api.admit is not None:
                api.admit(request, route)
            if request.can_read_body and api is not self._unmatched:
                limit = None if route is None else route.body_limit
                body = await read_body(request, limit or self.body_limit, self.patience)
        except BodyTooLarge as error:
            refusal = refusal or error
        except (ClientGone, BodyStalled, DomainError) as error:
            refusal = error

        # begin
        start = await sandbox.store.begin_request(sandbox.name, api.name) if api.journaled else _NOT_JOURNALED
        if api.mounted is not None and route is not None:
            mounted = api.mounted(sandbox.settings_with(api.name, start.settings), values)
            if not mounted:
                # Its path is another's when this sandbox does not mount the API there.
                owner = self._bases.owner(path)
                api = self._unmatched if owner is None or owner is api else owner
                start = start._replace(settings=await sandbox.settings_changes(api.name))
                refusal, route, values = NoRoute(path), None, NO_VALUES
        settings = sandbox.settings_with(api.name, start.settings) if api.name in sandbox.apis else None
        moved: list[tuple[Job, Transition]] = []
        number, now = start.number, sandbox.now_by(start.clock)
        jobs = sandbox.jobs.watched(moved, number, now)
        context: RequestContext[Any, Any] = RequestContext(
            api,
            sandbox,
            number,
            request.method,
            path,
            query_string,
            request.headers,
            body,
            request,
            values,
            settings,
            sandbox.sites.get(api.name),
            now,
            jobs,
            route,
        )

        answered = await self._answer(api, context, sandbox, start.armed, refusal)
        response, violations, named = self._judge(api, answered)
        headers = self._headers(response, api, number, violations)
        entry = _entry(answered, request, sandbox, raw, response, headers, moved, violations, named, jobs.made, began)
        if api.journaled:
            await self._record(sandbox, entry, answered.known, jobs.looked)
        self.metrics.count(entry)

        # send
        fault = answered.fault
        if fault is not None:
            if not fault.delay_before_work:
                await fault_transport.wait(sandbox.faults.pause(fault))
            return await fault_transport.send(fault, request, response_of(response, headers))
        if response.stream is not None:
            streamed: web.StreamResponse = await response.stream(request)
            return streamed
        return answer_of(request, response, headers)

    def _accept(self, request: web.BaseRequest, path: str) -> tuple[Sandbox, str]:
        """Return the sandbox that a request is for, by prefix, header or port, and the path in it."""
        if path.startswith("/~"):
            name, _, rest = path[2:].partition("/")
            return self.sandboxes.use(name), "/" + rest
        if _SANDBOX_HEADER in request.headers:
            return self.sandboxes.use(request.headers[_SANDBOX_HEADER]), path
        if self.ports and request.transport is not None:
            port = request.transport.get_extra_info("sockname")[1]
            if port in self.ports:
                return self.sandboxes.use(self.ports[port]), path
        return self.sandboxes.default, path

    async def _answer(
        self,
        api: Api,
        context: RequestContext[Any, Any],
        sandbox: Sandbox,
        armed: bool,
        refusal: Exception | None,
    ) -> Answered:
        """Resolve, check, let a fault act, and handle; whatever goes wrong becomes the API's own answer."""
        known: Known | None = None
        fault: Fault | None = None
        breaches: Sequence[Violation] = _NOTHING
        try:
            try:
                if api.prepare is not None:
                    await api.prepare(context)
                resolved = _resolve(api, context, refusal)
                operation = resolved.operation if refusal is None else operation_at(context.route)
                context = _resolved(context, operation, resolved)
                breaches = _NOTHING if refusal is not None else resolved.breaches
                if operation is not None:
                    known = self._known.get(id(operation)) or self._know(api, operation)
                    if refusal is None and not breaches and known.contract is not None:
                        breaches = known.contract.breaches_of_request(context.parameters or {}, context.payload)
                        if not breaches and resolved.unseen is not None:
                            breaches = (resolved.unseen,)
                if armed:
                    fault = await self._fault(context, sandbox, known)
                    if fault is not None and fault.replaces_work:
                        response = fault.response(context) or Response(content_type=None)
                        return Answered(fault.spoil(response), context, known, breaches, fault)
                if refusal is None:
                    refusal = resolved.refusal
                if refusal is not None:
                    raise refusal
                if breaches and known is not None and not api.lenient:
                    raise RequestRefused(known.name, breaches[0])
                handler = (operation or context.route).handler  # type: ignore[union-attr]
                response = not_faked(api, operation) if handler is None else await handler(context)
            except Exception as error:
                response = gone(error) or api.refuse(context, error)
        except Exception:
            failure = traceback.format_exc()
            log.error("a bug of ours in %s %s\n%s", context.method, mask(context.path), mask(failure))
            return Answered(_own_500(api, context), context, known, breaches, fault, failure)
        if fault is not None:
            response = fault.spoil(fault.response(context) or response)
        return Answered(response, context, known, breaches, fault)

    def _know(self, api: Api, operation: Operation) -> Known:
        name = f"{api.name}.{operation.name}"
        mount = next((one for one in self.mounts.values() if one.api is api), None)
        contract = self.contracts.get(name) if mount is None else mount.contract(name)
        known = self._known[id(operation)] = Known(name, contract)
        return known

    async def _fault(self, context: RequestContext[Any, Any], sandbox: Sandbox, known: Known | None) -> Fault | None:
        """Return the armed fault that acts on this request; one that delays the work has done so."""
        name = None if known is None else known.name
        fault = await sandbox.faults.claim(
            MatchSubject(
                api=context.api.name or None,
                operation=name,
                job=context.job,
                method=context.method,
                path=context.path,
                headers=context.headers,
                values=context.values,
                parameters=context.parameters,
                payload=context.payload,
                body=context.body,
            )
        )
        if fault is None:
            return None
        sandbox.publish({"event": "fault", "id": fault.id, "request": context.number, "operation": name})
        if fault.delay_before_work:
            await fault_transport.wait(sandbox.faults.pause(fault))
        return fault

    def _judge(self, api: Api, answered: Answered) -> tuple[Response, Sequence[Violation], str | None]:
        """Check our answer; return the one to send, all breaches by either side, and the name of the clause it is."""
        response, violations, known = answered.response, answered.breaches, answered.known
        contract = None if known is None else known.contract
        if contract is None or not (api.journaled or self.strict):
            return response, violations, None
        clause = contract.response(response.status, response.content_type, response.data)
        if clause is not None:
            return response, violations, clause.name
        if answered.fault is None and answered.error is None and response.status != 501 and response.stream is None:
            breach = contract.explain(response.status, response.content_type, response.data)
            log.error("our answer to %s breaks its contract: %s", contract.operation, mask(breach.message))
            violations = [*violations, breach]
            if self.strict:
                response = _breach(contract.operation, breach)
        return response, violations, None

    def _headers(self, response: Response, api: Api, number: int, violations: Sequence[Violation]) -> dict[str, str]:
        headers = dict(response.headers) if response.headers else {}
        if response.content_type is not None:
            headers["Content-Type"] = response.content_type
        if api.headers:
            for name, value in api.headers.items():
                headers.setdefault(name, value)
        if self.headers and number:
            headers["X-Mockserver-Request"] = str(number)
            if violations:
                headers["X-Mockserver-Violations"] = str(len(violations))
        return headers

    async def _record(self, sandbox: Sandbox, entry: Entry, known: Known | None, looked: Job | None) -> None:
        operation = None if known is None else known.name
        if entry.violations:
            await coverage.keep_violations(sandbox.store, sandbox.name, entry.number, operation, list(entry.violations))
        counters = coverage.counters(operation, entry.response, looked)
        await sandbox.store.record(sandbox.name, entry, sandbox.journal_size, counters)
        if sandbox.listened:
            sandbox.publish(
                {
                    "event": "request",
                    "number": entry.number,
                    "operation": operation,
                    "job": entry.job,
                    "status": entry.status,
                }
            )


def _resolve(api: Api, context: RequestContext[Any, Any], refusal: Exception | None) -> Resolved:
    """Return what a request means; one that is refused already is read as far as that goes."""
    try:
        return api.resolve(context)
    except Exception:
        if refusal is None:
            raise
        return Resolved(context.route if isinstance(context.route, Operation) else None)


def _resolved(
    context: RequestContext[Any, Any], operation: Operation | None, resolved: Resolved
) -> RequestContext[Any, Any]:
    _, parameters, payload, details = resolved[:4]
    place = None if operation is None else operation.job
    job = None if place is None else place.find(context.values, parameters, payload)
    return RequestContext._make((*context[:_ARRIVED], operation, parameters, payload, details, job))


def _entry(
    answered: Answered,
    request: web.BaseRequest,
    sandbox: Sandbox,
    raw: str,
    response: Response,
    headers: Mapping[str, str],
    moved: Sequence[tuple[Job, Transition]],
    violations: Sequence[Violation],
    named: str | None,
    made: Job | None,
    began: float,
) -> Entry:
    context, fault = answered.context, answered.fault
    entry = Entry(
        number=context.number,
        at=context.now,
        sandbox=sandbox.name,
        method=context.method,
        path=raw,
        headers=context.headers,
        body=context.body,
        api=context.api.name or None,
        operation=None if answered.known is None else answered.known.name,
        response=named,
        job=context.job if made is None else made.id,
        status=0 if fault is not None and fault.unanswered else response.status,
        answer_headers=headers,
        answer=response.body,
        milliseconds=(perf_counter() - began) * 1000,
        fault=None if fault is None else fault.id,
        transitions=moved or _NOTHING,
        violations=violations or _NOTHING,
        parameters=context.parameters,
        payload=context.payload,
        nearest=response.nearest,
        error=answered.error,
        told=response.shows_state,
        http_version=request.version,
    )
    if len(context.body) > BODY_LIMIT or len(response.body) > BODY_LIMIT:
        return cut(entry)
    return entry


def not_faked(api: Api, operation: Operation | None) -> Response:
    """Answer for something that exists at the vendor but is not faked here."""
    assert operation is not None
    name = f"{api.name}.{operation.name}"
    message = f"{name} ({operation.title or operation.name}) exists at the vendor but is not faked"
    return json_response({"error": {"code": "not-faked", "operation": name, "message": message}}, 501)


def _own_500(api: Api, context: RequestContext[Any, Any]) -> Response:
    """Return the API's own 500; ours, when even that fails."""
    try:
        return api.refuse(context, HandlerFailed())
    except Exception:
        log.error("%s cannot say that it failed\n%s", context.api.name, mask(traceback.format_exc()))
        return error_response(500, "bug", "the server failed; its log says why")


def _breach(operation: str, breach: Violation) -> Response:
    error = {"code": "contract-breach", "operation": operation, **breach.as_dict()}
    return json_response({"error": error}, 500)
