"""Where secrets lie in a text: in XML, forms, queries, pairs and lines, by structure, also in broken ones.

Rules a maintainer must keep:

1. What is taken out ends where its structure ends; where a text breaks off, the rest is taken for the value.
2. Nothing is put in that was not sent but the mask itself: an empty value stays empty.
3. Every walk is linear in the text: whoever reads a journal would wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote_plus

from mockserver.journal.escapes import Inside

Hides = Callable[[str], bool]
"""Tells whether the value of a field, parameter or element of that name is secret."""

Shown = Callable[[str, str], str]
"""(value as written, value as meant) -> what is shown of a secret value."""

# Possessive: where a tag has no end, no shorter name would give it one.
_TAG = re.compile(r"""<(/?)([^\s<>/"'=!?]++)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""")
_LOOSE_TAG = re.compile(r"""<(/?)([^\s<>/"'=!?]++)([^<>]*+)>""")
_ASIDES = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_SAID = r"""\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++)"""
_NAME_SAID = re.compile(rf"(?<=\s)name{_SAID}", re.IGNORECASE)
_VALUE_SAID = re.compile(rf"(?<=\s)value{_SAID}", re.IGNORECASE)
_ANCHOR = "a"
_LINE = re.compile(
    r"^([ \t]*(?:- )?([\w.\[\]-]{1,100})[ \t]*:[ \t]+)([^\s\"'{\[|>&*][^\s]*)(?=[ \t]*\r?$)", re.MULTILINE
)
_CONSTANTS = frozenset({"true", "false", "null", "True", "False", "None"})
_WORD = r"""[^\s=&?;#'"(,<>{}\[\]/]"""
_PAIR = re.compile(
    rf"""(?:(?<=[?&\s;#'"(,{{\[>/])|^)({_WORD}{{1,100}}+(?:\[{_WORD}{{0,100}}+\]{_WORD}{{0,100}}+){{0,32}}+)"""
    r"""(\s*+=\s*+(?=["'])|[ \t]*+=[ \t]*+|\s?=\s?)("[^"]*"?|'[^']*'?|[^&\s"'<>]*)"""
)
_NAME_BEFORE = re.compile(r"[?&;/#:]")
_UNICODE = re.compile(r"%u([0-9a-fA-F]{4})")
_STRUCTURE = re.compile(r"[%+={\[<:;]")
_NO_NAME = re.compile(r"[%{<:\"]")
_GRANT = "grant_type="
_GRANTED = frozenset({"code", "code_verifier", "assertion"})
"""What stands for its user in a form that asks for a token (RFC 6749), and is an ordinary name elsewhere."""

_ENTITY_TAG = re.compile(r"(&lt;(?:[\w.-]+:)?([\w.-]{1,100})(?:\s[^&]{0,500})?&gt;)(.*?)(?=&lt;/|\Z)", re.DOTALL)


def in_form(text: str, hides: Hides, shown: Shown, inside: Inside) -> str:
    """Return a form or a query without its secrets.

    Args:
        inside: takes secrets out of a value that is an address, a document or a text of its own.
    """
    asks = _GRANT in text
    return "&".join(_pair(part, hides, shown, inside, asks) for part in text.split("&"))


def _pair(part: str, hides: Hides, shown: Shown, inside: Inside, asks: bool) -> str:
    name, sign, value = part.partition("=")
    if sign and (_is_secret(name, hides) or (asks and name in _GRANTED)):
        return name + sign + shown(value, unquote_plus(value))
    if _NO_NAME.search(name):
        name = inside(name)
    return name + sign + (inside(value) if _STRUCTURE.search(value) else value)


def in_fields(text: str, hides: Hides, shown: Shown) -> str:
    """Return a text without what a server that reads it as a form takes for secret fields."""
    if "=" not in text:
        return text
    out = []
    for part in text.split("&"):
        name, sign, value = part.partition("=")
        out.append(name + sign + shown(value, unquote_plus(value)) if sign and hides(unquote_plus(name)) else part)
    return "&".join(out)


def _is_secret(name: str, hides: Hides) -> bool:
    """Tell whether the name of a pair, as written, is secret, also with a prefix, or behind a sign that was escaped."""
    if "%" in name or "+" in name:
        name = unquote_plus(_UNICODE.sub(lambda found: chr(int(found[1], 16)), name))
    return hides(name) or hides(_NAME_BEFORE.split(name)[-1])


def in_pairs(text: str, hides: Hides, shown: Shown, inside: Inside) -> str:
    """Return a text without the secrets that stand in it as `name=value`, in quotes or without."""

    def replace(found: re.Match[str]) -> str:
        name, sign, value = found.groups()
        mark = value[:1] if value[:1] in ('"', "'") else ""
        if not _is_secret(name, hides):
            # An attribute of a page may hold an address with a query of its own.
            if mark:
                return f"{name}{sign}{mark}{in_pairs(value[1:], hides, shown, inside)}"
            return f"{name}{sign}{inside(value)}" if "%" in value or "=" in value else found[0]
        end = mark if mark and len(value) > 1 and value.endswith(mark) else ""
        plain = value[len(mark) : len(value) - len(end)]
        return f"{name}{sign}{mark}{shown(plain, unescape(unquote_plus(plain)))}{end}"

    return _PAIR.sub(replace, text) if "=" in text else text


def in_lines(text: str, hides: Hides, shown: Shown) -> str:
    """Return a text without the secrets that stand in it as lines `name: value`, the value one word."""

    def replace(found: re.Match[str]) -> str:
        secret = found[3] not in _CONSTANTS and hides(found[2])
        return found[1] + shown(found[3], found[3]) if secret else found[0]

    return _LINE.sub(replace, text) if ":" in text else text


class _Tag(NamedTuple):
    """A tag: where it stands, what it says, and in which comment or CDATA section, by where what that holds ends.

    Attributes:
        called: the value of its attribute `name`, as in `<param name="password" value="…"/>`; empty for none.
    """

    start: int
    end: int
    closes: bool
    name: str
    is_whole: bool
    within: int
    called: str


def in_xml(text: str, hides: Hides, shown: Shown) -> str:
    """Return a text without what secret elements hold: text, CDATA, comments, elements."""
    if "<" not in text:
        return text
    tags = list(_tags(text))
    secret = [not tag.closes and hides(tag.name.rpartition(":")[2]) for tag in tags]
    called = [bool(tag.called) and hides(tag.called) for tag in tags]
    if not any(secret) and not any(called):
        return text
    ends = _ends(tags)
    # An element without an end: in a document all that follows may be its value, in a sentence what is before a tag.
    is_document = text.lstrip("\ufeff \t\r\n").startswith("<")
    out: list[str] = []
    written = 0
    for number, tag in enumerate(tags):
        if tag.start < written:
            continue
        if called[number] and (said := _VALUE_SAID.search(text, tag.start, tag.end)) is not None:
            at, mark = said.start(1), said[1][0] if said[1][0] in "\"'" else ""
            plain = said[1][1:-1] if mark else said[1].removesuffix("/")
            out += (text[written : at + len(mark)], shown(plain, unescape(plain)))
            written = at + len(mark) + len(plain)
        end = ends.get(number)
        # What has other elements in it is described by its name, and an anchor is a place.
        is_leaf = end is not None and tags[number + 1].start == end and tag.name.lower() != _ANCHOR
        if tag.is_whole or not (secret[number] or (called[number] and is_leaf)):
            continue
        if end is None:
            is_last = is_document or tag.within < len(text) or number + 1 == len(tags)
            end = tag.within if is_last else tags[number + 1].start
        value = text[tag.end : end]
        out += (text[written : tag.end], shown(value, _meant(value)))
        written = end
    return "".join((*out, text[written:])) if out else text


def _tags(text: str) -> Iterator[_Tag]:
    """Yield the tags of a text, those in comments and CDATA sections too."""
    at, pattern = 0, _TAG
    within = aside = 0
    while (at := text.find("<", at)) >= 0:
        if at >= aside:
            within = aside = len(text)
            found = next((pair for pair in _ASIDES if text.startswith(pair[0], at)), None)
            if found is not None:
                at += len(found[0])
                within = text.find(found[1], at)
                within = len(text) if within < 0 else within
                aside = max(at, within)
                continue
            aside = at
        tag = pattern.match(text, at, within)
        if tag is None and pattern is _TAG:
            if within == len(text):
                # A quote that nobody closed: from here on tags end at the first bracket.
                pattern = _LOOSE_TAG
            tag = _LOOSE_TAG.match(text, at, within)
        if tag is None:
            at += 1
            continue
        closes, name, attributes = tag.groups()
        said = None if closes else _NAME_SAID.search(attributes)
        called = "" if said is None else said[1].strip("\"'")
        yield _Tag(at, tag.end(), bool(closes), name, attributes.endswith("/"), within, called)
        at = tag.end()


def _ends(tags: Sequence[_Tag]) -> dict[int, int]:
    """Return where the contents of elements end, by the number of their first tags."""
    found: dict[int, int] = {}
    begun: dict[tuple[str, int], list[int]] = {}
    for number, tag in enumerate(tags):
        if not tag.is_whole:
            same = begun.setdefault((tag.name, tag.within), [])
            if not tag.closes:
                same.append(number)
            elif same:
                found[same.pop()] = tag.start
    return found


def _meant(value: str) -> str:
    if value.startswith("<![CDATA[") and value.endswith("]]>"):
        return value[9:-3]
    return unescape(value)


def in_entities(text: str, hides: Hides, shown: Shown) -> str:
    """Return a page without what secret elements hold that it shows as text."""

    def replace(found: re.Match[str]) -> str:
        return found[0] if not hides(found[2]) else found[1] + shown(found[3], unescape(found[3]))

    return _ENTITY_TAG.sub(replace, text) if "&lt;" in text else text
