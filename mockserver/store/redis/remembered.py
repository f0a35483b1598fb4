"""What texts say, the last ones remembered: the same text is the same value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from mockserver.store.redis import job_text

REMEMBERED = 4096
"""Jobs, and documents, whose text is not read again."""

T = TypeVar("T")


class Remembered(Generic[T]):
    """Reads texts, those that are not long once."""

    def __init__(self, read: Callable[[bytes], T]) -> None:
        self._read = read
        self._known: dict[bytes, T] = {}

    def __call__(self, text: bytes) -> T:
        """Return what a text says."""
        found = self._known.get(text)
        if found is None:
            found = self._read(text)
            if len(text) <= job_text.SIZE:
                if len(self._known) >= REMEMBERED:
                    del self._known[next(iter(self._known))]
                self._known[text] = found
        return found
