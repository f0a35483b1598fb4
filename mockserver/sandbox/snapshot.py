"""A sandbox as one JSON document, and back: for `GET/PUT /_control/snapshot` and `--state FILE`.

It holds accounts and tokens in the clear, since without them nothing could be restored. The journal stays behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver import __version__
from mockserver.core.clock import EARLIEST, LATEST, Clock, iso
from mockserver.core.errors import DomainError
from mockserver.sandbox.fixtures.merge import BadFixture, inline, merge
from mockserver.sandbox.sandbox import Sandbox, settings_of
from mockserver.store import codec
from mockserver.store.base import CLOCK, SETTINGS

FORMAT = 1


class BadSnapshot(DomainError):
    """The document is no snapshot this server can restore; nothing has changed."""


async def take(sandbox: Sandbox) -> dict[str, Any]:
    """Return the whole sandbox but its journal."""
    store, box = sandbox.store, sandbox.name
    jobs: list[dict[str, Any]] = []
    for api, kind in await store.size(box):
        page = await store.page(box, api, kind, newest=False)
        jobs.extend(codec.dump(job) for job in page.jobs)
    names = await store.collections(box)
    return {
        "format": FORMAT,
        "version": __version__,
        "sandbox": box,
        "at": iso(await sandbox.now()),
        "note": "holds accounts and tokens in the clear, so that it can be restored; keep it as you keep them",
        "fixtures": dict(sandbox.fixtures.sections),
        "jobs": jobs,
        "counters": dict(await store.counters(box)),
        "documents": {name: dict(await store.collection(box, name)) for name in names},
    }


async def restore(sandbox: Sandbox, document: Any) -> dict[str, int]:
    """Make a sandbox what a snapshot says; its journal is emptied. Return what was restored.

    Raises:
        BadSnapshot: the document is not one of ours; nothing has changed.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadSnapshot(f"not a snapshot of format {FORMAT}; take one with GET /_control/snapshot")
    try:
        fixtures = merge(inline([document["fixtures"]]), list(sandbox.apis.values()))
        jobs = [codec.load(job) for job in document["jobs"]]
        counters = {str(name): int(value) for name, value in document["counters"].items()}
        documents = {name: dict(values) for name, values in document["documents"].items()}
        for name, api in sandbox.apis.items():
            settings_of(api, fixtures, documents.get(SETTINGS, {}).get(name, {}))
        clock = Clock(**documents.get(CLOCK, {}).get(CLOCK, {}))
        if not EARLIEST <= clock.now(0) <= LATEST:
            raise BadSnapshot("its clock stands outside the years 1 to 9999")
        for job in jobs:
            if job.state not in sandbox.apis[job.api].machines[job.kind].by_name:
                raise BadSnapshot(f"{job.api} has no state {job.state!r}")
    except (KeyError, TypeError, ValueError, AttributeError, DomainError, BadFixture) as error:
        raise BadSnapshot(f"the snapshot cannot be restored: {type(error).__name__}: {error}") from None
    store, box = sandbox.store, sandbox.name
    await store.clear(box)
    sandbox.adopt(fixtures)
    for job in jobs:
        await store.add(box, job)
    for name, value in counters.items():
        await store.set_counter(box, name, value)
    for collection, values in documents.items():
        for key, value in values.items():
            await store.write(box, collection, key, value)
    sandbox.seeded = True
    return {"jobs": len(jobs), "documents": sum(map(len, documents.values()))}
