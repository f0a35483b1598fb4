"""Where secrets lie in JSON, in what is like it and in values as Python writes them, also in broken ones.

Rules a maintainer must keep:

1. The rules of `secret_places` hold here, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mockserver.journal.secret_places import Hides, Shown

_GAP = r"(?:\s|/\*[^*]{0,200}\*/|//[^\n]{0,200}\n)*+"
_KEYS = tuple(
    (mark, re.compile(rf"{mark}((?:[^{mark}\\]|\\.){{0,200}}){mark}{_GAP}:{_GAP}", re.DOTALL)) for mark in ('"', "'")
)
_BARE_KEY = re.compile(rf"[{{,]\s*+([\w.$-]{{1,100}}){_GAP}:{_GAP}")
_BARE_VALUE = re.compile(r"[^\s{}\[\],\"']*")
_JSON = re.compile(r""""(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$)|[{}\[\],:]|[^\s{}\[\],:"']+|\s+|.""", re.DOTALL)
_ESCAPED = re.compile(r'(\\"((?:[^"\\]){1,100})\\"\s*:\s*\\")((?:(?!\\").)*)', re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?")
VALUE = "value"
NAMES = frozenset({"name", "key"})
"""What an object calls a name, and the value beside it."""

_QUOTED = r""""(?:[^"\\]|\\.){0,200}+"|'(?:[^'\\]|\\.){0,200}+'"""
_LONG = r""""(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'"""
_ROLES = NAMES | {VALUE}
_TEXT = re.compile(_QUOTED, re.DOTALL)
_LISTED = re.compile(rf"\[\s*+({_QUOTED})\s*+,\s*+({_LONG})\s*+\]", re.DOTALL)
_TELLS_NAME = re.compile(r"\b(?:name|key)\b", re.IGNORECASE)
_TELLS_LIST = re.compile(r"\[\s*+[\"']")
_CONSTANTS = frozenset({"true", "false", "null", "True", "False", "None"})


def in_json(text: str, hides: Hides, opens: Hides, shown: Shown) -> str:
    """Return a text without what secret fields of JSON hold, or of values as Python writes them.

    Args:
        opens: tells whether an object of that name holds fields of its own meaning, though it lies in a secret one.
    """
    for mark, key in _KEYS:
        if mark in text and ":" in text:
            text = _without_fields(text, mark, key, hides, opens, shown)
    if "{" in text and ":" in text:
        text = _without_fields(text, "", _BARE_KEY, hides, opens, shown)
    if '\\"' in text:

        def replace(found: re.Match[str]) -> str:
            return found[0] if not hides(found[2]) else found[1] + shown(found[3], found[3])

        text = _ESCAPED.sub(replace, text)
    return text


def in_named(text: str, hides: Hides, opens: Hides, shown: Shown) -> str:
    """Return a text without secrets that stand beside their names: in `{"name": …, "value": …}`, in pairs of a list."""
    if _TELLS_NAME.search(text) is None and _TELLS_LIST.search(text) is None:
        return text
    out: list[str] = []
    written = 0
    for begin in sorted(_named_values(text, hides)):
        if begin >= written:
            masked, end = _value(text, begin, '"', hides, opens, shown)
            out += (text[written:begin], masked)
            written = end
    return "".join((*out, text[written:])) if out else text


def _named_values(text: str, hides: Hides) -> Iterator[int]:
    """Yield where the values begin."""
    around: list[_Object] = []
    before = ""
    for token in _JSON.finditer(text):
        word = token[0]
        if word == "{":
            around.append(_Object())
        elif word == "}" and around:
            yield from around.pop().secret()
        elif word == "[" and before in ("", "[", ","):
            pair = _LISTED.match(text, token.start())
            if pair is not None and hides(_string(pair[1][1:-1])) and not hides(_string(pair[2][1:-1])):
                yield pair.start(2)
        elif around and (role := word.strip("\"'").lower()) in _ROLES:
            colon = _COLON.match(text, token.end())
            if colon is not None:
                around[-1].take(role, text, colon.end(), hides)
        before = before if word.isspace() else word
    for one in around:
        yield from one.secret()


class _Object:
    """An object that may say a name and a value."""

    __slots__ = ("_begin", "_is_secret")

    def __init__(self) -> None:
        self._begin = -1
        self._is_secret = False

    def take(self, role: str, text: str, at: int, hides: Hides) -> None:
        if role == VALUE:
            self._begin = at
        elif (name := _TEXT.match(text, at)) is not None:
            self._is_secret = self._is_secret or hides(_string(name[0][1:-1]))

    def secret(self) -> Iterator[int]:
        if self._is_secret and self._begin >= 0:
            yield self._begin


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
    secret, before = True, ""
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
        elif around and (word[0] in "\"'" or before in ("{", ",")) and _is_key(text, at):
            name = _string(word[1:-1]) if word[0] in "\"'" else word
            secret = hides(name) or (around[-1] and not (opens(name) and _is_container(text, at)))
        elif not (word == ":" or word.isspace() or word in _CONSTANTS) and secret:
            if not around and word[0] not in "\"'" and (bare := _BARE_VALUE.match(text, token.start())):
                word, at = bare[0], bare.end()
            word = _leaf(word, mark, shown)
        out.append(word)
        before = before if word.isspace() else word
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


_COLON = re.compile(rf"{_GAP}:{_GAP}")


def _is_key(text: str, at: int) -> bool:
    return _COLON.match(text, at) is not None


def _is_container(text: str, at: int) -> bool:
    found = _COLON.match(text, at)
    return found is not None and text[found.end() : found.end() + 1] in ("{", "[")
