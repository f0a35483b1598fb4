"""Arguments as ASMX reads them: from a SOAP element, from a query string or a form.

Numbers and booleans follow XmlConvert in SOAP and the parsers of System in GET and POST; they
differ in what a boolean may look like. What cannot be read stays text in the decoded arguments,
so that the contract sees what the client sent. Each type's own reader is compiled from Spyne's models
(`wire/soap.py`); here is what ASMX does around them: which element counts, what a missing one is, how it complains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from mockserver.apis.casjobs import errors
from mockserver.apis.casjobs.errors import ClrException
from mockserver.apis.casjobs.protocols import Version
from mockserver.apis.casjobs.service_types import NAMESPACE
from mockserver.wire.forms import pairs_of
from mockserver.wire.soap_types import Malformed, OutOfRange, Parameter, SoapOperation, XsdType

# Found in a module sooner than on its enum.
_STRING = XsdType.STRING
_SPACE = "\t\n\v\f\r "
_DEFAULTS: Mapping[XsdType, Any] = {XsdType.LONG: 0, XsdType.INT: 0, XsdType.BOOLEAN: False, XsdType.STRING: None}
_CLR_NAMES = {XsdType.LONG: "Int64", XsdType.INT: "Int32", XsdType.BOOLEAN: "Boolean", XsdType.STRING: "String"}
_TOKENS = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)[^\s/>]+(?:\"[^\"]*\"|'[^']*'|[^>\"'])*?(/?)>", re.DOTALL
)
_SCALAR_FRAME = "System.Web.Services.Protocols.ScalarFormatter.FromString(String value, Type type)"
_COLLECTION_FRAME = "System.Web.Services.Protocols.ValueCollectionParameterReader.Read(NameValueCollection collection)"
QUERY_READER = "System.Web.Services.Protocols.UrlParameterReader.Read(HttpRequest request)"
FORM_READER = "System.Web.Services.Protocols.HtmlFormParameterReader.Read(HttpRequest request)"
READ_FORM_FRAMES = (
    "System.Web.Services.Protocols.HttpServerProtocol.ReadParameters()",
    "System.Web.Services.Protocols.WebServiceHandler.CoreProcessRequest()",
)
"""What reads a query or a form, and what that is called by; all these are C5, and as recorded (C4)."""


class Arguments(NamedTuple):
    """What was read. A tuple, and nothing in it can be changed: a poller's is handed out again and again.

    Attributes:
        decoded: what the client sent, as plain data, for the contract.
        values: one for each parameter, in order, with defaults in place.
        error: the first thing that could not be read, in the order in which ASMX reads.
        unknown: there are elements, too, that ASMX passes over.
    """

    decoded: MappingProxyType[str, Any]
    values: tuple[Any, ...]
    error: ClrException | None = None
    unknown: bool = False


class MethodCall(NamedTuple):
    """What a request asks of the service.

    Attributes:
        method: what was compiled for it.
        version: of SOAP, that of the envelope; None for HTTP GET and POST.
    """

    method: SoapOperation
    arguments: Arguments
    version: Version | None


def read_soap(element: Any, operation: SoapOperation, body: Callable[[], str]) -> Arguments:
    """Read the children of an operation's element, by local name and namespace, in any order.

    Args:
        element: the operation's (lxml), or None when the message has another: then all is at its default.
        body: returns the whole message as text, to tell where something went wrong.
    """
    tags = operation.tags
    read: dict[str, Any] = {}
    decoded: dict[str, Any] = {}
    error: ClrException | None = None
    unknown = False
    child = None if element is None else next(iter(element), None)
    while child is not None:
        here, child = child, child.getnext()
        parameter = tags.get(here.tag)
        if parameter is None:
            # ASMX ignores what it does not know; to the contract it is a breach.
            if isinstance(here.tag, str):
                unknown = True
                decoded[_unknown(here.tag)] = here.text
            continue
        name, kind, decode = parameter
        if name in read:
            continue
        text: str | None = None
        try:
            if len(here):
                inner = _only(here, body)
                text, here, child = inner.text or "", inner, inner.getnext()
            else:
                text = here.text or ""
            read[name] = decoded[name] = text if kind is _STRING else decode(text)
        except (ClrException, Malformed, OutOfRange) as problem:
            if error is None:
                error = ClrException(
                    f"There is an error in XML document {_place(here, body())}.",
                    clr_type=errors.INVALID,
                    inner=_complaint(problem, kind, f"The string '{problem}' is not a valid Boolean value."),
                    frames=(
                        "System.Xml.Serialization.XmlSerializer.Deserialize(XmlReader xmlReader, "
                        "String encodingStyle, XmlDeserializationEvents events)",
                        "System.Xml.Serialization.XmlSerializer.Deserialize(XmlReader xmlReader, String encodingStyle)",
                        "System.Web.Services.Protocols.SoapServerProtocol.ReadParameters()",
                    ),
                )
            read[name] = None
            if text is not None:
                decoded[name] = text
    values = [read[name] if name in read else _DEFAULTS[kind] for name, kind, _ in operation.parameters]
    return Arguments(MappingProxyType(decoded), tuple(values), error, unknown)


def _unknown(tag: str) -> str:
    space, _, _ = tag.rpartition("}")
    return tag.removeprefix(f"{{{NAMESPACE}}}") if space else f"{{}}{tag}"


def _complaint(problem: Exception, kind: XsdType, boolean: str, *outer: str) -> ClrException:
    """Return what .NET says of a text that is no value of a type; `boolean`: its sentence for that type."""
    if isinstance(problem, ClrException):
        return problem
    if kind is XsdType.BOOLEAN:
        return ClrException(boolean, clr_type=errors.FORMAT, frames=outer)
    if isinstance(problem, OutOfRange):
        message = f"Value was either too large or too small for an {_CLR_NAMES[kind]}."
        return ClrException(message, clr_type=errors.OVERFLOW, frames=(*_NUMBER_FRAMES[kind], *outer))
    return ClrException(
        "Input string was not in a correct format.", clr_type=errors.FORMAT, frames=(*_NUMBER_FRAMES[kind], *outer)
    )


def _only(element: Any, body: Callable[[], str]) -> Any:
    """Return the child whose text ReadElementString takes for that of an element.

    XmlReader.ReadString goes into an element that a value begins with, takes its text, and stands behind it then:
    what follows there is read as if it were the operation's, and what follows the value is lost.

    Raises:
        ClrException: there is a comment, a processing instruction or an element in the value, anywhere else.
    """
    first = element[0]
    kind = "Element"
    if not isinstance(first.tag, str):
        kind = "ProcessingInstruction" if hasattr(first, "target") else "Comment"
    elif not element.text and not len(first) and (first.text is not None or not _self_closed(first, body())):
        return first
    raise ClrException(
        f"Unexpected node type {kind}. ReadElementString method can only be called on elements with simple or empty "
        "content.",
        clr_type=errors.XML,
    )


def _place(element: Any, body: str) -> str:
    """Return `(line, column)`: just past the `<` or `</` of the tag after the element, or what else follows it."""
    depth = 0
    for token in _from(element, body):
        depth += -1 if token[1] else 1
        if token[2] == "/":
            depth -= 1
        if depth == 0:
            at = token.end()
            if body.startswith("</", at):
                at += 2
            elif body.startswith("<", at):
                at += 1
            return f"({body.count(chr(10), 0, at) + 1}, {at - body.rfind(chr(10), 0, at)})"
    return "(0, 0)"


def _self_closed(element: Any, body: str) -> bool:
    """Return whether an element is `<x/>`: its tree tells it from `<x></x>` no more."""
    return next(_from(element, body))[2] == "/"


def _from(element: Any, body: str) -> Iterator[re.Match[str]]:
    """Yield the tags of a message from an element's start tag on."""
    elements = element.getroottree().getroot().iter("*")
    order = next(number for number, one in enumerate(elements) if one is element)
    tags = (token for token in _TOKENS.finditer(body) if token[2] is not None)
    starts = -1
    for token in tags:
        starts += not token[1]
        if starts == order:
            yield token
            break
    yield from tags


