"""Arguments as ASMX reads them: from a SOAP element, from a query string or a form.

Numbers and booleans follow XmlConvert in SOAP and the parsers of System in GET and POST; they
differ in what a boolean may look like. What cannot be read stays text in the decoded arguments,
so that the contract sees what the client sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from mockserver.apis.casjobs import clr
from mockserver.apis.casjobs.clr import ClrException
from mockserver.apis.casjobs.operations import NAMESPACE
from mockserver.wire.soap import Kind

_NUMBER = re.compile(r"[\t-\r ]*([+-]?[0-9]+)[\t-\r ]*")
# Found in a module sooner than on its enum.
_STRING = Kind.STRING
_SPACE = "\t\n\v\f\r "
_DEFAULTS: Mapping[Kind, Any] = {Kind.LONG: 0, Kind.INT: 0, Kind.BOOLEAN: False, Kind.STRING: None}
_RANGES = {Kind.LONG: (63, "Int64"), Kind.INT: (31, "Int32")}
_TOKENS = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)[^\s/>]+(?:\"[^\"]*\"|'[^']*'|[^>\"'])*?(/?)>", re.DOTALL
)
# Digits beyond this are out of any range; Python refuses to convert thousands of them.
_MOST_DIGITS = 40


@dataclass(slots=True)
class Arguments:
    """What was read.

    Attributes:
        decoded: what the client sent, as plain data, for the contract.
        values: one for each parameter, in order, with defaults in place.
        error: the first thing that could not be read, in the order in which ASMX reads.
    """

    decoded: dict[str, Any] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)
    error: ClrException | None = None


def number(text: str, kind: Kind) -> int:
    """Read a long or an int: white space and a sign allowed.

    Raises:
        ClrException: FormatException or OverflowException.
    """
    if len(text) < 10 and text.isascii() and text.isdigit():
        # What clients send, and in range of both.
        return int(text)
    bits, name = _RANGES[kind]
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ClrException("Input string was not in a correct format.", kind=clr.FORMAT, frames=_NUMBER_FRAMES[kind])
    digits = found[1]
    value = int(digits) if len(digits) < _MOST_DIGITS else int(digits.lstrip("+-0")[:_MOST_DIGITS] or 0)
    if not -(1 << bits) <= value < 1 << bits:
        raise ClrException(
            f"Value was either too large or too small for an {name}.", kind=clr.OVERFLOW, frames=_NUMBER_FRAMES[kind]
        )
    return value


def soap(element: Any, parameters: Sequence[tuple[str, Kind]], body: Callable[[], str]) -> Arguments:
    """Read the children of an operation's element, by local name and namespace, in any order.

    Args:
        element: the operation's (lxml), or None when the message has another: then all is at its default.
        body: returns the whole message as text, to tell where something went wrong.
    """
    kinds = dict(parameters)
    read: dict[str, Any] = {}
    arguments = Arguments()
    for child in element if element is not None else ():
        tag = child.tag
        if not isinstance(tag, str):
            continue
        space, _, name = tag.rpartition("}")
        if space != f"{{{NAMESPACE}" or name not in kinds:
            # Not ours: ASMX looks away, the contract does not.
            arguments.decoded[tag.removeprefix(f"{{{NAMESPACE}}}") if space else f"{{}}{tag}"] = child.text
            continue
        if name in read:
            continue
        try:
            text = _content(child)
            arguments.decoded[name] = text
            read[name] = arguments.decoded[name] = _soap_value(text, kinds[name])
        except ClrException as problem:
            if arguments.error is None:
                arguments.error = ClrException(
                    f"There is an error in XML document {_place(element, child, body())}.",
                    kind=clr.INVALID,
                    inner=problem,
                    frames=(
                        "System.Xml.Serialization.XmlSerializer.Deserialize(XmlReader xmlReader, "
                        "String encodingStyle, XmlDeserializationEvents events)",
                        "System.Web.Services.Protocols.SoapServerProtocol.ReadParameters()",
                    ),
                )
            read[name] = None
    arguments.values = [read.get(name, _DEFAULTS[kind]) for name, kind in parameters]
    return arguments


def _content(element: Any) -> str:
    if len(element) == 0:
        return element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            raise ClrException(
                "Unexpected node type Element. ReadElementString method can only be called on elements with "
                "simple or empty content.",
                kind=clr.XML,
            )
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _soap_value(text: str, kind: Kind) -> Any:
    if kind is Kind.STRING:
        return text
    if kind is Kind.BOOLEAN:
        word = text.strip(" \t\r\n")
        if word not in ("true", "false", "1", "0"):
            raise ClrException(f"The string '{text}' is not a valid Boolean value.", kind=clr.FORMAT)
        return word in ("true", "1")
    return number(text, kind)


def _place(operation: Any, child: Any, body: str) -> str:
    """Return `(line, column)`: just past the `<` or `</` of the tag after the element, or what else follows it."""
    elements = operation.getroottree().getroot().iter("*")
    order = next(number for number, one in enumerate(elements) if one is child)
    seen, depth, inside = -1, 0, False
    for token in _TOKENS.finditer(body):
        if token[2] is None:
            continue
        if token[1]:
            depth -= 1
        else:
            seen += 1
            if seen == order:
                inside, depth = True, 0
            if token[2] != "/":
                depth += 1
        if inside and depth == 0:
            at = token.end()
            if body.startswith("</", at):
                at += 2
            elif body.startswith("<", at):
                at += 1
            return f"({body.count(chr(10), 0, at) + 1}, {at - body.rfind(chr(10), 0, at)})"
    return "(0, 0)"


def form(text: str, parameters: tuple[tuple[str, Kind], ...], charset: str = "utf-8") -> Arguments:
    """Read a query string or a form: names in any letter case, all parameters required, repeated ones joined."""
    if len(text) > _SHORT:  # not worth its hash
        return _read_form(text, parameters, charset)
    key = (text, parameters, charset)
    known = _known.get(key)
    if known is not None:
        return known
    arguments = _read_form(text, parameters, charset)
    if arguments.error is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = arguments
    return arguments


def _read_form(text: str, parameters: Sequence[tuple[str, Kind]], charset: str) -> Arguments:
    given = _given(text, charset)
    arguments = Arguments()
    for name, kind in parameters:
        joined = given.get(name.casefold())
        if joined is None:
            if arguments.error is None:
                arguments.error = ClrException(
                    f"Missing parameter: {name}.",
                    kind=clr.INVALID,
                    frames=_form_frames("ValueCollectionParameterReader"),
                )
            arguments.values.append(None)
            continue
        value = None
        try:
            value = joined if kind is _STRING else _form_value(joined, kind)
        except ClrException as problem:
            if arguments.error is None:
                arguments.error = ClrException(
                    f"Cannot convert {joined} to System.{_CLR_NAMES[kind]}.\r\nParameter name: type",
                    kind=clr.ARGUMENT,
                    inner=problem,
                    frames=_form_frames("ScalarFormatter"),
                )
        arguments.decoded[name] = joined if value is None else value
        arguments.values.append(value)
    return arguments


def _given(text: str, charset: str) -> Mapping[str, str]:
    """Return what a query string or a form names, by folded name."""
    given: dict[str, str] = {}
    encoded = "%" in text or "+" in text
    for pair in text.split("&"):
        name, equals, sent = pair.partition("=")
        if equals:
            if encoded:
                name, sent = unquote_plus(name, charset, "replace"), unquote_plus(sent, charset, "replace")
            name = name.casefold()
            given[name] = f"{given[name]},{sent}" if name in given else sent
    return given


# A poller asks the same again and again. Who gets arguments changes nothing in them.
_known: dict[tuple[str, tuple[tuple[str, Kind], ...], str], Arguments] = {}
_SHORT, _MOST_KNOWN = 256, 1000


def _form_value(text: str, kind: Kind) -> Any:
    if kind is Kind.BOOLEAN:
        word = text.strip(_SPACE + "\0").lower()
        if word not in ("true", "false"):
            raise ClrException("String was not recognized as a valid Boolean.", kind=clr.FORMAT)
        return word == "true"
    return number(text, kind)


_CLR_NAMES = {Kind.LONG: "Int64", Kind.INT: "Int32", Kind.BOOLEAN: "Boolean", Kind.STRING: "String"}
# guess: plausible frames; those of the faked server have not been published.
_NUMBER_FRAMES = {
    kind: (
        "System.Number.StringToNumber(String str, NumberStyles options, NumberBuffer& number, "
        "NumberFormatInfo info, Boolean parseDecimal)",
        f"System.Number.Parse{name}(String value, NumberStyles options, NumberFormatInfo numfmt)",
    )
    for kind, name in ((Kind.LONG, "Int64"), (Kind.INT, "Int32"))
}


def _form_frames(first: str) -> tuple[str, ...]:
    own = {
        "ScalarFormatter": ("System.Web.Services.Protocols.ScalarFormatter.FromString(String value, Type type)",),
        "ValueCollectionParameterReader": (),
    }[first]
    return (
        *own,
        "System.Web.Services.Protocols.ValueCollectionParameterReader.Read(NameValueCollection collection)",
        "System.Web.Services.Protocols.HttpServerProtocol.ReadParameters()",
        "System.Web.Services.Protocols.WebServiceHandler.CoreProcessRequest()",
    )
