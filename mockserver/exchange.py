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
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

from mockserver.api import Api, BodyTooLarge, Bug, Endpoint, MethodRefused, NoRoute, Operation
from mockserver.call import Call, Reply, json_reply
from mockserver.contract import Contract, Contracts, Violation
from mockserver.core.job import Job, Move
from mockserver.journal import BODY_LIMIT, Entry, cut, mask
from mockserver.routing import Found, Router, WrongMethod
from mockserver.sandbox import Sandbox
from mockserver.sandboxes import Sandboxes, UnknownSandbox

log = logging.getLogger("mockserver")

STALLED = 30.0
"""Real seconds after which a client that does not send its body is let go."""

_EMPTY: MultiDict[str] = MultiDict()
_SANDBOX_HEADER = "X-Mockserver-Sandbox"

Way = tuple[Api, Operation | Endpoint]
Beside = Callable[[web.Request, Sandbox, str], Awaitable[web.StreamResponse]]


class Exchange:
    """Answers every request that arrives on an API port.

    Attributes:
        ports: sandbox name by port, for sandboxes with a port of their own.
        beside: first path segment -> what answers below it (the control API).
    """

    def __init__(
        self,
        sandboxes: Sandboxes,
        contracts: Contracts,
        *,
        strict: bool = False,
        headers: bool = True,
        beside: Mapping[str, Beside] | None = None,
    ) -> None:
        self.sandboxes = sandboxes
        self.contracts = contracts
        self.strict = strict
        self.headers = headers
        self.ports: dict[int, str] = {}
        self.beside = dict(beside or {})
        self.router: Router[Way] = Router([route for api in sandboxes.apis for route in api.routes()])
        self._contract_of: dict[int, Contract | None] = {}

    def _contract(self, api: Api, operation: Operation) -> Contract | None:
        known = self._contract_of
        if id(operation) not in known:
            known[id(operation)] = self.contracts.get(f"{api.name}.{operation.name}")
        return known[id(operation)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
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
            return error_response(404, "unknown-sandbox", str(error), hint)
        segment = path.split("/", 2)[1]
        if segment in self.beside and (segment or path == "/"):
            return await self.beside[segment](request, sandbox, path)
        number = await sandbox.store.count(sandbox.name, "journal")
        query = MultiDict(parse_qsl(query_string, keep_blank_values=True)) if query_string else _EMPTY
        found = self.router.find(request.method, path, query)
        unmounted = None
        if isinstance(found, Found) and not await self._mounted(sandbox, found):
            unmounted, found = found.target[0], None
        api, way = found.target if isinstance(found, Found) else (self._owner(path), None)
        if api is unmounted:
            api = None
        if api is None:
            return await self._unmatched(request, sandbox, number, path, raw, began)
        body, refusal = b"", None
        if request.can_read_body:
            try:
                async with asyncio.timeout(STALLED):
                    body = await request.read()
            except web.HTTPRequestEntityTooLarge:
                refusal = BodyTooLarge()
            except TimeoutError:
                if request.transport is not None:
                    request.transport.abort()
                raise
        moved: list[tuple[Job, Move]] = []
        call: Call[Any, Any] = Call(
            api=api,
            sandbox=sandbox,
            number=number,
            method=request.method,
            path=path,
            query_string=query_string,
            headers=request.headers,
            body=body,
            scheme=request.scheme,
            host=request.host,
            remote=request.remote or "",
            values=found.values if isinstance(found, Found) else {},
            settings=await sandbox.settings(api.name),
            content=sandbox.contents[api.name],
            now=await sandbox.now(),
            jobs=sandbox.jobs.watched(moved, number),
            http_version=(request.version.major, request.version.minor),
            _query=query,
        )
        call.begin = lambda operation: self._begin(call, operation)
        reply = await self._reply(call, found, way, refusal)
        response = await self._close(call, reply, raw, moved, began)
        return response

    async def _reply(
        self, call: Call[Any, Any], found: Any, way: Operation | Endpoint | None, refusal: Exception | None
    ) -> Reply:
        api = call.api
        try:
            try:
                if isinstance(found, WrongMethod):
                    raise MethodRefused(found.allowed)
                if way is None:
                    raise NoRoute(call.path)
                if refusal is not None:
                    if isinstance(way, Operation):
                        call.operation = way
                    raise refusal
                if isinstance(way, Endpoint):
                    reply = await way.handler(call)
                else:
                    api.decode(call)
                    await self._begin(call, way)
                    if way.handler is None:
                        return not_faked(api, way)
                    reply = await way.handler(call)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                reply = api.refuse(call, error)
        except asyncio.CancelledError:
            raise
        except Exception:
            call.error = traceback.format_exc()
            log.error("a bug of ours in %s %s\n%s", call.method, mask(call.path), mask(call.error))
            reply = api.refuse(call, Bug())
            return reply
        return reply

    async def _begin(self, call: Call[Any, Any], operation: Operation) -> None:
        call.operation = operation
        contract = self._contract(call.api, operation)
        if contract is not None:
            breaches = contract.breaches_of_request(call.parameters, call.payload)
            if breaches:
                call.violations.extend(breaches)

    async def _close(
        self, call: Call[Any, Any], reply: Reply, raw: str, moved: list[tuple[Job, Move]], began: float
    ) -> web.Response:
        contract = None if call.operation is None else self._contract(call.api, call.operation)
        if contract is not None and call.fault is None and call.error is None and call.operation is not None:
            breaches = [] if reply.status == 501 else self._check_answer(contract, reply)
            if breaches:
                call.violations.extend(breaches)
                log.error("our answer to %s breaks its contract: %s", contract.operation, mask(breaches[0].message))
                if self.strict:
                    reply = _breach(contract.operation, breaches[0])
        headers = dict(reply.headers) if reply.headers else {}
        if reply.content_type is not None:
            headers["Content-Type"] = reply.content_type
        if self.headers:
            headers["X-Mockserver-Request"] = str(call.number)
            if call.violations:
                headers["X-Mockserver-Violations"] = str(len(call.violations))
        response = (web.Response if reply.content_type is not None else BareResponse)(
            body=reply.body, status=reply.status, headers=headers
        )
        sandbox = call.sandbox
        entry = Entry(
            number=call.number,
            at=call.now,
            sandbox=sandbox.name,
            method=call.method,
            path=raw,
            headers=call.headers,
            body=call.body,
            api=call.api.name,
            operation=None if call.operation is None else f"{call.api.name}.{call.operation.name}",
            job=call.job,
            status=reply.status,
            answer_headers=headers,
            answer=reply.body,
            milliseconds=(perf_counter() - began) * 1000,
            fault=call.fault,
            moves=moved,
            violations=call.violations,
            parameters=call.parameters,
            payload=call.payload,
            error=call.error,
        )
        if len(call.body) > BODY_LIMIT or len(reply.body) > BODY_LIMIT:
            cut(entry)
        await sandbox.store.log(sandbox.name, entry, sandbox.journal_size)
        if sandbox.listened:
            sandbox.publish(
                {"event": "request", "number": entry.number, "operation": entry.operation, "status": entry.status}
            )
        return response

    def _check_answer(self, contract: Any, reply: Reply) -> list[Violation]:
        found: list[Violation] = contract.breaches_of_answer(reply.status, reply.content_type, reply.data)
        return found

    def _sandbox(self, request: web.Request, path: str) -> tuple[Sandbox, str]:
        if path.startswith("/~"):
            name, _, rest = path[2:].partition("/")
            return self.sandboxes.get(name), "/" + rest
        if _SANDBOX_HEADER in request.headers:
            return self.sandboxes.get(request.headers[_SANDBOX_HEADER]), path
        if self.ports and request.transport is not None:
            port = request.transport.get_extra_info("sockname")[1]
            if port in self.ports:
                return self.sandboxes.get(self.ports[port]), path
        return self.sandboxes.default, path

    async def _mounted(self, sandbox: Sandbox, found: Found[Way]) -> bool:
        api = found.target[0]
        return api.mounted is None or api.mounted(await sandbox.settings(api.name), found.values)

    def _owner(self, path: str) -> Api | None:
        folded = path.casefold() + "/"
        for api in self.sandboxes.apis:
            if any(folded.startswith(base.casefold().rstrip("/") + "/") for base in api.bases):
                return api
        return None

    async def _unmatched(
        self, request: web.Request, sandbox: Sandbox, number: int, path: str, raw: str, began: float
    ) -> web.Response:
        nearest = self.router.nearest(path)
        hint = f"the nearest known path is {nearest}; GET / lists what is faked"
        response = error_response(404, "unknown-path", f"nothing is faked at {mask(path)}", hint)
        if self.headers:
            response.headers["X-Mockserver-Request"] = str(number)
        entry = Entry(
            number=number,
            at=await sandbox.now(),
            sandbox=sandbox.name,
            method=request.method,
            path=raw,
            headers=request.headers,
            body=b"",
            status=404,
            answer_headers=response.headers,
            answer=response.body if isinstance(response.body, bytes) else b"",
            milliseconds=(perf_counter() - began) * 1000,
            nearest=nearest,
        )
        await sandbox.store.log(sandbox.name, entry, sandbox.journal_size)
        return response


class BareResponse(web.Response):
    """A response without a Content-Type header; aiohttp would add one."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self._headers.popall("Content-Type", None)


def error_response(
    status: int, code: str, message: str, hint: str = "", allowed: list[str] | None = None
) -> web.Response:
    """Answer in the house's own error shape (not an API's)."""
    error: dict[str, Any] = {"code": code, "message": message}
    if hint:
        error["hint"] = hint
    if allowed is not None:
        error["allowed"] = allowed
    reply = json_reply({"error": error}, status)
    return web.Response(body=reply.body, status=status, content_type="application/json")


def not_faked(api: Api, operation: Operation) -> Reply:
    """Answer for something that exists at the vendor but is not faked here."""
    name = f"{api.name}.{operation.name}"
    message = f"{name} ({operation.title or operation.name}) exists at the vendor but is not faked"
    return json_reply({"error": {"code": "not-faked", "operation": name, "message": message}}, 501)


def _breach(operation: str, breach: Violation) -> Reply:
    error = {"code": "contract-breach", "operation": operation, **breach.as_dict()}
    return json_reply({"error": error}, 500)
