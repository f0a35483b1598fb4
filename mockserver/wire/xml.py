"""XML from strangers: no DTD, no entities, no network, and only so deep and so large.

Rules a maintainer must keep:

1. Nothing else parses a client's XML.
2. libxml2 never sees a document type declaration: entities are declared nowhere else.
3. Bytes are made text by us, so what we looked at is what libxml2 looks at.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from mockserver.wire.charset import codec, marked

MAX_TAGS = 200_000
"""Elements cost a hundred times their bytes in memory; no API's message comes near this many."""

_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")
_SPACE = re.compile(rb"\s+")
_OPTIONS: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "no_network": True,
    "huge_tree": False,
}


class BadXml(Exception):
    """A text is not well-formed, or goes beyond our bounds.

    Attributes:
        code: libxml2's number of the error; 0 for our own bounds.
        line, column: 1-based place at which reading stopped.
    """

    def __init__(self, reason: str, *, code: int = 0, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.code = code
        self.line = line
        self.column = column


class DtdProhibited(BadXml):
    """The text has a document type declaration."""


@cache
def _lxml() -> tuple[Any, Any]:
    """Return lxml, and a parser.

    Imported late: most servers are never sent XML. The parser is made once: making one costs more than most messages.
    It locks itself while it parses.
    """
    from lxml import etree

    return etree, etree.XMLParser(**_OPTIONS)


def parse(body: bytes, charset: str | None = None) -> Any:
    """Return the root element (lxml) of a document.

    Args:
        charset: as the transport names it; a byte order mark goes before it, the XML declaration after it.

    Raises:
        BadXml, DtdProhibited: it cannot be read.
    """
    data = utf8(body, charset)
    check(data)
    etree, parser = _lxml()
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _bad(error) from None


def opening(body: bytes, charset: str | None = None, *, depth: int) -> list[Any]:
    """Return the elements whose start tags come before the document breaks, down to a depth, in order.

    It is for protocols that choose their way before they have read the whole message.
    """
    etree, _ = _lxml()
    parser = etree.XMLPullParser(("start", "end"), **_OPTIONS)
    found, level = [], 0
    data = utf8(body, charset)
    try:
        for start in range(0, len(data), 4096):
            parser.feed(data[start : start + 4096])
    except etree.XMLSyntaxError:
        pass
    try:
        for event, element in parser.read_events():
            level += 1 if event == "start" else -1
            if event == "start" and level <= depth:
                found.append(element)
    except etree.XMLSyntaxError:
        pass
    return found


def check(data: bytes) -> None:
    """Refuse what libxml2 shall not see.

    Args:
        data: a document in UTF-8.

    Raises:
        DtdProhibited: it declares a document type.
        BadXml: it has more tags than any message needs.
    """
    if b"<!DOCTYPE" in data and data.startswith(b"<!DOCTYPE", at := _prolog(data)):
        line = data.count(b"\n", 0, at) + 1
        raise DtdProhibited("a document type declaration", line=line, column=at - data.rfind(b"\n", 0, at) + 2)
    if len(data) > 2 * MAX_TAGS and data.count(b"<") > 2 * MAX_TAGS:
        raise BadXml(f"more than {MAX_TAGS} elements")


def text(body: bytes, charset: str | None = None) -> str:
    """Return a document as text; bytes that say nothing become U+FFFD."""
    if (found := marked(body)) is not None:
        return found
    if (name := codec(charset)) is not None:
        return body.decode(name, "replace")
    if body[:4] == b"<\0?\0":
        return body.decode("utf-16-le", "replace")
    if body[:4] == b"\0<\0?":
        return body.decode("utf-16-be", "replace")
    declared = _DECLARED.match(body)
    return body.decode((declared and codec(declared[1].decode("ascii"))) or "utf-8", "replace")


def utf8(body: bytes, charset: str | None = None) -> bytes:
    """Return a document in UTF-8, without a byte order mark; its declaration is left as it was."""
    if body[:1] == b"<" and body[1:2] != b"\0":
        name = codec(charset)
        if name is None and body[1:2] == b"?" and (declared := _DECLARED.match(body)) is not None:
            name = codec(declared[1].decode("ascii"))
        if name is None or name in ("utf-8", "ascii"):
            return body
    return text(body, charset).encode("utf-8", "replace")


def _blank(data: bytes, at: int) -> int:
    found = _SPACE.match(data, at)
    return at if found is None else found.end()


def _prolog(data: bytes) -> int:
    at = 0
    while True:
        at = _blank(data, at)
        if data.startswith(b"<?", at):
            end = data.find(b"?>", at + 2) + 2
        elif data.startswith(b"<!--", at):
            end = data.find(b"-->", at + 4) + 3
        else:
            return at
        if end < at + 4:
            return at
        at = end


def _bad(error: Any) -> BadXml:
    line, column = error.position
    return BadXml(str(error.msg or error), code=error.code or 0, line=line, column=column)
