"""The store in one process' memory.

No method waits between reading and writing, so each is atomic on the event loop.
"""

from __future__ import annotations

from bisect import bisect_left
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
    Over,
    RequestStart,
)
from mockserver.store.batch import Batch
from mockserver.store.contents import LIFE, Sandboxes
from mockserver.store.entries import PART, Numbered, Part
from mockserver.store.job_table import JobTable
from mockserver.store.placing import UNPLACED, Page, Placing
from mockserver.store.rows import Added, Appended, Replaced, Row, Swapped
from mockserver.store.whole import Gone, Whole


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
        contents = self._sandboxes[sandbox]
        table = contents.table_of(job)
        if job.id in table.jobs:
            return False
        table.add(job, placing)
        contents.changes += 1
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

    async def swap(
        self, sandbox: str, old: Job, new: Job, placing: Placing = UNPLACED, listed: Sequence[str] | None = None
    ) -> bool:
        contents = self._sandboxes[sandbox]
        table = contents.tables.get((old.api, old.kind))
        if table is None:
            return False
        found = table.jobs.get(old.id)
        if found is not old and (found is None or found.version != old.version):
            return False
        contents.changes += 1
        table.swap(new, placing, listed)
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

    async def commit(self, sandbox: str, rows: Sequence[Row]) -> bool:
        contents = self._sandboxes[sandbox]
        tables, documents = contents.tables, contents.documents
        for row in rows:
            match row:
                case Added(job):
                    table = tables.get((job.api, job.kind)) or contents.make((job.api, job.kind))
                    if table is not None and job.id in table.jobs:
                        return False
                case Swapped(job):
                    table = tables.get((job.api, job.kind))
                    found = None if table is None else table.jobs.get(job.id)
                    if found is None or found.version != job.version:
                        return False
                case Replaced(collection, key, old) if documents.get(collection, {}).get(key) != old:
                    return False
        for row in rows:
            match row:
                case Added(job, placing):
                    contents.table_of(job).add(job, placing)
                case Swapped(_, job, placing, listed):
                    tables[job.api, job.kind].swap(job, placing, listed)
                case Replaced(collection, key, _, new):
                    contents.put(collection, key, new)
                case Appended(collection, key, value, limit):
                    kept, number = documents.setdefault(collection, {}), contents.counters.get(JOURNAL, 0)
                    kept[key] = [*kept.get(key, ()), {**value, "number": number}][-limit:]
        contents.changes += 1
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
        return table.page(start, limit, listing, after, newest=newest)

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
        found.put(collection, key, value)

    async def replace(
        self, sandbox: str, collection: str, key: str, old: Document | None, new: Document | None
    ) -> bool:
        found = self._sandboxes[sandbox]
        if found.documents.get(collection, {}).get(key) != old:
            return False
        found.changes += 1
        found.put(collection, key, new)
        return True

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
