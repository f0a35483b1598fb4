"""The way in: address, login, group, limits and formats, in the order Prime looks at them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from mockserver.api.context import RequestContext
from mockserver.api.errors import NoRoute
from mockserver.api.operation import Handler
from mockserver.api.response import Response
from mockserver.apis.prime import limits
from mockserver.apis.prime.accounts import Account, Group
from mockserver.apis.prime.address import ROOT, Address, Form, accepted, address_of
from mockserver.apis.prime.model import Root
from mockserver.apis.prime.payload import form_of_body
from mockserver.apis.prime.refusal import LoginNeeded, RawUrl, Refused, SessionLimit
from mockserver.apis.prime.render import json_bytes, xml_bytes
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import Site

PrimeContext = RequestContext[PrimeSettings, Site]


class Ask(NamedTuple):
    """A request that was let in.

    Attributes:
        request_url: as the answer repeats it: absolute, with the query as sent, without suffix.
        root_url: what it ends with below is `op` or `data`.
        form: the format of the answer.
    """

    address: Address
    user: Account
    form: Form
    request_url: str
    root_url: str

    @property
    def version(self) -> int:
        """The API version, 1 to 4."""
        return self.address.version

    def domain(self, settings: PrimeSettings) -> str | None:
        """The virtual domain, which only v4 names."""
        return settings.domain if self.address.version == 4 else None


Inner = Callable[[PrimeContext, Ask], Awaitable[Root | Response]]


def gated(inner: Inner, group: Group, *, job_service: bool = False, unlimited: bool = False, since: int = 1) -> Handler:
    """Make a handler: let the call in or refuse it, then answer in its format.

    Args:
        job_service: the rate limiter can be told to leave it out.
        unlimited: the rate limiter never counts it.
        since: the first version that has it.
    """

    async def handler(context: PrimeContext) -> Response:
        settings = context.settings
        address = address_of(context.path, context.query_string, settings)
        if address.version < since:
            raise NoRoute(context.path)
        if address.raw:
            raise RawUrl
        user, fresh = _login(context)
        if not user.may(group):
            raise Refused(403, f"User {user.username} is not in the user group {group}")
        counted = settings.rate_limiting and not unlimited and (settings.job_service_limited or not job_service)
        if counted:
            await limits.enter(context, user.username)
        try:
            if settings.answer_takes:
                await asyncio.sleep(settings.answer_takes)
            form = accepted(address, context.headers)
            if form is None:
                raise Refused(406, "The Accept header does not match a supported type")
            if context.method == "PUT" and context.body and form_of_body(context, address) is None:
                raise Refused(415, "The Content-Type header does not match a supported type")
            base = f"{context.base}{ROOT}/v{address.version}"
            ask = Ask(address, user, form, f"{base}{address.shown}", f"{base}/{address.section}")
            answer = await inner(context, ask)
            reply = answer if isinstance(answer, Response) else answered(context, ask, answer)
        finally:
            if counted:
                await limits.leave(context)
        if fresh and settings.session_cookie:
            path, secure = f"{context.sandbox.prefix}/webacs", context.peer.scheme == "https"
            value = context.state.logins.cookie(user, context.sandbox.ids, path, secure)
            reply = reply._replace(headers={**reply.headers, "Set-Cookie": value})
        return reply

    return handler


def answered(context: PrimeContext, ask: Ask, root: Root) -> Response:
    """Answer with a model in the format and dialect asked for."""
    if ask.form is Form.JSON:
        data, body = json_bytes(root, ask.version)
        return Response(data=data, body=body, content_type=context.settings.json_content_type)
    data, body = xml_bytes(root)
    return Response(data=data, body=body, content_type="text/xml")


def _login(context: PrimeContext) -> tuple[Account, bool]:
    """Return who is calling, and whether they have just logged in."""
    accounts = context.state.logins
    basic = context.headers.get("Authorization")
    if basic is not None:
        account = accounts.basic(basic)
        if account is None:
            raise LoginNeeded
        limit = context.settings.session_limit
        if (
            limit
            and context.headers.get("Connection", "").lower() != "close"
            and context.peer.transport is not None
            and accounts.connected(account, context.peer.transport) > limit
        ):
            accounts.dropped(account, context.peer.transport)
            raise SessionLimit
        return account, True
    if context.settings.session_cookie and (cookies := context.headers.get("Cookie")) is not None:
        account = accounts.session(cookies, context.sandbox.ids)
        if account is not None:
            return account, False
    raise LoginNeeded
