"""The way of a control request: who asks, which operation, decode, check, answer.

Rules a maintainer must keep:

1. What a request may hold is said by its contract and checked here; a module of a noun gets decoded, checked values.
2. Bad input is never a 500, and every refusal has the one shape of `errors`.
3. Nothing a browser sends from another site changes anything.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from mockserver.api.context import Malformed, Response, json_response, read_json
from mockserver.contracts.model import Contract
from mockserver.control.errors import Refused, answer, shape
from mockserver.control.handlers.health import addresses
from mockserver.control.operations import WAYS
from mockserver.control.page import start_page, wants_html
from mockserver.control.requests import Ask, Way
from mockserver.core.errors import DomainError
from mockserver.http.expect_continue import answered_by_reader, invite_body
from mockserver.http.router import Route, Router, WrongMethod
from mockserver.http.services import Services
from mockserver.journal.entry import mask
from mockserver.sandbox.fixtures.merge import BadFixture
from mockserver.sandbox.sandbox import Sandbox

log = logging.getLogger("mockserver")

SEGMENT = "_control"
BODY_LIMIT = 1024 * 1024
"""Bytes a body may have; a snapshot may be as large as an API's request."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Control:
    """Answers everything under `/_control`, and the small page at `/`."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._router: Router[Way] = Router(
            [Route(methods=_methods(way.method), template=way.path, target=way) for way in WAYS]
        )

    def application(self) -> web.Application:
        """Return an application of its own, for `--control-port`."""
        app = web.Application()
        app.router.add_route("*", r"/{path:[\s\S]*}", self.handle_alone, expect_handler=answered_by_reader)
        return app

    async def handle_alone(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer on a port where nothing else is."""
        path = request.rel_url.raw_path
        if path.split("/", 2)[1] == SEGMENT:
            return await self.handle(request, self.services.sandboxes.default, path)
        return _response(shape(404, "unknown-path", f"nothing is at {path}", f"this port serves /{SEGMENT} only"))

    async def root(self, request: web.BaseRequest, sandbox: Sandbox, _: str) -> web.StreamResponse:
        """Answer `GET /`: what is where, JSON for a program and a page for a browser."""
        if request.method not in ("GET", "HEAD"):
            return _response(shape(405, "wrong-method", f"not with {request.method}", "", ("GET", "HEAD")))
        known = addresses(self.services, f"{request.scheme}://{request.host}{sandbox.prefix}")
        return _response(start_page(known) if wants_html(request) else json_response(known))

    async def handle(self, request: web.BaseRequest, sandbox: Sandbox, path: str) -> web.StreamResponse:
        """Answer one request; `path` is as sent, without the prefix of the sandbox it belongs to."""
        try:
            reply = await self._reply(request, sandbox, path.removeprefix(f"/{SEGMENT}") or "/")
        except (DomainError, BadFixture) as error:
            reply = answer(error)
        except (asyncio.CancelledError, ConnectionError):
            raise
        except Exception:
            log.error("a bug of ours in %s %s\n%s", request.method, mask(path), mask(traceback.format_exc()))
            reply = shape(500, "bug", "the control API failed; the log says why", "please report it")
        return _response(reply) if isinstance(reply, Response) else reply

    async def _reply(self, request: web.BaseRequest, sandbox: Sandbox, path: str) -> Response | web.StreamResponse:
        refuse_cross_site(request)
        parts = path.split("/", 3)
        if len(parts) == 4 and parts[1] == "sandboxes" and parts[3]:
            sandbox, path = self.services.sandboxes.get(parts[2]), "/" + parts[3]
        query = dict(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))
        found = self._router.find(request.method, path)
        way = None if found is None or isinstance(found, WrongMethod) else found.target
        if way is None or not way.public:
            self._ask_for_token(request)
        if isinstance(found, WrongMethod):
            allow = {"Allow": ", ".join(found.allowed)}
            raise Refused(405, "wrong-method", f"not with {request.method}", "", found.allowed, headers=allow)
        if found is None or way is None:
            nearest = self._router.nearest(path)
            raise Refused(404, "unknown-path", f"nothing is at {path}", f"the nearest known path is /_control{nearest}")
        contract = self.services.control_contracts.get(f"control.{way.name}")
        assert contract is not None  # a test says that each way has one
        body = await _body(
            request, self.services.settings.body_limit if way.large else BODY_LIMIT, self.services.settings.patience
        )
        values = {**_decode(query, contract), **found.values}
        _check(contract, values, body)
        ask = Ask(
            services=self.services,
            sandbox=sandbox,
            request=request,
            values=values,
            body=body,
            base=f"{request.scheme}://{request.host}{sandbox.prefix}",
        )
        reply = await way.handler(ask)
        if self.services.settings.strict and isinstance(reply, Response):
            breaches = contract.breaches_of_answer(reply.status, reply.content_type, reply.data)
            if breaches:
                return shape(
                    500, "contract-breach", f"{contract.operation}: {breaches[0].message}", breaches[0].pointer
                )
        return reply

    def _ask_for_token(self, request: web.BaseRequest) -> None:
        token = self.services.settings.control_token
        if token is None:
            return
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            given.strip().encode("utf-8", "surrogateescape"), token.encode()
        ):
            hint = "send Authorization: Bearer and the value of --control-token"
            raise Refused(
                401, "token", "the control API asks for its token", hint, headers={"WWW-Authenticate": "Bearer"}
            )


