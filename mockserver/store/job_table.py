"""The jobs of one kind in memory: by id, in order of arrival, and by when they come up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from math import inf

from mockserver.core.job import Job
from mockserver.store.agenda import Agenda
from mockserver.store.base import UNTIMED, Times

FEW = 2000
"""Jobs that come up together and are found, and put in order, at once."""


@dataclass(slots=True)
class JobTable:
    """The jobs of one api and kind, by id, in order of arrival, and by the times at which they come up."""

    jobs: dict[str, Job] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    arrivals: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    last: int = 0
    due: Agenda = field(default_factory=Agenda)
    expiry: Agenda = field(default_factory=Agenda)

    def add(self, job: Job, times: Times) -> None:
        """Put a job at the end."""
        self.extend({job.id: (job, times)})

    def extend(self, added: Mapping[str, tuple[Job, Times]]) -> None:
        """Put jobs at the end, by id; none of them is here."""
        numbers = range(self.last + 1, self.last + 1 + len(added))
        self.last += len(added)
        self.order.extend(numbers)
        self.arrivals.update(zip(numbers, added, strict=True))
        self.numbers.update(zip(added, numbers, strict=True))
        for job_id, (job, times) in added.items():
            self.jobs[job_id] = job
            if times is not UNTIMED:
                self.due.set(job_id, times.due)
                self.expiry.set(job_id, times.expiry)

    def remove(self, job_id: str) -> None:
        """Take a job out of everything."""
        del self.jobs[job_id]
        number = self.numbers.pop(job_id)
        del self.arrivals[number]
        del self.order[bisect_left(self.order, number)]
        self.due.set(job_id, None)
        self.expiry.set(job_id, None)

    def timed(self, before: float) -> Iterable[Job]:
        """Return the jobs that come up at `before` or earlier, as they are now, in order of arrival."""
        found = list(islice(chain(self.due.until(before), self.expiry.until(before)), FEW + 1))
        if len(found) <= FEW:
            return [self.jobs[job_id] for job_id in sorted(set(found), key=self.numbers.__getitem__)]
        # To find so many takes long, so that it is done while they are read. Copying is a matter of a millisecond.
        return _come_up(self.jobs.copy(), self.due.at.copy(), self.expiry.at.copy(), before)


def _come_up(
    jobs: Mapping[str, Job], due: Mapping[str, float], expiry: Mapping[str, float], before: float
) -> Iterator[Job]:
    """Yield the jobs whose moments have come, in their order."""
    for job_id, job in jobs.items():
        if due.get(job_id, inf) <= before or expiry.get(job_id, inf) <= before:
            yield job
