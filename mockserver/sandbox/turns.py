"""Long work in short pieces, between which everybody else gets a turn: the loop of a server belongs to all its clients.

Rules a maintainer must keep:

1. A piece takes some milliseconds at most on a slow machine, whatever the number of jobs.
2. What happens between two pieces may change anything: each piece works on values, or asks the store anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain
from time import perf_counter
from typing import Any, TypeVar

K = TypeVar("K")
T = TypeVar("T")

RUN, MERGED = 2_000, 500
"""Items that are put in order in one go, and those that are looked at one by one."""

LONG = 0.004
"""Real seconds of work after which others get their turn, where one piece may be much longer than another."""


COPIED = 1 << 20
"""Bytes that are copied in one go: a tenth of a millisecond."""


class Turn:
    """The time that one who works through pieces of unlike length has had for himself."""

    __slots__ = ("_began",)

    def __init__(self) -> None:
        self._began = perf_counter()

    @property
    def is_long(self) -> bool:
        """Whether the others should have theirs."""
        return perf_counter() - self._began > LONG

    async def share(self) -> None:
        """Give the others theirs, if this one has been long; to be called after each piece."""
        if self.is_long:
            await asyncio.sleep(0)
            self._began = perf_counter()


async def joined(parts: Sequence[bytes]) -> bytes:
    """Return bytes as one; of very many in a thread, which lets go of the interpreter while it copies."""
    if sum(map(len, parts)) < COPIED:
        return b"".join(parts)
    return await asyncio.to_thread(b"".join, parts)


async def in_time(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    """Yield items, as many in one go as there is time for what is done with them."""
    turn = Turn()
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
            await turn.share()
        return
    for item in items:
        yield item
        await turn.share()


async def in_turns(items: Iterable[T], piece: int) -> AsyncIterator[T]:
    """Yield items, as many in one go as a piece has."""
    left = piece
    for item in items:
        yield item
        left -= 1
        if not left:
            left = piece
            await asyncio.sleep(0)


async def in_order(items: Sequence[T], key: Callable[[T], Any]) -> list[T]:
    """Return items as `sorted` does."""
    if len(items) <= RUN:
        return sorted(items, key=key)
    runs = [list(items[start : start + RUN]) for start in range(0, len(items), RUN)]
    for run in runs:
        run.sort(key=key)
        await asyncio.sleep(0)
    return [item async for item in in_turns(merge(*runs, key=key), MERGED)]


async def grouped(items: Iterable[T], keys: Iterable[K], of: Callable[[T], K]) -> Iterator[T]:
    """Return items in the order of their keys; see `taken`."""
    groups: dict[K, list[T]] = {key: [] for key in keys}
    async for item in in_turns(items, MERGED):
        groups[of(item)].append(item)
    return chain.from_iterable(map(taken, groups.values()))


def taken(items: list[T]) -> Iterator[T]:
    """Yield items, and let go of each as it is taken: to let go of all at once takes long, too."""
    items.reverse()
    while items:
        yield items.pop()
