"""A sandbox as one JSON document, and back: for `GET/PUT /_control/snapshot` and `--state FILE`.

It holds accounts and tokens in the clear, since without them nothing could be restored. The journal stays behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver._version import __version__
from mockserver.core.clock import EARLIEST, LATEST, Clock, iso
from mockserver.core.errors import DomainError
from mockserver.core.job import Job
from mockserver.sandbox.fixtures.merge import BadFixture, Fixtures, inline, merge
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.settings import settings_of
from mockserver.store import codec
from mockserver.store.base import CLOCK, FIRST, JOURNAL, SETTINGS

FORMAT = 1


class BadSnapshot(DomainError):
    """The document is no snapshot this server can restore; nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """A snapshot that has been checked whole."""

    fixtures: Fixtures
    jobs: tuple[Job, ...]
    counters: Mapping[str, int]
    documents: Mapping[str, Mapping[str, Any]]


async def take(sandbox: Sandbox) -> dict[str, Any]:
    """Return the whole sandbox but its journal."""
    store, name = sandbox.store, sandbox.name
    jobs: list[dict[str, Any]] = []
    for api, kind in await store.size(name):
        page = await store.page(name, api, kind, newest=False)
        jobs.extend(codec.dump(job) for job in page.jobs)
    counters = dict(await store.counters(name))
    # The journal stays behind, and where its numbers stand; how many requests there were decides what answers draw.
    first = await store.read(name, JOURNAL, FIRST) or 0
    if first and (turns := counters.pop(JOURNAL) - first):
        counters[JOURNAL] = turns
    collections = [collection for collection in await store.collections(name) if collection != JOURNAL]
    return {
        "format": FORMAT,
        "version": __version__,
        "sandbox": name,
        "at": iso(await sandbox.now()),
        "note": "holds accounts and tokens in the clear, so that it can be restored; keep it as you keep them",
        "fixtures": dict(sandbox.fixtures.sections),
        "jobs": jobs,
        "counters": counters,
        "documents": {collection: dict(await store.collection(name, collection)) for collection in collections},
    }


async def restore(sandbox: Sandbox, document: Any) -> dict[str, int]:
    """Make a sandbox what a snapshot says, in one step; its journal is emptied. Return what was restored.

    Raises:
        BadSnapshot: the document is not one of ours; nothing has changed.
    """
    found = _read(sandbox, document)
    store, staged = sandbox.store, sandbox.staged().name
    try:
        if not await store.add_all(staged, [sandbox.jobs.timed(job) for job in found.jobs], found.counters):
            raise BadSnapshot("the snapshot cannot be restored: it has two jobs of one id")
        for collection, values in found.documents.items():
            for key, value in values.items():
                await store.write(staged, collection, key, value)
        await store.move(staged, sandbox.key)
    except BaseException:
        await store.clear(staged)
        raise
    sandbox.home.adopt(found.fixtures)
    sandbox.home.seeded = True
    return {"jobs": len(found.jobs), "documents": sum(map(len, found.documents.values()))}


def _read(sandbox: Sandbox, document: Any) -> _Snapshot:
    """Check a snapshot whole.

    Raises:
        BadSnapshot: the document is not one of ours.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise BadSnapshot(f"not a snapshot of format {FORMAT}; take one with GET /_control/snapshot")
    try:
        fixtures = merge(inline([document["fixtures"]]), list(sandbox.apis.values()))
        jobs = tuple(codec.load(job) for job in document["jobs"])
        counters = {str(name): int(value) for name, value in document["counters"].items()}
        documents = {name: dict(values) for name, values in document["documents"].items()}
        for name, api in sandbox.apis.items():
            settings_of(api, fixtures, documents.get(SETTINGS, {}).get(name, {}))
        clock = Clock(**documents.get(CLOCK, {}).get(CLOCK, {}))
        if not EARLIEST <= clock.now(0) <= LATEST:
            raise BadSnapshot("its clock stands outside the years 1 to 9999")
        for job in jobs:
            _check_states(sandbox, job)
    except (KeyError, TypeError, ValueError, AttributeError, DomainError, BadFixture) as error:
        raise BadSnapshot(f"the snapshot cannot be restored: {type(error).__name__}: {error}") from None
    return _Snapshot(fixtures=fixtures, jobs=jobs, counters=counters, documents=documents)


def _check_states(sandbox: Sandbox, job: Job) -> None:
    """Refuse a job that is, was or will be in a state its machine does not have.

    Raises:
        BadSnapshot: there is such a state. KeyError: no such API or kind.
    """
    known = sandbox.apis[job.api].machines[job.kind].by_name
    named = [job.state, job.plan.end, *(step.state for step in job.plan.steps), job.resume and job.resume[0]]
    for state in named:
        if state is not None and state not in known:
            raise BadSnapshot(f"{job.api} has no state {state!r}")
