"""What all who see and move the jobs of a sandbox share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from mockserver.core.job import Job, Transition
from mockserver.core.machine import Machine
from mockserver.store.base import Document, Store


class JobsHome(NamedTuple):
    """Where the jobs of a sandbox are, and who is told that they move.

    Attributes:
        machines: by API and kind.
        now: returns sandbox time in epoch seconds.
        at: the same, by the store's document of the clock.
        publish: gets a job and the moves that it has made.
        kinds: by API, `job` first.
        listeners: who would be told; nobody is when it is empty.
        tell: gets `job-added`, `job-changed` or `job-deleted`, and the job.
    """

    store: Store
    sandbox: str
    machines: Mapping[tuple[str, str], Machine]
    now: Callable[[], Awaitable[float]]
    at: Callable[[Document | None], float]
    publish: Callable[[Job, Sequence[Transition]], None]
    kinds: Mapping[str, Sequence[str]]
    listeners: Collection[object]
    tell: Callable[[str, Job], None] = lambda event, job: None
