"""What a handler may ask of the sandbox it works in: its jobs and documents, and to change several of them at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mockserver.core.ids import Ids
    from mockserver.core.job import Change, Job
    from mockserver.core.machine import Machine

Row = Any
"""A change that is made in one step with others, as `Documents.replacing` and `Jobs.changing` return it."""

Along = Callable[["Job"], Awaitable[Sequence[Row]]]
"""What else happens in the step that adds or changes a job, given as it will be.

All of it happens, or nothing, whatever becomes of the store or the process. Asked again when somebody else was quicker,
so that it reads what it hangs on itself; whatever it raises leaves everything as it was.
"""


class Documents(Protocol):
    """Small documents an API keeps in a sandbox (tokens, uploads …), by collection and key."""

    async def get(self, collection: str, key: str) -> Any:
        """Return a document, or None."""

    async def put(self, collection: str, key: str, value: Any) -> None:
        """Write a document; it is never changed in place afterwards."""

    async def replace(self, collection: str, key: str, old: Any, new: Any) -> bool:
        """Compare and swap a document (None: absent)."""

    async def change(self, collection: str, key: str, pure: Callable[[Any], Any]) -> Any:
        """Apply a pure function to a document (None: absent), again when somebody else was quicker; return the new."""

    def replacing(self, collection: str, key: str, old: Any, new: Any) -> Row:
        """Return a compare and swap of a document, to be made in one step with the change of a job (`Along`)."""

    async def all(self, collection: str) -> Mapping[str, Any]:
        """Return a collection in order of arrival."""


class Sandbox(Protocol):
    """What a handler may ask of the sandbox it works in.

    Attributes:
        name: its name; `default` for the one that is always there.
        ids: the seeded source of ids.
        states: what this process remembers of each API here (see `Api.state`).
        submits: API -> fields, in the fixture's form, of every job that a client submits here; an id is the first's.
    """

    name: str
    ids: Ids
    states: dict[str, Any]
    submits: Mapping[str, Mapping[str, Any]]

    def real(self) -> float:
        """Return real time in epoch seconds."""

    async def pause(self, seconds: float) -> None:
        """Wait, in real time, but no longer than the server runs."""

    def documents(self, api: str) -> Documents:
        """Return the documents an API keeps here."""

    async def count(self, counter: str) -> int:
        """Draw the next number of a sequence."""

    async def build_job(self, api: str, fields: Mapping[str, Any]) -> tuple[Job, ...]:
        """Make a job and its parts from the fixture's form, without adding them."""


class Pure(Protocol):
    """What a change does to a settled job."""

    def __call__(self, machine: Machine, job: Job, now: float, /) -> Job:
        """Return the job as it shall be."""


class Jobs(Protocol):
    """The jobs of the sandbox, as one request sees and moves them. Errors are those of `mockserver.core.errors`.

    Attributes:
        told: API, kind and state of the job whose state the client is told; the last one, where there are several.
        made: the job that was last added.
        steady: a job, and until when (epoch seconds) time leaves it as it is, if one look at it was all that was done
            here; otherwise None.
    """

    told: tuple[str, str, str] | None
    made: Job | None
    steady: tuple[Job, float] | None

    async def get(self, api: str, job_id: str, *, kind: str = "job", look: bool = False) -> Job:
        """Return a job; `look` says that a client's status query is being answered."""

    def tell(self, job: Job, state: str | None = None) -> None:
        """Note that the client is told the state of a job, or another than it is in, without a status query."""

    async def change(self, api: str, job_id: str, pure: Pure, *, kind: str = "job") -> Change:
        """Apply a pure change to a job, settled first."""

    async def changing(self, api: str, job_id: str, pure: Pure, *, kind: str = "job") -> Row:
        """Return a pure change of a job, to be made in one step with that of another (`Along`)."""

    async def fire(self, api: str, job_id: str, event: str, *, kind: str = "job", along: Along | None = None) -> Change:
        """Apply a client's call."""

    async def fire_all(self, api: str, job_ids: Sequence[str], event: str) -> None:
        """Apply a client's call to each of several jobs that takes it, in one step."""

    async def add(self, *jobs: Job, along: Along | None = None) -> Job:
        """Add a job and its parts; return the first."""

    async def delete(self, api: str, job_id: str, *, kind: str = "job") -> None:
        """Forget a job."""

    async def page(
        self, api: str, *, kind: str = "job", start: int = 0, limit: int | None = None, newest: bool = True
    ) -> tuple[list[Job], int]:
        """Return jobs in order of arrival, and how many there are."""

    async def listed(
        self,
        api: str,
        listing: str,
        *,
        start: int = 0,
        limit: int | None = None,
        newest: bool = True,
        where: Callable[[Job], bool] | None = None,
    ) -> tuple[list[Job], int]:
        """Return jobs of a listing (`Machine.listings`) in order of arrival, and how many it has, of those wanted."""

    def each(
        self,
        api: str,
        *,
        kind: str = "job",
        newest: bool = True,
        listing: str | None = None,
        where: Callable[[Job], bool] | None = None,
    ) -> AsyncIterator[Job]:
        """Yield all jobs in order of arrival, the newest first unless told otherwise.

        Args:
            listing: of a listing alone.
            where: tells which, of settled jobs.
        """
