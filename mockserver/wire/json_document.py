"""JSON as it stands in files: read strictly, and what is wrong with it said with its place.

What a request's body may get away with (the last of two equal keys counts) is a mistake in a file that somebody wrote:
half of it would be lost without a word. Read in a thread, it lets other threads have their turn.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, NoReturn

from mockserver.wire.json import DEPTH
from mockserver.wire.long_json import STRETCH, NotRead, has_surrogates, read_long

_LARGEST, _SMALLEST = (1 << 64) - 1, -(1 << 63)
"""Integers that every codec here can write."""

_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*+"?)(?P<key>\s*:)?|(?P<open>[\[{])|(?P<close>[\]}])|(?P<other>[^\s,:"\[\]{}]+)'
)


class BadJson(ValueError):
    """A document that cannot be used.

    Attributes:
        line, column: where, from 1.
        reason: what is wrong, without its place.
        remedy: what to do.
    """

    def __init__(self, line: int, column: int, reason: str, remedy: str = "mend the JSON") -> None:
        super().__init__(f"{line}:{column}: {reason}; {remedy}")
        self.line = line
        self.column = column
        self.reason = reason
        self.remedy = remedy


class _Unfit(Exception):
    """The parser has met what we do not take; where that is, is found out afterwards."""


def read_document(raw: bytes) -> Any:
    """Decode a document.

    Raises:
        BadJson: it is no JSON in UTF-8, has a key twice, nests more than 100 deep, or holds a number or a text that
            could not be written again.
    """
    if raw.startswith(codecs.BOM_UTF8):
        raise BadJson(1, 1, "it begins with a byte order mark", "save it as UTF-8 without one")
    if len(raw) > STRETCH:
        try:
            return _read_long(raw)
        except (NotRead, UnicodeDecodeError, _Unfit, RecursionError):
            pass  # what is wrong, and where, is found by who has all of it
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = error.start - before.rfind(b"\n")
        raise BadJson(before.count(b"\n") + 1, column, "not UTF-8", "save it as UTF-8") from None
    try:
        found = _decoder(_object).decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(error.lineno, error.colno, error.msg) from None
    except (_Unfit, RecursionError):
        _complain(text)
        raise BadJson(1, 1, "it cannot be read") from None
    if nests_too_deep(found) or has_surrogates(raw):
        _complain(text)
    return found


def read_written(raw: bytes) -> Any:
    """Decode a document that a program has written: what it says twice, or cannot be written again, is taken as it is.

    Raises:
        BadJson: it is no JSON, or nests more than 100 deep.
    """
    try:
        found = json.loads(raw)
    except json.JSONDecodeError as error:
        raise BadJson(error.lineno, error.colno, error.msg) from None
    except ValueError as error:
        raise BadJson(1, 1, str(error)) from None
    except RecursionError:
        _complain(raw.decode("utf-8", "replace"))
        raise BadJson(1, 1, "it cannot be read") from None
    if nests_too_deep(found):
        _complain(raw.decode("utf-8", "replace"))
    return found


def line_of(text: str, pointer: Sequence[str | int]) -> int:
    """Return the line, from 1, on which a value begins; of what is not there, that of what should have it."""
    place, depth = 0, 0
    taken = -1  # steps of the pointer, once the document has begun
    key: str | None = None
    index = -1
    for token in _TOKEN.finditer(text):
        if token["close"]:
            depth -= 1
            if depth == taken:
                break
        elif token["key"]:
            if depth == taken + 1:
                key = json.loads(token["text"], strict=False)
        else:
            if depth == taken + 1:
                index += 1
                if taken < 0 or str(index if key is None else key) == str(pointer[taken]):
                    place, taken, key, index = token.start(), taken + 1, None, -1
                    if taken == len(pointer) or not token["open"]:
                        break
            depth += bool(token["open"])
    return text.count("\n", 0, place) + 1


def _read_long(raw: bytes) -> Any:
    """Decode a long document.

    Raises:
        NotRead, UnicodeDecodeError, _Unfit, RecursionError: there is something wrong with it, or there may be.
    """
    names: dict[str, str] = {}

    def shared(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # The parser shares equal names within what it reads in one go, which is one job of many thousands here.
        return _object([(names.setdefault(name, name), value) for name, value in pairs])

    found = read_long(raw, _decoder(shared))
    if nests_too_deep(found) or has_surrogates(raw):
        raise NotRead
    return found


def nests_too_deep(value: Any) -> bool:
    """Tell whether plain data nests more than `DEPTH` deep."""
    pending = [(value, 1)]
    while pending:
        one, depth = pending.pop()
        if depth > DEPTH:
            return True
        below = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        pending += [(part, depth + 1) for part in below if isinstance(part, dict | list)]
    return False


def may_stand(number: float) -> bool:
    """Tell whether a number can be written again by every codec here."""
    return _SMALLEST <= number <= _LARGEST if isinstance(number, int) else isfinite(number)


def _decoder(made: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> json.JSONDecoder:
    """Return what reads JSON strictly; `made` makes the objects."""
    return json.JSONDecoder(object_pairs_hook=made, parse_int=_integer, parse_float=_number, parse_constant=_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unfit
    return found


def _integer(text: str) -> int:
    if len(text) > 20 or not may_stand(found := int(text)):
        raise _Unfit
    return found


def _number(text: str) -> float:
    if not may_stand(found := float(text)):
        raise _Unfit
    return found


def _constant(text: str) -> NoReturn:
    raise _Unfit


def _complain(text: str) -> None:
    """Say what is first wrong with a document that is JSON, or nearly.

    Raises:
        BadJson: there is something.
    """
    names: list[set[str] | None] = []  # of each object around the place; None for a list
    for token in _TOKEN.finditer(text):
        reason = None
        if token["open"]:
            names.append(set() if token["open"] == "{" else None)
            if len(names) > DEPTH:
                reason = f"nested more than {DEPTH} deep"
        elif token["close"]:
            names = names[:-1]
        elif token["text"]:
            reason = _wrong_text(token["text"], names[-1] if token["key"] and names else None)
        elif token["other"] not in ("true", "false", "null"):
            reason = _wrong_number(token["other"])
        if reason is not None:
            line_start = text.rfind("\n", 0, token.start()) + 1
            raise BadJson(text.count("\n", 0, token.start()) + 1, token.start() - line_start + 1, reason)


def _wrong_text(token: str, names: set[str] | None) -> str | None:
    try:
        value = json.loads(token, strict=False)
    except ValueError:
        return "a text without an end"
    if not _can_be_written(value):
        return "half of a surrogate pair, which no text can hold"
    if names is None:
        return None
    if value in names:
        return f"a second {token if len(token) <= 100 else 'key of the same long name'}"
    names.add(value)
    return None


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong_number(token: str) -> str | None:
    shown = token if len(token) <= 40 else f"{token[:20]}… ({len(token)} characters)"
    try:
        (_integer if token.lstrip("-").isdecimal() else _number)(token)
    except _Unfit:
        return f"{shown} is a number that cannot be kept; 64 bits are the most"
    except ValueError:
        return f"{shown} is no value"
    return None
