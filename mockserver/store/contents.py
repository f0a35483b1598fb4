"""What the memory store holds of each sandbox, by its name and by the life it is in."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from mockserver.core.job import Job
from mockserver.store.base import FLOOR, JOURNAL, Document, Over
from mockserver.store.batch import Batch
from mockserver.store.entries import Part
from mockserver.store.job_table import JobTable

FREED = 1000
"""Jobs freed before others have their turn: a millisecond or two."""

LIFE = "@"
"""Stands in the name of a life, and in no name of a sandbox."""


@dataclass(slots=True)
class Contents:
    """All that is in a sandbox.

    Attributes:
        life: what it is called besides its name.
        changes: how often something was written, but for the drawing of requests' numbers.
        tables: the jobs; those of `batch` only after `make`.
        numbers: those of the journal's entries in order, which is nearly always the order in which they come.
        written: how often documents were.
        batch: what it began with; its jobs are made when somebody asks for one of their API.
        waiting: the APIs for which nobody has asked yet.
    """

    life: str
    changes: int = 0
    tables: dict[tuple[str, str], JobTable] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    documents: dict[str, dict[str, Document]] = field(default_factory=dict)
    entries: dict[int, Any] = field(default_factory=dict)
    numbers: deque[int] = field(default_factory=deque)
    written: int = 0
    batch: Batch | None = None
    waiting: set[str] = field(default_factory=set)

    def part(self, after: int, before: int | None, *, newest: bool, limit: int) -> Part:
        """Return some of the journal (see `Store.entries`)."""
        numbers, entries = self.numbers, self.entries
        if not numbers:
            return Part([], None, 0, 0, 0)
        start = bisect_right(numbers, after)
        end = len(numbers) if before is None else max(start, bisect_left(numbers, before))
        places = range(start, end)[::-1] if newest else range(start, end)
        shown = [numbers[place] for place in places[:limit]]
        rest = shown[-1] if len(shown) < len(places) else None
        return Part([entries[number] for number in shown], rest, len(places), numbers[0], numbers[-1])

    def disown(self) -> None:
        """Forget the entries of requests that are not answered; they count as none that the ring has dropped."""
        journal, before = self.documents.get(JOURNAL, {}), self.numbers
        answered = {number: entry for number, entry in self.entries.items() if entry.is_answered}
        if len(answered) == len(before):
            return
        numbers = deque(number for number in before if number in answered)
        self.entries, self.numbers = answered, numbers
        if before[0] == journal.get(FLOOR, 0) + 1:
            self.documents[JOURNAL] = {**journal, FLOOR: numbers[0] - 1 if numbers else self.counters.get(JOURNAL, 0)}

    def make(self, key: tuple[str, str]) -> JobTable | None:
        """Return a table that is not among `tables` yet, if there is one of this api and kind."""
        if key[0] in self.waiting:
            assert self.batch is not None
            self.waiting.discard(key[0])
            for kind, jobs in self.batch.make(key[0]).items():
                table = self.tables[key[0], kind] = JobTable()
                table.extend({job.id: (job, times) for job, times in jobs})
        return self.tables.get(key)

    def keys(self) -> Sequence[tuple[str, str]]:
        """Return the (api, kind) of all jobs, those of the batch first."""
        return list(self.tables) if self.batch is None else list(dict.fromkeys((*self.batch.sizes, *self.tables)))

    def all_tables(self) -> Sequence[JobTable]:
        """Return all tables, in the order of `keys`."""
        for api in tuple(self.waiting):
            self.make((api, ""))
        return [self.tables[key] for key in self.keys()]

    def table_of(self, job: Job) -> JobTable:
        """Return the table of a job's kind, which is begun when there is none."""
        key = job.api, job.kind
        table = self.tables.get(key) or self.make(key)
        if table is None:
            table = self.tables[key] = JobTable()
        return table

    def put(self, collection: str, key: str, value: Document | None) -> None:
        """Write a document, or take it away (None)."""
        self.written += 1
        if value is None:
            self.documents.get(collection, {}).pop(key, None)
        else:
            self.documents.setdefault(collection, {})[key] = value

    async def discard(self) -> None:
        """Free what is in it once nobody can ask for it any more, a little at a time where it is much."""
        for table in self.tables.values():
            while len(table.jobs) > FREED:
                for _ in range(FREED):
                    table.jobs.popitem()
                await asyncio.sleep(0)

    def size(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs there are, in the order of `keys`."""
        made = {key: len(table.jobs) for key, table in self.tables.items()}
        return {key: made[key] if key in made else self.batch.sizes[key] for key in self.keys()}  # type: ignore[union-attr]


class Sandboxes(dict[str, Contents]):
    """Contents by name and, once more, by life. A name that is not there is begun; a life is not."""

    def __init__(self) -> None:
        self._drawn = count(1)

    def __missing__(self, sandbox: str) -> Contents:
        if LIFE in sandbox:
            raise Over(sandbox)
        made = Contents(f"{sandbox}{LIFE}{next(self._drawn)}")
        self[sandbox] = self[made.life] = made
        return made

    def put(self, sandbox: str, contents: Contents) -> None:
        """Let contents live on under another name, in a life of their own."""
        contents.life = f"{sandbox}{LIFE}{next(self._drawn)}"
        self[sandbox] = self[contents.life] = contents

    def take(self, sandbox: str) -> Contents | None:
        """End the life of a sandbox, named by either; return what was in it."""
        found = self.pop(sandbox, None)
        if found is None:
            return None
        self.pop(found.life, None)
        self.pop(found.life.partition(LIFE)[0], None)
        return found
