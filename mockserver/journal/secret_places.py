"""Where secrets lie in a text: in JSON, XML, forms, queries and parts of a form, by structure, also in broken ones.

Rules a maintainer must keep:

1. What is taken out ends where its structure ends; where a text breaks off, the rest is taken for the value.
2. Nothing is put in that was not sent but the mask itself: an empty value stays empty.
3. Every walk is linear in the text: whoever reads a journal would wait for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote, unquote, unquote_plus

Hides = Callable[[str], bool]
"""Tells whether the value of a field, parameter or element of that name is secret."""

Shown = Callable[[str, str], str]
"""(value as written, value as meant) -> what is shown of a secret value."""

# Possessive: where a tag has no end, no shorter name would give it one.
_TAG = re.compile(r"""<(/?)([^\s<>/"'=!?]++)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""")
_LOOSE_TAG = re.compile(r"""<(/?)([^\s<>/"'=!?]++)([^<>]*+)>""")
_ASIDES = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_KEYS = tuple(
    (mark, re.compile(rf"{mark}((?:[^{mark}\\]|\\.){{0,200}}){mark}\s*:\s*", re.DOTALL)) for mark in ('"', "'")
)
_JSON = re.compile(r""""(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$)|[{}\[\],:]|[^\s{}\[\],:"']+|\s+|.""", re.DOTALL)
_CONSTANTS = frozenset({"true", "false", "null", "True", "False", "None"})
_ESCAPED = re.compile(r'(\\"((?:[^"\\]){1,100})\\"\s*:\s*\\")((?:(?!\\").)*)', re.DOTALL)
_PAIR = re.compile(
    r"""(?:(?<=[?&\s;#'"(,{\[>])|^)([^\s=&?;#'"(,<>{}\[\]]{1,100})(\s?=\s?)("[^"]*"?|'[^']*'?|[^&\s"'<>]*)"""
)
_PART = re.compile(
    r'content-disposition:[^\r\n]{0,300}?\bname="?([^"\r\n;]{1,200})"?'
    r"([^\r\n]*(?:\r?\n[^\r\n]+){0,10}\r?\n\r?\n)(.*?)(?=\r?\n--|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY_TAG = re.compile(r"(&lt;(?:[\w.-]+:)?([\w.-]{1,100})(?:\s[^&]{0,500})?&gt;)(.*?)(?=&lt;/|\Z)", re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?")


def in_form(text: str, hides: Hides, shown: Shown, inside: Callable[[str], str]) -> str:
    """Return a form or a query without its secrets.

    Args:
        inside: takes secrets out of a value that is an address or a text of its own.
    """
    return "&".join(_pair(part, hides, shown, inside) for part in text.split("&"))


def _pair(part: str, hides: Hides, shown: Shown, inside: Callable[[str], str]) -> str:
    name, sign, value = part.partition("=")
    if hides(unquote_plus(name).strip()):
        return name + sign + shown(value, unquote_plus(value))
    if "%3d" in value.lower():
        plain = unquote(value)
        masked = inside(plain)
        return part if masked == plain else name + sign + quote(masked, safe="*/:?")
    return part


def in_pairs(text: str, hides: Hides, shown: Shown) -> str:
    """Return a text without the secrets that stand in it as `name=value`, in quotes or without."""

    def replace(found: re.Match[str]) -> str:
        name, sign, value = found.groups()
        mark = value[:1] if value[:1] in ('"', "'") else ""
        if not hides(unquote_plus(name)):
            # An attribute of a page may hold an address with a query of its own.
            return f"{name}{sign}{mark}{in_pairs(value[1:], hides, shown)}" if mark else found[0]
        end = mark if mark and len(value) > 1 and value.endswith(mark) else ""
        plain = value[len(mark) : len(value) - len(end)]
        return f"{name}{sign}{mark}{shown(plain, unescape(unquote_plus(plain)))}{end}"

    return _PAIR.sub(replace, text) if "=" in text else text


def in_parts(text: str, hides: Hides, shown: Shown) -> str:
    """Return a multipart form without its secrets."""

    def replace(found: re.Match[str]) -> str:
        value = found[3]
        return found[0].removesuffix(value) + shown(value, value) if hides(found[1]) else found[0]

    return _PART.sub(replace, text) if "name=" in text else text


def in_xml(text: str, hides: Hides, shown: Shown) -> str:
    """Return a text without what secret elements hold: text, CDATA, comments, elements."""
    if "<" not in text:
        return text
    out: list[str] = []
    written, at, pattern = 0, 0, _TAG
    while (at := text.find("<", at)) >= 0:
        aside = _aside(text, at)
        if aside is not None:
            at = aside
            continue
        found = pattern.match(text, at)
        if found is None and pattern is _TAG:
            # A quote that nobody closed: from here on tags end at the first bracket.
            pattern = _LOOSE_TAG
            found = pattern.match(text, at)
        if found is None:
            at += 1
            continue
        at = found.end()
        closes, name, attributes = found.groups()
        if closes or attributes.endswith("/") or not hides(name.rpartition(":")[2]):
            continue
        end = _end_of_element(text, at, name, pattern)
        value = text[at:end]
        out += (text[written:at], shown(value, _meant(value)))
        written = at = end
    return "".join((*out, text[written:])) if out else text


def _aside(text: str, at: int) -> int | None:
    """Return where the comment, CDATA section or instruction ends that begins there, or None."""
    for begin, end in _ASIDES:
        if text.startswith(begin, at):
            found = text.find(end, at + len(begin))
            return len(text) if found < 0 else found + len(end)
    return None


def _end_of_element(text: str, at: int, name: str, pattern: re.Pattern[str]) -> int:
    """Return where the content of an element ends that begins there."""
    begin, depth = at, 1
    first_tag: int | None = None
    while (at := text.find("<", at)) >= 0:
        aside = _aside(text, at)
        if aside is not None:
            at = aside
            continue
        found = pattern.match(text, at) or _LOOSE_TAG.match(text, at)
        if found is None:
            at += 1
            continue
        if first_tag is None:
            first_tag = at
        if found[2] == name and not found[3].endswith("/"):
            depth += -1 if found[1] else 1
            if depth == 0:
                return at
        at = found.end()
    # It has no end: in a document all that follows may be its value, in a sentence what comes before the next tag.
    if first_tag is None or text.lstrip("\ufeff \t\r\n").startswith("<"):
        return len(text)
    return max(begin, first_tag)


def _meant(value: str) -> str:
    if value.startswith("<![CDATA[") and value.endswith("]]>"):
        return value[9:-3]
    return unescape(value)


def in_entities(text: str, hides: Hides, shown: Shown) -> str:
    """Return a page without what secret elements hold that it shows as text."""

    def replace(found: re.Match[str]) -> str:
        return found[0] if not hides(found[2]) else found[1] + shown(found[3], unescape(found[3]))

    return _ENTITY_TAG.sub(replace, text) if "&lt;" in text else text


def in_json(text: str, hides: Hides, opens: Hides, shown: Shown) -> str:
    """Return a text without what secret fields of JSON hold, or of values as Python writes them.

    Args:
        opens: tells whether an object of that name holds fields of its own meaning, though it lies in a secret one.
    """
    for mark, key in _KEYS:
        if mark in text and ":" in text:
            text = _without_fields(text, mark, key, hides, opens, shown)
    if '\\"' in text:

        def replace(found: re.Match[str]) -> str:
            return found[0] if not hides(found[2]) else found[1] + shown(found[3], found[3])

        text = _ESCAPED.sub(replace, text)
    return text


def _without_fields(text: str, mark: str, key: re.Pattern[str], hides: Hides, opens: Hides, shown: Shown) -> str:
    out: list[str] = []
    written = at = 0
    while (found := key.search(text, at)) is not None:
        at = found.end()
        if hides(_string(found[1])):
            out.append(text[written:at])
            masked, at = _value(text, at, mark, hides, opens, shown)
            out.append(masked)
            written = at
    return "".join((*out, text[written:])) if out else text


def _value(text: str, at: int, mark: str, hides: Hides, opens: Hides, shown: Shown) -> tuple[str, int]:
    """Return what is shown of the secret value that begins there, and where it ends."""
    out: list[str] = []
    around: list[bool] = []  # of each object and list that is open, whether it is secret
    secret = True
    for token in _JSON.finditer(text, at):
        word = token[0]
        at = token.end()
        if word in ("{", "["):
            around.append(secret)
        elif word in ("}", "]"):
            if not around:
                return "".join(out), token.start()
            around.pop()
        elif word == ",":
            if not around:
                return "".join(out), token.start()
            secret = around[-1]
        elif word[0] in ("\"'") and around and _is_key(text, at):
            name = _string(word[1:-1])
            secret = hides(name) or (around[-1] and not (opens(name) and _is_container(text, at)))
        elif not (word == ":" or word.isspace() or word in _CONSTANTS) and secret:
            word = _leaf(word, mark, shown)
        out.append(word)
        if not around and not word.isspace():
            break
    return "".join(out), at


def _leaf(word: str, mark: str, shown: Shown) -> str:
    if word[0] not in "\"'":
        found = shown(word, word)
        return word if found == word else mark + found + mark
    plain = word[1:-1] if len(word) > 1 and word[-1] == word[0] else word[1:]
    if _MOMENT.fullmatch(plain):
        return word
    return word[0] + shown(plain, _string(plain)) + word[0]


def _string(written: str) -> str:
    if "\\" not in written:
        return written
    try:
        return str(json.loads(f'"{written}"', strict=False))
    except ValueError:
        return written


_COLON = re.compile(r"\s*:\s*")


def _is_key(text: str, at: int) -> bool:
    return _COLON.match(text, at) is not None


def _is_container(text: str, at: int) -> bool:
    found = _COLON.match(text, at)
    return found is not None and text[found.end() : found.end() + 1] in ("{", "[")
