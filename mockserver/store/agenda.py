"""Which ids come up when: a heap of moments whose stale places are skipped, for the memory store's jobs."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

_SLACK = 64
"""Stale places that are left alone whatever the number of moments."""


class Agenda:
    """Moments by id. Setting one costs two dictionary writes, and a push when nobody else comes up then.

    The heap holds plain moments: to make a new one of the hundred thousand that are left takes milliseconds.

    Attributes:
        at: epoch seconds by id; to be read only.
    """

    __slots__ = ("_heap", "_keys", "at")

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self._keys: dict[float, str | set[str]] = {}
        self._heap: list[float] = []

    def set(self, key: str, at: float | None) -> None:
        """Put an id to a moment, or take it off."""
        before = self.at.get(key)
        if before == at:
            return
        if before is not None:
            self._leave(key, before)
        if at is not None:
            self.at[key] = at
            there = self._keys.get(at)
            if there is None:
                self._keys[at] = key
                heappush(self._heap, at)
            elif isinstance(there, set):
                there.add(key)
            else:
                self._keys[at] = {there, key}
        if len(self._heap) > 2 * len(self._keys) + _SLACK:
            self._heap = list(self._keys)
            heapify(self._heap)

    def _leave(self, key: str, at: float) -> None:
        del self.at[key]
        there = self._keys[at]
        if isinstance(there, set) and len(there) > 1:
            there.discard(key)
        else:
            del self._keys[at]

    def first(self) -> float | None:
        """Return the earliest moment, or None."""
        while self._heap:
            if self._heap[0] in self._keys:
                return self._heap[0]
            heappop(self._heap)
        return None

    def until(self, before: float) -> Iterator[str]:
        """Yield the ids whose moment is `before` or earlier, in no order; one may come twice."""
        heap, places = self._heap, [0]
        while places:
            place = places.pop()
            if place >= len(heap) or heap[place] > before:
                continue
            there = self._keys.get(heap[place], ())
            if isinstance(there, str):
                yield there
            else:
                yield from there
            places += (2 * place + 1, 2 * place + 2)
