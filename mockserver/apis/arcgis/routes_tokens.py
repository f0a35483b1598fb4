"""Tokens and sign-in of the site itself: every address and spelling clients use, and the pages for people.

`tokenServicesUrl` is posted to as it stands, so the bare `…/tokens/` makes tokens like `…/tokens/generateToken`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from mockserver.api.operation import Operation
from mockserver.api.response import Response
from mockserver.apis.arcgis import tokens
from mockserver.apis.arcgis.errors import AdminError, RestError, unable_to_generate
from mockserver.apis.arcgis.pages import render
from mockserver.apis.arcgis.security import COOKIE, GpContext, authenticate, issue
from mockserver.apis.arcgis.tokens import Binding, Token
from mockserver.apis.arcgis.wire import HTML, answer, chosen_format, require_format

CREDENTIALS = ("username", "password")


def refuse_query_credentials(context: GpContext) -> None:
    """Refuse a name and password in the address, whatever the method.

    Raises:
        RestError: 405, with `details` as a text [observed: Esri/resource-proxy#177].
    """
    if any(context.query.get(name) for name in CREDENTIALS):
        details = "Generate Token request should not contain username and password in the query string."
        raise RestError(405, "Method not supported", details)


async def token_for(context: GpContext) -> Token:
    """Make the token that a request with a name and a password asks for.

    Raises:
        RestError: a field is missing, or they do not belong together, or the format is not faked.
    """
    given = context.parameters
    require_format(context)
    missing = [f"'{name}' must be specified." for name in CREDENTIALS if not given.get(name)]
    if missing:
        raise unable_to_generate(*missing)
    account = authenticate(context.site, given["username"], given["password"])
    if account is None:
        raise unable_to_generate("Invalid username or password.")
    bound = tokens.binding(given, context.headers.get("Referer"), (context.peer.remote or ""))
    return await issue(context, account, given.get("expiration"), bound)


async def generate_token(context: GpContext) -> Response:
    """`…/tokens`, `…/tokens/generateToken`, `…/rest/generateToken`: a form for people, a token for a POST."""
    refuse_query_credentials(context)
    if context.method == "GET" and chosen_format(context) == "html":
        return page(context, "token.html", {"data": None})
    token = await token_for(context)
    data = {"token": token.value, "expires": token.expires_ms, "ssl": context.peer.scheme == "https"}
    return answer(context, data, page="token.html")


async def admin_generate_token(context: GpContext) -> Response:
    """`…/admin/generateToken`: the same with `expires` as a text, and refusals in the Administrator's envelope."""
    require_format(context)
    try:
        refuse_query_credentials(context)
        if context.method == "GET" and chosen_format(context) == "html":
            return page(context, "token.html", {"data": None})
        token = await token_for(context)
    except RestError as error:
        # The envelope is documented; that its code is 401 and its message the detail is inferred.
        details = [error.details] if isinstance(error.details, str) else error.details
        raise AdminError(405 if error.code == 405 else 401, *details) from None
    return answer(context, {"token": token.value, "expires": str(token.expires_ms)}, page="token.html")


# --- pages for people --------------------------------------------------------------------------------


async def login(context: GpContext) -> Response:
    """`…/rest/login`: sign in to the Services Directory by a cookie."""
    return await _sign_in(context, "ArcGIS REST Services Directory Login", "rest/services")


async def admin_login(context: GpContext) -> Response:
    """`…/admin/login`: the same for the Administrator Directory."""
    return await _sign_in(context, "ArcGIS Server Administrator Directory Login", "admin")


async def logout(context: GpContext) -> Response:
    """`…/rest/logout`: forget the cookie."""
    return _signed(context, _home(context, "rest/services"), "", 0)


async def admin_logout(context: GpContext) -> Response:
    """`…/admin/logout`: forget the cookie."""
    return _signed(context, _home(context, "admin"), "", 0)


async def _sign_in(context: GpContext, title: str, home: str) -> Response:
    given = context.parameters
    target = _own_page(context, given.get("redirect", "")) or _home(context, home)
    if context.method == "GET":
        return page(context, "login.html", {"title": title, "error": None, "redirect": target})
    account = authenticate(context.site, given.get("username"), given.get("password"))
    if account is None:
        return page(
            context, "login.html", {"title": title, "error": "Invalid username or password.", "redirect": target}
        )
    token = await issue(context, account, None, Binding())
    return _signed(context, target, token.value, round(token.expires - context.now))


def page(context: GpContext, template: str, values: Mapping[str, Any]) -> Response:
    """Answer with a page for people, whatever `f` says."""
    return Response(body=render(context, template, values), content_type=HTML)


def _signed(context: GpContext, target: str, value: str, seconds: int) -> Response:
    path = f"{context.sandbox.prefix}/{context.path.split('/', 2)[1]}"
    secure = "; Secure" if context.peer.scheme == "https" else ""
    cookie = f"{COOKIE}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return Response(status=302, content_type=None, headers={"Location": target, "Set-Cookie": cookie})


def _home(context: GpContext, path: str) -> str:
    return f"{context.base}/{context.path.split('/', 2)[1]}/{path}"


def _own_page(context: GpContext, target: str) -> str | None:
    # Only pages of this site: a sign-in that leads anywhere is a trap for people.
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    root = f"{context.sandbox.prefix}/{context.path.split('/', 2)[1]}/"
    if (
        parts.netloc not in ("", context.peer.host)
        or parts.scheme not in ("", context.peer.scheme)
        or not parts.path.startswith(root)
    ):
        return None
    query = f"?{quote(parts.query, safe='=&%+')}" if parts.query else ""
    return f"{context.peer.scheme}://{context.peer.host}{quote(parts.path, safe='/%')}{query}"


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="GenerateToken",
        title="Generate token",
        methods=("GET", "POST"),
        paths=("/{context}/tokens", "/{context}/tokens/generateToken", "/{context}/rest/generateToken"),
        handler=generate_token,
    ),
    Operation(
        name="AdminGenerateToken",
        title="Generate token (Administrator)",
        methods=("GET", "POST"),
        paths=("/{context}/admin/generateToken",),
        handler=admin_generate_token,
    ),
    Operation(
        name="Login", title="Login page", methods=("GET", "POST"), paths=("/{context}/rest/login",), handler=login
    ),
    Operation(
        name="Logout", title="Logout", methods=("GET", "POST"), paths=("/{context}/rest/logout",), handler=logout
    ),
    Operation(
        name="AdminLogin",
        title="Login page of the Administrator Directory",
        methods=("GET", "POST"),
        paths=("/{context}/admin/login",),
        handler=admin_login,
    ),
    Operation(
        name="AdminLogout",
        title="Logout of the Administrator Directory",
        methods=("GET", "POST"),
        paths=("/{context}/admin/logout",),
        handler=admin_logout,
    ),
)
