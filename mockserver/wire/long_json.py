"""A long JSON document read a stretch at a time, so that other threads are kept waiting for no more than one stretch.

To decode forty megabytes in one go, or to look through them, keeps the interpreter to oneself for a twentieth of a
second, even in a thread. Here the text is never whole: a value that lies within the stretch is read by the standard
library's parser; of a list or an object that does not, the parts are read one by one.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

from mockserver.wire.json import DEPTH

STRETCH = 1 << 20
"""Bytes that are decoded in one go: a millisecond or two."""

_BLANK = " \t\r\n"

_AFTER = (",", "]", "}", *_BLANK)
"""What follows a number that has ended."""


class NotRead(ValueError):
    """It is no JSON, or has a key twice, or nests too deep; whoever reads it whole finds out where."""


def read_long(raw: bytes, decoder: json.JSONDecoder) -> Any:
    """Return the document.

    Args:
        decoder: reads each value.

    Raises:
        NotRead: it cannot be read so.
        UnicodeDecodeError: it is not UTF-8.
        Whatever the decoder's hooks raise.
    """
    return _Reader(raw, decoder).document()


def has_surrogates(raw: bytes) -> bool:
    """Tell whether there may be an escaped half of a surrogate pair."""
    for start in range(0, len(raw), STRETCH):
        end = start + STRETCH + 2  # one may stand on the border
        if raw.find(b"\\ud", start, end) >= 0 or raw.find(b"\\uD", start, end) >= 0:
            return True
    return False


class _Reader:
    """Has so much of the text as one value needs, and where in it the next begins."""

    def __init__(self, raw: bytes, decoder: json.JSONDecoder) -> None:
        self._stretches = _stretches(raw)
        self._decoder = decoder
        self._text = ""
        self._at = 0

    def document(self) -> Any:
        found = self._value(1)
        if self._peek():
            raise NotRead
        return found

    def _value(self, depth: int) -> Any:
        begins = self._peek()
        if depth > DEPTH or not begins:
            raise NotRead
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if begins in "[{":
                    return self._list(depth) if begins == "[" else self._object(depth)
            else:
                # The rest of a number may be in the next stretch.
                if begins in '[{"' or self._text[end : end + 1] in _AFTER or not self._more():
                    self._at = end
                    return found
                continue
            if not self._more():
                raise NotRead

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return found
        while True:
            found.append(self._value(depth + 1))
            if self._takes(",]") == "]":
                return found

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._at += 1
        if self._peek() == "}":
            self._at += 1
            return found
        while True:
            if self._peek() != '"':
                raise NotRead
            name = self._value(depth + 1)
            if name in found:
                raise NotRead
            self._takes(":")
            found[name] = self._value(depth + 1)
            if self._takes(",}") == "}":
                return found

    def _peek(self) -> str:
        """Return the next character that is not blank; nothing at the end."""
        while True:
            while (next_one := self._text[self._at : self._at + 1]) and next_one in _BLANK:
                self._at += 1
            if next_one or not self._more():
                return next_one

    def _takes(self, known: str) -> str:
        """Step over one of these characters.

        Raises:
            NotRead: another comes next.
        """
        found = self._peek()
        if not found or found not in known:
            raise NotRead
        self._at += 1
        return found

    def _more(self) -> bool:
        """Get at least as much text again as has not been read; False when there is no more."""
        text = self._text[self._at :]
        wanted, parts = max(len(text), 1), [text]
        while wanted > 0 and (stretch := next(self._stretches, "")):
            parts.append(stretch)
            wanted -= len(stretch)
        if len(parts) == 1:
            return False
        self._text, self._at = "".join(parts), 0
        return True


def _stretches(raw: bytes) -> Iterator[str]:
    """Yield the text.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), STRETCH):
        end = start + STRETCH
        if stretch := decoder.decode(raw[start:end], final=end >= len(raw)):
            yield stretch
