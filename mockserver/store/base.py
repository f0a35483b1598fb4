"""What a store must do.

Everything that two processes could disagree about lives here: jobs, counters, documents
(clock, settings, faults, accounts' tokens …) and the journal, all of them per sandbox.

Rules a maintainer must keep:

1. Each method is one atomic step; nothing outside the store reads and then writes without `swap`, `replace`, `commit`.
2. A store knows no API and no rule of a job: when a job falls due, and what lists it, is handed in beside it.
3. Values are plain or frozen: what was handed in is never changed in place, what comes out is never changed either.
4. A sandbox is asked for by its name, or by one of its lives (`life`): who began in one that is over reaches nothing.
5. A step that does not come through raises `Unavailable` within a few seconds, and is not done afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from mockserver.core.job import Job
from mockserver.store.entries import PART, Numbered, Part
from mockserver.store.placing import UNPLACED, Page, Placing
from mockserver.store.rows import Row
from mockserver.store.whole import Gone, Whole

Document = Any
"""A value JSON can say."""

JOURNAL, CLOCK, SETTINGS, FAULTS = "journal", "clock", "settings", "faults"
"""The counter and the collections that every request needs; `CLOCK` is also the key of its only document."""

FLOOR, FIRST = "floor", "first"
"""Documents of `JOURNAL`: the last number drawn when the journal was emptied, and when this life began."""


class Over(Exception):
    """The life of a sandbox is over: it was cleared, or something else was moved into its place.

    No `DomainError`: nothing that a request asks for is wrong, and no handler may take it for that.
    """


class ForeignStore(Exception):
    """What lies where the store should be was written by another version, or by somebody else."""


class RequestStart(NamedTuple):
    """What a request finds in its sandbox.

    Attributes:
        number: of the journal entry that it will be.
        clock: the document of the clock, None when nobody has touched it.
        settings: what was changed of one API's settings, None when nothing was.
        armed: whether there are faults.
        turn: which request it is of this life of its sandbox: 1, 2, … after each reset, where numbers go on.
        documents: how often its documents were written or replaced in this life; what is `Appended` decides nothing.
        job: the one that was asked for with it, as it is stored; None when there is none, or none was asked for.
    """

    number: int
    clock: Document | None
    settings: Document | None
    armed: bool
    turn: int
    documents: int = 0
    job: Job | None = None


NOT_BEGUN = RequestStart(0, None, None, False, 0)
"""Of a request that is not put down in any journal."""


NO_COUNTERS: Mapping[str, int] = MappingProxyType({})


class Store(Protocol):
    """Sandboxes by name, and all that is in them."""

    @property
    def shared(self) -> SharedStore | None:
        """The store itself, if other processes may have it, too; None when it is this process' own."""

    async def open(self) -> None:
        """Connect.

        Raises:
            Unavailable: the store cannot be reached.
            ForeignStore: what lies there is none of ours.
        """

    async def close(self) -> None:
        """Let go of connections."""

    async def ping(self) -> bool:
        """Tell whether the store answers and can be changed; False or `Unavailable` say that not."""

    async def sandboxes(self) -> Sequence[str]:
        """Return the names of all sandboxes."""

    async def life(self, sandbox: str) -> str:
        """Return what a sandbox is called for the rest of its present life, until `clear` or `move` end it.

        Every other method takes it in place of the name, and raises `Over` when that life is over.

        Raises:
            Over: there is no such sandbox.
        """

    async def revision(self, sandbox: str) -> object:
        """Return a value that is another one as soon as anything in a sandbox has changed."""

    async def whole(self, sandbox: str) -> Whole:
        """Return all that a sandbox holds but its journal's entries, as it stands at one moment."""

    async def clear(self, sandbox: str) -> bool:
        """Forget everything in a sandbox; its life is over. False when there was none, or it was over already."""

    async def move(self, source: str, target: str, *, keep: Sequence[str] = ()) -> Gone:
        """Put all that is in one sandbox in the place of what is in another; the first is gone afterwards.

        The target's life is over; its next one draws its requests' numbers where this one stopped.

        Args:
            keep: collections of documents that the target keeps as they are, instead of the source's; for `JOURNAL`
                the journal and its counter, too, but for entries that are not answered: their requests are over.
        """

    # jobs
    async def get(self, sandbox: str, api: str, kind: str, job_id: str) -> Job | None:
        """Return a job as it was last written."""

    async def load(self, sandbox: str, api: str, kind: str, job_id: str) -> tuple[Job | None, Document | None]:
        """Return a job as it was last written, and the document of the clock: what a change hangs on, of one moment."""

    async def find(self, sandbox: str, api: str, kinds: Sequence[str], job_id: str) -> Job | None:
        """Return the job of that id that is no part of another, of the first kind that has one."""

    async def add(self, sandbox: str, job: Job, placing: Placing = UNPLACED) -> bool:
        """Add a job; False when there is one of that id."""

    async def add_all(
        self, sandbox: str, jobs: Sequence[tuple[Job, Placing]], counters: Mapping[str, int] = NO_COUNTERS
    ) -> bool:
        """Add jobs in this order, and put counters that nobody has drawn from to a value.

        False, and nothing has changed, when an id is taken or one of the counters has been drawn from.
        """

    async def swap(
        self, sandbox: str, old: Job, new: Job, placing: Placing = UNPLACED, listed: Sequence[str] | None = None
    ) -> bool:
        """Replace `old` by `new`; False when the job is no longer as `old` says (its version differs).

        Args:
            listed: the listings that `old` stands in; None: `new` stands in the same, whatever `placing` says of them.
        """

    async def remove(self, sandbox: str, jobs: Sequence[tuple[Job, Sequence[str]]]) -> bool:
        """Forget jobs, each with the listings that it stands in.

        All of them, or none: False when one is no longer as it is said to be (its version differs), or not there.
        """

    async def commit(self, sandbox: str, rows: Sequence[Row]) -> bool:
        """Make changes of jobs and documents together, no two of the same one.

        All of them, or none: False when one of them is refused.
        """

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
        """Return a page of jobs in order of arrival. Its cost does not grow with the number of jobs.

        Args:
            listing: of those in this listing alone.
            after: of those beyond this place (`Page.last`), which stays what it is when jobs go.
        """

    async def size(self, sandbox: str) -> Mapping[tuple[str, str], int]:
        """Return how many jobs there are, by (api, kind)."""

    async def timed(self, sandbox: str, before: float, *, relisted: tuple[str, str] | None = None) -> Iterable[Job]:
        """Return the jobs that fall due or are relisted at `before` (epoch seconds) or earlier, as they are now.

        Or those alone of one api and kind that are `relisted`. In order of arrival within api and kind; its cost does
        not grow with the number of others, unless very many have come up: these may be read in several steps, and be
        put together while they are read, so that who reads them can pause.
        """

    async def next_due(self, sandbox: str) -> float | None:
        """Return when the first planned change of all comes due (epoch seconds), or None."""

    # requests
    async def begin_request(self, sandbox: str, api: str, job: tuple[str, str, str] | None = None) -> RequestStart:
        """Draw a request's number, and read what each request to this API needs.

        Args:
            job: API, kind and id of one that is read along.
        """

    async def record(self, sandbox: str, entry: Numbered, limit: int, counters: Sequence[str] = ()) -> None:
        """Put a journal entry under its number, over what was there, and add one to each counter.

        A request may be recorded when it arrives and again when it is answered. Beyond `limit` entries those of the
        lowest numbers are dropped.
        """

    async def entries(
        self, sandbox: str, after: int = 0, before: int | None = None, *, newest: bool = False, limit: int = PART
    ) -> Part:
        """Return the first entries between two numbers, in order of numbers or (`newest`) the other way round.

        As many as one step may read (see `PART`, `BYTES`), and at most `limit`; at least one, if there is one.
        """

    async def entry(self, sandbox: str, number: int) -> Any:
        """Return the journal entry of a number, or None."""

    async def forget_entries(self, sandbox: str) -> int:
        """Empty the journal and write down its `FLOOR`; return how many entries went. Numbers go on."""

    # counters and documents
    async def count(self, sandbox: str, counter: str) -> int:
        """Add one to a counter and return it; the first is 1."""

    async def counters(self, sandbox: str) -> Mapping[str, int]:
        """Return all counters."""

    async def read(self, sandbox: str, collection: str, key: str) -> Document | None:
        """Return a document, or None."""

    async def write(self, sandbox: str, collection: str, key: str, value: Document) -> None:
        """Write a document over what was there."""

    async def replace(
        self, sandbox: str, collection: str, key: str, old: Document | None, new: Document | None
    ) -> bool:
        """Compare and swap a document (None: absent); False when it is no longer `old`."""

    async def collection(self, sandbox: str, collection: str) -> Mapping[str, Document]:
        """Return all documents of a collection, in order of arrival."""

    async def collections(self, sandbox: str) -> Sequence[str]:
        """Return the names of all collections."""


