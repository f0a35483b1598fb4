"""The jobs of one kind in memory: by id, in order of arrival, by listing, and by when they come up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from math import inf

from mockserver.core.job import Job
from mockserver.store.agenda import Agenda
from mockserver.store.placing import UNPLACED, Page, Placing

FEW = 2000
"""Jobs that come up together and are found, and put in order, at once."""


@dataclass(slots=True)
class JobTable:
    """The jobs of one api and kind, by id, in order of arrival, by listing, and by the times at which they come up."""

    jobs: dict[str, Job] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    arrivals: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    listings: dict[str, list[int]] = field(default_factory=dict)
    last: int = 0
    due: Agenda = field(default_factory=Agenda)
    relisted: Agenda = field(default_factory=Agenda)

    def add(self, job: Job, placing: Placing) -> None:
        """Put a job at the end."""
        self.extend({job.id: (job, placing)})

    def extend(self, added: Mapping[str, tuple[Job, Placing]]) -> None:
        """Put jobs at the end, by id; none of them is here."""
        numbers = range(self.last + 1, self.last + 1 + len(added))
        self.last += len(added)
        self.order.extend(numbers)
        self.arrivals.update(zip(numbers, added, strict=True))
        self.numbers.update(zip(added, numbers, strict=True))
        for number, (job_id, (job, placing)) in zip(numbers, added.items(), strict=True):
            self.jobs[job_id] = job
            if placing is not UNPLACED:
                self.due.set(job_id, placing.due)
                self.relisted.set(job_id, placing.relisted)
                for name in placing.listings:
                    self.listings.setdefault(name, []).append(number)

    def swap(self, job: Job, placing: Placing, listed: Iterable[str] | None) -> None:
        """Put a job in the place of the one of its id; see `Store.swap`."""
        job_id = job.id
        self.jobs[job_id] = job
        if placing is not UNPLACED or job_id in self.due.at or job_id in self.relisted.at:
            self.due.set(job_id, placing.due)
            self.relisted.set(job_id, placing.relisted)
        if listed is not None:
            self.relist(job_id, listed, placing.listings)

    def relist(self, job_id: str, left: Iterable[str], entered: Iterable[str]) -> None:
        """Take a job out of listings, and put it into others in its place of arrival."""
        number = self.numbers[job_id]
        for name in left:
            listed = self.listings[name]
            del listed[bisect_left(listed, number)]
            if not listed:
                del self.listings[name]
        for name in entered:
            insort(self.listings.setdefault(name, []), number)

    def numbered(self, listing: str | None) -> Sequence[int]:
        """Return the numbers of the jobs, or of those in a listing, in order of arrival."""
        return self.order if listing is None else self.listings.get(listing, ())

    def page(self, start: int, limit: int | None, listing: str | None, after: int | None, *, newest: bool) -> Page:
        """Return a page of the jobs; see `Store.page`."""
        order = self.numbered(listing)
        total = len(order)
        if not start and limit is None and not newest and listing is None and after is None and order:
            # A dictionary keeps its order: who saves everything waits for no look-ups.
            return Page(jobs=list(self.jobs.values()), total=total, places=list(order))
        first, end = 0, total
        if after is not None:
            first, end = (0, bisect_left(order, after)) if newest else (bisect_right(order, after), total)
        count = total if limit is None else limit
        if newest:
            numbers = order[max(0, end - start - count) : max(0, end - start)][::-1]
        else:
            numbers = order[first + start : first + start + count]
        return Page(jobs=[self.jobs[self.arrivals[number]] for number in numbers], total=total, places=numbers)

    def remove(self, job_id: str, listed: Iterable[str] = ()) -> None:
        """Take a job out of everything."""
        self.relist(job_id, listed, ())
        del self.jobs[job_id]
        number = self.numbers.pop(job_id)
        del self.arrivals[number]
        del self.order[bisect_left(self.order, number)]
        self.due.set(job_id, None)
        self.relisted.set(job_id, None)

    def timed(self, before: float, *, relisted: bool = False) -> Iterable[Job]:
        """Return the jobs that come up at `before` or earlier, as they are now, in order of arrival.

        Args:
            relisted: those alone whose listings change.
        """
        agendas = (self.relisted,) if relisted else (self.due, self.relisted)
        found = list(islice(chain.from_iterable([agenda.until(before) for agenda in agendas]), FEW + 1))
        if len(found) <= FEW:
            return [self.jobs[job_id] for job_id in sorted(set(found), key=self.numbers.__getitem__)]
        # To find so many takes long, so that it is done while they are read. Copying is a matter of a millisecond.
        return _come_up(self.jobs.copy(), [agenda.at.copy() for agenda in agendas], before)


def _come_up(jobs: Mapping[str, Job], agendas: Sequence[Mapping[str, float]], before: float) -> Iterator[Job]:
    """Yield the jobs whose moments have come, in their order."""
    for job_id, job in jobs.items():
        if any(at.get(job_id, inf) <= before for at in agendas):
            yield job
