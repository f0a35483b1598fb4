"""The way in: address, login, group, limits and formats, in the order Prime looks at them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from mockserver.api.context import Call, Reply
from mockserver.api.definition import Handler, NoRoute
from mockserver.apis.prime import limits
from mockserver.apis.prime.accounts import Account, Group
from mockserver.apis.prime.address import ROOT, Address, Form, accepted, address_of
from mockserver.apis.prime.content import PrimeContent
from mockserver.apis.prime.model import Root
from mockserver.apis.prime.payload import form_of_body
from mockserver.apis.prime.refusal import LoginNeeded, RawUrl, Refused, SessionLimit
from mockserver.apis.prime.render import json_bytes, xml_bytes
from mockserver.apis.prime.settings import PrimeSettings

PrimeCall = Call[PrimeSettings, PrimeContent]


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


Inner = Callable[[PrimeCall, Ask], Awaitable[Root | Reply]]


def gated(inner: Inner, group: Group, *, job_service: bool = False, unlimited: bool = False, since: int = 1) -> Handler:
    """Make a handler: let the call in or refuse it, then answer in its format.

    Args:
        job_service: the rate limiter can be told to leave it out.
        unlimited: the rate limiter never counts it.
        since: the first version that has it.
    """

    async def handler(call: PrimeCall) -> Reply:
        settings = call.settings
        address = address_of(call.path, call.query_string, settings)
        if address.version < since:
            raise NoRoute(call.path)
        if address.raw:
            raise RawUrl
        user, fresh = _login(call)
        if not user.may(group):
            raise Refused(403, f"User {user.username} is not in the user group {group}")
        counted = settings.rate_limiting and not unlimited and (settings.job_service_limited or not job_service)
        if counted:
            await limits.enter(call, user.username)
        try:
            if settings.answer_takes:
                await asyncio.sleep(settings.answer_takes)
            form = accepted(address, call.headers)
            if form is None:
                raise Refused(406, "The Accept header does not match a supported type")
            if call.method == "PUT" and call.body and form_of_body(call, address) is None:
                raise Refused(415, "The Content-Type header does not match a supported type")
            base = f"{call.base}{ROOT}/v{address.version}"
            ask = Ask(address, user, form, f"{base}{address.shown}", f"{base}/{address.section}")
            answer = await inner(call, ask)
            reply = answer if isinstance(answer, Reply) else answered(call, ask, answer)
        finally:
            if counted:
                await limits.leave(call)
        if fresh and settings.session_cookie:
            path, secure = f"{call.sandbox.prefix}/webacs", call.scheme == "https"
            value = call.content.accounts.cookie(user, call.sandbox.ids, path, secure)
            reply.headers = {**reply.headers, "Set-Cookie": value}
        return reply

    return handler


def answered(call: PrimeCall, ask: Ask, root: Root) -> Reply:
    """Answer with a model in the format and dialect asked for."""
    if ask.form is Form.JSON:
        data, body = json_bytes(root, ask.version)
        return Reply(data=data, body=body, content_type=call.settings.json_content_type)
    data, body = xml_bytes(root)
    return Reply(data=data, body=body, content_type="text/xml")


def _login(call: PrimeCall) -> tuple[Account, bool]:
    """Return who is calling, and whether they have just logged in."""
    accounts = call.content.accounts
    basic = call.headers.get("Authorization")
    if basic is not None:
        account = accounts.basic(basic)
        if account is None:
            raise LoginNeeded
        limit = call.settings.session_limit
        if (
            limit
            and call.headers.get("Connection", "").lower() != "close"
            and call.connection is not None
            and accounts.connected(account, call.connection) > limit
        ):
            accounts.dropped(account, call.connection)
            raise SessionLimit
        return account, True
    if call.settings.session_cookie and (cookies := call.headers.get("Cookie")) is not None:
        account = accounts.session(cookies, call.sandbox.ids)
        if account is not None:
            return account, False
    raise LoginNeeded
