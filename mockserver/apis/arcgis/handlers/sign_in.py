"""Tokens and sign-in of the site itself: every address and spelling clients use, and the pages for people.

`tokenServicesUrl` is posted to as it stands, so the bare `…/tokens/` makes tokens like `…/tokens/generateToken`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from mockserver.api.response import Response
from mockserver.apis.arcgis import tokens
from mockserver.apis.arcgis.addresses import mount, root
from mockserver.apis.arcgis.auth import COOKIE, authenticate, issue
from mockserver.apis.arcgis.errors import AdminError, RestError, unable_to_generate
from mockserver.apis.arcgis.public_key import BadCipher, decrypt
from mockserver.apis.arcgis.requests import GpContext, chosen_format, require_format
from mockserver.apis.arcgis.responses import answer, page, redirect
from mockserver.apis.arcgis.tokens import Binding, Token

CREDENTIALS = ("username", "password")
_PLAIN = ("f", "token", "callback", "encrypted")
"""Parameters that stay as they are where the others are encrypted."""


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
        RestError: a field is missing, or they do not belong together.
        UnknownFormat: the format is not faked.
    """
    require_format(context)
    given = _decrypted(context)
    missing = [f"'{name}' must be specified." for name in CREDENTIALS if not given.get(name)]
    if missing:
        raise unable_to_generate(*missing)
    account = authenticate(context.site, given["username"], given["password"])
    if account is None:
        raise unable_to_generate("Invalid username or password.")
    bound = tokens.binding(given, context.headers.get("Referer"), (context.peer.remote or ""))
    return await issue(context, account, given.get("expiration"), bound)


def _decrypted(context: GpContext) -> Mapping[str, str]:
    """Return the parameters as they were before the client encrypted them with `…/admin/publicKey`.

    Format and token are never encrypted [publickey]; agsadmin encrypts all others.

    Raises:
        RestError: one cannot be decrypted (inferred: as a wrong password).
    """
    given = context.parameters
    if given.get("encrypted", "").strip().lower() != "true":
        return given
    try:
        return {name: value if name in _PLAIN or not value else decrypt(value) for name, value in given.items()}
    except BadCipher:
        raise unable_to_generate("Invalid username or password.") from None


async def generate_token(context: GpContext) -> Response:
    """`…/tokens`, `…/tokens/generateToken`, `…/rest/generateToken`: a form for people, a token for a POST."""
    refuse_query_credentials(context)
    if context.method == "GET" and chosen_format(context) == "html":
        return page(context, "token.html", {"data": None})
    token = await token_for(context)
    data = {"token": token.value, "expires": token.expires_ms, "ssl": context.peer.scheme == "https"}
    return answer(context, data, template="token.html")


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
    return answer(context, {"token": token.value, "expires": str(token.expires_ms)}, template="token.html")


# --- pages for people --------------------------------------------------------------------------------


async def login(context: GpContext) -> Response:
    """`…/rest/login`: sign in to the Services Directory by a cookie."""
    return await _sign_in(context, "ArcGIS REST Services Directory Login", "rest/services")


async def admin_login(context: GpContext) -> Response:
    """`…/admin/login`: the same for the Administrator Directory."""
    return await _sign_in(context, "ArcGIS Server Administrator Directory Login", "admin")


async def logout(context: GpContext) -> Response:
    """`…/rest/logout`: forget the cookie."""
    return _signed(context, f"{root(context)}/rest/services", "", 0)


async def admin_logout(context: GpContext) -> Response:
    """`…/admin/logout`: forget the cookie."""
    return _signed(context, f"{root(context)}/admin", "", 0)


async def _sign_in(context: GpContext, title: str, home: str) -> Response:
    given = context.parameters
    target = _own_page(context, given.get("redirect", "")) or f"{root(context)}/{home}"
    if context.method == "GET":
        return page(context, "login.html", {"title": title, "error": None, "redirect": target})
    account = authenticate(context.site, given.get("username"), given.get("password"))
    if account is None:
        return page(
            context, "login.html", {"title": title, "error": "Invalid username or password.", "redirect": target}
        )
    token = await issue(context, account, None, Binding())
    return _signed(context, target, token.value, round(token.expires - context.now))


def _signed(context: GpContext, target: str, value: str, seconds: int) -> Response:
    path = f"{context.prefix}/{mount(context)}"
    secure = "; Secure" if context.peer.scheme == "https" else ""
    cookie = f"{COOKIE}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return redirect(target, headers={"Set-Cookie": cookie})


def _own_page(context: GpContext, target: str) -> str | None:
    # Only pages of this site: after a sign-in people trust what they see, and a link could lead them anywhere.
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    site = f"{context.prefix}/{mount(context)}/"
    if (
        parts.netloc not in ("", context.host)
        or parts.scheme not in ("", context.peer.scheme)
        or not parts.path.startswith(site)
    ):
        return None
    query = f"?{quote(parts.query, safe='=&%+')}" if parts.query else ""
    return f"{context.peer.scheme}://{context.host}{quote(parts.path, safe='/%')}{query}"
