"""How Prime says no: errorDocument in both formats, bare 400, the login redirect, the 401 page.

`refuse` is the one table from exceptions to answers.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from mockserver.api.context import RequestContext
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response
from mockserver.apis.prime.address import Address, Form, accepted, address_of
from mockserver.apis.prime.model import ErrorDocument
from mockserver.apis.prime.render import json_bytes, xml_bytes
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.errors import DomainError

LOGIN = "/webacs/pages/common/login.jsp"

NO_ENTITY = "PRS-101"
NO_ENTITY_TYPE = "PRS-102"
OTHER = "PRS-100"
"""101 and 102 are the vendor's (a real v4 error; the 3.3 reference). No other number is known: this one is ours."""

_TYPE = re.compile(r"/data/([^/]+)(?:/([^/]+))?")

_PAGE = (
    "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<p>{text}</p>\n"
    "</body>\n</html>\n"
)


class Refused(Exception):
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


def refuse(context: RequestContext[PrimeSettings, Any], error: Exception) -> Response:
    """Turn an exception into Prime's own answer."""
    if isinstance(error, RawUrl):
        return Response(status=400, content_type=None)
    if isinstance(error, LoginNeeded):
        return login_needed(context)
    if isinstance(error, SessionLimit):
        return unauthorized(context, "Session limit exceeded.")
    if isinstance(error, Refused):
        return error_document(context, error)
    if isinstance(error, NoRoute | MethodNotAllowed):
        return error_document(context, _not_found(context))
    if isinstance(error, BodyTooLarge):
        return error_document(context, Refused(413, "The request is too large"))
    if isinstance(error, DomainError):
        return error_document(context, Refused(400, str(error)))
    if isinstance(error, HandlerFailed):
        return error_document(context, Refused(500, "An error occurred during the API invocation"))
    raise error


def _not_found(context: RequestContext[PrimeSettings, Any]) -> Refused:
    address = _address(context)
    found = _TYPE.fullmatch(address.path)
    if found is not None and address.version and found[1] != "JobSummary":
        return Refused(404, f"No such entity type as {unquote(found[1])}", NO_ENTITY_TYPE)
    return Refused(404, f"No such resource as {context.method} {unquote(address.path)}")


def no_entity(address: Address, entity_id: str) -> Refused:
    """Refuse an id: type names carry `V4` in v4, and the number is printed for humans, `1,460,170,872`."""
    name = "JobSummaryV4" if address.version == 4 else "JobSummary"
    shown = (
        f"{int(entity_id):,}" if entity_id.isascii() and entity_id.isdecimal() and len(entity_id) < 20 else entity_id
    )
    return Refused(404, f"No such entity as {name} / {shown}", NO_ENTITY)


def error_document(context: RequestContext[PrimeSettings, Any], error: Refused) -> Response:
    """Answer with an errorDocument in the format asked for; XML when none can be had."""
    address = _address(context)
    path = unquote(address.path)
    document = ErrorDocument(
        http_response_code=error.status,
        http_method=context.method,
        message=error.message,
        id=f"presentation.{error.code}",
        # A real v4 error has no leading slash, the reference's own (v1) has one.
        uri_path=path.lstrip("/") if address.version == 4 else path,
        query_params=_java_map(context),
        domain=context.settings.domain if address.version == 4 else None,
    )
    if accepted(address, context.headers) is Form.JSON:
        data, body = json_bytes(document, address.version or 1)
        return Response(status=error.status, data=data, body=body, content_type=context.settings.json_content_type)
    data, body = xml_bytes(document)
    return Response(status=error.status, data=data, body=body, content_type="text/xml")


def login_needed(context: RequestContext[PrimeSettings, Any]) -> Response:
    """Answer to missing or incorrect credentials."""
    if context.settings.authentication_failure == "401":
        return unauthorized(context, "Missing or incorrect credentials.")
    return Response(status=302, content_type=None, headers={"Location": context.base + LOGIN})


def unauthorized(context: RequestContext[PrimeSettings, Any], text: str) -> Response:
    """Answer 401 with a page; its bytes are a guess."""
    realm = context.settings.realm.replace("\\", "\\\\").replace('"', '\\"')
    headers = {"WWW-Authenticate": f'Basic realm="{realm}"'} if realm else {}
    return page(401, "Unauthorized", text, headers)


def page(status: int, title: str, text: str, headers: dict[str, str] | None = None) -> Response:
    """Answer with a small page of constant words."""
    html = _PAGE.format(title=title, text=text)
    return Response(status=status, data=html, body=html.encode(), content_type="text/html;charset=UTF-8",
                 headers=headers or {})  # fmt: skip


def _address(context: RequestContext[PrimeSettings, Any]) -> Address:
    return address_of(context.path, context.query_string, context.settings)


def _java_map(context: RequestContext[PrimeSettings, Any]) -> str:
    """Return the query as Java prints a map of lists: `{jobName=[X]}`."""
    names = dict.fromkeys(context.query)
    return "{" + ", ".join(f"{name}=[{', '.join(context.query.getall(name))}]" for name in names) + "}"
