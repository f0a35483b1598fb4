"""The verbs over one stored job: load, settle, change purely, swap, and again when beaten."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import starmap
from math import inf

from mockserver.core.errors import Beaten, DuplicateJob, IllegalEvent, UnknownJob
from mockserver.core.job import Change, Job, Transition, transitions_between
from mockserver.core.machine import Machine, expired
from mockserver.sandbox.job_changes import Along, Changing, Parts, Pure, no_parts
from mockserver.sandbox.job_placing import has_appeared, placing, shown, steady_until, times
from mockserver.sandbox.jobs_home import JobsHome
from mockserver.sandbox.turns import in_time
from mockserver.store.placing import Placing
from mockserver.store.rows import Added, Row, Swapped

RETRIES = 1000
"""Far more than any number of writers that one machine could run; a bound, so that a bug cannot spin for ever."""

FEW = 50
"""Jobs that are placed in one go before others get their turn."""


class JobVerbs:
    """What is done with one job of a sandbox. Each that comes out, but by `find`, is settled to the sandbox's clock.

    Attributes:
        told: API, kind and state of the job whose state the client is told; the last one, where there are several.
        made: the job that was last added.
        steady: a job, and until when (epoch seconds) time leaves it as it is, if one look at it was all that was done
            here; otherwise None.
        home: what the jobs of each request share.
    """

    told: tuple[str, str, str] | None = None
    made: Job | None = None
    steady: tuple[Job, float] | None = None
    _busy = False

    def __init__(
        self,
        home: JobsHome,
        request: int | None = None,
        moved: list[tuple[Job, Transition]] | None = None,
        asked: float | None = None,
    ) -> None:
        """Make the jobs of a sandbox, or as one request sees and moves them.

        Args:
            request: the number of its journal entry, to which each move is put down.
            moved: each move is added to it.
            asked: sandbox time at which a client asked; `get` shows jobs as of then. A change reads the clock itself.
        """
        self.home, self._request, self._moved, self._asked = home, request, moved, asked
        self._store, self._sandbox, self._machines = home[:3]

    async def find(self, api: str, job_id: str) -> Job:
        """Return the job of that id that is no part of another, whatever its kind, as it is stored: not settled.

        To be handed to another verb as `found`. Ids are unique within a kind; `job` goes first.

        Raises:
            UnknownJob: no such job.
        """
        found = await self._store.find(self._sandbox, api, self.home.kinds[api], job_id)
        if found is None:
            raise UnknownJob(api, job_id)
        return found

    async def get(
        self, api: str, job_id: str, *, kind: str = "job", look: bool = False, found: Job | None = None
    ) -> Job:
        """Return a job; `look` says that a client's status query is being answered.

        Args:
            found: the job as it was just read; it is not read again.

        Raises:
            UnknownJob: not there, or aged out.
        """
        job = found or await self._store.get(self._sandbox, api, kind, job_id)
        if job is None:
            raise UnknownJob(api, job_id)
        machine = self._machines[api, kind]
        planned, until = machine.next(job), inf  # most polls find a job that waits for nothing
        appears = machine.appears is not None and machine.appears in job.data
        if planned is not None or job.retention is not None or appears:
            now = await self.home.now() if self._asked is None else self._asked
            waits = planned is None or (planned.at is not None and planned.at > now)
            if not waits or expired(machine, job, now) or (appears and has_appeared(machine, job, now)):
                pure: Pure = Machine.look if look else lambda _, settled, __: settled
                job = (await self._apply(api, job_id, pure, kind, job, self._asked)).after
            else:
                until = steady_until(machine, job)
        if look:
            self.told = (api, kind, job.state)
        self.steady = (job, until) if look and not self._busy else None
        self._busy = True
        return job

    def tell(self, job: Job, state: str | None = None) -> None:
        """Note that the client is told the state of a job, or another than it is in."""
        self.told = (job.api, job.kind, state or job.state)

    def change(self, api: str, job_id: str, pure: Pure, *, kind: str = "job", found: Job | None = None) -> Changing:
        """Apply a pure change to a job, settled first; tried again when somebody else was quicker.

        Args:
            pure: (machine, settled job, now) -> job. Runs again from scratch when beaten.
            found: the job as it was just read; it is not read again unless somebody else was quicker.

        Raises:
            UnknownJob: no such job.
            Beaten: too many others were quicker.
            Whatever `pure` raises; planned changes that came due are stored all the same.
        """
        return self._apply(api, job_id, pure, kind, found, None)

    async def _apply(
        self,
        api: str,
        job_id: str,
        pure: Pure,
        kind: str,
        found: Job | None,
        asked: float | None,
        along: Along | None = None,
    ) -> Change:
        """Load, settle, change and swap; as of `asked` when there is nothing to swap, by the clock otherwise."""
        machine = self._machines[api, kind]
        job, now, self._busy, self.steady = found, asked, True, None
        for _ in range(RETRIES):
            if job is None:
                job, clock = await self._store.load(self._sandbox, api, kind, job_id)
                if job is None:
                    raise UnknownJob(api, job_id)
                now = self.home.at(clock) if now is None else now
            elif now is None:
                now = await self.home.now()
            settled = machine.settle(job, now)
            if settled.retention is not None and expired(machine, settled, now):
                if await self._store.remove(self._sandbox, [(job, machine.listings(job))]):
                    self.home.tell("job-deleted", job)
                    raise UnknownJob(api, job_id)
                job = now = None
                continue
            if machine.appears is not None and has_appeared(machine, settled, now):
                settled = shown(machine, settled)
            problem: Exception | None = None
            try:
                changed = pure(machine, settled, now)
            except Exception as error:
                problem, changed = error, settled
            rows = await along(changed) if along is not None and problem is None else ()
            if changed is not job or rows:
                if asked is not None:
                    asked = now = None
                    continue
                # What it is listed by hangs on these two alone (`Machine.listings`): most changes leave both.
                if changed.data is job.data and changed.owner == job.owner:
                    swap = Swapped(job, changed, times(machine, changed), None)
                else:
                    swap = Swapped(job, changed, placing(machine, changed), machine.listings(job))
                if rows:
                    swapped = await self._store.commit(self._sandbox, [swap, *rows])
                else:
                    swapped = await self._store.swap(self._sandbox, *swap)
                if not swapped:
                    job = now = None
                    continue
                if self._moved is not None or self.home.listeners:
                    self._landed(job, changed)
                    if rows:
                        self._all_landed(rows)
            if problem is not None:
                raise problem
            return Change(settled, changed)
        raise Beaten(f"{api} job {job_id} changed under {RETRIES} attempts")

    def _all_landed(self, rows: Sequence[Row]) -> None:
        """Note and tell how jobs have moved by a step that was made."""
        for row in rows:
            if isinstance(row, Swapped):
                self._landed(row.old, row.new)

    def _landed(self, old: Job, new: Job) -> None:
        if new is old:
            return
        transitions = transitions_between(old, new)
        if not transitions:
            self.home.tell("job-changed", new)
            return
        if self._moved is not None:
            self._moved += [(new, transition) for transition in transitions]
        if self.home.listeners:
            self.home.publish(new, transitions)

    async def changing(self, api: str, job_id: str, pure: Pure, *, kind: str = "job") -> Row:
        """Return a pure change of a job, settled first, to be made in one step with that of another (`Along`).

        Raises:
            UnknownJob: not there, or aged out.
            Whatever `pure` raises.
        """
        machine = self._machines[api, kind]
        job, clock = await self._store.load(self._sandbox, api, kind, job_id)
        now = self.home.at(clock)
        settled = None if job is None else machine.settle(job, now)
        if job is None or settled is None or expired(machine, settled, now):
            raise UnknownJob(api, job_id)
        changed = pure(machine, settled, now)
        return Swapped(job, changed, placing(machine, changed), machine.listings(job))

    def fire(self, api: str, job_id: str, event: str, *, kind: str = "job", along: Along | None = None) -> Changing:
        """Apply a client's call.

        Args:
            along: what else happens in the same step.

        Raises:
            UnknownJob, IllegalEvent: nothing has moved.
            Whatever `along` raises; nothing has moved.
        """
        by = self._request
        return self._apply(
            api, job_id, lambda machine, job, now: machine.fire(job, event, now, by), kind, None, None, along
        )

    async def fire_all(self, api: str, job_ids: Sequence[str], event: str) -> None:
        """Apply a client's call to each of several jobs, in one step; those that are gone or refuse it stay.

        Raises:
            Beaten: too many others were quicker.
        """
        self._busy, self.steady, by = True, None, self._request
        for _ in range(RETRIES):
            rows: list[Row] = []
            for job_id in job_ids:
                with suppress(UnknownJob, IllegalEvent):
                    rows.append(await self.changing(api, job_id, lambda of, job, now: of.fire(job, event, now, by)))
            if not rows or await self._store.commit(self._sandbox, rows):
                self._all_landed(rows)
                return
        raise Beaten(f"one of {len(job_ids)} {api} jobs changed under {RETRIES} attempts")

    async def force(
        self,
        api: str,
        job_id: str,
        word: str,
        *,
        hold: bool = True,
        kind: str = "job",
        amend: Pure | None = None,
        found: Job | None = None,
        along: Along | None = None,
    ) -> Change:
        """Put a job into a state, by its name or phase.

        Args:
            amend: what else changes of the job in the same step.
            found: as for `change`.
            along: as for `fire`.

        Raises:
            UnknownJob, UnknownState: nothing has moved.
        """

        def pure(machine: Machine, job: Job, now: float) -> Job:
            forced = machine.force(job, word, now, hold=hold)
            return forced if amend is None else amend(machine, forced, now)

        return await self._apply(api, job_id, pure, kind, found, None, along)

    def release(self, api: str, job_id: str, *, kind: str = "job", found: Job | None = None) -> Changing:
        """Let the clock move a held job again."""
        return self._apply(api, job_id, Machine.release, kind, found, None)

    async def add(self, *jobs: Job, along: Along | None = None) -> Job:
        """Add a job and its parts, or many, in one step; return the first.

        Args:
            along: what else happens in the same step, by the first.

        Raises:
            DuplicateJob: an id is taken, by one of them even; the first such one is named, and none has been added.
            Beaten: too many others were quicker.
            Whatever `along` raises; none has been added.
        """
        self._busy, self.steady = True, None
        if len(jobs) <= FEW:
            placed = [self.placed(job) for job in jobs]
        else:
            placed = [self.placed(job) async for job in in_time(jobs)]
        for _ in range(RETRIES):
            rows = () if along is None else await along(jobs[0])
            if not rows:
                done = await self._store.add_all(self._sandbox, placed)
            else:
                done = await self._store.commit(self._sandbox, [*starmap(Added, placed), *rows])
            if done:
                self.made = jobs[0]
                for job in jobs:
                    self.home.tell("job-added", job)
                self._all_landed(rows)
                return jobs[0]
            await self._check_ids(jobs)
            if not rows:
                raise DuplicateJob(jobs[0].api, jobs[0].id)
        raise Beaten(f"what comes with {jobs[0].api} job {jobs[0].id} changed under {RETRIES} attempts")

    async def _check_ids(self, jobs: Sequence[Job]) -> None:
        """Raise DuplicateJob for the first of several jobs whose id is taken, by one of them even."""
        seen: set[tuple[str, str, str]] = set()
        for job in jobs:
            named = job.api, job.kind, job.id
            if named in seen or await self._store.get(self._sandbox, *named) is not None:
                raise DuplicateJob(job.api, job.id)
            seen.add(named)

    def placed(self, job: Job) -> tuple[Job, Placing]:
        """Return a job and where it stands, as the store takes it."""
        return job, placing(self._machines[job.api, job.kind], job)

    async def delete(self, api: str, job_id: str, *, kind: str = "job", parts: Parts = no_parts) -> None:
        """Forget a job and its parts, in one step.

        Args:
            parts: tells which they are, of the job as it is then; those that are gone are passed by.

        Raises:
            UnknownJob: no such job.
        """
        self._busy, self.steady = True, None
        while True:
            job = await self._store.get(self._sandbox, api, kind, job_id)
            if job is None:
                raise UnknownJob(api, job_id)
            read = [await self._store.get(self._sandbox, api, *part) for part in parts(job)]
            gone = [*(part for part in read if part is not None), job]
            listed = [(one, self._machines[api, one.kind].listings(one)) for one in gone]
            if await self._store.remove(self._sandbox, listed):
                for one in gone:
                    self.home.tell("job-deleted", one)
                return
