"""The store in one process' memory.

No method waits between reading and writing, so each is atomic on the event loop.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from mockserver.core.job import Job
from mockserver.store.base import (
    CLOCK,
    FAULTS,
    FIRST,
    FLOOR,
    JOURNAL,
    NO_COUNTERS,
    SETTINGS,
    Document,
    Gone,
    Over,
    RequestStart,
)
from mockserver.store.batch import Batch
from mockserver.store.contents import LIFE, Sandboxes
from mockserver.store.entries import PART, Numbered, Part
from mockserver.store.job_table import JobTable
from mockserver.store.placing import UNPLACED, Page, Placing
from mockserver.store.whole import Whole


class MemoryStore:
    """Implements `Store`; see there for what each method does."""

    shared = None

    def __init__(self) -> None:
        self._sandboxes = Sandboxes()

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def ping(self) -> bool:
        return True

    async def sandboxes(self) -> Sequence[str]:
        return [name for name in self._sandboxes if LIFE not in name]

    async def life(self, sandbox: str) -> str:
        found = self._sandboxes.get(sandbox)
        if found is None:
            raise Over(sandbox)
        return found.life

    async def revision(self, sandbox: str) -> object:
        found = self._sandboxes[sandbox]
        return found.life, found.changes, found.counters.get(JOURNAL, 0)

    async def whole(self, sandbox: str) -> Whole:
        found = self._sandboxes[sandbox]
        jobs = list(chain.from_iterable([table.jobs.values() for table in found.all_tables()]))
        return Whole(jobs, dict(found.counters), {name: dict(some) for name, some in found.documents.items() if some})

    async def clear(self, sandbox: str) -> bool:
        gone = self._sandboxes.take(sandbox)
        if gone is not None:
            await gone.discard()
        return gone is not None

    async def move(self, source: str, target: str, *, keep: Sequence[str] = ()) -> Gone:
        old, new = self._sandboxes[target], self._sandboxes[source]
        self._sandboxes.take(target)
        self._sandboxes.take(source)
        asked = new.counters.get(JOURNAL, 0)
        last = max(old.counters.get(JOURNAL, 0), asked)
        for name in keep:
            _carry(old.documents, new.documents, name)
            _carry(old.counters, new.counters, name)
        gone = len(old.entries)
        if JOURNAL in keep:
            gone, new.entries, new.numbers = 0, old.entries, old.numbers
            new.disown()
        elif last:
            new.counters[JOURNAL] = last
            new.documents[JOURNAL] = {FLOOR: last, FIRST: last - asked}
        self._sandboxes.put(target.partition(LIFE)[0], new)
        jobs = old.size()
        await old.discard()
        return Gone(jobs=jobs, entries=gone, documents=old.documents)

    # --- jobs -------------------------------------------------------------------------------------

    async def get(self, sandbox: str, api: str, kind: str, job_id: str) -> Job | None:
        contents, key = self._sandboxes[sandbox], (api, kind)
        table = contents.tables.get(key) or contents.make(key)
        return None if table is None else table.jobs.get(job_id)

    async def load(self, sandbox: str, api: str, kind: str, job_id: str) -> tuple[Job | None, Document | None]:
        contents, key = self._sandboxes[sandbox], (api, kind)
        table = contents.tables.get(key) or contents.make(key)
        clock = contents.documents.get(CLOCK)
        return None if table is None else table.jobs.get(job_id), None if clock is None else clock.get(CLOCK)

    async def find(self, sandbox: str, api: str, kinds: Sequence[str], job_id: str) -> Job | None:
        contents = self._sandboxes[sandbox]
        for kind in kinds:
            table = contents.tables.get((api, kind)) or contents.make((api, kind))
            job = None if table is None else table.jobs.get(job_id)
            if job is not None and job.parent is None:
                return job
        return None

    async def add(self, sandbox: str, job: Job, placing: Placing = UNPLACED) -> bool:
        table = self._table(sandbox, job)
        if job.id in table.jobs:
            return False
        table.add(job, placing)
        self._sandboxes[sandbox].changes += 1
        return True

    async def add_all(
        self, sandbox: str, jobs: Sequence[tuple[Job, Placing]], counters: Mapping[str, int] = NO_COUNTERS
    ) -> bool:
        found = self._sandboxes[sandbox]
        if any(name in found.counters for name in counters):
            return False
        if isinstance(jobs, Batch) and found.batch is None and not found.tables:
            found.batch, found.waiting = jobs, set(jobs.apis())
            found.counters.update(counters)
            found.changes += 1
            return True
        groups: dict[tuple[str, str], dict[str, tuple[Job, Placing]]] = {}
        for one in jobs:
            groups.setdefault((one[0].api, one[0].kind), {})[one[0].id] = one
        if sum(map(len, groups.values())) < len(jobs):
            return False
        there = {key: found.tables.get(key) or found.make(key) for key in groups}
        if any(table is not None and not table.jobs.keys().isdisjoint(groups[key]) for key, table in there.items()):
            return False
        for key, group in groups.items():
            found.tables.setdefault(key, JobTable()).extend(group)
        found.counters.update(counters)
        found.changes += 1
        return True

    def _table(self, sandbox: str, job: Job) -> JobTable:
        contents, key = self._sandboxes[sandbox], (job.api, job.kind)
        table = contents.tables.get(key) or contents.make(key)
        if table is None:
            table = contents.tables[key] = JobTable()
        return table

    async def swap(
        self, sandbox: str, old: Job, new: Job, placing: Placing = UNPLACED, listed: Sequence[str] | None = None
    ) -> bool:
        contents, job_id = self._sandboxes[sandbox], old.id
        table = contents.tables.get((old.api, old.kind))
        if table is None:
            return False
        found = table.jobs.get(job_id)
        if found is not old and (found is None or found.version != old.version):
            return False
        contents.changes += 1
        table.jobs[job_id] = new
        if placing is not UNPLACED or job_id in table.due.at or job_id in table.relisted.at:
            table.due.set(job_id, placing.due)
            table.relisted.set(job_id, placing.relisted)
        if listed is not None:
            table.relist(job_id, listed, placing.listings)
        return True

    async def remove(self, sandbox: str, jobs: Sequence[tuple[Job, Sequence[str]]]) -> bool:
        contents = self._sandboxes[sandbox]
        tables = [contents.tables.get((job.api, job.kind)) for job, _ in jobs]
        for table, (job, _) in zip(tables, jobs, strict=True):
            found = None if table is None else table.jobs.get(job.id)
            if found is None or found.version != job.version:
                return False
        contents.changes += 1
        for table, (job, listed) in zip(tables, jobs, strict=True):
            if table is not None:
                table.remove(job.id, listed)
        return True

    async def page(
        self,
        sandbox: str,
        api: str,
        kind: str,
        *,
        start: int = 0,
        limit: int | None = None,
        newest: bool = True,
        listing: str | None = None,
        after: int | None = None,
    ) -> Page:
        contents, key = self._sandboxes[sandbox], (api, kind)
        table = contents.tables.get(key) or contents.make(key)
        if table is None:
            return Page(jobs=[], total=0)
        order = table.numbered(listing)
        total = len(order)
        if not start and limit is None and not newest and listing is None and after is None and order:
            # A dictionary keeps its order: who saves everything waits for no look-ups.
            return Page(jobs=list(table.jobs.values()), total=total, places=list(order))
        first, end = 0, total
        if after is not None:
            first, end = (0, bisect_left(order, after)) if newest else (bisect_right(order, after), total)
        count = total if limit is None else limit
        if newest:
            numbers = order[max(0, end - start - count) : max(0, end - start)][::-1]
        else:
            numbers = order[first + start : first + start + count]
        jobs = [table.jobs[table.arrivals[number]] for number in numbers]
        return Page(jobs=jobs, total=total, places=numbers)

    async def size(self, sandbox: str) -> Mapping[tuple[str, str], int]:
        return self._sandboxes[sandbox].size()

    async def timed(self, sandbox: str, before: float, *, relisted: tuple[str, str] | None = None) -> Iterable[Job]:
        if relisted is not None:
            contents = self._sandboxes[sandbox]
            only = contents.tables.get(relisted) or contents.make(relisted)
            return () if only is None else only.timed(before, relisted=True)
        return chain.from_iterable([table.timed(before) for table in self._sandboxes[sandbox].all_tables()])

    async def next_due(self, sandbox: str) -> float | None:
        moments = [table.due.first() for table in self._sandboxes[sandbox].all_tables()]
        return min((at for at in moments if at is not None), default=None)

    # --- requests ---------------------------------------------------------------------------------

    async def begin_request(self, sandbox: str, api: str, job: tuple[str, str, str] | None = None) -> RequestStart:
        found = self._sandboxes[sandbox]
        number = found.counters[JOURNAL] = found.counters.get(JOURNAL, 0) + 1
        documents, stored = found.documents, None
        if job is not None and (table := found.tables.get(job[:2])) is not None:
            stored = table.jobs.get(job[2])
        if not documents:
            return RequestStart(number, None, None, False, number, found.written, stored)
        clock, settings, journal = documents.get(CLOCK), documents.get(SETTINGS), documents.get(JOURNAL)
        return RequestStart(
            number,
            clock.get(CLOCK) if clock else None,
            settings.get(api) if settings else None,
            bool(documents.get(FAULTS)),
            number - journal.get(FIRST, 0) if journal else number,
            found.written,
            stored,
        )

    async def record(self, sandbox: str, entry: Numbered, limit: int, counters: Sequence[str] = ()) -> None:
        found = self._sandboxes[sandbox]
        number, entries = entry.number, found.entries
        if number in entries:
            entries[number] = entry
        else:
            numbers = found.numbers
            if not numbers or number > numbers[-1]:
                numbers.append(number)
            else:
                numbers.insert(bisect_left(numbers, number), number)
            entries[number] = entry
            while len(numbers) > limit:
                del entries[numbers.popleft()]
        found.changes += 1
        if counters:
            counted = found.counters
            for counter in counters:
                counted[counter] = counted.get(counter, 0) + 1

    async def entries(
        self, sandbox: str, after: int = 0, before: int | None = None, *, newest: bool = False, limit: int = PART
    ) -> Part:
        return self._sandboxes[sandbox].part(after, before, newest=newest, limit=min(limit, PART))

    async def entry(self, sandbox: str, number: int) -> Any:
        return self._sandboxes[sandbox].entries.get(number)

    async def forget_entries(self, sandbox: str) -> int:
        found = self._sandboxes[sandbox]
        gone = len(found.entries)
        found.changes += 1
        found.entries, found.numbers = {}, deque()
        found.documents.setdefault(JOURNAL, {})[FLOOR] = found.counters.get(JOURNAL, 0)
        return gone

    # --- counters and documents -------------------------------------------------------------------

    async def count(self, sandbox: str, counter: str) -> int:
        found = self._sandboxes[sandbox]
        found.changes += 1
        found.counters[counter] = value = found.counters.get(counter, 0) + 1
        return value

    async def counters(self, sandbox: str) -> Mapping[str, int]:
        return dict(self._sandboxes[sandbox].counters)

    async def read(self, sandbox: str, collection: str, key: str) -> Document | None:
        return self._sandboxes[sandbox].documents.get(collection, {}).get(key)

    async def write(self, sandbox: str, collection: str, key: str, value: Document) -> None:
        found = self._sandboxes[sandbox]
        found.changes += 1
        found.written += 1
        found.documents.setdefault(collection, {})[key] = value

    async def replace(
        self, sandbox: str, collection: str, key: str, old: Document | None, new: Document | None
    ) -> bool:
        found = self._sandboxes[sandbox]
        documents = found.documents.setdefault(collection, {})
        if documents.get(key) != old:
            return False
        found.changes += 1
        found.written += 1
        if new is None:
            documents.pop(key, None)
        else:
            documents[key] = new
        return True

    async def append(self, sandbox: str, collection: str, key: str, value: Mapping[str, Document], limit: int) -> None:
        found = self._sandboxes[sandbox]
        documents = found.documents.setdefault(collection, {})
        stamped = {**value, "number": found.counters.get(JOURNAL, 0)}
        documents[key] = [*documents.get(key, ()), stamped][-limit:]
        found.changes += 1

    async def collection(self, sandbox: str, collection: str) -> Mapping[str, Document]:
        return dict(self._sandboxes[sandbox].documents.get(collection, {}))

    async def collections(self, sandbox: str) -> Sequence[str]:
        return [name for name, documents in self._sandboxes[sandbox].documents.items() if documents]


def _carry(old: dict[str, Any], new: dict[str, Any], name: str) -> None:
    """Give the new one what the old one has of a name, whether or not it has anything."""
    if name in old:
        new[name] = old.pop(name)
    else:
        new.pop(name, None)
