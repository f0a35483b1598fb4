"""The store in Redis: jobs, documents and entries as text, one script for each step, so that processes share them.

Rules a maintainer must keep:

1. A step is one script (`script.py`), and so one round trip.
2. The same text is the same value, as long as it is remembered: who compares by identity, as kept answers do, is right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from mockserver.core.job import Job
from mockserver.store import json_text
from mockserver.store.base import NO_COUNTERS, Document, Full, RequestStart, SharedStore
from mockserver.store.base import Over as LifeOver
from mockserver.store.entries import BYTES, PART, Numbered, Part
from mockserver.store.placing import UNPLACED, Page, Placing
from mockserver.store.redis import (
    arguments,
    connection,
    job_scripts,
    job_text,
    life_scripts,
    listening,
    pages,
    request_scripts,
    timed,
    whole,
)
from mockserver.store.redis.arguments import table_of
from mockserver.store.redis.connection import Argument, Connection
from mockserver.store.redis.refusals import Unwilling
from mockserver.store.redis.remembered import Remembered
from mockserver.store.redis.script import PREFIX, Script
from mockserver.store.rows import Row
from mockserver.store.whole import Gone, Whole

REPEATED = 3
"""How much a step says of a request that is answered as before; it says more of any other."""

CHANNEL = f"{PREFIX}events:"
"""What the name of a channel begins with; the number of the database follows, for Redis' channels know of none."""


def _key(table: bytes) -> tuple[str, str]:
    api, _, kind = table.decode().partition(":")
    return api, kind


