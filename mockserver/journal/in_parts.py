"""A journal gone through a part at a time: however much it holds, no step of the store is long.

Rules a maintainer must keep:

1. What has been gone through is let go of; who needs all of it at once says so (`everything`).
2. What comes after the first step is not gone through; what the ring drops meanwhile is just not there.
"""

from __future__ import annotations

from collections import deque
from typing import Self

from mockserver.journal.entry import Entry
from mockserver.store.base import Store
from mockserver.store.entries import PART, Part


class Reading:
    """Yields entries, once each.

    Attributes:
        count: how many there were to go through when it began.
        first, last: the lowest and the highest number in the whole journal at that moment; 0: it was empty.
    """

    def __init__(self, store: Store, sandbox: str, part: Part, *, after: int, before: int | None, newest: bool) -> None:
        """Go on from a first part."""
        self._store = store
        self._sandbox = sandbox
        self._after = after
        self._before = part.last + 1 if before is None else before
        self._newest = newest
        self._take(part)
        _, _, self.count, self.first, self.last = part

    def _take(self, part: Part) -> None:
        self._here, self._rest = deque[Entry](part.entries), part.rest

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Entry:
        while not self._here:
            if self._rest is None:
                raise StopAsyncIteration
            if self._newest:
                self._before = self._rest
            else:
                self._after = self._rest
            self._take(await self._store.entries(self._sandbox, self._after, self._before, newest=self._newest))
        return self._here.popleft()


async def read(
    store: Store, sandbox: str, after: int = 0, before: int | None = None, *, newest: bool = False, limit: int = PART
) -> Reading:
    """Begin to go through a journal.

    Args:
        after, before: numbers between which it is gone through, without these.
        newest: from the newest to the oldest.
        limit: how many entries are read with the first step, at most.
    """
    part = await store.entries(sandbox, after, before, newest=newest, limit=limit)
    return Reading(store, sandbox, part, after=after, before=before, newest=newest)


async def everything(store: Store, sandbox: str) -> list[Entry]:
    """Return a whole journal, in order of numbers."""
    return [entry async for entry in await read(store, sandbox)]
