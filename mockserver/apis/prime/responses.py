"""Values to bytes: one model in three formats (XML, JSON of v1, JSON of v2 and later), and pages.

Rules a maintainer must keep:

1. The JSON dialect changes with the API version, never with the Accept header.
2. JSON v1 is what a generic XML-to-JSON mapper makes of the XML: it has forgotten the declared types, collapses
   lists of one, and reads digits as numbers. Each of these is seen in captures, and clients index straight into it.
3. JSON v2 and later follow the declared types; every list is an array.
4. XML does not go through `wire.xml_writer.Dialect`: one walk makes the bytes and the data that the contract checks.
   Nodes first and `Dialect.write` after took 29 µs for the answer of a cancelrunning where the walk takes 10
   (timeit, Python 3.11). What is escaped is said in the words of `xml_writer` all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from mockserver.api.response import NO_HEADERS, Response
from mockserver.apis.prime.address import Format
from mockserver.apis.prime.model import ErrorDocument, Root
from mockserver.apis.prime.serialization import ATTRIBUTE, ITEMS, PART, TEXT, VALUE, WRAPPED, FieldLayout, Slot, slots
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.wire.html import pages
from mockserver.wire.xml_writer import ILLEGAL, MARKUP, escaper

PROLOG = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
ERROR_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
"""Errors have another prolog than answers (both from the 2.2 and 3.3 references' own samples)."""

_ROOT_ATTRIBUTES = ("last", "first", "count", "type", "domain", "requestUrl", "responseType", "rootUrl")
_RANK = {name: rank for rank, name in enumerate(_ROOT_ATTRIBUTES)}
"""Order of a root's attributes in JSON v2 and later (v4_queryResponse.json; v2 and v3 samples)."""

_ENTITY_ATTRIBUTES = ("displayName", "dtoType", "id", "type", "url")
_RANK_INSIDE = {name: rank for rank, name in enumerate(_ENTITY_ATTRIBUTES)}

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_LONG = 1 << 63
_SPECIAL = re.compile(r'[&<>"]')
# An answer says the same few words again and again; those that are known to need no escaping are looked up.
_plain_texts: set[object] = set()
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 1000, 200
# What XML 1.0 cannot say at all becomes a question mark.
_escape = escaper({**MARKUP, "\r": "&#13;"}, ILLEGAL + "\ud800-\udfff", lambda character: "?")

_PAGES = pages(Path(__file__).parent / "templates")


def document(root: Root, answer_format: Format, version: int, settings: PrimeSettings, status: int = 200) -> Response:
    """Answer with a model in a format, and in the dialect of a version (1 to 4)."""
    if answer_format is Format.JSON:
        data, body = json_bytes(root, version)
        return Response(status, data, body, settings.json_content_type)
    data, body = xml_bytes(root)
    return Response(status, data, body, "text/xml")


def page(status: int, title: str, text: str, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Answer with a small page of HTML."""
    html = _PAGES.get_template("page.html").render(title=title, text=text) + "\n"
    return Response(
        status=status, data=html, body=html.encode(), content_type="text/html;charset=UTF-8", headers=headers
    )


def json_bytes(root: Root, version: int) -> tuple[Any, bytes]:
    """Return an answer as JSON of a version: the decoded data, and the bytes."""
    if version == 1:
        data = {root.root: tree_v1(root)}
        return data, orjson.dumps(data).replace(b"/", b"\\/")
    data = {root.root: tree(root, version)}
    return data, orjson.dumps(data)


def xml_bytes(root: Root) -> tuple[Any, bytes]:
    """Return an answer as XML: the decoded data, and the bytes.

    The data is that of the newest JSON: typed, and every list a list.
    """
    text, data = _element(root.root, root)
    prolog = ERROR_PROLOG if isinstance(root, ErrorDocument) else PROLOG
    return {root.root: data}, (prolog + text).encode("utf-8", "replace")


# --- JSON, v2 and later -----------------------------------------------------------------------------------


def tree(model: Any, version: int) -> dict[str, Any]:
    """Return an object in the shape of JSON v2 and later, attributes first."""
    made: dict[str, Any] = {}
    for slot, content in _json_layout.pairs(model):
        if content is None:
            continue
        role = slot.role
        if role is VALUE:
            made[slot.key] = str(content) if version < slot.text_before else content
        elif role is ATTRIBUTE or role is TEXT:
            made[slot.key] = content
        elif role is WRAPPED:
            made[slot.key] = {slot.item: [tree(item, version) for item in content]}
        elif role is ITEMS:
            made[slot.key] = [tree(item, version) for item in content]
        else:
            made[slot.key] = tree(content, version)
    return made


def _json_order(model: type) -> tuple[Slot, ...]:
    rank = _RANK if hasattr(model, "root") else _RANK_INSIDE
    every = slots(model)
    attributes = [slot for slot in every if slot.role is ATTRIBUTE]
    # An entityId's text comes last: {"@displayName","@type","@url","$"}.
    return (
        *sorted(attributes, key=lambda slot: rank.get(slot.wire, len(rank))),
        *(slot for slot in every if slot.role is not ATTRIBUTE),
    )


_json_layout = FieldLayout(_json_order)
_xml_layout = FieldLayout()


# --- JSON, v1 ---------------------------------------------------------------------------------------------


def tree_v1(model: Any) -> Any:
    """Return an object in the shape of JSON v1; an element without any content is an empty text."""
    made: dict[str, Any] = {}
    for slot, content in _xml_layout.pairs(model):
        if content is None:
            continue
        role = slot.role
        if role is VALUE:
            made[slot.key] = guess(content)
        elif role is ATTRIBUTE:
            # "&" in requestUrl is "&amp;" even in JSON (v1_runhistory.json).
            made[slot.key] = content.replace("&", "&amp;") if slot.wire == "requestUrl" else str(content)
        elif role is TEXT:
            made[slot.key] = content
        elif role is PART:
            made[slot.key] = tree_v1(content)
        elif role is WRAPPED:
            made[slot.key] = {slot.item: _collapsed(content)} if content else ""
        elif content:
            made[slot.key] = [tree_v1(item) for item in content] if slot.always_array else _collapsed(content)
    return made or ""


def _collapsed(content: Any) -> Any:
    return tree_v1(content[0]) if len(content) == 1 else [tree_v1(item) for item in content]


def guess(content: object) -> Any:
    """Return what JSON v1 makes of an element's text: digits are a number, `true` and `false` are booleans."""
    if not isinstance(content, str):
        return content
    if _INTEGER.fullmatch(content) and -_LONG <= (number := int(content)) < _LONG:
        return number
    return content == "true" if content in ("true", "false") else content


# --- XML --------------------------------------------------------------------------------------------------


def _element(name: str, model: object) -> tuple[str, dict[str, Any]]:
    """Return an object as an element, and its data. One walk for both: each answer needs both."""
    data: dict[str, Any] = {}
    head, inside = f"<{name}", ""
    for slot, content in _xml_layout.pairs(model):
        if content is None:
            continue
        role = slot.role
        # A text is looked up here, for a call of `_text` would cost more than the rest of the field.
        if role is VALUE:
            data[slot.key] = content
            inside += f"{slot.start}{content if content in _plain_texts else _text(content)}{slot.end}"
        elif role is ATTRIBUTE:
            data[slot.key] = content
            head += f"{slot.start}{content if content in _plain_texts else _attribute(content)}{slot.end}"
        elif role is TEXT:
            data[slot.key] = content
            inside += content if content in _plain_texts else _text(content)
        elif role is PART:
            part, data[slot.key] = _element(slot.wire, content)
            inside += part
        elif role is ITEMS:
            items, data[slot.key] = _elements(slot.wire, content)
            inside += items
        elif content:
            items, made = _elements(slot.item, content)
            data[slot.key] = {slot.item: made}
            inside += f"{slot.start}{items}{slot.end}"
        else:
            data[slot.key] = {slot.item: []}
            inside += f"<{slot.wire}/>"
    return (f"{head}>{inside}</{name}>" if inside else f"{head}/>"), data


def _elements(name: str, models: Sequence[object]) -> tuple[str, list[Any]]:
    text, data = "", []
    for model in models:
        one, made = _element(name, model)
        text += one
        data.append(made)
    return text, data


def _text(content: object) -> str:
    if not isinstance(content, str):
        return str(content).lower() if isinstance(content, bool) else str(content)
    # Nearly every text is plain, and asking costs less than replacing.
    if content.isprintable() and _SPECIAL.search(content) is None:
        if len(content) <= _LONGEST_REMEMBERED:
            if len(_plain_texts) >= _MOST_REMEMBERED:
                _plain_texts.clear()
            _plain_texts.add(content)
        return content
    return _escape(content)


def _attribute(content: object) -> str:
    return _text(content).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
