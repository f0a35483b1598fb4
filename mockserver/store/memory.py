"""The store in one process' memory.

No method waits between reading and writing, so each is atomic on the event loop.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.core.job import Job
from mockserver.store.base import CLOCK, FAULTS, JOURNAL, SETTINGS, Document, Page, RequestStart


@dataclass(slots=True)
class _Shelf:
    """The jobs of one api and kind, by id and in order of arrival."""

    jobs: dict[str, Job] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    arrivals: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    last: int = 0

    def add(self, job: Job) -> bool:
        if job.id in self.jobs:
            return False
        self.extend({job.id: job})
        return True

    def extend(self, jobs: Mapping[str, Job]) -> None:
        """Add jobs by id, of which none is here yet."""
        numbers = range(self.last + 1, self.last + 1 + len(jobs))
        self.last += len(jobs)
        self.jobs.update(jobs)
        self.order.extend(numbers)
        self.arrivals.update(zip(numbers, jobs, strict=True))
        self.numbers.update(zip(jobs, numbers, strict=True))


@dataclass(slots=True)
class _Box:
    shelves: dict[tuple[str, str], _Shelf] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    documents: dict[str, dict[str, Document]] = field(default_factory=dict)
    journal: deque[Any] = field(default_factory=deque)


class MemoryStore:
    """Implements `Store`; see there for what each method does."""

    def __init__(self) -> None:
        self._boxes: defaultdict[str, _Box] = defaultdict(_Box)

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def ping(self) -> bool:
        return True

    async def boxes(self) -> Sequence[str]:
        return list(self._boxes)

    async def clear(self, box: str, *, keep: Sequence[str] = ()) -> None:
        old = self._boxes.pop(box, None)
        if old is not None and keep:
            kept = {name: old.documents[name] for name in keep if name in old.documents}
            self._boxes[box] = _Box(
                documents=kept,
                journal=old.journal if JOURNAL in keep else deque(),
                counters={name: value for name, value in old.counters.items() if name in keep},
            )

    async def get(self, box: str, api: str, kind: str, job_id: str) -> Job | None:
        shelf = self._boxes[box].shelves.get((api, kind))
        return None if shelf is None else shelf.jobs.get(job_id)

    async def add(self, box: str, job: Job) -> bool:
        return self._boxes[box].shelves.setdefault((job.api, job.kind), _Shelf()).add(job)

    async def add_all(self, box: str, jobs: Sequence[Job], counters: Mapping[str, int]) -> bool:
        found = self._boxes[box]
        if any(name in found.counters for name in counters):
            return False
        groups: dict[tuple[str, str], dict[str, Job]] = {}
        for job in jobs:
            groups.setdefault((job.api, job.kind), {})[job.id] = job
        if sum(map(len, groups.values())) < len(jobs):
            return False
        shelves = found.shelves
        if any(key in shelves and not shelves[key].jobs.keys().isdisjoint(group) for key, group in groups.items()):
            return False
        for key, group in groups.items():
            shelves.setdefault(key, _Shelf()).extend(group)
        found.counters.update(counters)
        return True

    async def swap(self, box: str, old: Job, new: Job) -> bool:
        shelf = self._boxes[box].shelves.get((old.api, old.kind))
        found = None if shelf is None else shelf.jobs.get(old.id)
        if shelf is None or found is None or found.version != old.version:
            return False
        shelf.jobs[old.id] = new
        return True

    async def remove(self, box: str, job: Job) -> bool:
        shelf = self._boxes[box].shelves.get((job.api, job.kind))
        if shelf is None or shelf.jobs.pop(job.id, None) is None:
            return False
        number = shelf.numbers.pop(job.id)
        del shelf.arrivals[number]
        del shelf.order[bisect_left(shelf.order, number)]
        return True

    async def page(
        self, box: str, api: str, kind: str, *, start: int = 0, limit: int | None = None, newest: bool = True
    ) -> Page:
        shelf = self._boxes[box].shelves.get((api, kind))
        if shelf is None:
            return Page(jobs=(), total=0)
        total = len(shelf.order)
        stop = total if limit is None else min(total, start + limit)
        if newest:
            numbers = shelf.order[max(0, total - stop) : max(0, total - start)][::-1]
        else:
            numbers = shelf.order[start:stop]
        return Page(jobs=[shelf.jobs[shelf.arrivals[number]] for number in numbers], total=total)

    async def size(self, box: str) -> Mapping[tuple[str, str], int]:
        return {key: len(shelf.jobs) for key, shelf in self._boxes[box].shelves.items()}

    async def begin_request(self, box: str, api: str) -> RequestStart:
        found = self._boxes[box]
        number = found.counters[JOURNAL] = found.counters.get(JOURNAL, 0) + 1
        documents = found.documents
        if not documents:
            return RequestStart(number, None, None, False)
        clock, settings = documents.get(CLOCK), documents.get(SETTINGS)
        return RequestStart(
            number,
            clock.get(CLOCK) if clock else None,
            settings.get(api) if settings else None,
            bool(documents.get(FAULTS)),
        )

    async def log(self, box: str, entry: Any, limit: int, counters: Sequence[str] = ()) -> None:
        found = self._boxes[box]
        journal, counted = found.journal, found.counters
        journal.append(entry)
        while len(journal) > limit:
            journal.popleft()
        for counter in counters:
            counted[counter] = counted.get(counter, 0) + 1

    async def entries(self, box: str) -> Sequence[Any]:
        return list(self._boxes[box].journal)

    async def forget_entries(self, box: str) -> int:
        journal = self._boxes[box].journal
        gone = len(journal)
        journal.clear()
        return gone

    async def count(self, box: str, counter: str) -> int:
        counters = self._boxes[box].counters
        counters[counter] = value = counters.get(counter, 0) + 1
        return value

    async def counters(self, box: str) -> Mapping[str, int]:
        return dict(self._boxes[box].counters)

    async def set_counter(self, box: str, counter: str, value: int) -> None:
        self._boxes[box].counters[counter] = value

    async def read(self, box: str, collection: str, key: str) -> Document | None:
        return self._boxes[box].documents.get(collection, {}).get(key)

    async def write(self, box: str, collection: str, key: str, value: Document) -> None:
        self._boxes[box].documents.setdefault(collection, {})[key] = value

    async def replace(self, box: str, collection: str, key: str, old: Document | None, new: Document | None) -> bool:
        documents = self._boxes[box].documents.setdefault(collection, {})
        if documents.get(key) != old:
            return False
        if new is None:
            documents.pop(key, None)
        else:
            documents[key] = new
        return True

    async def collection(self, box: str, collection: str) -> Mapping[str, Document]:
        return dict(self._boxes[box].documents.get(collection, {}))

    async def collections(self, box: str) -> Sequence[str]:
        return [name for name, documents in self._boxes[box].documents.items() if documents]
