"""How Prime says no: errorDocument in both formats, bare 400, the login redirect, the 401 page.

`refuse` is the one table from exceptions to answers.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from mockserver.api.context import Call, Reply
from mockserver.api.definition import BodyTooLarge, Bug, MethodRefused, NoRoute
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


def refuse(call: Call[PrimeSettings, Any], error: Exception) -> Reply:
    """Turn an exception into Prime's own answer."""
    if isinstance(error, RawUrl):
        return Reply(status=400, content_type=None)
    if isinstance(error, LoginNeeded):
        return login_needed(call)
    if isinstance(error, SessionLimit):
        return unauthorized(call, "Session limit exceeded.")
    if isinstance(error, Refused):
        return error_document(call, error)
    if isinstance(error, NoRoute | MethodRefused):
        return error_document(call, _not_found(call))
    if isinstance(error, BodyTooLarge):
        return error_document(call, Refused(413, "The request is too large"))
    if isinstance(error, DomainError):
        return error_document(call, Refused(400, str(error)))
    if isinstance(error, Bug):
        return error_document(call, Refused(500, "An error occurred during the API invocation"))
    raise error


def _not_found(call: Call[PrimeSettings, Any]) -> Refused:
    address = _address(call)
    found = _TYPE.fullmatch(address.path)
    if found is not None and address.version and found[1] != "JobSummary":
        return Refused(404, f"No such entity type as {unquote(found[1])}", NO_ENTITY_TYPE)
    return Refused(404, f"No such resource as {call.method} {unquote(address.path)}")


def no_entity(address: Address, entity_id: str) -> Refused:
    """Refuse an id: type names carry `V4` in v4, and the number is printed for humans, `1,460,170,872`."""
    name = "JobSummaryV4" if address.version == 4 else "JobSummary"
    shown = (
        f"{int(entity_id):,}" if entity_id.isascii() and entity_id.isdecimal() and len(entity_id) < 20 else entity_id
    )
    return Refused(404, f"No such entity as {name} / {shown}", NO_ENTITY)


def error_document(call: Call[PrimeSettings, Any], error: Refused) -> Reply:
    """Answer with an errorDocument in the format asked for; XML when none can be had."""
    address = _address(call)
    path = unquote(address.path)
    document = ErrorDocument(
        http_response_code=error.status,
        http_method=call.method,
        message=error.message,
        id=f"presentation.{error.code}",
        # A real v4 error has no leading slash, the reference's own (v1) has one.
        uri_path=path.lstrip("/") if address.version == 4 else path,
        query_params=_java_map(call),
        domain=call.settings.domain if address.version == 4 else None,
    )
    if accepted(address, call.headers) is Form.JSON:
        data, body = json_bytes(document, address.version or 1)
        return Reply(status=error.status, data=data, body=body, content_type=call.settings.json_content_type)
    data, body = xml_bytes(document)
    return Reply(status=error.status, data=data, body=body, content_type="text/xml")


def login_needed(call: Call[PrimeSettings, Any]) -> Reply:
    """Answer to missing or incorrect credentials."""
    if call.settings.authentication_failure == "401":
        return unauthorized(call, "Missing or incorrect credentials.")
    return Reply(status=302, content_type=None, headers={"Location": call.base + LOGIN})


def unauthorized(call: Call[PrimeSettings, Any], text: str) -> Reply:
    """Answer 401 with a page; its bytes are a guess."""
    realm = call.settings.realm.replace("\\", "\\\\").replace('"', '\\"')
    headers = {"WWW-Authenticate": f'Basic realm="{realm}"'} if realm else {}
    return page(401, "Unauthorized", text, headers)


def page(status: int, title: str, text: str, headers: dict[str, str] | None = None) -> Reply:
    """Answer with a small page of constant words."""
    html = _PAGE.format(title=title, text=text)
    return Reply(status=status, data=html, body=html.encode(), content_type="text/html;charset=UTF-8",
                 headers=headers or {})  # fmt: skip


def _address(call: Call[PrimeSettings, Any]) -> Address:
    return address_of(call.path, call.query_string, call.settings)


def _java_map(call: Call[PrimeSettings, Any]) -> str:
    """Return the query as Java prints a map of lists: `{jobName=[X]}`."""
    names = dict.fromkeys(call.query)
    return "{" + ", ".join(f"{name}=[{', '.join(call.query.getall(name))}]" for name in names) + "}"