def refuse_cross_site(request: web.BaseRequest) -> None:
    """Refuse what a browser sends from another site.

    Raises:
        Refused: it would change something, and did not come from a page of ours.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    ours = origin is None or urlsplit(origin).netloc.casefold() == request.host.casefold()
    if (site is not None and site not in ("same-origin", "none")) or not ours:
        raise Refused(
            403,
            "cross-site",
            "a page of another site may not change anything here",
            "call it from a program, or from /_control/",
        )


def _methods(method: str) -> frozenset[str]:
    return frozenset({"GET", "HEAD"}) if method == "GET" else frozenset({method})


async def _body(request: web.BaseRequest, limit: int, patience: float) -> Any:
    """Read the JSON body, at most `limit` bytes."""
    if not request.can_read_body:
        return None
    too_large = Refused(413, "too-large", f"a body has at most {limit} bytes", headers={"Connection": "close"})
    if (request.content_length or 0) > limit:
        raise too_large
    await invite_body(request)
    read = bytearray()
    try:
        async with asyncio.timeout(patience):
            while chunk := await request.content.readany():
                read += chunk
                if len(read) > limit:
                    raise too_large
    except ConnectionError:
        raise Refused(400, "gone", "the client went away before its body had arrived") from None
    except TimeoutError:
        raise Refused(
            408, "stalled", f"the body did not arrive within {patience:g} s", headers={"Connection": "close"}
        ) from None
    body = read_json(bytes(read))
    if isinstance(body, Malformed):
        raise Refused(400, "malformed", body.reason, "send JSON")
    return body


def _decode(query: Mapping[str, str], contract: Contract) -> dict[str, Any]:
    """Give the query's texts the types their schemas name; what does not fit stays text, for the check to refuse."""
    schema = contract.parameters
    properties = {} if isinstance(schema, bool) else schema.get("properties", {})
    values: dict[str, Any] = {}
    for name, text in query.items():
        kind = properties.get(name, {}).get("type")
        value: Any = text
        try:
            if kind == "boolean":
                value = _WORDS.get(text.casefold(), text)
            elif kind == "integer":
                value = int(text)
            elif kind == "number":
                value = float(text)
        except ValueError:
            value = text
        values[name] = value
    return values


def _check(contract: Contract, values: Mapping[str, Any], body: Any) -> None:
    schema = contract.parameters
    if not isinstance(schema, bool) and schema.get("additionalProperties") is False:
        known = schema.get("properties", {})
        for name in values:
            if name not in known:
                raise Refused(422, "unknown-parameter", f"no parameter {name!r} here", allowed=sorted(known))
    for breach in contract.breaches_of_request(values, body):
        place = f"{breach.part} {breach.pointer}".strip()
        operation = contract.operation.removeprefix("control.")
        raise Refused(
            422,
            "invalid",
            f"{place}: {breach.message}",
            f"GET /_control/contracts/control.{operation} says what it takes",
        )


def _response(reply: Response) -> web.Response:
    headers = dict(reply.headers)
    if reply.content_type is not None:
        headers["Content-Type"] = reply.content_type
    headers.setdefault("Cache-Control", "no-store")
    response = web.Response(body=reply.body, status=reply.status, headers=headers)
    if headers.get("Connection") == "close":
        response.force_close()
    return response
