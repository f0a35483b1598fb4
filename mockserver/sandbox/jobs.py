"""The jobs of a sandbox: one by one (`JobVerbs`), by the page, and those that have come up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial

from mockserver.core.errors import UnknownJob
from mockserver.core.job import Cause, Job, Transition, transitions_between
from mockserver.core.machine import expired
from mockserver.sandbox.job_placing import has_appeared
from mockserver.sandbox.job_verbs import JobVerbs
from mockserver.sandbox.turns import grouped, in_order, in_turns

CHUNK = 200
"""Jobs read in one step while walking many of them."""

BREATH = 50
"""Jobs settled by a move of the clock before other requests get their turn: one or two milliseconds."""


class Jobs(JobVerbs):
    """The jobs of one sandbox. Every job that comes out, but by `find` and `coming`, is settled to its clock."""

    async def page(
        self, api: str, *, kind: str = "job", start: int = 0, limit: int | None = None, newest: bool = True
    ) -> tuple[list[Job], int]:
        """Return jobs in order of arrival, and how many there are. Jobs that aged out are left out of the first."""
        page = await self._store.page(self._sandbox, api, kind, start=start, limit=limit, newest=newest)
        return await self._settled(api, kind, page.jobs), page.total

    async def listed(
        self,
        api: str,
        listing: str,
        *,
        start: int = 0,
        limit: int | None = None,
        newest: bool = True,
        where: Callable[[Job], bool] | None = None,
    ) -> tuple[list[Job], int]:
        """Return jobs of a listing (`Machine.listings`) in order of arrival, and how many it has.

        Jobs that aged out are in neither, so that those which time takes out of a listing, or puts into one, are
        settled first. For the rest, its cost is that of the page, however many others are due; with `where`, that of
        the listing.

        Args:
            where: tells which are wanted, of settled jobs; no others are counted.
        """
        if where is not None:
            found = [job async for job in self.each(api, newest=newest, listing=listing, where=where)]
            return found[start : None if limit is None else start + limit], len(found)
        now = await self.home.now()
        async for job in in_turns(await self._store.timed(self._sandbox, now, relisted=(api, "job")), BREATH):
            with suppress(UnknownJob):
                await self.get(api, job.id, found=job)
        page = await self._store.page(
            self._sandbox, api, "job", start=start, limit=limit, newest=newest, listing=listing
        )
        return await self._settled(api, "job", page.jobs), page.total

    async def each(
        self,
        api: str,
        *,
        kind: str = "job",
        newest: bool = True,
        listing: str | None = None,
        where: Callable[[Job], bool] | None = None,
    ) -> AsyncIterator[Job]:
        """Yield all jobs in order of arrival, the newest first unless told otherwise, read a chunk at a time.

        Args:
            listing: only those that stand in it (`Machine.listings`).
            where: tells which are wanted, of settled jobs.
        """
        read = partial(self._store.page, self._sandbox, api, kind, limit=CHUNK, newest=newest, listing=listing)
        page = await read()
        while page.jobs:
            for job in await self._settled(api, kind, page.jobs):
                if where is None or where(job):
                    yield job
            if len(page.jobs) < CHUNK:
                return
            # By place, not by rank: what arrives, ages out or is deleted meanwhile moves none of them.
            page = await read(after=page.last)

    async def _settled(self, api: str, kind: str, jobs: Sequence[Job]) -> list[Job]:
        self._busy, self.steady = True, None
        machine, now = self._machines[api, kind], await self.home.now()
        settled = []
        for job in jobs:
            comes_or_goes = expired(machine, job, now) or has_appeared(machine, job, now)
            if machine.settle(job, now) is job and not comes_or_goes:
                settled.append(job)
                continue
            try:
                settled.append(await self.get(api, job.id, kind=kind, found=job))
            except UnknownJob:
                continue
        return settled

    async def coming(self, before: float) -> Iterable[Job]:
        """Return the jobs that have something planned for `before` (epoch seconds) or earlier, as they are stored."""
        return await self._store.timed(self._sandbox, before)

    async def settle_all(self, known: Iterable[Job] = ()) -> list[tuple[Job, Transition]]:
        """Make every planned change that is due in the whole sandbox; return the moves in order of time.

        Others get their turn meanwhile. A job that they look at is settled by that, so that nobody sees the difference.

        Args:
            known: jobs as they were; moves that somebody else has made on them since are returned, too.
        """
        moved: list[tuple[Job, Transition]] = []
        for again in (False, True):
            # What is due still, once they are settled, has come up since.
            listed = await self.coming(await self.home.now()) if again else known
            in_groups = await grouped(listed, self._machines, lambda job: (job.api, job.kind))
            async for job in in_turns(in_groups, BREATH):
                try:
                    settled = await self.get(job.api, job.id, kind=job.kind, found=job)
                except UnknownJob:
                    continue
                moved += [(settled, move) for move in transitions_between(job, settled) if move.cause is Cause.CLOCK]
        return await in_order(moved, lambda one: one[1].at)

    async def due(self) -> float | None:
        """Return when the next planned change comes due (epoch seconds), or None."""
        return await self._store.next_due(self._sandbox)
