"""Who may call what: address, login, group, limits and formats, in the order in which Prime looks at them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from multidict import istr

from mockserver.api.errors import NoRoute
from mockserver.api.hints import hint_for
from mockserver.api.operation import Handler, Operation
from mockserver.api.response import Response
from mockserver.apis.prime import limits
from mockserver.apis.prime.accounts import Account, Group
from mockserver.apis.prime.address import Address
from mockserver.apis.prime.errors import LoginNeeded, PrimeError, RawUrl, SessionLimit
from mockserver.apis.prime.hints import HINTS
from mockserver.apis.prime.model import OperationAnswer, Root
from mockserver.apis.prime.requests import PrimeRequest, read_request
from mockserver.apis.prime.responses import document
from mockserver.apis.prime.site import PrimeContext

_AUTHORIZATION = istr("Authorization")
"""A name that knows its folded form: each request asks for it."""

Answer = Callable[[PrimeContext, PrimeRequest], Awaitable[Root | Response]]
"""Answers a request that was let in."""


async def answer_allowed(context: PrimeContext) -> Response:
    """Let a request in or refuse it, as its operation's row says, then answer in the format that it asks for."""
    operation, settings = context.operation, context.settings
    assert isinstance(operation, PrimeOperation)
    address: Address = context.details
    if address.version < operation.since:
        raise NoRoute(context.path)
    if address.raw:
        raise RawUrl
    user, fresh = _login(context)
    if not user.may(operation.group):
        raise PrimeError(403, f"User {user.username} is not in the user group {operation.group}")
    counted = (
        settings.rate_limiting
        and not operation.unlimited
        and (settings.job_service_limited or not operation.job_service)
    )
    if counted:
        await limits.enter(context, user.username)
    try:
        if settings.answer_takes:
            await context.sandbox.pause(settings.answer_takes)
        request = read_request(context, address, user)
        answer = await operation.answer(context, request)
        if isinstance(answer, Response):
            response = answer
        else:
            response = document(answer, request.answer_format, request.version, settings)
            if isinstance(answer, OperationAnswer) and answer.operation_result[0].failure:
                response = response._replace(hint=hint_for(HINTS, context, answer, lambda: None))
    finally:
        if counted:
            await limits.leave(context)
    if fresh and settings.session_cookie:
        path, secure = f"{context.prefix}/webacs", context.peer.scheme == "https"
        cookie = context.state.logins.cookie(user, context.sandbox.ids, path, secure)
        response = response.under({**response.headers, **cookie} if response.headers else cookie)
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimeOperation(Operation):
    """An operation behind the login.

    Attributes:
        answer: answers a request that was let in.
        group: the user group it takes.
        job_service: the rate limiter can be told to leave it out.
        unlimited: the rate limiter never counts it.
        since: the first version that has it, 1 to 4.
    """

    handler: Handler | None = answer_allowed
    answer: Answer
    group: Group
    job_service: bool = False
    unlimited: bool = False
    since: int = 1


def _login(context: PrimeContext) -> tuple[Account, bool]:
    """Return who is calling, and whether they have just logged in."""
    logins = context.state.logins
    basic = context.headers.get(_AUTHORIZATION)
    if basic is not None:
        account = logins.basic(basic)
        if account is None:
            raise LoginNeeded
        limit = context.settings.session_limit
        if (
            limit
            and context.headers.get("Connection", "").lower() != "close"
            and context.peer.transport is not None
            and logins.connected(account, context.peer.transport) > limit
        ):
            logins.dropped(account, context.peer.transport)
            raise SessionLimit
        return account, True
    if context.settings.session_cookie and (cookies := context.headers.get("Cookie")) is not None:
        account = logins.session(cookies, context.sandbox.ids)
        if account is not None:
            return account, False
    raise LoginNeeded
