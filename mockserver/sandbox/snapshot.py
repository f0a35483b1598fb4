"""A sandbox as one JSON document, and back: for `GET/PUT /_control/snapshot` and `--state FILE`.

It holds accounts and tokens in the clear, since without them nothing could be restored. The journal stays behind.

Rules a maintainer must keep:

1. `freeze` only takes hold of values that nobody changes in place; what costs time is done with them afterwards, piece
   by piece, in a thread or between other requests.
2. A snapshot is checked whole (`snapshot_check`) before anything changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mockserver._version import __version__
from mockserver.core.clock import Clock, iso
from mockserver.core.job import Job
from mockserver.sandbox.about import tell
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.snapshot_check import BadSnapshot, CheckedSnapshot, check
from mockserver.sandbox.snapshot_schema import FORMAT
from mockserver.store import codec
from mockserver.store.base import CLOCK, FIRST, JOURNAL
from mockserver.store.json_text import compact

PIECE = 50
"""Jobs or documents that are encoded or read in one go, before others have their turn: a millisecond or two."""

NOTE = "holds accounts and tokens in the clear, so that it can be restored; keep it as you keep them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A sandbox as it stood at one moment, but for its journal.

    Attributes:
        head: everything else, by the names it has in the document.
        fixtures: what it began with: section by API.
        documents: by collection and key.
    """

    head: Mapping[str, Any]
    fixtures: Mapping[str, Mapping[str, Any]]
    jobs: list[Job]
    counters: Mapping[str, int]
    documents: Mapping[str, Mapping[str, Any]]

    def as_document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            **self.head,
            "fixtures": dict(self.fixtures),
            "jobs": [codec.dump(job) for job in self.jobs],
            "counters": dict(self.counters),
            "documents": {name: dict(values) for name, values in self.documents.items()},
        }

    async def discard(self) -> None:
        """Let go of the jobs, a little at a time: to free all of them at once takes as long as others may wait.

        When another world has taken the place of theirs meanwhile, nobody else holds them.
        """
        await _empty(self.jobs)

    def pieces(self) -> Iterator[bytes]:
        """Yield the document as JSON, a little at a time."""
        yield compact(self.head)[:-1] + b',"fixtures":{'
        for number, (name, section) in enumerate(self.fixtures.items()):
            yield (b"," if number else b"") + compact(name) + b":{"
            yield from _section(section)
            yield b"}"
        yield b'},"jobs":['
        yield from _joined(_inside([codec.dump(job) for job in some]) for some in _batched(self.jobs))
        yield b'],"counters":{'
        yield from _joined(_inside(dict(some)) for some in _batched(self.counters.items()))
        yield b'},"documents":{'
        for number, (name, values) in enumerate(self.documents.items()):
            yield (b"," if number else b"") + compact(name) + b":{"
            yield from _joined(_inside(dict(some)) for some in _batched(values.items()))
            yield b"}"
        yield b"}}"


async def freeze(sandbox: Sandbox) -> Frozen:
    """Take hold of the whole sandbox but its journal.

    Raises:
        Over: the life of the sandbox that is asked for is over.
    """
    found = await sandbox.store.whole(sandbox.key)
    jobs, counters, documents = list(found.jobs), dict(found.counters), dict(found.documents)
    # The journal stays behind, and where its numbers stand; how many requests there were decides what answers draw.
    first = documents.pop(JOURNAL, {}).get(FIRST) or 0
    if first and (turns := counters.pop(JOURNAL) - first):
        counters[JOURNAL] = turns
    set_to = documents.get(CLOCK, {}).get(CLOCK)
    clock = sandbox.first_clock if set_to is None else Clock(**set_to)
    if set_to is None and clock.frozen_at is not None:
        # It stands where this server began: another would begin elsewhere, and jobs would have moved by that.
        documents[CLOCK] = {CLOCK: {"frozen_at": clock.frozen_at, "offset": clock.offset}}
    head = {
        "format": FORMAT,
        "version": __version__,
        "sandbox": sandbox.name,
        "at": iso(clock.now(sandbox.real())),
        "note": NOTE,
    }
    sections = sandbox.fixtures.sections
    return Frozen(head=head, fixtures=sections, jobs=jobs, counters=counters, documents=documents)


async def take(sandbox: Sandbox) -> dict[str, Any]:
    """Return the whole sandbox but its journal, as plain data."""
    return (await freeze(sandbox)).as_document()


async def restore(sandbox: Sandbox, document: Any, *, given: bool = True) -> dict[str, int]:
    """Make a sandbox what a snapshot says, in one step; its journal is emptied. Return what was restored.

    Args:
        given: see `snapshot_check.check`.

    Raises:
        BadSnapshot: the document is not one of ours; nothing has changed.
    """
    found = await check(sandbox, document, given=given)
    store, staged = sandbox.store, sandbox.staged().name
    try:
        await _stage(sandbox, staged, found)
        await store.move(staged, sandbox.key)
    except BaseException:
        await store.clear(staged)
        raise
    sandbox.home.adopt(found.fixtures)
    sandbox.home.seeded = True
    return {"jobs": len(found.jobs), "documents": sum(map(len, found.documents.values()))}


async def discard(document: Mapping[str, Any]) -> None:
    """Empty a document that nobody needs any more: to free all of it at once takes as long as others may wait."""
    for jobs in [section.get("jobs") for section in document["fixtures"].values()] + [document["jobs"]]:
        await _empty(jobs or [])


async def _empty(values: list[Any]) -> None:
    while values:
        del values[-PIECE:]
        await asyncio.sleep(0)


async def _stage(sandbox: Sandbox, staged: str, found: CheckedSnapshot) -> None:
    """Put what a snapshot holds where nobody sees it yet.

    Raises:
        BadSnapshot: two jobs have one id.
    """
    store = sandbox.store
    if store.shared is not None:
        await tell(store.shared, staged, sandbox.home, found.fixtures, sandbox.config.fixtures, None)
    await store.add_all(staged, (), found.counters)
    for some in _batched(found.jobs):
        if not await store.add_all(staged, [sandbox.jobs.placed(job) for job in some]):
            raise BadSnapshot("/jobs", "it has two jobs of one id")
        await asyncio.sleep(0)
    for collection, values in found.documents.items():
        for number, (key, value) in enumerate(values.items()):
            await store.write(staged, collection, key, value)
            if number % PIECE == PIECE - 1:
                await asyncio.sleep(0)


def _batched(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Yield a piece's worth of values at a time."""
    left = iter(values)
    while some := list(islice(left, PIECE)):
        yield some


def _section(section: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield an API's section of the fixtures, without its braces: its jobs may be as many as those there are."""
    for number, (name, value) in enumerate(section.items()):
        yield (b"," if number else b"") + compact(name) + b":"
        if isinstance(value, list):
            yield b"["
            yield from _joined(map(_inside, _batched(value)))
            yield b"]"
        else:
            yield compact(value)


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    for number, part in enumerate(parts):
        yield b"," + part if number else part


def _inside(value: Any) -> bytes:
    """Return a list or an object as JSON, without its brackets."""
    return compact(value)[1:-1]
