"""Which SOAP a request speaks and which operation it means, by the rules of ASMX (casjobs.md §4.3).

The version is guessed from headers, the operation is found by the guess's own rule, and only then is
the message read; its envelope decides in which version the answer goes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

from mockserver.apis.casjobs import clr
from mockserver.apis.casjobs.clr import ClrException
from mockserver.apis.casjobs.operations import BY_ACTION, BY_ELEMENT, Row
from mockserver.apis.casjobs.writing import Code, Version
from mockserver.wire import xml

_ENVELOPES = {f"{{{version}}}Envelope": version for version in Version}
_BODY = {version: f"{{{version}}}Body" for version in Version}
_HEADER = {version: f"{{{version}}}Header" for version in Version}
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_ACTION = re.compile(r";\s*action\s*=\s*(?:\"([^\"]*)\"|([^\s;]*))", re.IGNORECASE)
_MEDIA = ("text/xml", "application/soap+xml")

_UNABLE_TO_READ = "Server was unable to read request."
_UNABLE_TO_PROCESS = "Server was unable to process request."
_NO_BODY = "Request format is invalid: Missing required soap:Body element."
_NO_ENVELOPE = "Request format is invalid: Missing required soap:Envelope element."
_DTD = (
    "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing "
    "property on XmlReaderSettings to Parse and pass the settings into XmlReader.Create method."
)
_READ_FRAMES = (
    "System.Web.Services.Protocols.SoapServerProtocol.ReadParameters()",
    "System.Web.Services.Protocols.WebServiceHandler.CoreProcessRequest()",
)


class SoapRefused(Exception):
    """A fault: its code, what is told, and whether the method was reached."""

    def __init__(self, version: Version, code: Code, error: ClrException, *, ran: bool = False) -> None:
        super().__init__(error.message)
        self.version = version
        self.code = code
        self.error = error
        self.ran = ran


class Unread(Exception):
    """The message cannot be read: an empty 400 or 415 under the guessed version's Content-Type."""

    def __init__(self, version: Version, status: int, reason: str) -> None:
        super().__init__(reason)
        self.version = version
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the headers say.

    Attributes:
        guess: the version before the message is read.
        action: SOAPAction of a 1.1 guess, the `action` parameter of a 1.2 guess; decoded.
    """

    guess: Version
    media: str
    charset: str | None
    action: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that was read: its version and the operation's element, if it is the one that was meant."""

    version: Version
    element: Any


def head(headers: Mapping[str, str]) -> Head:
    """Guess: SOAP 1.2 without a SOAPAction header or as `application/soap+xml`, otherwise 1.1."""
    return _head(headers.get("Content-Type", ""), headers.get("SOAPAction"))


@lru_cache(maxsize=256)
def _head(content_type: str, soap_action: str | None) -> Head:
    media = content_type.partition(";")[0].strip().lower()
    charset = _CHARSET.search(content_type)
    guess = Version.SOAP12 if soap_action is None or media == _MEDIA[1] else Version.SOAP11
    action: str | None
    if guess is Version.SOAP11:
        assert soap_action is not None
        quoted = len(soap_action) > 1 and soap_action[0] == soap_action[-1] == '"'
        action = _decoded(soap_action[1:-1] if quoted else soap_action)
    else:
        found = _ACTION.search(content_type)
        action = None if found is None else _decoded(found[1] if found[1] is not None else found[2])
    return Head(guess=guess, media=media, charset=charset and charset[1], action=action)


def _decoded(action: str) -> str:
    return unquote_plus(action) if "%" in action or "+" in action else action


