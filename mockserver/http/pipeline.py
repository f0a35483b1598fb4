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
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from aiohttp import web

from mockserver.api.context import NO_VALUES, drafted
from mockserver.api.definition import Api
from mockserver.api.errors import BodyTooLarge, MethodNotAllowed, NoRoute
from mockserver.api.operation import Entrance, Operation
from mockserver.api.response import Response
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Violation
from mockserver.core.clock import Clock
from mockserver.core.errors import DomainError, Unavailable
from mockserver.core.job import Job, Transition
from mockserver.http.addresses import Accepted, Addresses
from mockserver.http.body import BodyStalled, BodyUnreadable, ClientGone, body_at_hand, read_body
from mockserver.http.diagnosis import refused_answer
from mockserver.http.heads import Heads, all_headers
from mockserver.http.kept_answers import NOT_LOOKED, KeptAnswers
from mockserver.http.metrics import Metrics
from mockserver.http.mounts import GONE, ApiRouter, Bases, Mounts, disowned, gone, unavailable, unmatched
from mockserver.http.responses import NUMBER, answer_of, response_of, stays_open
from mockserver.http.router import Found
from mockserver.http.steps import (
    LONG,
    NOTHING,
    Answered,
    Arrived,
    Known,
    RequestRefused,
    answered_entry,
    asked_entry,
    claimed_fault,
    failed,
    held_back,
    may_be_judged,
    not_faked,
    not_recorded,
    request_event,
    resolve_aside,
    sent_with_fault,
    unknown_answer,
)
from mockserver.http.unread import answer_unread
from mockserver.journal import coverage
from mockserver.journal.entry import Entry
from mockserver.journal.masking import mask
from mockserver.sandbox.jobs import Jobs
from mockserver.sandbox.registry import Sandboxes
from mockserver.store.base import NOT_BEGUN, Over, RequestStart

if TYPE_CHECKING:
    from mockserver.faults.model import Fault


