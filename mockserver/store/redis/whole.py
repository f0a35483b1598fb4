"""All that a sandbox holds, as it stood at one moment, without holding up a Redis for longer than it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from mockserver.core.job import Job
from mockserver.store.base import Document, Store
from mockserver.store.redis import job_text, life_scripts
from mockserver.store.whole import Whole

FEW = 5000
"""Jobs that are read in one step at once: a tenth of a second, for which Redis serves nobody else."""

TRIES = 2
"""How often more of them are read a part at a time, before they are read in one step all the same."""

PIECE = 500
"""Jobs whose texts are read before others have their turn: a few milliseconds."""


async def read(
    store: Store,
    run: Callable[..., Awaitable[Any]],
    documents: Callable[[Sequence[Any]], Mapping[str, Document]],
    sandbox: str,
) -> Whole:
    """Return the whole of a sandbox; of some hundred thousand jobs that change all the time it is `Unavailable`.

    Args:
        run: takes a step of the store.
        documents: reads the keys and texts of a collection.
    """
    found = await run(life_scripts.WHOLE, sandbox, FEW)
    for _ in range(TRIES if found is None else 0):
        before = await store.revision(sandbox)
        whole = await _in_parts(store, sandbox)
        if await store.revision(sandbox) == before:
            return whole
    # Somebody changes it all the time: others wait for once, rather than that it is torn.
    tables, counters, names, collections = found or await run(life_scripts.WHOLE, sandbox, "inf")
    return Whole(
        [job for texts in tables for job in await _jobs(texts)],
        {name.decode(): int(value) for name, value in zip(counters[::2], counters[1::2], strict=True)},
        {name.decode(): documents(some) for name, some in zip(names, collections, strict=True)},
    )


async def _in_parts(store: Store, sandbox: str) -> Whole:
    jobs: list[Job] = []
    for api, kind in await store.size(sandbox):
        jobs += (await store.page(sandbox, api, kind, newest=False)).jobs
    names = await store.collections(sandbox)
    return Whole(jobs, await store.counters(sandbox), {name: await store.collection(sandbox, name) for name in names})


async def _jobs(texts: Iterable[bytes]) -> list[Job]:
    jobs = []
    for number, text in enumerate(texts, 1):
        # Not remembered: it would put out all that is polled.
        jobs.append(job_text.loads(text))
        if number % PIECE == 0:
            await asyncio.sleep(0)
    return jobs
