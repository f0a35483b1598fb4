"""One request's way: sandbox, journal, route, fault, contract, handler, contract, journal.

Rules a maintainer must keep:

1. This is the hot path: nothing is parsed, copied or formatted here that nobody has asked for.
2. The body a client gets is the API's own, whatever went wrong; the diagnosis goes to header, journal and log.
3. A handler's bug never leaves this module.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from types import MappingProxyType
from typing import Any, NamedTuple

from aiohttp import web
from multidict import istr

from mockserver.api.context import RequestContext, Response, json_response
from mockserver.api.definition import Api, BodyTooLarge, Endpoint, HandlerFailed, MethodNotAllowed, NoRoute, Operation
from mockserver.contracts.model import Contract, Contracts, Violation
from mockserver.core.job import Job, Transition
from mockserver.http import fault_transport as effects
from mockserver.http.expect_continue import invite_body
from mockserver.http.metrics import Metrics
from mockserver.http.responses import aiohttp_error, answer_of, error_response, response_of
from mockserver.http.router import Found, Router, WrongMethod
from mockserver.journal import coverage
from mockserver.journal.entry import BODY_LIMIT, Entry, cut, mask
from mockserver.journal.matching import Facts
from mockserver.sandbox.registry import Sandboxes, UnknownSandbox
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import RequestStart

log = logging.getLogger("mockserver")

# A journal keeps thousands of entries; what is empty in most of them is one and the same.
_NO_VALUES: Mapping[str, Any] = MappingProxyType({})
_NOTHING: tuple[Any, ...] = ()
_SANDBOX_HEADER = istr("X-Mockserver-Sandbox")
_EXPECT = istr("Expect")

Way = tuple[Api, Operation | Endpoint]
Beside = Callable[[web.BaseRequest, Sandbox, str], Awaitable[web.StreamResponse]]


class _Known(NamedTuple):
    """An operation's full name, made once, and its contract."""

    name: str
    contract: Contract | None


