"""Which operation a SOAP message means, and its parts, by the rules of ASMX (casjobs.md §4.3).

The operation is found by the rule of the version that the headers suggest, and only then is the message
read; its envelope decides in which version the answer goes out.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from mockserver.apis.casjobs import errors
from mockserver.apis.casjobs.errors import (
    INITIALIZE_FRAMES,
    READ_FRAMES,
    UNABLE_TO_PROCESS,
    UNABLE_TO_READ,
    ClrException,
    SoapFault,
    UnreadableMessage,
)
from mockserver.apis.casjobs.operations import BY_ELEMENT
from mockserver.apis.casjobs.protocols import SOAP12_MEDIA, SOAP_MEDIA, Head, Version
from mockserver.apis.casjobs.responses import Code
from mockserver.apis.casjobs.service_types import ServiceOperation
from mockserver.wire import xml

_ENVELOPES = {f"{{{version}}}Envelope": version for version in Version}
_BODY = {version: f"{{{version}}}Body" for version in Version}
_HEADER = {version: f"{{{version}}}Header" for version in Version}

_NO_BODY = "Request format is invalid: Missing required soap:Body element."
_NO_ENVELOPE = "Request format is invalid: Missing required soap:Envelope element."
_DTD = (
    "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing "
    "property on XmlReaderSettings to Parse and pass the settings into XmlReader.Create method."
)
_ROUTE_FRAMES = (
    "System.Web.Services.Protocols.SoapServerProtocol.RouteRequest(SoapServerMessage message)",
    "System.Web.Services.Protocols.SoapServerProtocol.Initialize()",
    *INITIALIZE_FRAMES,
)
_ROUTE12_FRAMES = ("System.Web.Services.Protocols.Soap12ServerProtocolHelper.RouteRequest()", *_ROUTE_FRAMES)
_LOOK_FRAMES = ("System.Web.Services.Protocols.SoapServerProtocolHelper.GetRequestElement()", *_ROUTE12_FRAMES)
# Its reader of XML lies between; of that the names are System.Xml's own.
_BROKEN_FRAMES = (
    "System.Web.Services.Protocols.SoapServerProtocol.SoapEnvelopeReader.Read()",
    "System.Xml.XmlReader.MoveToContent()",
    "System.Web.Services.Protocols.SoapServerProtocol.SoapEnvelopeReader.MoveToContent()",
    *_LOOK_FRAMES,
)
_CHECK_FRAME = "System.Web.Services.Protocols.SoapServerProtocol.CheckHelperVersion()"
_XML_SPACE = " \t\r\n"
# Clients write this one; what says something else is looked at.
_XML_1_0 = b'<?xml version="1.0"'
_XML_VERSION = re.compile(r"<\?xml\s+version\s*=\s*([\"'])([^\"'<>]*)\1")


class Message(NamedTuple):
    """A message that was read.

    Attributes:
        version: that of its envelope.
        element: the operation's (lxml); None when the Body begins with another.
    """

    version: Version
    element: Any


def operation_in_body(head: Head, body: bytes) -> tuple[ServiceOperation, Any]:
    """Return the operation that a message means whose action says nothing known, and its root, if that could be read.

    Only SOAP 1.2 looks into the Body for it.

    Raises:
        SoapFault: it means none, or breaks before it says so.
    """
    if head.guess is Version.SOAP11:
        frames = ("System.Web.Services.Protocols.Soap11ServerProtocolHelper.RouteRequest()", *_ROUTE_FRAMES)
        message = f"Server did not recognize the value of HTTP Header SOAPAction: {head.action}."
        raise SoapFault(head.guess, Code.CLIENT, ClrException(message, clr_type=errors.SOAP, frames=frames))
    root: Any = None
    tag: str | None
    try:
        root = start = _parsed(head, body)
    except xml.BadXml as bad:
        start, tag = _broken_tag(head, body, bad)
    else:
        tag = _body_tag(root)
    operation = BY_ELEMENT.get(tag or "")
    if operation is not None:
        return operation, root
    if head.action:
        message = f"Unable to handle request. The action '{head.action}' was not recognized."
    else:
        message = "Unable to handle request without a valid action parameter. Please supply a valid soap action."
    error = ClrException(message, clr_type=errors.SOAP, frames=_ROUTE12_FRAMES)
    raise SoapFault(_version(start, routing=True), Code.CLIENT, error)


def read_message(head: Head, body: bytes, operation: ServiceOperation, root: Any = None) -> Message:
    """Read the message for an operation.

    Args:
        root: the message's, if it was parsed already.

    Raises:
        SoapFault, UnreadableMessage: it cannot be.
    """
    if head.media not in SOAP_MEDIA:
        raise UnreadableMessage(head.guess, 415, f"the media type is {head.media or 'missing'}")
    if root is None:
        try:
            root = xml.parse(body, head.charset) if body.startswith(_XML_1_0) else _parsed(head, body)
        except xml.BadXml as bad:
            raise _broken(head, body, bad) from None
    version = _ENVELOPES.get(root.tag) or _version(root)
    if version is Version.SOAP11 and head.media == SOAP12_MEDIA:
        raise _other_media(version)
    # By hand: lxml's own `find` costs five times as much, and each of two searches as much as both in one.
    header_tag, body_tag = _HEADER[version], _BODY[version]
    header = content = None
    between = root.text
    for child in root:
        if between is not None and between.strip(_XML_SPACE):
            break
        tag = child.tag
        if tag == body_tag:
            content = child
            break
        if isinstance(tag, str):
            if tag != header_tag or header is not None:
                break
            header = child
        between = child.tail
    if content is None:
        raise SoapFault(version, Code.CLIENT, _unread(_NO_BODY))
    if header is not None:
        _understand(header, version)
    # What stands before the operation is passed over.
    for element in content:
        if BY_ELEMENT.get(element.tag) is operation:
            return Message(version, element)
    return Message(version, None)


def _parsed(head: Head, body: bytes) -> Any:
    """Return the root of a message, in XML 1.0: XmlTextReader reads no other.

    Raises:
        BadXml: it cannot be read.
    """
    text = xml.text(body, head.charset)
    found = _XML_VERSION.match(text)
    if found is not None and found[2] != "1.0":
        at = found.start(2)
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        message = f"Version number '{found[2]}' is invalid. Line {line}, position {column}."
        raise xml.BadXml(message, line=line, column=column)
    return xml.parse(body, head.charset)


def _broken(head: Head, body: bytes, bad: xml.BadXml) -> UnreadableMessage:
    """Return the refusal of a message that is not well-formed, in the version of its envelope if that began well.

    Raises:
        SoapFault: it is of no version.
    """
    started = [] if bad.code == 0 else xml.opening(body, head.charset, depth=1)
    version = _version(started[0]) if started else head.guess
    if started and version is Version.SOAP11 and head.media == SOAP12_MEDIA:
        return _other_media(version)
    return UnreadableMessage(version, 400, f"the message is not well-formed: {bad}")


def _other_media(version: Version) -> UnreadableMessage:
    return UnreadableMessage(version, 415, "a SOAP 1.1 envelope under the media type of SOAP 1.2")


def _version(root: Any, *, routing: bool = False) -> Version:
    """Return the version of a message by its envelope.

    Raises:
        SoapFault: it has another, or none; ASMX says so in other words while it looks for the operation.
    """
    version = _ENVELOPES.get(root.tag)
    if version is not None:
        return version
    space = root.tag[1:].rpartition("}")[0] if root.tag.startswith("{") else ""
    if space in list(Version):
        raise (
            _unrouted(Version(space), _NO_ENVELOPE)
            if routing
            else SoapFault(Version(space), Code.CLIENT, _unread(_NO_ENVELOPE))
        )
    message = f"Possible SOAP version mismatch: Envelope namespace {space} was unexpected. Expecting {Version.SOAP11}."
    error = ClrException(
        message, clr_type=errors.SOAP, frames=(_CHECK_FRAME, *(_ROUTE_FRAMES[1:] if routing else READ_FRAMES))
    )
    raise SoapFault(Version.SOAP11, Code.VERSION_MISMATCH, error)


def _body_tag(root: Any) -> str | None:
    """Return the tag of the element that the Body begins with; None where it begins with a text, or is empty."""
    space, _, name = root.tag.rpartition("}")
    # Of which namespace the envelope is, nobody asks before the operation is known.
    body = _child(root, f"{space}}}Body") if name == "Envelope" else None
    if body is None:
        raise _unrouted(_version(root, routing=True), _NO_BODY)
    between = body.text
    for child in body:
        if between is not None and between.strip(_XML_SPACE):
            break
        if isinstance(child.tag, str):
            return str(child.tag)
        between = child.tail
    return None


def _broken_tag(head: Head, body: bytes, bad: xml.BadXml) -> tuple[Any, str]:
    """Return the root, and the tag of the Body's first child, of a message that breaks after it."""
    started = [] if bad.code == 0 else xml.opening(body, head.charset, depth=3)
    version = _version(started[0], routing=True) if started else head.guess
    for one in started[1:]:
        parent = one.getparent()
        if parent.tag == _BODY[version] and parent.getparent() is started[0]:
            return started[0], str(one.tag)
    message = complaint(bad, blank=not xml.text(body, head.charset).strip())
    raise _unrouted(version, message, clr_type=errors.XML, frames=_BROKEN_FRAMES)


