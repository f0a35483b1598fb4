"""Which jobs the plain list leaves out, and which job has which name.

JobSummary leaves out system jobs (they are listed when the query says `username=SYSTEM`) and jobs that are
still too new to be seen. So that a page costs the same among ten jobs and among a hundred thousand, each
arrival is looked at once, and what is out of the ordinary is remembered.

The index is a process' own and can be lost at any time: it is checked against the store, which has the say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.api.context import Jobs
from mockserver.core.job import Job

API = "prime"
SYSTEM = "SYSTEM"
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class _Mark:
    """A job that is left out: for good, or until a moment (epoch seconds)."""

    position: int
    until: float | None

    def hides(self, now: float) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen: how many jobs, which was the newest, the marks and names among them."""

    total: int
    newest: str | None
    marks: tuple[_Mark, ...]


def is_system(job: Job) -> bool:
    """Tell whether it is a job of the system's own."""
    return job.owner == SYSTEM


def is_visible(job: Job, now: float) -> bool:
    """Tell whether clients can see a job yet."""
    until: float | None = job.data.get("visible_at")
    return until is None or until <= now


class JobIndex:
    """The index of one sandbox's jobs."""

    def __init__(self) -> None:
        self._seen = _Seen(0, None, ())
        self._names: dict[str, dict[str, None]] = {}

    async def page(self, jobs: Jobs, now: float, first: int, limit: int) -> tuple[list[Job], int]:
        """Return a page of the plain list, oldest first, and the size of the whole list."""
        await self._refresh(jobs)
        marks = tuple(mark for mark in self._seen.marks if mark.hides(now))
        if len(marks) < len(self._seen.marks):
            self._seen = replace(self._seen, marks=marks)
        hidden = [mark.position for mark in marks]
        start, end = _place(first, hidden), _place(first + limit, hidden)
        found, total = await jobs.page(API, start=start, limit=end - start, newest=False)
        shown = [job for job in found if not is_system(job) and is_visible(job, now)]
        return shown[:limit], total - len(hidden)

    async def named(self, jobs: Jobs, name: str) -> Sequence[str]:
        """Return the ids of jobs that had this name when they arrived."""
        await self._refresh(jobs)
        return tuple(self._names.get(name, ()))

    async def _refresh(self, jobs: Jobs) -> None:
        newest, total = await jobs.page(API, limit=1)
        name = newest[0].id if newest else None
        seen = self._seen
        if (total, name) == (seen.total, seen.newest):
            return
        added = total - seen.total
        if seen.newest is not None and 0 < added <= _CHUNK:
            found, _ = await jobs.page(API, limit=added + 1)
            if len(found) == added + 1 and found[-1].id == seen.newest:
                self._note(found[-2::-1], seen)
                return
        self._names = {}
        seen = _Seen(0, None, ())
        while True:
            found, _ = await jobs.page(API, start=seen.total, limit=_CHUNK, newest=False)
            if not found:
                break
            seen = self._note(found, seen)
            # A long list must not keep other requests waiting.
            await asyncio.sleep(0)

    def _note(self, found: Sequence[Job], seen: _Seen) -> _Seen:
        marks = list(seen.marks)
        for position, job in enumerate(found, seen.total):
            # As a set in order of arrival: very many jobs may have one name.
            self._names.setdefault(job.data["name"], {})[job.id] = None
            if is_system(job):
                marks.append(_Mark(position, None))
            elif (until := job.data.get("visible_at")) is not None:
                marks.append(_Mark(position, until))
        self._seen = _Seen(seen.total + len(found), found[-1].id, tuple(marks))
        return self._seen


def _place(index: int, hidden: Sequence[int]) -> int:
    """Return where in the store the job of this place in the list stands."""
    for position in hidden:
        if position > index:
            break
        index += 1
    return index
