"""Answers that are given again: the same request, about a job that has not changed.

Most of what a server is asked is one poll, over and over. Its answer is kept with all that it was made of: the
request's own bytes, the job, the sandbox's documents (settings are among them), and the moment up to which time
changes nothing. Whoever asks the same in the same words gets it again, under a number and an entry of its own; the
verdict of the contract is kept with it, for the same answer to the same request is judged the same.

Rules a maintainer must keep:

1. Only a handler says that its answer is `lasting`, and only of what hangs on nothing else than what is compared here.
2. All of it is compared in one step of the store, the one that draws the request's number (`begin_request`, or
   `repeat`, which records it as well, where steps leave the process).
3. Every request is recorded, counted and told to listeners, as one that was worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter, time
from typing import NamedTuple

from aiohttp import web

from mockserver.core.clock import Clock
from mockserver.core.errors import Unavailable
from mockserver.core.job import Job
from mockserver.http.addresses import Accepted
from mockserver.http.metrics import Metrics
from mockserver.http.responses import NUMBER, Answer, WrittenAnswer, http_date, written
from mockserver.http.steps import NOTHING, not_recorded, request_event
from mockserver.journal import entry_text
from mockserver.journal.entry import Entry, repeated
from mockserver.store.base import Document, Over, RequestStart, SharedStore

LIMIT = 1024
"""Answers that a server keeps; beyond it the oldest goes."""

SIZE = 8 * 1024
"""Bytes of an answer's body beyond which it is not kept: a bound on memory, together with `LIMIT`."""

