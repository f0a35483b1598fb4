"""The portal of a federated site, as far as clients touch it: who it is, who you are, and tokens.

It answers only while `secured` is `federated`; on any other site these addresses do not exist.
"""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response
from mockserver.apis.arcgis import errors, tokens
from mockserver.apis.arcgis.addresses import root
from mockserver.apis.arcgis.auth import caller, holder, issue
from mockserver.apis.arcgis.errors import RestError
from mockserver.apis.arcgis.handlers.sign_in import refuse_query_credentials, token_for
from mockserver.apis.arcgis.requests import GpContext, chosen_format, require_format
from mockserver.apis.arcgis.responses import answer, page
from mockserver.apis.arcgis.site import Account

VERSION = "2024.1"
"""The portal's `currentVersion`, as the runs had it (captures w3, w5, w12)."""

PORTAL_ID = "0123456789ABCDEF"

_ROLES = {"administrator": "org_admin", "publisher": "org_publisher"}


async def portal_root(context: GpContext) -> Response:
    """`…/sharing/rest/`: versions."""
    await caller(context)
    data = {"currentVersion": VERSION, "enterpriseVersion": context.settings.full_version}
    return answer(context, data, template="resource.html")


async def portal_info(context: GpContext) -> Response:
    """`…/sharing/rest/info`: where tokens come from."""
    portal = root(context)
    services = f"{portal}/sharing/rest/generateToken"
    data = {
        "owningSystemUrl": portal,
        "authInfo": {"tokenServicesUrl": services, "isTokenBasedSecurity": True},
    }
    return answer(context, data, template="resource.html")


async def portal_self(context: GpContext) -> Response:
    """`…/sharing/rest/portals/self`: the portal as the caller sees it."""
    account = await caller(context)
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
    return answer(context, data, template="resource.html")


async def community_self(context: GpContext) -> Response:
    """`…/sharing/rest/community/self`: the caller."""
    account = await caller(context)
    if account is None:
        raise errors.token_required()
    return answer(context, _person(account), template="resource.html")


async def community_user(context: GpContext) -> Response:
    """`…/sharing/rest/community/users/<name>`."""
    await caller(context)
    account = context.site.accounts.get(context.values["username"])
    if account is None:
        raise RestError(400, "User does not exist or is inaccessible.")
    number = context.sandbox.ids.hex(f"arcgis.user.{account.username}", 0)
    data = {"username": account.username, "id": number, **_person(account), "groups": [], "access": "org"}
    return answer(context, data, template="resource.html")


async def portal_generate_token(context: GpContext) -> Response:
    """`…/sharing/rest/generateToken`: for a name and password, or a server's token for the portal's.

    rest-js and core name the server `serverUrl`, Python `serverURL`; which server it is does not matter (inferred).
    """
    given = context.parameters
    require_format(context)
    if given.get("token") and (given.get("serverUrl") or given.get("serverURL")):
        account = await holder(context, given["token"])
        bound = tokens.binding(given, context.headers.get("Referer"), (context.peer.remote or ""))
        token = await issue(context, account, given.get("expiration"), bound)
    else:
        refuse_query_credentials(context)
        if context.method == "GET" and chosen_format(context) == "html":
            return page(context, "token.html", {"data": None})
        token = await token_for(context)
    return answer(context, {"token": token.value, "expires": token.expires_ms, "ssl": True}, template="token.html")


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