def read_form(
    text: str, parameters: tuple[Parameter, ...], charset: str = "utf-8", reader: str = QUERY_READER
) -> Arguments:
    """Read a query string or a form: names in any letter case, all parameters required, repeated ones joined.

    Args:
        reader: the stack line of what reads it; nothing but an error has it.
    """
    if len(text) > _SHORT:  # not worth its hash
        return _read_form(text, parameters, charset, reader)
    key = (text, parameters, charset)
    known = _known.get(key)
    if known is not None:
        return known
    arguments = _read_form(text, parameters, charset, reader)
    if arguments.error is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = arguments
    return arguments


def _read_form(text: str, parameters: Sequence[Parameter], charset: str, reader: str) -> Arguments:
    frames = (_COLLECTION_FRAME, reader, *READ_FORM_FRAMES)
    given = _given(text, charset)
    decoded: dict[str, Any] = {}
    values: list[Any] = []
    error: ClrException | None = None
    for name, kind, decode in parameters:
        joined = given.get(name.casefold())
        if joined is None:
            if error is None:
                error = ClrException(
                    f"Missing parameter: {name}.",
                    clr_type=errors.INVALID,
                    frames=frames,
                )
            values.append(None)
            continue
        value = None
        try:
            value = _boolean(joined) if kind is XsdType.BOOLEAN else decode(joined)
        except (Malformed, OutOfRange) as problem:
            if error is None:
                error = ClrException(
                    f"Cannot convert {joined} to System.{_CLR_NAMES[kind]}.\r\nParameter name: type",
                    clr_type=errors.ARGUMENT,
                    inner=_complaint(problem, kind, "String was not recognized as a valid Boolean.", _SCALAR_FRAME),
                    frames=(_SCALAR_FRAME, *frames),
                )
        decoded[name] = joined if value is None else value
        values.append(value)
    return Arguments(MappingProxyType(decoded), tuple(values), error)


def _given(text: str, charset: str) -> Mapping[str, str]:
    """Return what a query string or a form names, by folded name."""
    given: dict[str, list[str]] = {}
    encoded = "%" in text or "+" in text
    for pair in pairs_of(text):
        name, equals, sent = pair.partition("=")
        if equals:
            if encoded:
                name, sent = unquote_plus(name, charset, "replace"), unquote_plus(sent, charset, "replace")
            given.setdefault(name.casefold(), []).append(sent)
    return {name: ",".join(sent) for name, sent in given.items()}


# A poller asks the same again and again.
_known: dict[tuple[str, tuple[Parameter, ...], str], Arguments] = {}
_SHORT, _MOST_KNOWN = 256, 1000


def _boolean(text: str) -> bool:
    """Read as System.Boolean.Parse does.

    Raises:
        Malformed: it is neither.
    """
    word = text.strip(_SPACE + "\0").lower()
    if word not in ("true", "false"):
        raise Malformed(text)
    return word == "true"


# guess: those of .NET's own number parser; they differ between its versions.
_NUMBER_FRAMES = {
    kind: (
        "System.Number.StringToNumber(String str, NumberStyles options, NumberBuffer& number, "
        "NumberFormatInfo info, Boolean parseDecimal)",
        f"System.Number.Parse{name}(String value, NumberStyles options, NumberFormatInfo numfmt)",
    )
    for kind, name in ((XsdType.LONG, "Int64"), (XsdType.INT, "Int32"))
}
