"""Answers as ASMX writes them: SOAP on one line, GET and POST indented, faults in both versions.

The envelope's prefix is `soap` in both versions and its attributes come in this order; the samples of
the help pages differ in both (casjobs.md §3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from multidict import istr

from mockserver.api.response import Response
from mockserver.apis.casjobs.protocols import Version
from mockserver.apis.casjobs.service_types import NAMESPACE, ServiceOperation
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.wire.html import pages
from mockserver.wire.soap_types import ArrayOf, XsdType
from mockserver.wire.xml_writer import ILLEGAL, MARKUP, Dialect, Node, escaper, hexadecimal

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
XML = "text/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
CONTENT_TYPES: Mapping[Version, str] = MappingProxyType(
    {Version.SOAP11: XML, Version.SOAP12: "application/soap+xml; charset=utf-8"}
)
"""Version of SOAP -> the Content-Type of answers in it."""


class Code(StrEnum):
    """Fault codes, in the words of SOAP 1.1."""

    CLIENT = "Client"
    SERVER = "Server"
    VERSION_MISMATCH = "VersionMismatch"
    MUST_UNDERSTAND = "MustUnderstand"


CODES12: Mapping[Code, str] = MappingProxyType(
    {
        Code.CLIENT: "Sender",
        Code.SERVER: "Receiver",
        Code.VERSION_MISMATCH: "VersionMismatch",
        Code.MUST_UNDERSTAND: "MustUnderstand",
    }
)
"""The same in the words of SOAP 1.2."""

# Found in a module sooner than on its enum.
_INT, _LONG = XsdType.INT, XsdType.LONG
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
_UPGRADE = (
    '<soap:Header><soap12:Upgrade xmlns:soap12="http://www.w3.org/2003/05/soap-envelope">'
    '<soap12:SupportedEnvelope qname="soap:Envelope" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" />'
    '<soap12:SupportedEnvelope qname="soap12:Envelope" xmlns:soap12="http://www.w3.org/2003/05/soap-envelope" />'
    "</soap12:Upgrade></soap:Header>"
)
_OPEN = {version: f'{DECLARATION}<soap:Envelope xmlns:soap="{version}" {_XSI} {_XSD}>' for version in Version}
_CLOSE = "</soap:Body></soap:Envelope>"
_TEMPLATES = pages(Path(__file__).parent / "templates")

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


def result_response(
    operation: ServiceOperation, data: Any, content: Sequence[Node], settings: CasSettings, version: Version | None
) -> Response:
    """Answer with a result.

    Args:
        content: what stands in the response element.
        version: of SOAP; None for a GET or POST.
    """
    body, content_type = b"", None
    if version is not None:
        if data is None and not content:
            return _void(operation.name, version, settings.iis_headers, operation.lasting)
        content_type, body = CONTENT_TYPES[version], _envelope(operation, content, version)
    elif operation.result is not None:
        content_type = XML
        if content and (operation.result is _INT or operation.result is _LONG):
            body = _number(operation.result, content[0].text)
        else:
            body = _document(operation, content)
    headers = _HEADERS[True, settings.iis_headers]
    return Response(200, data, body, content_type, headers, lasting=operation.lasting)


def document_response(body: bytes, content_type: str, settings: CasSettings) -> Response:
    """Answer with a document or a file, which says nothing that a contract would check."""
    return Response(body=body, content_type=content_type, headers=headers(settings, ran=True))


def _envelope(operation: ServiceOperation, content: Sequence[Node], version: Version) -> bytes:
    response = Node(f"{operation.name}Response", attributes=(("xmlns", NAMESPACE),), children=tuple(content))
    return f"{_OPEN[version]}<soap:Body>{COMPACT.write(response)}{_CLOSE}".encode()


@lru_cache
def _void(name: str, version: Version, iis: bool, lasting: bool) -> Response:
    response = Node(f"{name}Response", attributes=(("xmlns", NAMESPACE),))
    body = f"{_OPEN[version]}<soap:Body>{COMPACT.write(response)}{_CLOSE}".encode()
    return Response(200, None, body, CONTENT_TYPES[version], _HEADERS[True, iis], lasting=lasting)


def _document(operation: ServiceOperation, content: Sequence[Node]) -> bytes:
    """Write a GET or POST answer: the result under the name of its type, or its null."""
    space = (("xmlns", NAMESPACE),)
    schema = (
        ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    )
    name = _root_name(operation)
    if not content:
        root = Node(name, attributes=(*schema, ("xsi:nil", "true"), *space))
    else:
        lists = schema if isinstance(operation.result, ArrayOf) else ()
        root = Node(name, content[0].text, content[0].children, (*lists, *space))
    return written_document(root)


def written_document(root: Node) -> bytes:
    """Write an indented document with its declaration."""
    return f"{DECLARATION}\r\n{INDENTED.write(root)}".encode()


@lru_cache(maxsize=256)
def _number(kind: XsdType, text: str) -> bytes:
    # What polls are answered, with few words and over and over.
    return f'{DECLARATION}\r\n<{kind} xmlns="{NAMESPACE}">{text}</{kind}>'.encode()


def _root_name(operation: ServiceOperation) -> str:
    if isinstance(operation.result, ArrayOf):
        return f"ArrayOf{operation.result.item.name}"
    return "DataSet" if operation.result is XsdType.XML else str(operation.result)


def fault_envelope(text: str, code: Code, version: Version) -> bytes:
    """Write a SOAP fault; `text` is what it says."""
    escaped = escape(text)
    detailed = code is not Code.MUST_UNDERSTAND  # a fault about a header has no detail
    upgrade = _UPGRADE if code is Code.VERSION_MISMATCH else ""
    if version is Version.SOAP11:
        fault = (
            f"<faultcode>soap:{code}</faultcode><faultstring>{escaped}</faultstring>{'<detail />' if detailed else ''}"
        )
    else:
        fault = (
            f"<soap:Code><soap:Value>soap:{CODES12[code]}</soap:Value></soap:Code>"
            f'<soap:Reason><soap:Text xml:lang="en">{escaped}</soap:Text></soap:Reason>'
            f"{'<soap:Detail />' if detailed else ''}"
        )
    return f"{_OPEN[version]}{upgrade}<soap:Body><soap:Fault>{fault}</soap:Fault>{_CLOSE}".encode()


def page(template: str, /, **values: object) -> bytes:
    """Write an HTML page from a template of this API."""
    return _TEMPLATES.get_template(template).render(**values).encode()
