"""Pages of jobs in order of arrival, a bounded part in each step: Redis serves nobody else meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mockserver.core.job import Job
from mockserver.store.placing import Page
from mockserver.store.redis import job_scripts, job_text

CHUNK = 5000
"""Jobs that one step reads at most."""

FAR = 2**62
"""A place in an order that no job has."""


async def read(
    run: Callable[..., Awaitable[Any]],
    sandbox: str,
    table: str,
    *,
    start: int,
    limit: int | None,
    newest: bool,
    listing: str | None,
    after: int | None,
) -> Page:
    """Return a page of a table's jobs (see `Store.page`).

    Args:
        run: takes a step of the store.
    """
    order = f"order:{table}" if listing is None else f"listing:{table}:{listing}"
    jobs: list[Job] = []
    places: list[int] = []
    while True:
        # In one step up to `CHUNK`; who asks for more gets each part as it is when its turn comes.
        wanted = CHUNK if limit is None else min(CHUNK, limit - len(jobs))
        # From the second to the first there is none; beyond `FAR` Redis reads no number.
        span = (min(start, FAR), min(start + wanted - 1, FAR), wanted) if wanted > 0 else (1, 0, 0)
        place = "" if after is None else after
        total, found, at = await run(job_scripts.PAGE, sandbox, table, *span, int(newest), order, place)
        # Not remembered: a long page would put out all that is polled.
        jobs += map(job_text.loads, found)
        places += map(int, at)
        if len(found) < CHUNK:
            return Page(jobs=jobs, total=total, places=places)
        # On by place: those that go meanwhile move no other's.
        start, after = 0, places[-1]
