"""Texts that stand escaped in others: in a query, in JSON, in XML. What is masked in one is masked where it stands.

Rules a maintainer must keep:

1. A text is read sign by sign, so that all but what was masked is shown as it was sent, in the same spelling.
2. Whoever looks into an escaped text does so a bounded number of times: each time costs what the text's length does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

MASK = "***"
"""What stands for a secret."""

Inside = Callable[[str], str]
"""Takes the secrets out of a text that stood escaped in another."""

_IN_QUERY = re.compile(r"%[0-9a-fA-F]{2}|.", re.DOTALL)
_IN_JSON = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
_IN_XML = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,4});|.", re.DOTALL)
_STRING = re.compile(r'(?<=")(?:[^"\\]|\\.)*+(?="|\\?\Z)', re.DOTALL)
_BETWEEN_TAGS = re.compile(r"[^<]++")
_TELLING = re.compile(r"&(?:amp;)*+(?:lt|quot|apos|#)")
"""Signs without which no secret stands in a text of XML: most of what is escaped there compares or joins."""

_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def in_query(text: str, inside: Inside) -> str:
    """Return a part of a query or a form, masked as what it means."""
    if "%" not in text and "+" not in text:
        return text
    return _masked(_IN_QUERY.findall(text), _of_query, inside, lambda plain: quote(plain, safe="*/:?"))


def in_json(text: str, inside: Inside) -> str:
    """Return JSON whose strings are masked as what they mean, those in which a quote or a letter is escaped."""

    def replace(found: re.Match[str]) -> str:
        if "\\" not in found[0]:
            return found[0]
        return _masked(_IN_JSON.findall(found[0]), _of_json, inside, lambda plain: json.dumps(plain)[1:-1])

    return _STRING.sub(replace, text) if "\\" in text else text


def in_xml(text: str, inside: Inside) -> str:
    """Return XML or a page whose texts are masked as what they mean, those that hold signs as entities."""

    def replace(found: re.Match[str]) -> str:
        if not _TELLING.search(found[0]):
            return found[0]
        return _masked(_IN_XML.findall(found[0]), _of_xml, inside, lambda plain: plain.replace("<", "&lt;"))

    return _BETWEEN_TAGS.sub(replace, text) if "&" in text and ";" in text else text


def _of_query(unit: str) -> str:
    return chr(int(unit[1:], 16)) if len(unit) == 3 else " " if unit == "+" else unit


def _of_json(unit: str) -> str:
    if len(unit) == 1:
        return unit
    return chr(int(unit[-4:], 16)) if len(unit) == 6 else _SIGNS.get(unit[1], unit[1])


def _of_xml(unit: str) -> str:
    meant = unescape(unit) if len(unit) > 1 else unit
    return meant if len(meant) == 1 else "\ufffd"


def _masked(units: list[str], meant: Callable[[str], str], inside: Inside, escape: Inside) -> str:
    """Return a text masked as what it means.

    Args:
        units: the text, each sign of its meaning as it was written.
        meant: returns the one sign that a unit means.
        escape: writes a text of whose meaning something else than secrets has changed.
    """
    plain = "".join(map(meant, units))
    written = "".join(units)
    if plain == written:
        return written
    shown = inside(plain)
    if shown == plain:
        return written
    out: list[str] = []
    at = 0
    first, *rest = shown.split(MASK)
    if not plain.startswith(first) or not rest:
        return escape(shown)
    out += units[: len(first)]
    at = len(first)
    for number, piece in enumerate(rest, 1):
        if number == len(rest):
            begin = len(plain) - len(piece)
            if begin < at or not plain.endswith(piece):
                return escape(shown)
        else:
            begin = plain.find(piece, at)
            if begin < 0:
                return escape(shown)
        out.append(MASK)
        at = begin + len(piece)
        out += units[begin:at]
    return "".join(out)
