"""The verbs over stored jobs: load, settle, change purely, swap, and again when beaten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from mockserver.core.errors import Beaten, DuplicateJob, UnknownJob
from mockserver.core.job import Job, Transition
from mockserver.core.machine import Machine, expired
from mockserver.store.base import Store

RETRIES = 1000
"""Far more than any number of writers that one machine could run; a bound, so that a bug cannot spin for ever."""

Pure = Callable[[Machine, Job, float], Job]


class Change(NamedTuple):
    """A change that landed: the settled job it was made on, and what it became."""

    before: Job
    after: Job

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The moves made by this change, oldest first."""
        return transitions_between(self.before, self.after)


class Jobs:
    """The jobs of one sandbox. Every job that comes out is settled to the sandbox's clock.

    Attributes:
        looked: the job that the last status query of a client was about, as it was shown.
        made: the job that was last added.
    """

    def __init__(
        self,
        store: Store,
        box: str,
        machines: Mapping[tuple[str, str], Machine],
        now: Callable[[], Awaitable[float]],
        publish: Callable[[Job, Sequence[Transition]], None],
        request: int | None = None,
        moved: list[tuple[Job, Transition]] | None = None,
        asked: float | None = None,
    ) -> None:
        self._store = store
        self._box = box
        self._machines = machines
        self._now = now
        self._publish = publish
        self._request = request
        self._moved = moved
        self._asked = asked
        self.looked: Job | None = None
        self.made: Job | None = None

    def watched(
        self, moved: list[tuple[Job, Transition]], request: int | None = None, asked: float | None = None
    ) -> Jobs:
        """Return the same jobs, with each move added to `moved` and put down to a journal entry.

        Args:
            asked: sandbox time at which a client asked; `get` shows jobs as of then. A change reads the clock itself.
        """
        return Jobs(self._store, self._box, self._machines, self._now, self._publish, request, moved, asked)

    async def get(self, api: str, job_id: str, *, kind: str = "job", look: bool = False) -> Job:
        """Return a job; `look` says that a client's status query is being answered.

        Raises:
            UnknownJob: not there, or aged out.
        """
        job = await self._store.get(self._box, api, kind, job_id)
        if job is None:
            raise UnknownJob(api, job_id)
        machine = self._machines[api, kind]
        now = await self._now() if self._asked is None else self._asked
        # Most polls find a job that waits for nothing.
        waits = machine.next(job) is not None
        settled = machine.settle(job, now) if waits else job
        if look:
            if waits:
                settled = machine.look(settled, now)
            self.looked = settled
        if settled is job and job.retention is None:
            return job
        if expired(machine, settled, now):
            await self._store.remove(self._box, job)
            raise UnknownJob(api, job_id)
        if settled is job:
            return job
        changed = (await self.change(api, job_id, _look if look else _settle, kind=kind)).after
        if look:
            self.looked = changed
        return changed

    async def change(self, api: str, job_id: str, pure: Pure, *, kind: str = "job") -> Change:
        """Apply a pure change to a job, settled first; tried again when somebody else was quicker.

        Args:
            pure: (machine, settled job, now) -> job. Runs again from scratch when beaten.

        Raises:
            UnknownJob: no such job.
            Beaten: too many others were quicker.
            Whatever `pure` raises; planned changes that came due are stored all the same.
        """
        machine = self._machines[api, kind]
        for _ in range(RETRIES):
            job = await self._store.get(self._box, api, kind, job_id)
            if job is None:
                raise UnknownJob(api, job_id)
            now = await self._now()
            settled = machine.settle(job, now)
            if expired(machine, settled, now):
                await self._store.remove(self._box, job)
                raise UnknownJob(api, job_id)
            problem: Exception | None = None
            try:
                changed = pure(machine, settled, now)
            except Exception as error:
                problem, changed = error, settled
            if changed is not job and not await self._store.swap(self._box, job, changed):
                continue
            self._tell(changed, transitions_between(job, changed))
            if problem is not None:
                raise problem
            return Change(before=settled, after=changed)
        raise Beaten(f"{api} job {job_id} changed under {RETRIES} attempts")

    async def fire(self, api: str, job_id: str, event: str, *, kind: str = "job") -> Change:
        """Apply a client's call.

        Raises:
            UnknownJob, IllegalEvent: nothing has moved.
        """
        return await self.change(
            api, job_id, lambda machine, job, now: machine.fire(job, event, now, self._request), kind=kind
        )

    async def force(self, api: str, job_id: str, word: str, *, hold: bool = True, kind: str = "job") -> Change:
        """Put a job into a state, by its name or phase.

        Raises:
            UnknownJob, UnknownState: nothing has moved.
        """
        return await self.change(
            api, job_id, lambda machine, job, now: machine.force(job, word, now, hold=hold), kind=kind
        )

    async def release(self, api: str, job_id: str, *, kind: str = "job") -> Change:
        """Let the clock move a held job again."""
        return await self.change(api, job_id, lambda machine, job, now: machine.release(job, now), kind=kind)

    async def add(self, *jobs: Job) -> Job:
        """Add a job and its parts; return the first.

        Raises:
            DuplicateJob: an id is taken; none of them has been added.
        """
        for position, job in enumerate(jobs):
            if not await self._store.add(self._box, job):
                for added in jobs[:position]:
                    await self._store.remove(self._box, added)
                raise DuplicateJob(job.api, job.id)
        self.made = jobs[0]
        return jobs[0]

    async def delete(self, api: str, job_id: str, *, kind: str = "job") -> Job:
        """Forget a job.

        Raises:
            UnknownJob: no such job.
        """
        job = await self._store.get(self._box, api, kind, job_id)
        if job is None or not await self._store.remove(self._box, job):
            raise UnknownJob(api, job_id)
        return job

    async def page(
        self, api: str, *, kind: str = "job", start: int = 0, limit: int | None = None, newest: bool = True
    ) -> tuple[list[Job], int]:
        """Return jobs in order of arrival, and how many there are. Jobs that aged out are left out."""
        page = await self._store.page(self._box, api, kind, start=start, limit=limit, newest=newest)
        machine, now = self._machines[api, kind], await self._now()
        settled = []
        for job in page.jobs:
            if machine.settle(job, now) is job and not expired(machine, job, now):
                settled.append(job)  # As stored: no second look at the store for each job of a long listing.
                continue
            try:
                settled.append(await self.get(api, job.id, kind=kind))
            except UnknownJob:
                continue
        return settled, page.total

    async def settle_all(self) -> list[tuple[Job, Transition]]:
        """Make every planned change that is due in the whole sandbox; return the moves in order of time."""
        moved: list[tuple[Job, Transition]] = []
        jobs = self.watched(moved)
        for api, kind in self._machines:
            await jobs.page(api, kind=kind, newest=False)
        return sorted(moved, key=lambda one: one[1].at)

    async def due(self) -> float | None:
        """Return when the next planned change comes due (epoch seconds), or None."""
        found = None
        for (api, kind), machine in self._machines.items():
            for job in (await self._store.page(self._box, api, kind)).jobs:
                planned = machine.next(job)
                if planned is not None and planned.at is not None and (found is None or planned.at < found):
                    found = planned.at
        return found

    def _tell(self, job: Job, transitions: Sequence[Transition]) -> None:
        if transitions:
            if self._moved is not None:
                self._moved.extend((job, move) for move in transitions)
            self._publish(job, transitions)


def transitions_between(before: Job, after: Job) -> tuple[Transition, ...]:
    """Return the moves `after` has over `before`, oldest first."""
    new = after.forgotten + len(after.history) - before.forgotten - len(before.history)
    return after.history[-new:] if new > 0 else ()


def _settle(_: Machine, job: Job, __: float) -> Job:
    return job


def _look(machine: Machine, job: Job, now: float) -> Job:
    return machine.look(job, now)
