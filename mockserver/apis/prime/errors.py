"""How Prime says no: errorDocument in both formats, bare 400, the login redirect, the 401 page.

`ERRORS` is the one table from exceptions to answers.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from mockserver.api.error_table import ErrorTable
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response
from mockserver.apis.prime.address import Address, Format, accepted, address_of
from mockserver.apis.prime.model import ErrorDocument
from mockserver.apis.prime.responses import document, page
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.errors import DomainError, Unavailable

LOGIN = "/webacs/pages/common/login.jsp"

NO_ENTITY = "PRS-101"
NO_ENTITY_TYPE = "PRS-102"
OTHER = "PRS-100"
"""101 and 102 are the vendor's (a real v4 error; the 3.3 reference). No other number is known: this one is ours."""

_TYPE = re.compile(r"/data/([^/]+)(?:/([^/]+))?")


class PrimeError(Exception):
    """An errorDocument is due.

    Attributes:
        status: HTTP status.
        message: the whole text.
        code: `PRS-…`.
    """

    def __init__(self, status: int, text: str, code: str = OTHER, *, numbered: bool = True) -> None:
        self.status = status
        self.message = f"{text}.-{code}" if numbered else text
        self.code = code
        super().__init__(self.message)


class RawUrl(Exception):
    """The address held characters that needed percent-encoding: a 400 without any body."""


class LoginNeeded(Exception):
    """Credentials are missing or wrong."""


class SessionLimit(Exception):
    """The user has too many connections open."""


def no_entity(address: Address, entity_type: str, entity_id: str) -> PrimeError:
    """Refuse an id: type names carry `V4` in v4, and the number is printed for humans, `1,460,170,872`."""
    name = f"{entity_type}V4" if address.version == 4 else entity_type
    shown = (
        f"{int(entity_id):,}" if entity_id.isascii() and entity_id.isdecimal() and len(entity_id) < 20 else entity_id
    )
    return PrimeError(404, f"No such entity as {name} / {shown}", NO_ENTITY)


def error_document(context: PrimeContext, error: PrimeError) -> Response:
    """Answer with an errorDocument in the format asked for; XML when none can be had."""
    address = address_of(context)
    path = unquote(address.path)
    root = ErrorDocument(
        http_response_code=error.status,
        http_method=context.method,
        message=error.message,
        id=f"presentation.{error.code}",
        # A real v4 error has no leading slash, the reference's own (v1) has one.
        uri_path=path.lstrip("/") if address.version == 4 else path,
        query_params=_java_map(context),
        domain=_domain(context) if address.version == 4 else None,
    )
    answer_format = accepted(address, context.headers) or Format.XML
    return document(root, answer_format, address.version or 1, context.settings, error.status)


def login_needed(context: PrimeContext) -> Response:
    """Answer to missing or incorrect credentials."""
    if context.settings.authentication_failure == "401":
        return unauthorized(context, "Missing or incorrect credentials.")
    return Response(status=302, content_type=None, headers={"Location": context.base + LOGIN})


def server_down(context: PrimeContext) -> Response:
    """Answer for a server that is down or being upgraded; the page is a guess."""
    return page(502, "Bad Gateway", "The server is down or being upgraded.")


def session_limit(context: PrimeContext) -> Response:
    """Answer to one connection too many."""
    return unauthorized(context, "Session limit exceeded.")


def unauthorized(context: PrimeContext, text: str) -> Response:
    """Answer 401 with a page; its bytes are a guess."""
    realm = context.settings.realm.replace("\\", "\\\\").replace('"', '\\"')
    return page(401, "Unauthorized", text, {"WWW-Authenticate": f'Basic realm="{realm}"'} if realm else {})


def _domain(context: PrimeContext) -> str:
    wanted = context.parameters.get("_ctx.domain")
    if isinstance(wanted, str) and wanted in context.site.domains:
        return wanted
    return str(context.settings.domain)


def _not_found(context: PrimeContext, _: Exception) -> Response:
    address = address_of(context)
    found = _TYPE.fullmatch(address.path)
    if found is not None and address.version and found[1] != "JobSummary":
        return error_document(context, PrimeError(404, f"No such entity type as {unquote(found[1])}", NO_ENTITY_TYPE))
    return error_document(context, PrimeError(404, f"No such resource as {context.method} {unquote(address.path)}"))


def _too_large(context: PrimeContext, _: BodyTooLarge) -> Response:
    return error_document(context, PrimeError(413, "The request is too large"))


def _failed(context: PrimeContext, _: HandlerFailed) -> Response:
    return error_document(context, PrimeError(500, "An error occurred during the API invocation"))


ERRORS = ErrorTable(
    {
        PrimeError: error_document,
        RawUrl: lambda context, _: Response(status=400, content_type=None),
        LoginNeeded: lambda context, _: login_needed(context),
        SessionLimit: lambda context, _: session_limit(context),
        NoRoute: _not_found,
        MethodNotAllowed: _not_found,
        BodyTooLarge: _too_large,
        HandlerFailed: _failed,
        Unavailable: lambda context, _: server_down(context),
        DomainError: lambda context, error: error_document(context, PrimeError(400, str(error))),
    }
)


def _java_map(context: PrimeContext) -> str:
    """Return the query as Java prints a map of lists: `{jobName=[X]}`."""
    names = dict.fromkeys(context.query)
    return "{" + ", ".join(f"{name}=[{', '.join(context.query.getall(name))}]" for name in names) + "}"
