"""The portal of a federated site, as far as clients touch it: who it is, who you are, tokens, and the OAuth sign-in.

It answers only while `secured` is `federated`; on any other site these addresses do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mockserver.api.operation import Operation
from mockserver.api.response import Response
from mockserver.apis.arcgis import errors, tokens
from mockserver.apis.arcgis.errors import RestError
from mockserver.apis.arcgis.resources import full_version, root
from mockserver.apis.arcgis.routes_tokens import page, refuse_query_credentials, token_for
from mockserver.apis.arcgis.security import GpContext, authenticate, caller, holder, issue
from mockserver.apis.arcgis.site import Account
from mockserver.apis.arcgis.tokens import Binding, InvalidToken
from mockserver.apis.arcgis.wire import answer, chosen_format, require_format

VERSION = "2024.1"
"""The portal's `currentVersion`, as the runs had it (captures w3, w5, w12)."""

PORTAL_ID = "0123456789ABCDEF"

STATES = "oauth_states"
"""The collection of sign-ins that have begun."""

STATE_LIFE = 3600.0
"""Seconds a begun sign-in may take (inferred)."""

OAUTH_MINUTES = 120.0
"""What a token of the sign-in page lives by default: `expires_in=7200` (captures w3b)."""

_ROLES = {"administrator": "org_admin", "publisher": "org_publisher"}


async def portal_root(context: GpContext) -> Response:
    """`…/sharing/rest/`: versions."""
    await _signed_in(context)
    data = {"currentVersion": VERSION, "enterpriseVersion": full_version(context.settings)}
    return answer(context, data, page="resource.html")


async def portal_info(context: GpContext) -> Response:
    """`…/sharing/rest/info`: where tokens come from."""
    portal = root(context)
    services = f"{portal}/sharing/rest/generateToken"
    data = {
        "owningSystemUrl": portal,
        "authInfo": {"tokenServicesUrl": services, "isTokenBasedSecurity": True},
    }
    return answer(context, data, page="resource.html")


async def portal_self(context: GpContext) -> Response:
    """`…/sharing/rest/portals/self`: the portal as the caller sees it."""
    account = await _signed_in(context)
    portal = root(context)
    data: dict[str, Any] = {
        "id": PORTAL_ID,
        "name": "Mockserver",
        "portalName": "ArcGIS Enterprise",
        "portalMode": "singletenant",
        "isPortal": True,
        "currentVersion": VERSION,
        "portalHostname": portal.partition("://")[2],
        "supportsHostedServices": True,
        "helperServices": {
            "geometry": {"url": f"{context.base}/{_context(context)}/rest/services/Utilities/Geometry/GeometryServer"}
        },
        "supportsOAuth": True,
        # @arcgis/core asks for tokens over https as soon as this is true (captures w13).
        "allSSL": context.peer.scheme == "https",
        "httpPort": 80,
        "httpsPort": 443,
        "urlKey": None,
        "customBaseUrl": None,
    }
    if account is not None:
        data["user"] = _person(account)
    return answer(context, data, page="resource.html")


async def community_self(context: GpContext) -> Response:
    """`…/sharing/rest/community/self`: the caller."""
    account = await _signed_in(context)
    if account is None:
        raise errors.token_required()
    return answer(context, _person(account), page="resource.html")


async def community_user(context: GpContext) -> Response:
    """`…/sharing/rest/community/users/<name>`."""
    await _signed_in(context)
    account = context.site.accounts.get(context.values["username"])
    if account is None:
        raise RestError(400, "User does not exist or is inaccessible.")
    number = context.sandbox.ids.hex(f"arcgis.user.{account.username}", 0)
    data = {"username": account.username, "id": number, **_person(account), "groups": [], "access": "org"}
    return answer(context, data, page="resource.html")


async def portal_generate_token(context: GpContext) -> Response:
    """`…/sharing/rest/generateToken`: for a name and password, or a server's token for the portal's.

    rest-js and core name the server `serverUrl`, Python `serverURL`; which server it is does not matter (inferred).
    """
    given = context.parameters
    require_format(context)
    if given.get("token") and (given.get("serverUrl") or given.get("serverURL")):
        try:
            account = await holder(context, given["token"])
        except InvalidToken:
            raise errors.invalid_token() from None
        bound = tokens.binding(given, context.headers.get("Referer"), (context.peer.remote or ""))
        token = await issue(context, account, given.get("expiration"), bound)
    else:
        refuse_query_credentials(context)
        if context.method == "GET" and chosen_format(context) == "html":
            return page(context, "token.html", {"data": None})
        token = await token_for(context)
    return answer(context, {"token": token.value, "expires": token.expires_ms, "ssl": True}, page="token.html")


# --- OAuth: the two pages of the implicit grant -----------------------------------------------------


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
        return _oauth_page(context, "Error: Invalid oauth_state")  # Somebody else was quicker with it.
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
    return Response(status=302, content_type=None, headers={"Location": location})


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
    from markupsafe import Markup

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


async def _signed_in(context: GpContext) -> Account | None:
    try:
        return await caller(context)
    except InvalidToken:
        raise errors.invalid_token() from None


def _person(account: Account) -> dict[str, Any]:
    return {
        "username": account.username,
        "fullName": account.full_name or account.username,
        "role": _ROLES.get(account.role, "org_user"),
        "privileges": [],
    }


def _context(context: GpContext) -> str:
    contexts: tuple[str, ...] = context.settings.contexts
    return contexts[0] if contexts else "arcgis"


_READ = ("GET", "POST")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="PortalRoot", title="Portal root", methods=_READ, paths=("/{portal}/sharing/rest",), handler=portal_root
    ),
    Operation(
        name="PortalInfo",
        title="Portal info",
        methods=_READ,
        paths=("/{portal}/sharing/rest/info",),
        handler=portal_info,
    ),
    Operation(
        name="PortalSelf",
        title="Portal self",
        methods=_READ,
        paths=("/{portal}/sharing/rest/portals/self",),
        handler=portal_self,
    ),
    Operation(
        name="CommunitySelf",
        title="Community self",
        methods=_READ,
        paths=("/{portal}/sharing/rest/community/self",),
        handler=community_self,
    ),
    Operation(
        name="CommunityUser",
        title="User",
        methods=_READ,
        paths=("/{portal}/sharing/rest/community/users/{username}",),
        handler=community_user,
    ),
    Operation(
        name="PortalGenerateToken",
        title="Generate token (portal)",
        methods=_READ,
        paths=("/{portal}/sharing/rest/generateToken", "/{portal}/sharing/generateToken"),
        handler=portal_generate_token,
    ),
    Operation(
        name="OAuthAuthorize",
        title="OAuth authorize",
        methods=_READ,
        paths=("/{portal}/sharing/rest/oauth2/authorize", "/{portal}/sharing/oauth2/authorize"),
        handler=oauth_authorize,
    ),
    Operation(
        name="OAuthSignIn",
        title="OAuth sign-in",
        methods=("POST",),
        paths=("/{portal}/sharing/oauth2/signin", "/{portal}/sharing/rest/oauth2/signin"),
        handler=oauth_sign_in,
    ),
    Operation(
        name="OAuthToken",
        title="OAuth token",
        methods=("POST",),
        paths=("/{portal}/sharing/rest/oauth2/token", "/{portal}/sharing/oauth2/token"),
    ),
)