class SharedStore(Store, Protocol):
    """A store that several processes have: what each of them must know of the others' doings."""

    @property
    def heard(self) -> int:
        """Whether anybody listened, in any process, when `record` was last done: 0 when nobody did."""

    def repetition(self, job: Job, documents: int, entry: bytes, limit: int, counters: Sequence[str]) -> object:
        """Return what `repeat` needs to know of a request that was answered before.

        Args:
            job: the one it asked for, as it was then.
            documents: see `RequestStart.documents`, as it was then.
            entry: its entry as text (`entry_text.rest_of`).
            limit, counters: see `record`.
        """

    async def repeat(self, sandbox: str, again: Any, at: float, seconds: float) -> tuple[RequestStart, bool]:
        """Begin a request as `begin_request`, and if all is as it was, record it as well: in one step.

        Args:
            again: made by `repetition`.
            at: sandbox time (epoch seconds).
            seconds: how long ago, in real ones, it came.

        Returns:
            What it found, and whether it is recorded; of what it found, number and turn alone when it is.
        """

    async def place(self, source: str, target: str, limit: int) -> bool:
        """Put all that is in one sandbox under a name that none has; False, and nothing has changed, when one has it.

        The first is gone afterwards. A name with a slash is that of one that nobody is to see yet.

        Raises:
            Full: there are as many as `limit` already.
        """

    async def describe(self, sandbox: str, about: Document) -> None:
        """Write down what other processes must know of a sandbox to serve it; its `ttl` says how long it lasts."""

    async def about(self, sandbox: str) -> Document | None:
        """Return what `describe` wrote, None when nothing was written."""

    async def lives(self) -> Mapping[str, str]:
        """Return the present lives of all sandboxes, by name (see `life`)."""

    async def age(self, sandbox: str) -> float:
        """Return how many real seconds ago a life was put in its place, by the store's clock."""

    async def use(self, sandbox: str) -> None:
        """Say that a sandbox is in use: from now on it has its whole `ttl` again."""

    async def end_unused(self, since: float) -> Sequence[str]:
        """Clear the sandboxes whose `ttl` has run out `since` real seconds; return their names, to one process each."""

    def announce(self, sandbox: str, text: bytes) -> None:
        """Send a text to all processes that listen, without waiting; nothing when the store is away."""

    async def listen(self, attends: Callable[[], None], hear: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Hear what is announced, until cancelled, across failures of the store.

        Args:
            attends: called whenever nothing that is announced is missed from now on.
            hear: gets the sandbox's name and the text.
        """

    async def post(self, process: str, document: Document) -> None:
        """Write down what a process has counted, over what it wrote before."""

    async def posted(self) -> Mapping[str, Document]:
        """Return what processes have counted, also those that have ended."""

    async def fold(self, process: str, into: str, old: Document | None, new: Document) -> bool:
        """Forget what a process has counted, and write `new` down for another; False when that is no longer `old`."""

    async def last(self) -> None:
        """Let everything last for another week; what nobody serves any more goes by itself."""


class Full(Exception):
    """There is no room for another sandbox."""