class Pipeline:
    """Answers every request that arrives on a port.

    Attributes:
        patience: real seconds after which a client that does not send its body is let go.
        ports: sandbox name by port, for sandboxes with a port of their own.
        metrics: counts of this process.
        mounts: what answers beside the APIs.
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        contracts: Contracts,
        *,
        apis: Sequence[Api],
        mounts: Mounts,
        metrics: Metrics,
        strict: bool,
        headers: bool,
        patience: float,
        body_limit: int,
    ) -> None:
        self.sandboxes, self.contracts, self.metrics, self.mounts = sandboxes, contracts, metrics, mounts
        self.strict, self.headers, self.patience, self.body_limit = strict, headers, patience, body_limit
        self._addresses = Addresses(sandboxes, self.mounts)
        self.ports = self._addresses.ports
        self._bases = Bases(apis)
        self.router = ApiRouter(apis, self._bases)
        self._unmatched = unmatched(self.router, mask)
        self._known: dict[int, Known] = {}
        self._heads, self._kept = Heads(), KeptAnswers(metrics, sandboxes.store.shared)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        accepted = self._addresses.usual(request) or await self._addresses.accept(request)
        home = accepted.sandbox.home
        home.calls += 1
        try:
            again = NOT_LOOKED
            if accepted.mount is None and request.method == "GET":
                again = await self._kept.repeat(request, accepted)
                if again.answer is not None:
                    return again.answer
            arrived = await self._arrive(request, accepted, again.start)
            api, sandbox, raw, began, _, start, transitions, _ = arrived
            response, context, known, violations, fault, error, asked = await self._answer(arrived)
            clause = None
            if known is not None and known.contract is not None and (api.journaled or self.strict):
                found = known.contract.response(response.status, response.content_type, response.data)
                if found is not None:
                    clause = found.name
                elif may_be_judged(response, fault, error):
                    response, breach = unknown_answer(known.contract, response, strict=self.strict)
                    violations = [*violations, breach]
            mark, head = response.mark, None
            trace = "" if mark is None else sandbox.ids.mark(context.turn)
            shown = str(context.number) if self.headers and context.number else ""
            if not violations and response.hint is None and fault is None:
                head = self._heads.find(api, response, bool(shown))
            if head is None:
                headers = all_headers(api, response, trace, shown, violations)
            else:
                headers = {**head.headers} if mark is None else {mark: trace, **head.headers}
                if shown:
                    headers[NUMBER] = shown
            if fault is not None:
                await held_back(fault, sandbox)
            status = 0 if fault is not None and fault.unanswered else response.status
            seconds = perf_counter() - began
            operation = None if known is None else known.name
            if context.number:
                jobs = context.jobs
                told = jobs.told
                entry = answered_entry(
                    asked or asked_entry(sandbox.name, raw, context, known),
                    jobs.made,
                    clause,
                    status,
                    headers,
                    response,
                    seconds * 1000,
                    fault,
                    transitions,
                    violations,
                    error,
                    None if told is None else api.machines[told[1]].by_name[told[2]],
                )
                counters = coverage.counters(operation, clause, told)
                try:
                    if violations:
                        await coverage.keep_violations(sandbox.store, sandbox.key, entry.number, operation, violations)
                    await sandbox.store.record(sandbox.key, entry, sandbox.journal_size, counters)
                except Unavailable as problem:
                    not_recorded(entry, problem)
                if sandbox.watchers:
                    sandbox.publish(request_event(entry))
            self.metrics.count(api.name, operation, status, seconds, violations, fault)
            if fault is not None:
                return await sent_with_fault(fault, sandbox, request, response, headers)
            if response.stream is not None:
                streamed: web.StreamResponse = await response.stream(request)
                return streamed
            answer: web.StreamResponse
            if head is not None and stays_open(request):
                answer = head.answer(response, trace, shown)
            else:
                answer = answer_of(request, response, headers)
            if response.lasting and again.key is not None and not violations:
                self._kept.keep(again.key, answer, response.mark, start, jobs.steady, entry, counters)
            return answer
        except Over:
            # Another process may have ended it, so that nobody here has said so.
            home.forget_life(accepted.sandbox.key)
            await self.sandboxes.recheck(home)
            self.metrics.count("", None, 0, perf_counter() - accepted.began, NOTHING, None)
            return response_of(*disowned(accepted.sandbox))
        except Unavailable as problem:
            return response_of(*unavailable(problem))
        finally:
            home.calls -= 1
            home.used = monotonic()

    async def refuse_unread(self, request: web.BaseRequest, why: str) -> web.StreamResponse:
        """Answer what the parser could make no request of."""
        return await answer_unread(await self._addresses.accept(request), request, why, self.metrics, self.headers)

    async def _arrive(self, request: web.BaseRequest, accepted: Accepted, start: RequestStart | None) -> Arrived:
        """Route, read and begin, unless `start` says that the request has begun.

        Raises:
            Over: the sandbox was reset, replaced or ended while the body came.
        """
        sandbox, mount, raw, path, prefix, query_string, began, refusal = accepted
        # route
        api: Api
        route: Operation | Entrance | None = None
        values: Mapping[str, str] = NO_VALUES
        if refusal is None or isinstance(refusal, Unavailable):
            found = (self.router if mount is None else mount.router).find(request.method, path, query_string)
            if isinstance(found, Found):
                (api, route), values = found
            else:
                api = mount.api if mount is not None else self._bases.owner(path) or self._unmatched
                refusal = refusal or (NoRoute(path) if found is None else MethodNotAllowed(found.allowed))
        else:
            api = self._unmatched if mount is None else mount.api

        # read
        body = b""
        try:
            if api.admit is not None:
                api.admit(request, route)
            if request.can_read_body and api is not self._unmatched:
                limit = (None if route is None else route.body_limit) or self.body_limit
                at_hand = body_at_hand(request, limit)
                body = await read_body(request, limit, self.patience) if at_hand is None else at_hand
        except BodyTooLarge as error:
            refusal = refusal or error
        except (ClientGone, BodyStalled, DomainError) as error:
            refusal = error
        except BodyUnreadable as error:
            refusal = refusal if api.lenient else error  # an API's own server says what it makes of no body

        # begin
        if start is None:
            start = NOT_BEGUN
            if api.journaled and not isinstance(refusal, Unavailable):
                try:
                    start = await sandbox.store.begin_request(sandbox.key, api.name)
                except Over:
                    sandbox, start = await self.sandboxes.begin_anew(sandbox, api.name, perf_counter() - began)
                except Unavailable as error:
                    refusal = error
        number, clock, changes, _, turn, _, _ = start
        # What nobody has changed is at hand.
        settings = sandbox.first_settings.get(api.name)
        if changes is not None:
            settings = sandbox.settings_with(api.name, changes)
        if api.mounted is not None and route is not None and not api.mounted(settings, values):
            # Its path is another's when this sandbox does not mount the API there.
            owner = self._bases.owner(path)
            api = self._unmatched if owner is None or owner is api else owner
            settings = await sandbox.settings(api.name) if api.name in sandbox.apis else None
            refusal, route, values = NoRoute(path), None, NO_VALUES
        transitions: list[tuple[Job, Transition]] = []
        now = (sandbox.first_clock if clock is None else Clock(**clock)).now(sandbox.real())
        context = drafted(
            api,
            sandbox,
            number,
            turn,
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
            Jobs(sandbox.jobs.home, number, transitions, now) if api.journaled else sandbox.jobs,
            route,
            route if isinstance(route, Operation) else None,
            NO_VALUES,
        )
        return api, sandbox, raw, began, refusal, start, transitions, context

    async def _answer(self, arrived: Arrived) -> Answered:
        """Resolve, check, let a fault act, and handle; whatever goes wrong becomes the API's own answer.

        Raises:
            Over: the sandbox was reset, replaced or ended meanwhile.
        """
        api, sandbox, raw, _, refusal, start, _, context = arrived
        known: Known | None = None
        fault: Fault | None = None
        breaches: Sequence[Violation] = NOTHING
        asked: Entry | None = None
        try:
            try:
                if api.prepare is not None and (making := api.prepare(context)) is not None:
                    await making
                aside = refusal is not None or len(context.body) > LONG
                resolved = await resolve_aside(api, context, refusal) if aside else api.resolve(context)
                operation, parameters, payload, details, refused, unseen, unable = resolved
                job, place = None, None if operation is None else operation.job
                if place is not None:
                    values = context.values
                    if place.in_path_alone:
                        job = values.get(place.path, "").strip() or None
                    else:
                        job = place.find(values, parameters, payload)
                context = context.resolved(operation, parameters, payload, details, job)
                if operation is not None:
                    known = self._known.get(id(operation)) or self._know(api, operation)
                    if known.contract is not None and refusal is None and not refused:
                        breaches = known.contract.breaches_of_request(parameters or {}, payload)
                        if not breaches and unseen is not None:
                            breaches = (unseen,)
                if refused and refusal is None:
                    breaches = refused
                if context.number:
                    # A request is a fact from its arrival: who verifies sees it while it is answered.
                    asked = asked_entry(sandbox.name, raw, context, known)
                    await sandbox.store.record(sandbox.key, asked, sandbox.journal_size)
                if start.armed:
                    fault = await claimed_fault(sandbox, context, known)
                    if fault is not None and fault.replaces_work:
                        response = fault.response(context) or Response(content_type=None)
                        return fault.spoil(response), context, known, breaches, fault, None, asked
                refusal = refusal or unable
                if refusal is not None:
                    raise refusal
                if breaches and known is not None and not api.lenient:
                    raise RequestRefused(known.name, breaches[0])
                handler = (operation or context.route).handler or api.unfaked  # type: ignore[union-attr]
                response = not_faked(api, operation) if handler is None else await handler(context)
            except Over:
                raise
            except Unavailable as error:
                return api.refuse(context, error), context, known, breaches, None, str(error), asked
            except Exception as error:
                response = gone(error) or refused_answer(api, context, error, self.router)
                known = None if isinstance(error, GONE) else known
        except Over:
            raise
        except Exception:
            response, error_text = failed(api, context)
            return response, context, known, breaches, fault, error_text, asked
        if fault is not None:
            response = fault.spoil(fault.response(context) or response)
        return response, context, known, breaches, fault, None, asked

    def _know(self, api: Api, operation: Operation) -> Known:
        name, mount = f"{api.name}.{operation.name}", self.mounts.of(api)
        contract = self.contracts.get(name) if mount is None else mount.contract(name)
        return self._known.setdefault(id(operation), Known(name=name, contract=contract))