Key = tuple[str, str, bool, str, Sequence[tuple[bytes, bytes]]]
"""What must be the same: the life of the sandbox, prefix, whether over TLS, path with query, headers as sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptAnswer:
    """An answer, and what it hangs on.

    Attributes:
        entry: the journal's entry of the request that was answered so first.
        job: as it was then.
        until: sandbox time (epoch seconds) at which it might be another, though nobody changes anything.
        documents: see `RequestStart.documents`; settings and faults are among them.
        mark: see `Response.mark`.
        counters: what each such request adds one to.
        clock: the document of the clock as it was then.
        written: the whole answer in bytes, with places for `mark`, `number` and `date`; None until it is asked for.
        again: what a shared store needs to do it in one step; None until it is asked for, or when it cannot.
    """

    entry: Entry
    job: Job
    until: float
    documents: int
    mark: str | None
    counters: Sequence[str]
    clock: Document | None
    written: bytes | None = None
    again: object = None


class Repeated(NamedTuple):
    """What came of looking for a kept answer.

    Attributes:
        answer: None when there is none, or none that is still right.
        key: under which this request's answer may be kept; None when it may not.
        start: what was read on the way, so that it is not read again.
    """

    answer: web.StreamResponse | None = None
    key: Key | None = None
    start: RequestStart | None = None


NOT_LOOKED = Repeated()

_WHOLE = (WrittenAnswer, Answer)
"""What is sent as it is on a connection that stays open."""


class KeptAnswers:
    """The answers that one server keeps, for all its sandboxes."""

    def __init__(self, metrics: Metrics, shared: SharedStore | None = None) -> None:
        self._metrics = metrics
        self._shared = shared
        self._kept: dict[Key, _KeptAnswer] = {}

    async def repeat(self, request: web.BaseRequest, accepted: Accepted) -> Repeated:
        """Answer a GET to an API as before, if all is as it was.

        Raises:
            Over: the life of the sandbox is over.
        """
        if (
            # An application's requests have hooks of their own.
            type(request) is not web.BaseRequest or accepted.refusal is not None or accepted.raw is not request.raw_path
        ):
            return NOT_LOOKED
        sandbox = accepted.sandbox
        key = (sandbox.key, accepted.prefix, request.secure, accepted.raw, request.raw_headers)
        kept = self._kept.get(key)
        if kept is None:
            return Repeated(None, key)
        if kept.again is not None and self._shared is not None:
            return await self._repeat_at_once(self._shared, key, kept, accepted)
        job, first = kept.job, kept.entry
        try:
            start = await sandbox.store.begin_request(sandbox.key, job.api, (job.api, job.kind, job.id))
        except (Over, Unavailable):
            return NOT_LOOKED  # who begins the request sees what comes of it
        number, clock, _, _, turn, documents, found = start
        now = (sandbox.first_clock if clock is None else Clock(**clock)).now(sandbox.real())
        # A job never changes: the same object is the same job.
        if found is not job or documents != kept.documents or now >= kept.until:
            self._let_go(key, kept)
            return Repeated(None, key, start)
        if kept.written is None:
            kept = self._kept[key] = replace(
                kept, written=_written(kept), again=self._again(kept, sandbox.journal_size)
            )
        headers, new = {**first.answer_headers}, {b"date": http_date(int(time()))}
        if kept.mark is not None:
            headers[kept.mark] = trace = sandbox.ids.mark(turn)
            new[b"mark"] = trace.encode()
        if NUMBER in headers:
            headers[NUMBER] = shown = str(number)
            new[b"number"] = shown.encode()
        seconds = perf_counter() - accepted.began
        entry = repeated(first, number, now, headers, seconds * 1000)
        try:
            await sandbox.store.record(sandbox.key, entry, sandbox.journal_size, kept.counters)
        except Unavailable as problem:
            not_recorded(entry, problem)
        if sandbox.watchers:
            sandbox.publish(request_event(entry))
        status, whole = first.status or 0, kept.written or b""
        self._metrics.count(job.api, first.operation, status, seconds, NOTHING, None)
        return Repeated(WrittenAnswer(status, whole % new))

    def _let_go(self, key: Key, kept: _KeptAnswer) -> None:
        """Keep an answer no longer."""
        # Another request may have seen so at the same time, and kept a new one.
        if self._kept.get(key) is kept:
            del self._kept[key]

    def _again(self, kept: _KeptAnswer, limit: int) -> object:
        shared, rest = self._shared, None
        if shared is None or (rest := entry_text.rest_of(kept.entry, NUMBER, kept.mark)) is None:
            return None
        return shared.repetition(kept.job, kept.documents, rest, limit, kept.counters)

    async def _repeat_at_once(self, shared: SharedStore, key: Key, kept: _KeptAnswer, accepted: Accepted) -> Repeated:
        """As `repeat`, of an answer that was given again before, in one step of the store."""
        sandbox, first = accepted.sandbox, kept.entry
        # The clock is a document: it stands as it did, or the store says that something was written.
        now = (sandbox.first_clock if kept.clock is None else Clock(**kept.clock)).now(sandbox.real())
        if now >= kept.until:
            self._let_go(key, kept)
            return Repeated(None, key)
        try:
            start, done = await shared.repeat(sandbox.key, kept.again, now, perf_counter() - accepted.began)
        except (Over, Unavailable):
            return NOT_LOOKED
        if not done:
            self._let_go(key, kept)
            return Repeated(None, key, start)
        number, turn = start.number, start.turn
        new = {b"date": http_date(int(time())), b"number": str(number).encode()}
        if kept.mark is not None:
            new[b"mark"] = sandbox.ids.mark(turn).encode()
        seconds, status = perf_counter() - accepted.began, first.status or 0
        if sandbox.watchers:
            headers = {**first.answer_headers}
            if NUMBER in headers:
                headers[NUMBER] = str(number)
            if kept.mark is not None:
                headers[kept.mark] = new[b"mark"].decode()
            sandbox.publish(request_event(repeated(first, number, now, headers, seconds * 1000)))
        self._metrics.count(kept.job.api, first.operation, status, seconds, NOTHING, None)
        return Repeated(WrittenAnswer(status, (kept.written or b"") % new))

    def keep(
        self,
        key: Key,
        answer: web.StreamResponse,
        mark: str | None,
        start: RequestStart,
        steady: tuple[Job, float] | None,
        entry: Entry,
        counters: Sequence[str],
    ) -> None:
        """Keep an answer that its handler calls lasting, if all that it hangs on can be compared.

        Args:
            start: what was read before the answer was worked out, so that a change meanwhile shows.
            steady: see `Jobs.steady`.
        """
        if steady is None or start.armed or type(answer) not in _WHOLE or entry.body or len(entry.answer) > SIZE:
            return
        if len(self._kept) >= LIMIT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = _KeptAnswer(
            entry=entry,
            job=steady[0],
            until=steady[1],
            documents=start.documents,
            mark=mark,
            counters=counters,
            clock=start.clock,
        )


def _written(kept: _KeptAnswer) -> bytes:
    places = {NUMBER: b"%(number)b"} if kept.mark is None else {NUMBER: b"%(number)b", kept.mark: b"%(mark)b"}
    return written(kept.entry.status or 0, kept.entry.answer_headers, kept.entry.answer, places)
