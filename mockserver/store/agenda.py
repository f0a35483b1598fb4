"""Which ids come up when: a heap whose stale places are skipped, for the memory store's jobs."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

_SLACK = 64
"""Stale places that are left alone whatever the number of ids."""


class Agenda:
    """Moments by id. Setting one costs a dictionary write, and a push when it is a new moment.

    Attributes:
        at: epoch seconds by id; to be read only.
    """

    __slots__ = ("_heap", "at")

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def set(self, key: str, at: float | None) -> None:
        """Put an id to a moment, or take it off."""
        if at is None:
            if self.at.pop(key, None) is None:
                return
        elif self.at.get(key) != at:
            self.at[key] = at
            heappush(self._heap, (at, key))
        if len(self._heap) > 2 * len(self.at) + _SLACK:
            self._heap = [(moment, one) for one, moment in self.at.items()]
            heapify(self._heap)

    def first(self) -> float | None:
        """Return the earliest moment, or None."""
        while self._heap:
            at, key = self._heap[0]
            if self.at.get(key) == at:
                return at
            heappop(self._heap)
        return None

    def until(self, before: float) -> Iterator[str]:
        """Yield the ids whose moment is `before` or earlier, in no order; one may come twice."""
        heap, places = self._heap, [0]
        while places:
            place = places.pop()
            if place >= len(heap) or heap[place][0] > before:
                continue
            at, key = heap[place]
            if self.at.get(key) == at:
                yield key
            places += (2 * place + 1, 2 * place + 2)
