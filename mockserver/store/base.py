"""What a store must do.

Everything that two processes could disagree about lives here: jobs, counters, documents
(clock, settings, faults, accounts' tokens …) and the journal, all of them per sandbox.

Rules a maintainer must keep:

1. Each method is one atomic step; nothing outside the store reads and then writes without `swap` or `replace`.
2. A store knows no API and no rule of a job.
3. Values are plain or frozen: what was handed in is never changed in place, what comes out is never changed either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from mockserver.core.job import Job

Document = Any
"""A value JSON can say."""

JOURNAL, CLOCK, SETTINGS, FAULTS = "journal", "clock", "settings", "faults"
"""The counter and the collections that every request needs; `CLOCK` is also the key of its only document."""


class RequestStart(NamedTuple):
    """What a request finds in its sandbox.

    Attributes:
        number: of the journal entry that it will be.
        clock: the document of the clock, None when nobody has touched it.
        settings: what was changed of one API's settings, None when nothing was.
        armed: whether there are faults.
    """

    number: int
    clock: Document | None
    settings: Document | None
    armed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Jobs in the asked order, and how many there are of that api and kind in all."""

    jobs: Sequence[Job]
    total: int


class Store(Protocol):
    """Sandboxes by name ("box"), and all that is in them."""

    async def open(self) -> None:
        """Connect. Raises OSError when the store cannot be reached."""

    async def close(self) -> None:
        """Let go of connections."""

    async def ping(self) -> bool:
        """Tell whether the store answers."""

    async def boxes(self) -> Sequence[str]:
        """Return the names of all sandboxes."""

    async def clear(self, box: str, *, keep: Sequence[str] = ()) -> None:
        """Forget everything in a sandbox but the documents of the collections in `keep`."""

    # jobs
    async def get(self, box: str, api: str, kind: str, job_id: str) -> Job | None:
        """Return a job as it was last written."""

    async def add(self, box: str, job: Job) -> bool:
        """Add a job; False when there is one of that id."""

    async def add_all(self, box: str, jobs: Sequence[Job], counters: Mapping[str, int]) -> bool:
        """Add jobs in order, and put counters that nobody has drawn from to a value.

        False, and nothing has changed, when an id is taken or one of the counters has been drawn from.
        """

    async def swap(self, box: str, old: Job, new: Job) -> bool:
        """Replace `old` by `new`; False when the job is no longer as `old` says (its version differs)."""

    async def remove(self, box: str, job: Job) -> bool:
        """Forget a job; False when it is not there."""

    async def page(
        self, box: str, api: str, kind: str, *, start: int = 0, limit: int | None = None, newest: bool = True
    ) -> Page:
        """Return a page of jobs in order of arrival. Its cost does not grow with the number of jobs."""

    async def size(self, box: str) -> Mapping[tuple[str, str], int]:
        """Return how many jobs there are, by (api, kind)."""

    # requests
    async def begin_request(self, box: str, api: str) -> RequestStart:
        """Draw a request's number, and read what each request to this API needs."""

    async def log(self, box: str, entry: Any, limit: int, counters: Sequence[str] = ()) -> None:
        """Append a journal entry, drop the oldest beyond `limit`, and add one to each counter."""

    async def entries(self, box: str) -> Sequence[Any]:
        """Return the journal, oldest first."""

    async def forget_entries(self, box: str) -> int:
        """Empty the journal; return how many entries went."""

    # counters and documents
    async def count(self, box: str, counter: str) -> int:
        """Add one to a counter and return it; the first is 1."""

    async def counters(self, box: str) -> Mapping[str, int]:
        """Return all counters."""

    async def set_counter(self, box: str, counter: str, value: int) -> None:
        """Put a counter to a value (a snapshot is restored)."""

    async def read(self, box: str, collection: str, key: str) -> Document | None:
        """Return a document, or None."""

    async def write(self, box: str, collection: str, key: str, value: Document) -> None:
        """Write a document over what was there."""

    async def replace(self, box: str, collection: str, key: str, old: Document | None, new: Document | None) -> bool:
        """Compare and swap a document (None: absent); False when it is no longer `old`."""

    async def collection(self, box: str, collection: str) -> Mapping[str, Document]:
        """Return all documents of a collection, in order of arrival."""

    async def collections(self, box: str) -> Sequence[str]:
        """Return the names of all collections."""
