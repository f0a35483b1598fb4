"""Who is calling, and whether they may: tokens are looked for here, services and the Administrator guarded."""

from __future__ import annotations

from typing import Any

from mockserver.api.accounts import read_cookie, same_secret
from mockserver.apis.arcgis import errors, tokens
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.site import Account, Service, Site
from mockserver.apis.arcgis.tokens import Binding, InvalidToken, Token

COOKIE = "agstoken"
"""The cookie our sign-in pages set, so that a browser need not carry a token in addresses (name inferred)."""


def authenticate(site: Site, username: Any, password: Any) -> Account | None:
    """Return the account of that name and password, or None."""
    account = site.accounts.get(str(username or ""))
    # Compared for an unknown name too: the time it takes tells nothing.
    expected = "" if account is None else account.password
    return account if same_secret(str(password or ""), expected) else None


async def issue(
    context: GpContext, account: Account, asked: Any, bound: Binding, *, default: float | None = None
) -> Token:
    """Make a token for an account.

    Args:
        asked: the minutes the client wishes for, as it wrote them.
        bound: the client the token is good for.
        default: minutes when it names none; the site's shortLivedTokenValidity if that is not given either.
    """
    settings, sandbox = context.settings, context.sandbox
    minutes = tokens.lifetime(
        asked, default=settings.token_minutes if default is None else default, cap=settings.token_max_minutes
    )
    return await tokens.mint(
        sandbox.documents(context.api.name),
        sandbox.ids,
        sandbox.count,
        username=account.username,
        now=context.now,
        minutes=minutes,
        real_seconds=settings.token_real_ttl,
        bound=bound,
    )


async def holder(context: GpContext, value: str) -> Account:
    """Return the account a token speaks for.

    Raises:
        InvalidToken: it is unknown, has expired, is bound to another client, or its account is gone.
    """
    token = await tokens.judge(
        context.sandbox.documents(context.api.name),
        value,
        now=context.now,
        referer=context.headers.get("Referer"),
        address=(context.peer.remote or ""),
        strict=context.settings.referer_check == "strict",
    )
    account = context.site.accounts.get(token.username)
    if account is None:
        raise InvalidToken
    return account


async def caller(context: GpContext) -> Account | None:
    """Return who calls, or None when no token came.

    Raises:
        InvalidToken: one came that is no good. A stale cookie counts only where the setting `dead_cookie` says so:
            browsers send it unasked (inferred).
    """
    value = tokens.presented(context.parameters, context.headers)
    if value is not None:
        return await holder(context, value)
    value = read_cookie(context.headers.get("Cookie"), COOKIE)
    if not value:
        return None
    try:
        return await holder(context, value)
    except InvalidToken:
        if context.settings.dead_cookie == "refused":
            raise
        return None


def is_anonymous(context: GpContext, service: Service) -> bool:
    """Tell at a glance that nobody need be asked: an open service, and a request without anything like a token."""
    if service.secured or context.settings.secured != "none" or "token" in context.parameters:
        return False
    headers = context.headers
    return not ("X-Esri-Authorization" in headers or "Authorization" in headers or "Cookie" in headers)


async def authorize(context: GpContext, service: Service) -> str | None:
    """Return the name of the caller, or None for somebody nameless who may use the service.

    An invalid token is refused even where none is needed (inferred).

    Raises:
        RestError: 499 or 403.
        InvalidToken: see `caller`.
    """
    account = await caller(context)
    if account is None:
        if _guarded(context, service):
            raise errors.token_required()
        return None
    if not _may_use(account, service):
        raise errors.forbidden()
    return account.username


async def visible(context: GpContext, service: Service) -> bool:
    """Tell whether a catalogue shows this service to the caller (inferred: those that may not use it do not see it).

    Raises:
        InvalidToken: see `caller`.
    """
    account = await caller(context)
    return not _guarded(context, service) if account is None else _may_use(account, service)


async def administrator(context: GpContext) -> Account | None:
    """Return the administrator who calls the Administrator API.

    None stands for anybody: an unsecured site asks nobody, unless a setting says that its Administrator does.

    Raises:
        AdminError: 499 or 403, in the Administrator's words.
        InvalidToken: see `caller`.
    """
    account = await caller(context)
    if account is None:
        if context.settings.secured == "none" and context.settings.admin_sign_in == "as-secured":
            return None
        raise errors.admin_token_required()
    if not account.administrator:
        raise errors.admin_forbidden()
    return account


def _guarded(context: GpContext, service: Service) -> bool:
    return service.secured or context.settings.secured != "none"


def _may_use(account: Account, service: Service) -> bool:
    return not service.users or account.administrator or account.username in service.users
