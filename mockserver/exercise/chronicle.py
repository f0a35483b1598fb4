"""What happened in all sandboxes of a server, those too that were reset or ended meanwhile.

A run is judged when its command has ended. By then a suite may have reset its sandbox a hundred times, or made and
ended a hundred; so whatever is about to be forgotten is looked at once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.definition import Api
from mockserver.control.records import describe
from mockserver.core.job import Job
from mockserver.http.services import Services
from mockserver.journal import coverage
from mockserver.journal.entry import Entry
from mockserver.journal.in_parts import everything
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.store.base import FAULTS, JOURNAL
from mockserver.store.memory import MemoryStore
from mockserver.store.whole import Gone

CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A sandbox from its making, or its last reset, to its end or the next one.

    Attributes:
        sandbox: its name.
        entries: its journal, oldest first.
        violations: the breaches of contract in it.
        faults: those that were armed, in the store's form.
        jobs: all of them; of a closed one, those that have moved or that a request was about.
        closed: it was reset, replaced or ended.
    """

    sandbox: str
    entries: Sequence[Entry]
    violations: Sequence[Mapping[str, Any]]
    faults: Sequence[Mapping[str, Any]]
    jobs: Sequence[Job]
    closed: bool

    @property
    def breaches(self) -> list[Mapping[str, Any]]:
        """The breaches by the client."""
        return [one for one in self.violations if one["side"] == CLIENT]

    @property
    def unused_faults(self) -> list[Mapping[str, Any]]:
        """The faults that nothing has hit."""
        return [one for one in self.faults if not one["hits"]]


class ChronicleStore(MemoryStore):
    """A store in memory that reads a sandbox once more before it forgets it."""

    def __init__(self) -> None:
        super().__init__()
        self.chapters: list[Chapter] = []

    async def clear(self, sandbox: str) -> bool:
        if "/" not in sandbox:  # no sandbox's name, but one that is being filled
            await self._close(sandbox, ())
        return await super().clear(sandbox)

    async def move(self, source: str, target: str, *, keep: Sequence[str] = ()) -> Gone:
        if JOURNAL not in keep:
            await self._close(target, keep)
        return await super().move(source, target, keep=keep)

    async def chapter(self, sandbox: str, *, keep: Sequence[str] = (), closed: bool = False) -> Chapter:
        """Return what has happened in a sandbox since it began."""
        entries = await everything(self, sandbox)
        asked = {(entry.api, entry.job) for entry in entries if entry.job is not None}
        faults = {} if FAULTS in keep else await self.collection(sandbox, FAULTS)
        jobs: list[Job] = []
        for api, kind in await self.size(sandbox):
            page = await self.page(sandbox, api, kind, newest=False)
            jobs += [
                one for one in page.jobs if not closed or one.history or {(api, one.id), (api, one.parent)} & asked
            ]
        return Chapter(
            sandbox=sandbox.partition("@")[0],
            entries=entries,
            violations=await coverage.violations(self, sandbox),
            faults=list(faults.values()),
            jobs=jobs,
            closed=closed,
        )

    async def _close(self, sandbox: str, keep: Sequence[str]) -> None:
        found = await self.chapter(sandbox, keep=keep, closed=True)
        if found.entries or found.violations or found.faults:
            self.chapters.append(found)


async def chronicle(services: Services, store: ChronicleStore) -> list[Chapter]:
    """Return the chapters of a server's sandboxes in the order in which they ended; those that go on come last."""
    return [*store.chapters, *[await store.chapter(one.name) for one in services.sandboxes.all()]]


def job_records(apis: Sequence[Api], chapter: Chapter) -> list[dict[str, Any]]:
    """Return the control API's records of a chapter's jobs, each with its sandbox."""
    by_name = {api.name: api for api in apis}
    return [{"sandbox": chapter.sandbox, **describe(by_name[job.api], job)} for job in chapter.jobs]


def prefix(chapter: Chapter) -> str:
    """Return what a chapter's addresses begin with."""
    return "" if chapter.sandbox == DEFAULT else f"/~{chapter.sandbox}"