class Incoming:
    """One SOAP request on its way in: `route`, then `read`."""

    def __init__(self, headers: Mapping[str, str], body: bytes) -> None:
        self.head = head(headers)
        self._body = body
        self._root: Any = None
        self._bad: xml.BadXml | None = None

    def route(self) -> Row:
        """Return the operation that is meant.

        Raises:
            SoapRefused: there is none, or the message breaks before it says so.
            Unread: the message breaks after it has said so.
        """
        action = self.head.action
        row = None if action is None else BY_ACTION.get(action)
        if row is not None:
            return row
        if self.head.guess is Version.SOAP11:
            raise self._refused(
                Code.CLIENT,
                ClrException(
                    f"Server did not recognize the value of HTTP Header SOAPAction: {action}.",
                    kind=clr.SOAP,
                    frames=(
                        "System.Web.Services.Protocols.Soap11ServerProtocolHelper.RouteRequest()",
                        "System.Web.Services.Protocols.SoapServerProtocol.RouteRequest(SoapServerMessage message)",
                        "System.Web.Services.Protocols.SoapServerProtocol.Initialize()",
                    ),
                ),
            )
        tag = self._body_element()
        row = BY_ELEMENT.get(tag or "")
        if row is not None:
            return row
        if action:
            message = f"Unable to handle request. The action '{action}' was not recognized."
        else:
            message = "Unable to handle request without a valid action parameter. Please supply a valid soap action."
        raise self._refused(
            Code.CLIENT,
            ClrException(
                message,
                kind=clr.SOAP,
                frames=(
                    "System.Web.Services.Protocols.Soap12ServerProtocolHelper.RouteRequest()",
                    "System.Web.Services.Protocols.SoapServerProtocol.RouteRequest(SoapServerMessage message)",
                    "System.Web.Services.Protocols.SoapServerProtocol.Initialize()",
                ),
            ),
        )

    def read(self, row: Row) -> Message:
        """Read the message for an operation.

        Raises:
            SoapRefused, Unread: it cannot be.
        """
        if self.head.media not in _MEDIA:
            raise Unread(self.head.guess, 415, f"the media type is {self.head.media or 'missing'}")
        root = self._parsed()
        if root is None:
            assert self._bad is not None
            raise Unread(self.head.guess, 400, f"the message is not well-formed: {self._bad}")
        version = self._version(root)
        if version is Version.SOAP11 and self.head.media == _MEDIA[1]:
            raise Unread(self.head.guess, 415, "a SOAP 1.1 envelope under the media type of SOAP 1.2")
        body = _child(root, _BODY[version])
        if body is None:
            raise SoapRefused(version, Code.CLIENT, _unable(_UNABLE_TO_READ, _NO_BODY))
        self._understand(root, version)
        first = _child(body)
        element = first if first is not None and BY_ELEMENT.get(first.tag) is row else None
        return Message(version=version, element=element)

    def text(self) -> str:
        """Return the message as text, to tell where something is."""
        return xml.text(self._body, self.head.charset)

    def _parsed(self) -> Any:
        if self._root is None and self._bad is None:
            try:
                self._root = xml.parse(self._body, self.head.charset)
            except xml.BadXml as error:
                self._bad = error
        return self._root

    def _version(self, root: Any) -> Version:
        version = _ENVELOPES.get(root.tag)
        if version is not None:
            return version
        space = root.tag[1:].rpartition("}")[0] if root.tag.startswith("{") else ""
        if space in list(Version):
            raise SoapRefused(Version(space), Code.CLIENT, _unable(_UNABLE_TO_READ, _NO_ENVELOPE))
        raise SoapRefused(
            Version.SOAP11,
            Code.VERSION_MISMATCH,
            ClrException(
                f"Possible SOAP version mismatch: Envelope namespace {space} was unexpected. "
                f"Expecting {Version.SOAP11}.",
                kind=clr.SOAP,
                frames=_READ_FRAMES,
            ),
        )

    def _body_element(self) -> str | None:
        """Return the tag of the Body's first child, having read no further than its start tag."""
        root = self._parsed()
        if root is not None:
            version = self._version(root)
            body = _child(root, _BODY[version])
            if body is None:
                raise self._refused(Code.SERVER, _unable(_UNABLE_TO_PROCESS, _NO_BODY))
            first = _child(body)
            return None if first is None else str(first.tag)
        assert self._bad is not None
        started = [] if self._bad.code == 0 else xml.opening(self._body, self.head.charset, depth=3)
        if started:
            version = self._version(started[0])
            inside = [one for one in started if one.getparent() is not None]
            for one in inside:
                parent = one.getparent()
                if parent.tag == f"{{{version}}}Body" and parent.getparent() is started[0]:
                    return str(one.tag)
        raise self._refused(Code.SERVER, self._complaint())

    def _complaint(self) -> ClrException:
        assert self._bad is not None
        message = complaint(self._bad, blank=not self.text().strip())
        return _unable(_UNABLE_TO_PROCESS, message, kind=clr.XML)

    def _understand(self, root: Any, version: Version) -> None:
        header = _child(root, _HEADER[version])
        if header is None:
            return
        for block in header.iterchildren("*"):
            if block.get(f"{{{version}}}mustUnderstand") in ("1", "true"):
                name = block.tag.rpartition("}")[2]
                raise SoapRefused(
                    version,
                    Code.MUST_UNDERSTAND,
                    ClrException(
                        f"SOAP header {name} was not understood.",
                        kind=clr.SOAP_HEADER,
                        frames=(
                            "System.Web.Services.Protocols.SoapHeaderHandling.EnsureHeadersUnderstood("
                            "SoapHeaderCollection headers)",
                            "System.Web.Services.Protocols.SoapServerProtocol.ReadParameters()",
                        ),
                    ),
                )

    def _refused(self, code: Code, error: ClrException) -> SoapRefused:
        return SoapRefused(self.head.guess, code, error)


def _child(parent: Any, tag: str | None = None) -> Any:
    """Return the first child element, of that tag if one is given. lxml's own `find` costs five times as much."""
    for one in parent:
        found = one.tag
        if found == tag or (tag is None and isinstance(found, str)):
            return one
    return None


def unreadable(version: Version, inner: ClrException) -> SoapRefused:
    """Return the fault for arguments that cannot be read."""
    return SoapRefused(
        version,
        Code.CLIENT,
        ClrException(_UNABLE_TO_READ, kind=clr.SOAP, inner=inner, frames=_READ_FRAMES),
    )


def failed(version: Version, inner: ClrException) -> SoapRefused:
    """Return the fault for an exception in the method."""
    error = ClrException(_UNABLE_TO_PROCESS, kind=clr.SOAP, inner=inner)
    return SoapRefused(version, Code.SERVER, error, ran=True)


def _unable(what: str, why: str, *, kind: str = clr.INVALID) -> ClrException:
    return ClrException(what, kind=clr.SOAP, inner=ClrException(why, kind=kind))


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
