"""Answers as ASMX writes them: SOAP on one line, GET and POST indented, faults in both versions.

The envelope's prefix is `soap` in both versions and its attributes come in this order; the samples of
the help pages differ in both (casjobs.md §3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from multidict import istr

from mockserver.api.response import Response
from mockserver.apis.casjobs import clr
from mockserver.apis.casjobs.clr import ClrException
from mockserver.apis.casjobs.operations import NAMESPACE, Row
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.wire.soap_types import ArrayOf, XsdType
from mockserver.wire.xml_writer import ILLEGAL, MARKUP, Dialect, Node, escaper, hexadecimal

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
XML = "text/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


class Version(StrEnum):
    """The versions of SOAP, by the namespace of their envelope."""

    SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
    SOAP12 = "http://www.w3.org/2003/05/soap-envelope"

    @property
    def content_type(self) -> str:
        """The Content-Type of answers in this version."""
        return XML if self is Version.SOAP11 else "application/soap+xml; charset=utf-8"


class Code(StrEnum):
    """Fault codes, in the words of SOAP 1.1."""

    CLIENT = "Client"
    SERVER = "Server"
    VERSION_MISMATCH = "VersionMismatch"
    MUST_UNDERSTAND = "MustUnderstand"


_INT, _LONG = XsdType.INT, XsdType.LONG
_CODES12 = {Code.CLIENT: "Sender", Code.SERVER: "Receiver"}
_UPGRADE = (
    '<soap:Header><soap12:Upgrade xmlns:soap12="http://www.w3.org/2003/05/soap-envelope">'
    '<soap12:SupportedEnvelope qname="soap:Envelope" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" />'
    '<soap12:SupportedEnvelope qname="soap12:Envelope" xmlns:soap12="http://www.w3.org/2003/05/soap-envelope" />'
    "</soap12:Upgrade></soap:Header>"
)
_OPEN = {version: f'{DECLARATION}<soap:Envelope xmlns:soap="{version}" {_XSI} {_XSD}>' for version in Version}
_CLOSE = "</soap:Body></soap:Envelope>"

# Names that know their folded form: each answer carries all of them.
_IIS: dict[str, str] = {istr("Server"): "Microsoft-IIS/10.0", istr("X-Powered-By"): "ASP.NET"}
_HEADERS: dict[tuple[bool, bool], Mapping[str, str]] = {
    (ran, iis): MappingProxyType(
        {
            # "private" alone when the request failed before the method ran.
            istr("Cache-Control"): "private, max-age=0" if ran else "private",
            istr("X-AspNet-Version"): "4.0.30319",
            **(_IIS if iis else {}),
        }
    )
    for ran in (True, False)
    for iis in (True, False)
}


def headers(settings: CasSettings, *, ran: bool) -> Mapping[str, str]:
    """Return the headers of an answer; `ran` says whether the method (or the document's writer) was reached."""
    return _HEADERS[ran, settings.iis_headers]


# CR and LF go out raw, and what XML 1.0 cannot say as a reference to it, as XmlTextWriter does.
escape = escaper(MARKUP, ILLEGAL, hexadecimal)
COMPACT = Dialect(text=escape, attribute=escaper({**MARKUP, '"': "&quot;"}, ILLEGAL, hexadecimal))
"""SOAP: all on one line."""
INDENTED = replace(COMPACT, indent="  ")
"""GET, POST and documents: indented by two spaces, lines ended by CRLF."""


def envelope(row: Row, content: Sequence[Node], version: Version) -> bytes:
    """Write a SOAP answer; `content` is what stands in the response element."""
    if not content:
        return _void(row.name, version)
    response = Node(f"{row.name}Response", attributes=(("xmlns", NAMESPACE),), children=tuple(content))
    return f"{_OPEN[version]}<soap:Body>{COMPACT.write(response)}{_CLOSE}".encode()


@lru_cache
def _void(name: str, version: Version) -> bytes:
    response = Node(f"{name}Response", attributes=(("xmlns", NAMESPACE),))
    return f"{_OPEN[version]}<soap:Body>{COMPACT.write(response)}{_CLOSE}".encode()


def document(row: Row, content: Sequence[Node]) -> bytes:
    """Write a GET or POST answer: the result under the name of its type, or its null."""
    assert row.result is not None
    if content and (row.result is _INT or row.result is _LONG):
        return _number(row.result, content[0].text)
    name = _root(row)
    space = (("xmlns", NAMESPACE),)
    schema = (
        ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    )
    if not content:
        root = Node(name, attributes=(*schema, ("xsi:nil", "true"), *space))
    else:
        lists = schema if isinstance(row.result, ArrayOf) else ()
        root = Node(name, content[0].text, content[0].children, (*lists, *space))
    return f"{DECLARATION}\r\n{INDENTED.write(root)}".encode()


@lru_cache(maxsize=256)
def _number(name: XsdType, text: str) -> bytes:
    # What polls are answered, with few words and over and over.
    return f'{DECLARATION}\r\n<{name} xmlns="{NAMESPACE}">{text}</{name}>'.encode()


def _root(row: Row) -> str:
    if isinstance(row.result, ArrayOf):
        return f"ArrayOf{row.result.item.name}"
    return "DataSet" if row.result is XsdType.XML else str(row.result)


def soap_fault(error: ClrException, code: Code, version: Version, settings: CasSettings, *, ran: bool) -> Response:
    """Answer with a SOAP fault, status 500. A version mismatch is told in SOAP 1.1, whatever came in."""
    text = escape(clr.tell(error, details=settings.error_details, frames=settings.stack_frames))
    detailed = code is not Code.MUST_UNDERSTAND  # a fault about a header has no detail
    upgrade = _UPGRADE if code is Code.VERSION_MISMATCH else ""
    if version is Version.SOAP11:
        fault = f"<faultcode>soap:{code}</faultcode><faultstring>{text}</faultstring>{'<detail />' if detailed else ''}"
    else:
        fault = (
            f"<soap:Code><soap:Value>soap:{_CODES12.get(code, code)}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="en">{text}</soap:Text></soap:Reason>'
            f"{'<soap:Detail />' if detailed else ''}"
        )
    body = f"{_OPEN[version]}{upgrade}<soap:Body><soap:Fault>{fault}</soap:Fault>{_CLOSE}"
    return Response(
        status=500,
        data={"code": _CODES12.get(code, str(code)) if version is Version.SOAP12 else str(code), "told": error.told()},
        body=body.encode(),
        content_type=version.content_type,
        headers=headers(settings, ran=ran),
    )


def plain_error(error: ClrException, settings: CasSettings, *, ran: bool) -> Response:
    """Answer a GET or POST with an exception: status 500, plain text, messages HTML-encoded."""
    text = clr.tell(error, details=settings.error_details, frames=settings.stack_frames, encode=clr.html_encoded)
    return Response(
        status=500,
        data={"told": error.told()},
        body=f"{text}\r\n".encode(),
        content_type=PLAIN,
        headers=headers(settings, ran=ran),
    )


def empty_error(status: int, version: Version, settings: CasSettings) -> Response:
    """Answer 400 or 415: an empty body under the guessed version's Content-Type, or IIS's own short page."""
    if settings.iis_error_pages:
        title = {400: "Bad Request", 415: "Unsupported Media Type"}[status]
        return Response(
            status=status,
            data=None,
            body=title.encode(),
            content_type="text/html",
            headers=headers(settings, ran=False),
        )
    return Response(status=status, data=None, content_type=version.content_type, headers=headers(settings, ran=False))


def answer(row: Row, data: Any, content: Sequence[Node], settings: CasSettings, version: Version | None) -> Response:
    """Answer with a result; `version` None is a GET or POST."""
    if version is not None:
        body, content_type = envelope(row, content, version), version.content_type
    elif row.result is None:
        body, content_type = b"", None
    else:
        body, content_type = document(row, content), XML
    return Response(data=data, body=body, content_type=content_type, headers=headers(settings, ran=True))
