"""The jobs that have come up, read a part at a time: Redis serves nobody else during a step, and ends a long one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from typing import Any

from mockserver.core.job import Job
from mockserver.store.redis import job_scripts, job_text

CHUNK = 5000
"""Jobs that one step reads at most."""


async def read(run: Callable[..., Awaitable[Any]], sandbox: str, before: float, table: str) -> Iterable[Job]:
    """Return the jobs that come up at `before` or earlier, in order of arrival within API and kind.

    Args:
        run: takes a step of the store.
        table: the only one whose jobs are meant, of which only those that are relisted; or an empty text.
    """
    parts: list[list[Sequence[bytes]]] = []
    last: list[bytes] = []
    while not parts or last:
        # On by moment and id: those that move or go meanwhile make none of the others be passed by.
        found, *last = await run(job_scripts.TIMED, sandbox, repr(before), CHUNK, table, *last)
        parts.append(sorted(found, key=_arrival))
    return _once_each(parts)


def _arrival(found: Sequence[bytes]) -> tuple[int, int]:
    return int(found[0]), int(found[1])


def _once_each(parts: Sequence[Iterable[Sequence[bytes]]]) -> Iterator[Job]:
    """Yield the jobs of all parts, each as the first part that has it says: one may be due and relisted, or move."""
    for _, same in groupby(merge(*parts, key=_arrival), _arrival):
        # Not remembered: so many would put out all that is polled.
        yield job_text.loads(next(same)[2])
