"""The portal's sign-in page of the implicit grant of OAuth, and the way back to the application."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from markupsafe import Markup

from mockserver.api.response import Response
from mockserver.apis.arcgis import tokens
from mockserver.apis.arcgis.addresses import root
from mockserver.apis.arcgis.auth import authenticate, issue
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.responses import page, redirect
from mockserver.apis.arcgis.tokens import Binding

STATES = "oauth_states"
"""The collection of sign-ins that have begun."""

STATE_LIFE = 3600.0
"""Seconds a begun sign-in may take (inferred)."""

OAUTH_MINUTES = 120.0
"""What a token of the sign-in page lives by default: `expires_in=7200` (captures w3b)."""


async def oauth_authorize(context: GpContext) -> Response:
    """`…/sharing/rest/oauth2/authorize`: the sign-in page. The Python client reads `oAuthInfo` out of it."""
    given = context.parameters
    if not given.get("client_id"):
        return _oauth_page(context, "Error: Invalid client_id")
    if not _may_return_to(given.get("redirect_uri", "")):
        return _oauth_page(context, "Error: Invalid redirect_uri")
    if given.get("response_type") != "token":
        return _oauth_page(context, "Error: Invalid response_type")
    number = await context.sandbox.count("arcgis.oauth")
    if number % tokens.SWEEP == 0:
        await tokens.sweep(context.sandbox.documents("arcgis"), STATES, context.now)
    state = context.sandbox.ids.hex("arcgis.oauth", number, 48)
    begun = {
        "client_id": given["client_id"],
        "redirect_uri": given["redirect_uri"],
        "state": given.get("state"),
        "expiration": given.get("expiration"),
        "dies": context.now + STATE_LIFE,
    }
    await context.sandbox.documents("arcgis").put(STATES, state, begun)
    return _oauth_page(context, "Sign In", state=state, client_id=begun["client_id"])


async def oauth_sign_in(context: GpContext) -> Response:
    """`…/sharing/oauth2/signin`: back to the application, with a token in the fragment of the address."""
    given, records = context.parameters, context.sandbox.documents("arcgis")
    state = given.get("oauth_state", "")
    begun = await records.get(STATES, state) if state else None
    if begun is None or context.now >= begun["dies"]:
        return _oauth_page(context, "Error: Invalid oauth_state")
    account = authenticate(context.site, given.get("username"), given.get("password"))
    if account is None:
        return _oauth_page(
            context, "Sign In", state=state, client_id=begun["client_id"], messages=["Invalid username or password."]
        )
    if not await records.replace(STATES, state, begun, None):
        return _oauth_page(context, "Error: Invalid oauth_state")  # Another request has used it meanwhile.
    wished = given.get("expiration") or begun["expiration"]
    token = await issue(context, account, wished, Binding(), default=OAUTH_MINUTES)
    fragment = {
        "access_token": token.value,
        "expires_in": str(round(token.expires - context.now)),
        "username": account.username,
        "ssl": "true",
        **({"state": begun["state"]} if begun["state"] is not None else {}),
    }
    location = f"{begun['redirect_uri']}#{urlencode(fragment, quote_via=quote)}"
    return redirect(location)


def _oauth_page(
    context: GpContext, title: str, *, state: str = "", client_id: str = "", messages: list[str] | None = None
) -> Response:
    info: Mapping[str, Any] = {"oauth_state": state, "client_id": client_id, "appTitle": client_id}
    if messages:
        info = {**info, "messages": messages}
    values = {
        "title": title,
        "state": state,
        "info": _script(info) if state else None,
        "messages": messages or [],
        "action": f"{root(context)}/sharing/oauth2/signin",
    }
    return page(context, "oauth.html", values)


def _script(info: Mapping[str, Any]) -> Any:
    # On one line and without blanks, as the client takes it apart; nothing in it can end the script.
    text = json.dumps(info, separators=(",", ":"))
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def _may_return_to(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.scheme in ("http", "https") and parts.netloc and not parts.fragment)