def _understand(header: Any, version: Version) -> None:
    """Refuse a header block that must be understood: the service knows none."""
    for block in header.iterchildren("*"):
        if block.get(f"{{{version}}}mustUnderstand") in ("1", "true"):
            name = block.tag.rpartition("}")[2]
            frames = (
                "System.Web.Services.Protocols.SoapHeaderHandling.EnsureHeadersUnderstood("
                "SoapHeaderCollection headers)",
                "System.Web.Services.Protocols.SoapServerProtocol.ReadParameters()",
            )
            message = f"SOAP header {name} was not understood."
            error = ClrException(message, clr_type=errors.SOAP_HEADER, frames=frames)
            raise SoapFault(version, Code.MUST_UNDERSTAND, error)


def _child(parent: Any, tag: str) -> Any:
    """Return the first child element of a tag."""
    return next((one for one in parent if one.tag == tag), None)


def _unread(why: str) -> ClrException:
    inner = ClrException(why, clr_type=errors.INVALID, frames=READ_FRAMES[:1])
    return ClrException(UNABLE_TO_READ, clr_type=errors.SOAP, inner=inner, frames=READ_FRAMES)


def _unrouted(
    version: Version, why: str, *, clr_type: str = errors.INVALID, frames: tuple[str, ...] = _LOOK_FRAMES
) -> SoapFault:
    inner = ClrException(why, clr_type=clr_type, frames=frames)
    return SoapFault(version, Code.SERVER, ClrException(UNABLE_TO_PROCESS, clr_type=errors.SOAP, inner=inner))


# What XmlTextReader says, by libxml2's number for the error; the rest keeps libxml2's words.
_COMPLAINTS = {
    5: "There are multiple root elements.",
    38: "'<', hexadecimal value 0x3C, is an invalid attribute character.",
    39: "Attribute values must be quoted.",
    40: "There is an unclosed literal string.",
    68: "An error occurred while parsing EntityName.",
    73: "Unexpected end of file has occurred.",
    77: "Unexpected end of file has occurred.",
    96: "Syntax for an XML declaration is invalid.",
}
_DOCUMENT_EMPTY = 4


def complaint(error: xml.BadXml, *, blank: bool) -> str:
    """Return an XmlException's message for a text that is not well-formed; `blank`: there is nothing in it."""
    if isinstance(error, xml.DtdProhibited):
        return _DTD
    if error.code == _DOCUMENT_EMPTY:
        if blank:
            return "Root element is missing."
        return f"Data at the root level is invalid. Line {error.line}, position {error.column}."
    words = _COMPLAINTS.get(error.code)
    if words is None:
        return str(error).strip()
    return f"{words} Line {error.line}, position {error.column}."
