"""XML that says the same again in other words: what one message says is known of all that differ in words alone.

A client that cancels a thousand jobs sends one message a thousand times, each with another number between two tags.
Such a message need not be parsed again. Where its words come to stand in what is read of it is found out once, by
reading a message of the same mould that has marks in the words' places.

Rules a maintainer must keep:

1. A word is letters and digits of ASCII, and all there is between the `>` of one tag and the `</` of the next:
   whichever word stands there, the document is as well-formed as with any other, and means it as it stands.
2. A place is found by its mark, never guessed. Where a mark does not come out whole, once and in order, the message
   has no mould and is parsed each time. `true` and `false` are no words: they may be more than a text.
3. A mould is asked for under all else that its meaning hangs on (headers, settings).
4. What a mould gives is what parsing gives (`tests/wire/test_moulds.py`, with random messages); a word for which
   that is not certain is left to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

M = TypeVar("M")
U = TypeVar("U", bound=tuple[Hashable, ...])

_WORD = re.compile(rb">(?!(?:true|false)<)([0-9A-Za-z]{1,64})</")
_FIRST = 900_000_001
"""The first mark: a number, since many words are, that 32 bits hold."""
_SAFE = 9
"""Digits of a number that 32 bits hold in any case."""

LARGEST, WORDS, KEPT = 2 * 1024, 32, 256
"""Bytes of a message that may have a mould, words in it, and moulds that are kept: bounds on memory."""

Read = tuple[Any, M]
"""What a message says as plain data, in which its words stand as texts or numbers; and what it means besides."""


class Mould(NamedTuple, Generic[M]):
    """What messages of one mould have in common.

    Attributes:
        data: the plain data as JSON, with a place for each word.
        numbers: which words are numbers there.
        meaning: what the message means besides.
    """

    data: bytes
    numbers: Sequence[int]
    meaning: M

    def fill(self, words: Sequence[bytes]) -> Any:
        """Return the plain data with words in their places; None where only the parser can tell."""
        for at in self.numbers:
            word = words[at]
            if len(word) > _SAFE or not word.isdigit():
                return None
        try:
            return orjson.loads(self.data % (*words,))
        except orjson.JSONDecodeError:  # a number that begins with 0
            return None


class Moulds(Generic[M]):
    """The moulds of one kind of message; the oldest is forgotten when there are many."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Mould[M] | None] = {}
        self._seen: dict[int, None] = {}

    def find(self, under: U, parts: Sequence[bytes], read: Callable[[U, bytes], Read[M] | None]) -> Mould[M] | None:
        """Return the mould of a message; None when it has none, or is the first of it.

        Args:
            under: all else that its meaning hangs on.
            parts: the message, by `split`; not empty.
            read: reads another message of the same mould, under the same; None where it is read with a complaint.
        """
        key = (*under, *parts[::2])
        try:
            return self._known[key]
        except KeyError:
            # What comes once is not worth being read twice.
            if _noted(self._seen, hash(key)):
                return None
        if len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        found = self._known[key] = _cast(parts, partial(read, under))
        return found


def split(message: bytes) -> list[bytes]:
    """Return what stands around the words of a message, and the words, in turn; nothing where it can have no mould."""
    if len(message) > LARGEST:
        return []
    parts = _WORD.split(message)
    return parts if 1 < len(parts) < 2 * WORDS else []


def _noted(seen: dict[int, None], digest: int) -> bool:
    """Note a message; tell whether it is the first."""
    if digest in seen:
        return False
    if len(seen) >= KEPT:
        del seen[next(iter(seen))]
    seen[digest] = None
    return True


def _cast(parts: Sequence[bytes], read: Callable[[bytes], Read[M] | None]) -> Mould[M] | None:
    marks = [b"%d" % (_FIRST + at) for at in range(len(parts) // 2)]
    if any(mark in part for part in parts[::2] for mark in marks):
        return None
    marked = [*parts]
    marked[1::2] = [b">%b</" % mark for mark in marks]
    found = read(b"".join(marked))
    if found is None:
        return None
    data = orjson.dumps(found[0])
    words = [leaf for leaf in _leaves(found[0]) if str(leaf).encode() in marks]
    if [str(word).encode() for word in words] != marks or any(data.count(mark) != 1 for mark in marks):
        return None
    data = data.replace(b"%", b"%%")
    for mark in marks:
        data = data.replace(mark, b"%b")
    return Mould(data, tuple(at for at, word in enumerate(words) if isinstance(word, int)), found[1])


def _leaves(data: Any) -> Iterator[Any]:
    """Yield what stands in plain data and is neither a list nor a mapping, in order."""
    if isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _leaves(one)
    else:
        yield data
