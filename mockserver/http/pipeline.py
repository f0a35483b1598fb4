"""The way of every request: accept, route, read, begin, resolve, check, fault, handle, check, record, send.

Rules a maintainer must keep:

1. This is the hot path: nothing is parsed, copied or formatted here that nobody has asked for.
2. The body a client gets is the API's own, whatever went wrong; the diagnosis goes to header, journal and log.
3. A handler's bug never leaves this module.
4. `record` runs for whatever has arrived, also for what was refused; but what began in a sandbox that was reset,
   replaced or ended since is disowned: it leaves nothing, and its client is told so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from aiohttp import web

from mockserver.api.context import NO_VALUES, RequestContext
from mockserver.api.definition import Api
from mockserver.api.errors import BodyTooLarge, MethodNotAllowed, NoRoute
from mockserver.api.operation import Entrance, Operation
from mockserver.api.response import Response
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Violation
from mockserver.core.errors import DomainError
from mockserver.core.job import Job, Transition
from mockserver.faults.model import Fault
from mockserver.http import fault_transport
from mockserver.http.addresses import Accepted, Addresses
from mockserver.http.body import BodyStalled, ClientGone, read_body
from mockserver.http.metrics import Metrics
from mockserver.http.mounts import Bases, Mount, Target, disowned, gone, routes, unmatched
from mockserver.http.responses import answer_of, response_of
from mockserver.http.router import Found, Router
from mockserver.http.steps import (
    ARRIVED,
    NOTHING,
    Answered,
    Arrived,
    Known,
    RequestRefused,
    answered_entry,
    asked_entry,
    failed,
    in_a_header,
    match_subject,
    not_faked,
    recorded,
    resolve_refused,
    unknown_answer,
)
from mockserver.journal import coverage
from mockserver.journal.entry import Entry
from mockserver.journal.masking import mask
from mockserver.sandbox.jobs import Jobs
from mockserver.sandbox.registry import Sandboxes
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import Over, RequestStart

_NOT_JOURNALED = RequestStart(0, None, None, False, 0)


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
        self.metrics = metrics
        self.mounts = dict(mounts)
        self._addresses = Addresses(sandboxes, self.mounts)
        self.ports = self._addresses.ports
        self.router: Router[Target] = Router([route for api in apis for route in routes(api)])
        self._bases = Bases(apis)
        self._unmatched = unmatched(self.router, mask)
        self._known: dict[int, Known] = {}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        accepted = await self._addresses.accept(request)
        accepted.sandbox.begin_call()
        try:
            return await self._handle(request, accepted)
        finally:
            accepted.sandbox.end_call()

    async def _handle(self, request: web.BaseRequest, accepted: Accepted) -> web.StreamResponse:
        arrived = await self._arrive(request, accepted)
        answered = await self._answer(arrived)
        api, sandbox = arrived.api, arrived.sandbox
        response, violations, known = answered.response, answered.breaches, answered.known
        clause = None
        if known is not None and known.contract is not None and (api.journaled or self.strict):
            found = known.contract.response(response.status, response.content_type, response.data)
            if found is not None:
                clause = found.name
            elif answered.may_be_judged:
                response, breach = unknown_answer(known.contract, response, strict=self.strict)
                violations = [*violations, breach]
        headers = {**response.headers}
        if response.content_type is not None:
            headers["Content-Type"] = response.content_type
        for name, value in api.headers.items():
            headers.setdefault(name, value)
        context, fault, over = answered.context, answered.fault, answered.over
        if self.headers and api.journaled and not over:
            headers["X-Mockserver-Request"] = str(context.number)
            if violations:
                headers["X-Mockserver-Violations"] = str(len(violations))
                headers["X-Mockserver-Violation"] = in_a_header(violations[0])
        status = 0 if fault is not None and fault.unanswered else response.status
        seconds = perf_counter() - arrived.began
        operation = None if known is None else known.name
        if api.journaled and not over:
            jobs = context.jobs
            told = jobs.told
            entry = answered_entry(
                answered.asked or asked_entry(arrived, context, known),
                answered,
                response,
                status=status,
                headers=headers,
                milliseconds=seconds * 1000,
                transitions=arrived.transitions,
                violations=violations,
                clause=clause,
                made=jobs.made,
                told=None if told is None else api.machines[told[1]].by_name[told[2]],
            )
            over = not await recorded(sandbox, entry, coverage.counters(operation, clause, told))
        self.metrics.count(api.name, operation, status, seconds, violations, faulted=fault is not None)

        if fault is not None and not over and not fault.delay_before_work:
            await fault_transport.wait(sandbox.faults.pause(fault))
            over = await sandbox.is_over()
        if over and not answered.over:
            # What it has done is over, too, so that its client is not told that it was done.
            response = disowned(sandbox)
            headers = {"Content-Type": str(response.content_type)}
        elif fault is not None and not over:
            return await fault_transport.send(fault, request, response_of(response, headers))
        if response.stream is not None:
            streamed: web.StreamResponse = await response.stream(request)
            return streamed
        return answer_of(request, response, headers)

    async def _arrive(self, request: web.BaseRequest, accepted: Accepted) -> Arrived:
        """Route, read and begin."""
        sandbox, mount, raw, path, prefix, query_string, began, refusal = accepted

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
        start = _NOT_JOURNALED
        try:
            if api.journaled:
                start = await sandbox.store.begin_request(sandbox.key, api.name)
        except Over as error:
            refusal = error
        settings = sandbox.settings_with(api.name, start.settings) if api.name in sandbox.apis else None
        if (
            api.mounted is not None
            and route is not None
            and not isinstance(refusal, Over)
            and not api.mounted(settings, values)
        ):
            # Its path is another's when this sandbox does not mount the API there.
            owner = self._bases.owner(path)
            api = self._unmatched if owner is None or owner is api else owner
            settings = await sandbox.settings(api.name) if api.name in sandbox.apis else None
            refusal, route, values = NoRoute(path), None, NO_VALUES
        transitions: list[tuple[Job, Transition]] = []
        number, now = start.number, sandbox.now_by(start.clock)
        context: RequestContext[Any, Any] = RequestContext(
            api,
            sandbox,
            number,
            start.turn,
            request.method,
            path,
            prefix,
            query_string,
            request.headers,
            body,
            request,
            values,
            settings,
            sandbox.sites.get(api.name),
            now,
            Jobs(sandbox.jobs.home, number, transitions, now),
            route,
            route if isinstance(route, Operation) else None,
        )
        return Arrived(api, sandbox, request, raw, began, refusal, start.armed, transitions, context)

    async def _answer(self, arrived: Arrived) -> Answered:
        """Resolve, check, let a fault act, and handle; whatever goes wrong becomes the API's own answer."""
        api, sandbox, context = arrived.api, arrived.sandbox, arrived.context
        known: Known | None = None
        fault: Fault | None = None
        breaches: Sequence[Violation] = NOTHING
        asked: Entry | None = None
        if isinstance(arrived.refusal, Over):
            return Answered(disowned(sandbox), context, over=True)
        try:
            try:
                if api.prepare is not None:
                    await api.prepare(context)
                resolved = resolve_refused(arrived) if arrived.refusal is not None else api.resolve(context)
                operation, parameters, payload, details = resolved[:4]
                job, place = None, None if operation is None else operation.job
                if place is not None:
                    values = context.values
                    if place.in_path_alone:
                        job = values.get(place.path, "").strip() or None
                    else:
                        job = place.find(values, parameters, payload)
                context = RequestContext._make((*context[:ARRIVED], operation, parameters, payload, details, job))
                if operation is not None:
                    known = self._known.get(id(operation)) or self._know(api, operation)
                    if known.contract is not None and arrived.refusal is None and not resolved.breaches:
                        breaches = known.contract.breaches_of_request(parameters or {}, payload)
                        if not breaches and resolved.unseen is not None:
                            breaches = (resolved.unseen,)
                if resolved.breaches and arrived.refusal is None:
                    breaches = resolved.breaches
                if api.journaled:
                    # A request is a fact from its arrival: who verifies sees it while it is answered.
                    asked = asked_entry(arrived, context, known)
                    await sandbox.store.record(sandbox.key, asked, sandbox.journal_size)
                if arrived.armed:
                    fault = await self._fault(sandbox, context, known)
                    if fault is not None and fault.replaces_work:
                        response = fault.response(context) or Response(content_type=None)
                        return Answered(fault.spoil(response), context, known, breaches, fault, None, asked)
                refusal = arrived.refusal or resolved.refusal
                if refusal is not None:
                    raise refusal
                if breaches and known is not None and not api.lenient:
                    raise RequestRefused(known.name, breaches[0])
                handler = (operation or context.route).handler or api.unfaked  # type: ignore[union-attr]
                response = not_faked(api, operation) if handler is None else await handler(context)
            except Over:
                return Answered(disowned(sandbox), context, known, breaches, over=True)
            except Exception as error:
                response = gone(error) or api.refuse(context, error)
        except Exception:
            response, error_text = failed(api, context)
            return Answered(response, context, known, breaches, fault, error_text, asked)
        if fault is not None:
            response = fault.spoil(fault.response(context) or response)
        return Answered(response, context, known, breaches, fault, None, asked)

    def _know(self, api: Api, operation: Operation) -> Known:
        name = f"{api.name}.{operation.name}"
        mount = next((one for one in self.mounts.values() if one.api is api), None)
        contract = self.contracts.get(name) if mount is None else mount.contract(name)
        known = self._known[id(operation)] = Known(name, contract)
        return known

    async def _fault(self, sandbox: Sandbox, context: RequestContext[Any, Any], known: Known | None) -> Fault | None:
        """Return the armed fault that acts on this request; one that delays the work has done so."""
        fault = await sandbox.faults.claim(match_subject(context, known))
        if fault is None:
            return None
        name = None if known is None else known.name
        sandbox.publish({"event": "fault", "id": fault.id, "request": context.number, "operation": name})
        if fault.delay_before_work:
            await fault_transport.wait(sandbox.faults.pause(fault))
        return fault