class RedisStore:
    """Implements `Store`; see there for what each method does."""

    def __init__(self, url: str, dump_entry: Callable[[Any], bytes], load_entry: Callable[[bytes], Any]) -> None:
        """Stand over a Redis.

        Args:
            url: `redis://`, `rediss://` or `unix://`, as redis-py reads it.
            dump_entry, load_entry: a journal's entry as text and back.

        Raises:
            ValueError: the URL is none.
        """
        self.heard = 1
        self._connection = Connection(url)
        self._run = self._connection.run
        self._channel = f"{CHANNEL}{self._connection.pool.connection_kwargs.get('db', 0)}"
        self._dump_entry = dump_entry
        self._load_entry = load_entry
        self._job: Callable[[bytes], Job] = Remembered(job_text.loads)
        self._document: Callable[[bytes], Document] = Remembered(json_text.loads)

    @property
    def shared(self) -> SharedStore:
        return self

    async def open(self) -> None:
        await self._connection.open()

    async def close(self) -> None:
        await self._connection.close()

    async def ping(self) -> bool:
        await self._prove(life_scripts.PING)
        return True

    async def _prove(self, script: Script, *arguments: Argument) -> None:
        """Take a step that writes; the log has a line when these begin to be refused, and one when they are no more."""
        try:
            await self._run(script, "", *arguments)
        except Unwilling as error:
            self._connection.told.tell(error, lasts=True)
            raise
        self._connection.told.back()

    async def sandboxes(self) -> Sequence[str]:
        return [name.decode() for name in await self._run(life_scripts.NAMES, "")]

    async def life(self, sandbox: str) -> str:
        found = await self._run(life_scripts.LIFE, sandbox)
        if found is None:
            raise LifeOver(sandbox)
        return f"{sandbox}@{found.decode()}"

    async def revision(self, sandbox: str) -> object:
        return tuple(await self._run(life_scripts.REVISION, sandbox))

    async def whole(self, sandbox: str) -> Whole:
        return await whole.read(self, self._run, self._documents, sandbox)

    async def clear(self, sandbox: str) -> bool:
        return bool(await self._run(life_scripts.CLEAR, sandbox))

    async def move(self, source: str, target: str, *, keep: Sequence[str] = ()) -> Gone:
        found = await self._run(life_scripts.MOVE, target, source, *keep)
        tables, sizes, entries, names, documents = found
        return Gone(
            jobs=dict(zip(map(_key, tables), sizes, strict=True)),
            entries=entries,
            documents={name.decode(): self._documents(some) for name, some in zip(names, documents, strict=True)},
        )

    async def place(self, source: str, target: str, limit: int) -> bool:
        found = await self._run(life_scripts.PLACE, target, source, limit)
        if found < 0:
            raise Full
        return bool(found)

    async def describe(self, sandbox: str, about: Document) -> None:
        ttl = about.get("ttl")
        await self._run(life_scripts.DESCRIBE, sandbox, json_text.dumps(about), "" if ttl is None else ttl)

    async def about(self, sandbox: str) -> Document | None:
        found = await self._run(life_scripts.ABOUT, sandbox)
        return None if found is None else json_text.loads(found)

    async def lives(self) -> Mapping[str, str]:
        found = _pairs(await self._run(life_scripts.LIVES, ""))
        return {name: f"{name}@{life.decode()}" for name, life in ((text.decode(), life) for text, life in found)}

    async def age(self, sandbox: str) -> float:
        found = await self._run(life_scripts.AGE, sandbox)
        return float(found or 0.0)

    async def use(self, sandbox: str) -> None:
        await self._run(life_scripts.USE, sandbox)

    async def end_unused(self, since: float) -> Sequence[str]:
        return [name.decode() for name in await self._run(life_scripts.END_UNUSED, "", repr(since))]

    def announce(self, sandbox: str, text: bytes) -> None:
        self._connection.tell("PUBLISH", self._channel, b"%s %s" % (sandbox.encode(), text))

    async def listen(self, attends: Callable[[], None], hear: Callable[[str, bytes], Awaitable[None]]) -> None:
        async def heard(said: bytes) -> None:
            sandbox, _, text = said.partition(b" ")
            # Anybody may publish there; what is no text is the name of no sandbox.
            await hear(sandbox.decode(errors="replace"), text)

        await listening.listen(self._connection.make, self._channel, attends, heard)

    async def post(self, process: str, document: Document) -> None:
        await self._prove(life_scripts.POST, process, json_text.dumps(document))

    async def posted(self) -> Mapping[str, Document]:
        found = await self._run(life_scripts.POSTED, "")
        return {process.decode(): json_text.loads(text) for process, text in _pairs(found)}

    async def fold(self, process: str, into: str, old: Document | None, new: Document) -> bool:
        was = b"" if old is None else json_text.dumps(old)
        return bool(await self._run(life_scripts.FOLD, "", process, into, was, json_text.dumps(new)))

    async def last(self) -> None:
        for sandbox in await self.sandboxes():
            await self._run(life_scripts.LAST, sandbox)

    # --- jobs -------------------------------------------------------------------------------------

    async def get(self, sandbox: str, api: str, kind: str, job_id: str) -> Job | None:
        found = await self._run(job_scripts.GET, sandbox, table_of(api, kind), job_id)
        return None if found is None else self._job(found)

    async def load(self, sandbox: str, api: str, kind: str, job_id: str) -> tuple[Job | None, Document | None]:
        job, clock = await self._run(job_scripts.LOAD, sandbox, table_of(api, kind), job_id)
        return None if job is None else self._job(job), None if clock is None else self._document(clock)

    async def find(self, sandbox: str, api: str, kinds: Sequence[str], job_id: str) -> Job | None:
        found = await self._run(job_scripts.FIND, sandbox, job_id, *(table_of(api, kind) for kind in kinds))
        return next((job for job in map(self._job, found) if job.parent is None), None)

    async def add(self, sandbox: str, job: Job, placing: Placing = UNPLACED) -> bool:
        return await self.add_all(sandbox, [(job, placing)])

    async def add_all(
        self, sandbox: str, jobs: Sequence[tuple[Job, Placing]], counters: Mapping[str, int] = NO_COUNTERS
    ) -> bool:
        drawn = [part for name, value in counters.items() for part in (name, value)]
        added = [part for one in jobs for part in arguments.added(*one)]
        return bool(await self._run(job_scripts.ADD, sandbox, len(counters), *drawn, *added))

    async def swap(
        self, sandbox: str, old: Job, new: Job, placing: Placing = UNPLACED, listed: Sequence[str] | None = None
    ) -> bool:
        return bool(await self._run(job_scripts.SWAP, sandbox, *arguments.swapped(old, new, placing, listed)))

    async def remove(self, sandbox: str, jobs: Sequence[tuple[Job, Sequence[str]]]) -> bool:
        removed = [part for one in jobs for part in arguments.removed(*one)]
        return bool(await self._run(job_scripts.REMOVE, sandbox, *removed))

    async def commit(self, sandbox: str, rows: Sequence[Row]) -> bool:
        parts = [part for one in rows for part in arguments.row(one)]
        return bool(await self._run(job_scripts.COMMIT, sandbox, *parts))

    async def page(
        self,
        sandbox: str,
        api: str,
        kind: str,
        *,
        start: int = 0,
        limit: int | None = None,
        newest: bool = True,
        listing: str | None = None,
        after: int | None = None,
    ) -> Page:
        how: dict[str, Any] = {"start": start, "limit": limit, "newest": newest, "listing": listing, "after": after}
        return await pages.read(self._run, sandbox, table_of(api, kind), **how)

    async def size(self, sandbox: str) -> Mapping[tuple[str, str], int]:
        tables, sizes = await self._run(job_scripts.SIZE, sandbox)
        return dict(zip(map(_key, tables), sizes, strict=True))

    async def timed(self, sandbox: str, before: float, *, relisted: tuple[str, str] | None = None) -> Iterable[Job]:
        table = "" if relisted is None else table_of(*relisted)
        return await timed.read(self._run, sandbox, before, table)

    async def next_due(self, sandbox: str) -> float | None:
        found = await self._run(job_scripts.NEXT_DUE, sandbox)
        return None if found is None else float(found)

    # --- requests ---------------------------------------------------------------------------------

    async def begin_request(self, sandbox: str, api: str, job: tuple[str, str, str] | None = None) -> RequestStart:
        asked = () if job is None else (table_of(job[0], job[1]), job[2])
        return self._begun(await self._run(request_scripts.BEGIN_REQUEST, sandbox, api, *asked))

    def _begun(self, found: Sequence[Any]) -> RequestStart:
        number, clock, settings, armed, first, written, stored = found
        return RequestStart(
            number,
            None if clock is None else self._document(clock),
            None if settings is None else self._document(settings),
            bool(armed),
            number - int(first or 0),
            int(written or 0),
            None if stored is None else self._job(stored),
        )

    def repetition(self, job: Job, documents: int, entry: bytes, limit: int, counters: Sequence[str]) -> object:
        asked = job.api, table_of(job.api, job.kind), job.id, job_text.dumps(job), documents
        return asked, (entry, limit, *counters)

    async def repeat(self, sandbox: str, again: Any, at: float, seconds: float) -> tuple[RequestStart, bool]:
        (asked, rest), since = again, f"{connection.PATIENCE + seconds:.6f}"
        found = await self._run(request_scripts.REPEAT, sandbox, self._channel, *asked, repr(at), since, *rest)
        if len(found) > REPEATED:
            return self._begun(found), False
        number, first, self.heard = found
        return RequestStart(number, None, None, False, number - int(first)), True

    async def record(self, sandbox: str, entry: Numbered, limit: int, counters: Sequence[str] = ()) -> None:
        text = self._dump_entry(entry)
        asked = self._channel, entry.number, text, limit, int(entry.is_answered)
        self.heard = await self._run(request_scripts.RECORD, sandbox, *asked, *counters)

    async def entries(
        self, sandbox: str, after: int = 0, before: int | None = None, *, newest: bool = False, limit: int = PART
    ) -> Part:
        span = after, "" if before is None else before, int(newest)
        found = await self._run(request_scripts.ENTRIES, sandbox, *span, min(limit, PART), BYTES)
        texts, rest, count, first, last = found
        entries = [self._load_entry(text) for text in texts if text is not None]
        return Part(entries, None if rest is None else int(rest), count, int(first), int(last))

    async def entry(self, sandbox: str, number: int) -> Any:
        found = await self._run(request_scripts.ENTRY, sandbox, number)
        return None if found is None else self._load_entry(found)

    async def forget_entries(self, sandbox: str) -> int:
        gone: int = await self._run(request_scripts.FORGET_ENTRIES, sandbox)
        return gone

    # --- counters and documents -------------------------------------------------------------------

    async def count(self, sandbox: str, counter: str) -> int:
        drawn: int = await self._run(request_scripts.COUNT, sandbox, counter)
        return drawn

    async def counters(self, sandbox: str) -> Mapping[str, int]:
        found = await self._run(request_scripts.COUNTERS, sandbox)
        return {name.decode(): int(value) for name, value in _pairs(found)}

    async def read(self, sandbox: str, collection: str, key: str) -> Document | None:
        found = await self._run(request_scripts.READ, sandbox, collection, key)
        return None if found is None else self._document(found)

    async def write(self, sandbox: str, collection: str, key: str, value: Document) -> None:
        await self._run(request_scripts.WRITE, sandbox, collection, key, json_text.dumps(value))

    async def replace(
        self, sandbox: str, collection: str, key: str, old: Document | None, new: Document | None
    ) -> bool:
        return bool(await self._run(request_scripts.REPLACE, sandbox, *arguments.replaced(collection, key, old, new)))

    async def collection(self, sandbox: str, collection: str) -> Mapping[str, Document]:
        return self._documents(await self._run(request_scripts.COLLECTION, sandbox, collection))

    async def collections(self, sandbox: str) -> Sequence[str]:
        return [name.decode() for name in await self._run(request_scripts.COLLECTIONS, sandbox)]

    def _documents(self, found: Sequence[Sequence[bytes]]) -> dict[str, Document]:
        keys, values = found
        return {key.decode(): self._document(value) for key, value in zip(keys, values, strict=True)}


def _pairs(flat: Sequence[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)
