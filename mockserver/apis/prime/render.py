"""Three renderers over one model: XML, JSON of v1, JSON of v2 and later.

Rules a maintainer must keep:

1. The JSON dialect changes with the API version, never with the Accept header.
2. JSON v1 is what a generic XML-to-JSON mapper makes of the XML: it has forgotten the declared types, collapses
   lists of one, and reads digits as numbers. Each of these is seen in captures, and clients index straight into it.
3. JSON v2 and later follow the declared types; every list is an array.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from mockserver.apis.prime.model import ErrorDocument, Root
from mockserver.apis.prime.shape import Plan, Role, Slot, slots

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
_MARKUP = re.compile(r"[&<>\r]|[^\t\n\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def json_bytes(root: Root, version: int) -> tuple[Any, bytes]:
    """Return an answer as JSON of a version: the decoded data, and the bytes."""
    if version == 1:
        data = {root.root: tree_v1(root)}
        return data, orjson.dumps(data).replace(b"/", b"\\/")
    data = {root.root: tree(root, version)}
    return data, orjson.dumps(data)


def xml_bytes(root: Root) -> bytes:
    """Return an answer as XML."""
    prolog = ERROR_PROLOG if isinstance(root, ErrorDocument) else PROLOG
    pieces = [prolog]
    _write(root.root, root, pieces)
    return "".join(pieces).encode("utf-8", "replace")


# --- JSON, v2 and later -----------------------------------------------------------------------------------


def tree(model: Any, version: int) -> dict[str, Any]:
    """Return an object in the form of JSON v2 and later, attributes first."""
    made: dict[str, Any] = {}
    for slot, content in _json_plan.pairs(model):
        if content is None:
            continue
        role = slot.role
        if role is Role.VALUE:
            made[slot.wire] = str(content) if version < slot.text_before else content
        elif role is Role.ATTRIBUTE:
            made["@" + slot.wire] = content
        elif role is Role.WRAPPED:
            made[slot.wire] = {slot.item: [tree(item, version) for item in content]}
        elif role is Role.ITEMS:
            made[slot.wire] = [tree(item, version) for item in content]
        elif role is Role.PART:
            made[slot.wire] = tree(content, version)
        else:
            made["$"] = content
    return made


def _json_order(model: type) -> tuple[Slot, ...]:
    rank = _RANK if hasattr(model, "root") else _RANK_INSIDE
    every = slots(model)
    attributes = [slot for slot in every if slot.role is Role.ATTRIBUTE]
    # An entityId's text comes last: {"@displayName","@type","@url","$"}.
    return (
        *sorted(attributes, key=lambda slot: rank.get(slot.wire, len(rank))),
        *(slot for slot in every if slot.role is not Role.ATTRIBUTE),
    )


_json_plan = Plan(_json_order)
_xml_plan = Plan()


# --- JSON, v1 ---------------------------------------------------------------------------------------------


def tree_v1(model: Any) -> Any:
    """Return an object in the form of JSON v1; an element without any content is an empty text."""
    made: dict[str, Any] = {}
    for slot, content in _xml_plan.pairs(model):
        if content is None:
            continue
        role = slot.role
        if role is Role.VALUE:
            made[slot.wire] = guess(content)
        elif role is Role.ATTRIBUTE:
            # "&" in requestUrl is "&amp;" even in JSON (v1_runhistory.json).
            made["@" + slot.wire] = content.replace("&", "&amp;") if slot.wire == "requestUrl" else str(content)
        elif role is Role.TEXT:
            made["$"] = content
        elif role is Role.PART:
            made[slot.wire] = tree_v1(content)
        elif role is Role.WRAPPED:
            made[slot.wire] = {slot.item: _collapsed(content)} if content else ""
        elif content:
            made[slot.wire] = [tree_v1(item) for item in content] if slot.always_array else _collapsed(content)
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


def _write(name: str, model: Any, pieces: list[str]) -> None:
    pieces.append(f"<{name}")
    inside: list[str] = []
    for slot, content in _xml_plan.pairs(model):
        if content is None:
            continue
        role = slot.role
        if role is Role.VALUE:
            inside.append(f"<{slot.wire}>{_text(content)}</{slot.wire}>")
        elif role is Role.ATTRIBUTE:
            pieces.append(f' {slot.wire}="{_attribute(content)}"')
        elif role is Role.TEXT:
            inside.append(_text(content))
        elif role is Role.PART:
            _write(slot.wire, content, inside)
        elif role is Role.ITEMS:
            for item in content:
                _write(slot.wire, item, inside)
        elif content:
            inside.append(f"<{slot.wire}>")
            for item in content:
                _write(slot.item, item, inside)
            inside.append(f"</{slot.wire}>")
        else:
            inside.append(f"<{slot.wire}/>")
    if inside:
        pieces.append(">")
        pieces.extend(inside)
        pieces.append(f"</{name}>")
    else:
        pieces.append("/>")


def _text(content: object) -> str:
    if not isinstance(content, str):
        return _plain(content)
    # Nearly every text is plain, and asking costs less than replacing.
    if content.isprintable() and "&" not in content and "<" not in content and ">" not in content:
        return content
    return _MARKUP.sub(_escape, content)


def _attribute(content: object) -> str:
    return _text(content).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")


def _plain(content: object) -> str:
    return str(content).lower() if isinstance(content, bool) else str(content)


def _escape(found: re.Match[str]) -> str:
    # What XML 1.0 cannot say at all becomes a question mark.
    return _ENTITIES.get(found[0], "?")
