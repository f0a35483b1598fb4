"""The jobs of one kind in memory: by id, in order of arrival, and by when they come up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from mockserver.core.job import Job
from mockserver.store.agenda import Agenda
from mockserver.store.base import UNTIMED, Times


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

    def timed(self, before: float) -> list[Job]:
        """Return the jobs that come up at `before` or earlier, in order of arrival."""
        found = {*self.due.until(before), *self.expiry.until(before)}
        return [self.jobs[job_id] for job_id in sorted(found, key=self.numbers.__getitem__)]
