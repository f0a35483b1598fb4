"""Which operation a SOAP message means, and its parts, by the rules of ASMX (casjobs.md §4.3).

The operation is found by the rule of the version that the headers suggest, and only then is the message
read; its envelope decides in which version the answer goes out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from mockserver.apis.casjobs import errors
from mockserver.apis.casjobs.errors import (
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
)


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
    try:
        root = xml.parse(body, head.charset)
    except xml.BadXml as bad:
        tag: str | None = _broken_tag(head, body, bad)
    else:
        tag = _body_tag(head, root)
    operation = BY_ELEMENT.get(tag or "")
    if operation is not None:
        return operation, root
    if head.action:
        message = f"Unable to handle request. The action '{head.action}' was not recognized."
    else:
        message = "Unable to handle request without a valid action parameter. Please supply a valid soap action."
    frames = ("System.Web.Services.Protocols.Soap12ServerProtocolHelper.RouteRequest()", *_ROUTE_FRAMES)
    raise SoapFault(head.guess, Code.CLIENT, ClrException(message, clr_type=errors.SOAP, frames=frames))


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
            root = xml.parse(body, head.charset)
        except xml.BadXml as bad:
            raise UnreadableMessage(head.guess, 400, f"the message is not well-formed: {bad}") from None
    version = _ENVELOPES.get(root.tag) or _version(root)
    if version is Version.SOAP11 and head.media == SOAP12_MEDIA:
        raise UnreadableMessage(head.guess, 415, "a SOAP 1.1 envelope under the media type of SOAP 1.2")
    # By hand: lxml's own `find` costs five times as much, and each of two searches as much as both in one.
    header = content = None
    header_tag, body_tag = _HEADER[version], _BODY[version]
    for child in root:
        tag = child.tag
        if tag == body_tag:
            content = child
            break
        if tag == header_tag and header is None:
            header = child
    if content is None:
        raise SoapFault(version, Code.CLIENT, _unable(UNABLE_TO_READ, _NO_BODY))
    if header is not None or content.getnext() is not None:
        _understand(root, version)
    for element in content:
        if isinstance(element.tag, str):
            return Message(version, element if BY_ELEMENT.get(element.tag) is operation else None)
    return Message(version, None)


def _version(root: Any) -> Version:
    """Return the version of a message by its envelope.

    Raises:
        SoapFault: it has another.
    """
    version = _ENVELOPES.get(root.tag)
    if version is not None:
        return version
    space = root.tag[1:].rpartition("}")[0] if root.tag.startswith("{") else ""
    if space in list(Version):
        raise SoapFault(Version(space), Code.CLIENT, _unable(UNABLE_TO_READ, _NO_ENVELOPE))
    message = f"Possible SOAP version mismatch: Envelope namespace {space} was unexpected. Expecting {Version.SOAP11}."
    error = ClrException(message, clr_type=errors.SOAP, frames=READ_FRAMES)
    raise SoapFault(Version.SOAP11, Code.VERSION_MISMATCH, error)


def _body_tag(head: Head, root: Any) -> str | None:
    """Return the tag of the Body's first child."""
    body = _child(root, _BODY[_version(root)])
    if body is None:
        raise SoapFault(head.guess, Code.SERVER, _unable(UNABLE_TO_PROCESS, _NO_BODY))
    first = _child(body)
    return None if first is None else str(first.tag)


def _broken_tag(head: Head, body: bytes, bad: xml.BadXml) -> str:
    """Return the tag of the Body's first child in a message that breaks after it."""
    started = [] if bad.code == 0 else xml.opening(body, head.charset, depth=3)
    if started:
        version = _version(started[0])
        inside = [one for one in started if one.getparent() is not None]
        for one in inside:
            parent = one.getparent()
            if parent.tag == _BODY[version] and parent.getparent() is started[0]:
                return str(one.tag)
    message = complaint(bad, blank=not xml.text(body, head.charset).strip())
    raise SoapFault(head.guess, Code.SERVER, _unable(UNABLE_TO_PROCESS, message, clr_type=errors.XML))


def _understand(root: Any, version: Version) -> None:
    """Refuse a header that must be understood: the service knows none."""
    header = _child(root, _HEADER[version])
    if header is None:
        return
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


def _child(parent: Any, tag: str | None = None) -> Any:
    """Return the first child element, of that tag if one is given."""
    for one in parent:
        found = one.tag
        if found == tag or (tag is None and isinstance(found, str)):
            return one
    return None


def _unable(what: str, why: str, *, clr_type: str = errors.INVALID) -> ClrException:
    return ClrException(what, clr_type=errors.SOAP, inner=ClrException(why, clr_type=clr_type))


# What XmlTextReader says, by libxml2's number for the error; the rest keeps libxml2's words.
_COMPLAINTS = {
    5: "There are multiple root elements.",
    38: "'<', hexadecimal value 0x3C, is an invalid attribute character.",
    39: "Attribute values must be quoted.",
    40: "There is an unclosed literal string.",
    68: "An error occurred while parsing EntityName.",
    73: "Unexpected end of file has occurred.",
    77: "Unexpected end of file has occurred.",
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