class Pipeline:
    """Answers every request that arrives on an API port.

    Attributes:
        patience: real seconds after which a client that does not send its body is let go.
        ports: sandbox name by port, for sandboxes with a port of their own.
        metrics: counts of this process.
        beside: first path segment -> what answers below it (the control API).
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        contracts: Contracts,
        *,
        strict: bool = False,
        headers: bool = True,
        patience: float = 25.0,
        beside: Mapping[str, Beside] | None = None,
    ) -> None:
        self.sandboxes = sandboxes
        self.contracts = contracts
        self.strict = strict
        self.headers = headers
        self.patience = patience
        self.ports: dict[int, str] = {}
        self.metrics = Metrics()
        self.beside = dict(beside or {})
        self.router: Router[Way] = Router([route for api in sandboxes.apis for route in api.routes()])
        self._known: dict[int, _Known] = {}

    def _know(self, api: Api, operation: Operation) -> _Known:
        known = self._known.get(id(operation))
        if known is None:
            name = f"{api.name}.{operation.name}"
            known = self._known[id(operation)] = _Known(name, self.contracts.get(name))
        return known

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        began = perf_counter()
        raw = request.raw_path
        if not raw.startswith("/"):
            raw = request.rel_url.raw_path_qs
        path, _, query_string = raw.partition("?")
        try:
            sandbox, path = self._sandbox(request, path)
        except UnknownSandbox as error:
            hint = "GET /_control/sandboxes lists them; POST makes one"
            return aiohttp_error(404, "unknown-sandbox", str(error), hint)
        segment = path.split("/", 2)[1]
        if segment in self.beside and (segment or path == "/"):
            return await self.beside[segment](request, sandbox, path)
        found = self.router.find(request.method, path, query_string)
        api: Api | None
        way: Operation | Endpoint | None
        if isinstance(found, Found):
            (api, way), values = found.target, found.values
        else:
            api, way, values = self._owner(path), None, _NO_VALUES
        if api is None:
            arrival = await sandbox.store.begin_request(sandbox.name, "")
            return await self._unmatched(request, sandbox, arrival, path, raw, began)
        body, refusal = b"", None
        if request.can_read_body:
            try:
                body = await self._read(request)
            except (web.HTTPRequestEntityTooLarge, BodyTooLarge):
                refusal = BodyTooLarge()
            except ConnectionError:
                return aiohttp_error(400, "gone", "the client went away before its body had arrived")
            except TimeoutError:
                if request.transport is not None:
                    request.transport.abort()
                return aiohttp_error(408, "stalled", f"the body did not arrive within {self.patience:g} s")
        arrival = await sandbox.store.begin_request(sandbox.name, api.name)
        settings = sandbox.settings_with(api.name, arrival.settings)
        if way is not None and api.mounted is not None and not api.mounted(settings, values):
            # Its path is another's when this sandbox does not mount the API there.
            owner = self._owner(path)
            if owner is None or owner is api:
                return await self._unmatched(request, sandbox, arrival, path, raw, began)
            api, found, way, values = owner, None, None, _NO_VALUES
            settings = await sandbox.settings(api.name)
        moved: list[tuple[Job, Transition]] = []
        number, now = arrival.number, sandbox.now_by(arrival.clock)
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
            sandbox.sites[api.name],
            now,
            sandbox.jobs.watched(moved, number, now),
            armed=arrival.armed,
            enter=self._begin,
        )
        try:
            reply = await self._reply(context, found, way, refusal)
        except _Acted as acted:
            reply = acted.reply
        if context.effect is not None:
            reply = effects.garbled(context.effect, context.instead or reply)
        response = await self._close(context, reply, raw, moved, began)
        return response if context.effect is None else await effects.send(context.effect, request, response)

    async def _read(self, request: web.BaseRequest) -> bytes:
        """Return the body, once all of it has arrived.

        Raises:
            HTTPRequestEntityTooLarge, BodyTooLarge, ConnectionError, TimeoutError
        """
        if _EXPECT in request.headers:
            await invite_body(request)
        if request.content.is_eof():
            # All of it has arrived, so that nobody needs to watch the clock.
            body = request.content.read_nowait()
            if len(body) > request.client_max_size:
                raise BodyTooLarge
            return body
        async with asyncio.timeout(self.patience):
            return await request.read()

    async def _reply(
        self, context: RequestContext[Any, Any], found: Any, way: Operation | Endpoint | None, refusal: Exception | None
    ) -> Response:
        api = context.api
        try:
            try:
                if context.armed and (way is None or refusal is not None):
                    await self._meet(context)
                if isinstance(found, WrongMethod):
                    raise MethodNotAllowed(found.allowed)
                if way is None:
                    raise NoRoute(context.path)
                if refusal is not None:
                    if isinstance(way, Operation):
                        context.operation = way
                    raise refusal
                if isinstance(way, Endpoint):
                    reply = await way.handler(context)
                else:
                    api.decode(context)
                    await self._begin(context, way)
                    if way.handler is None:
                        return not_faked(api, way)
                    reply = await way.handler(context)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                reply = api.refuse(context, error)
        except asyncio.CancelledError:
            raise
        except Exception:
            context.error = traceback.format_exc()
            log.error("a bug of ours in %s %s\n%s", context.method, mask(context.path), mask(context.error))
            reply = _own_500(context)
        return reply

    async def _begin(self, context: RequestContext[Any, Any], operation: Operation) -> None:
        context.operation = operation
        contract = self._know(context.api, operation).contract
        if contract is not None:
            breaches = contract.breaches_of_request(context.parameters, context.payload)
            if breaches:
                context.violations.extend(breaches)
        if context.armed:
            await self._meet(context)

    async def _meet(self, context: RequestContext[Any, Any]) -> None:
        """Let an armed fault act, if one is meant for this call.

        Raises:
            _Acted: the call is not carried out; the fault answers.
        """
        sandbox = context.sandbox
        if context.effect is not None:
            return
        operation = None if context.operation is None else self._know(context.api, context.operation).name
        fault = await sandbox.faults.meet(
            Facts(
                api=context.api.name,
                operation=operation,
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
            return
        context.fault, context.effect = fault["id"], fault["effect"]
        sandbox.publish({"event": "fault", "id": context.fault, "request": context.number, "operation": operation})
        await asyncio.sleep(sandbox.faults.pause(fault))
        if "named" in context.effect:
            context.instead = context.api.fault(context.effect["named"]).reply(context)
        else:
            context.instead = effects.instead(context.effect)
        if effects.needs_no_answer(context.effect):
            raise _Acted(context.instead or Response(content_type=None))

    async def _close(
        self,
        context: RequestContext[Any, Any],
        reply: Response,
        raw: str,
        moved: list[tuple[Job, Transition]],
        began: float,
    ) -> web.StreamResponse:
        operation, contract = None, None
        if context.operation is not None:
            known = self._know(context.api, context.operation)
            operation, contract = known.name, known.contract
        named: str | None = None
        if contract is not None:
            # What a change is answered with is seldom seen again, and not worth remembering.
            answer = (
                contract.response(reply.status, reply.content_type, reply.data)
                if moved
                else contract.recognise(reply.status, reply.content_type, reply.data, reply.body)
            )
            if answer is not None:
                named = answer.name
            elif context.effect is None and context.error is None and reply.status != 501:
                breach = contract.explain(reply.status, reply.content_type, reply.data)
                context.violations.append(breach)
                log.error("our answer to %s breaks its contract: %s", contract.operation, mask(breach.message))
                if self.strict:
                    reply = _breach(contract.operation, breach)
        headers = dict(reply.headers) if reply.headers else {}
        if reply.content_type is not None:
            headers["Content-Type"] = reply.content_type
        if self.headers:
            headers["X-Mockserver-Request"] = str(context.number)
            if context.violations:
                headers["X-Mockserver-Violations"] = str(len(context.violations))
        sandbox = context.sandbox
        entry = Entry(
            context.number,
            context.now,
            sandbox.name,
            context.method,
            raw,
            context.headers,
            context.body,
            context.api.name,
            operation,
            named,
            context.job,
            0 if context.effect is not None and effects.unanswered(context.effect) else reply.status,
            headers,
            reply.body,
            (perf_counter() - began) * 1000,
            context.fault,
            moved or _NOTHING,
            context.violations or _NOTHING,
            context.parameters or _NO_VALUES,
            context.payload,
            error=context.error,
            told=context.told,
        )
        if len(context.body) > BODY_LIMIT or len(reply.body) > BODY_LIMIT:
            entry = cut(entry)
        if context.violations:
            await coverage.keep_violations(sandbox, entry.number, operation, context.violations)
        counters = coverage.counters(operation, named, context.jobs.looked)
        await self._log(sandbox, entry, counters)
        if context.effect is not None:
            return response_of(reply, headers)
        return answer_of(context.request, reply, headers)

    async def _log(self, sandbox: Sandbox, entry: Entry, counters: Sequence[str] = ()) -> None:
        await sandbox.store.log(sandbox.name, entry, sandbox.journal_size, counters)
        self.metrics.count(entry)
        if sandbox.listened:
            sandbox.publish(
                {
                    "event": "request",
                    "number": entry.number,
                    "operation": entry.operation,
                    "job": entry.job,
                    "status": entry.status,
                }
            )

    def _sandbox(self, request: web.BaseRequest, path: str) -> tuple[Sandbox, str]:
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

    def _owner(self, path: str) -> Api | None:
        folded = path.casefold() + "/"
        for api in self.sandboxes.apis:
            if any(folded.startswith(base.casefold().rstrip("/") + "/") for base in api.bases):
                return api
        return None

    async def _unmatched(
        self, request: web.BaseRequest, sandbox: Sandbox, arrival: RequestStart, path: str, raw: str, began: float
    ) -> web.StreamResponse:
        nearest = self.router.nearest(path)
        if nearest is not None and nearest.casefold() == path.rstrip("/").casefold():
            hint = "the settings of this sandbox do not mount it; GET /_control/apis says which would"
        else:
            hint = f"the nearest known path is {nearest}; GET / lists what is faked"
        reply = error_response(404, "unknown-path", f"nothing is faked at {mask(path)}", hint)
        fault, effect = await self._unmatched_fault(request, sandbox, path) if arrival.armed else (None, None)
        if effect is not None:
            reply = effects.garbled(effect, effects.instead(effect) or reply)
        headers = dict(reply.headers)
        if reply.content_type is not None:
            headers["Content-Type"] = reply.content_type
        if self.headers:
            headers["X-Mockserver-Request"] = str(arrival.number)
        response = response_of(reply, headers)
        entry = Entry(
            number=arrival.number,
            at=sandbox.now_by(arrival.clock),
            sandbox=sandbox.name,
            method=request.method,
            path=raw,
            headers=request.headers,
            body=b"",
            status=0 if effect is not None and effects.unanswered(effect) else reply.status,
            answer_headers=headers,
            answer=reply.body,
            milliseconds=(perf_counter() - began) * 1000,
            fault=fault,
            nearest=nearest,
        )
        await self._log(sandbox, entry)
        return response if effect is None else await effects.send(effect, request, response)

    async def _unmatched_fault(
        self, request: web.BaseRequest, sandbox: Sandbox, path: str
    ) -> tuple[str | None, Mapping[str, Any] | None]:
        facts = Facts(
            api=None,
            operation=None,
            job=None,
            method=request.method,
            path=path,
            headers=request.headers,
            values={},
            parameters={},
            payload=None,
            body=b"",
        )
        fault = await sandbox.faults.meet(facts)
        if fault is None:
            return None, None
        await asyncio.sleep(sandbox.faults.pause(fault))
        return fault["id"], fault["effect"]


class _Acted(BaseException):
    """A fault took the place of the answer. Not an Exception, so that no handler on the way takes it for its own."""

    def __init__(self, reply: Response) -> None:
        super().__init__()
        self.reply = reply


def not_faked(api: Api, operation: Operation) -> Response:
    """Answer for something that exists at the vendor but is not faked here."""
    name = f"{api.name}.{operation.name}"
    message = f"{name} ({operation.title or operation.name}) exists at the vendor but is not faked"
    return json_response({"error": {"code": "not-faked", "operation": name, "message": message}}, 501)


def _own_500(context: RequestContext[Any, Any]) -> Response:
    """Return the API's own 500; ours, when even that fails."""
    try:
        return context.api.refuse(context, HandlerFailed())
    except Exception:
        log.error("%s cannot say that it failed\n%s", context.api.name, mask(traceback.format_exc()))
        return error_response(500, "bug", "the server failed; its log says why")


def _breach(operation: str, breach: Violation) -> Response:
    error = {"code": "contract-breach", "operation": operation, **breach.as_dict()}
    return json_response({"error": error}, 500)
