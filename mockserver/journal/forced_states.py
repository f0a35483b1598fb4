"""Which forced states a client has seen: asked from the journal, so that a poll costs nothing more.

A forced state that no client saw has tested nothing. Noted is, in one step of the store, each force with the number
of the request that came last before it. It counts until the same job is forced again; it was seen when the journal
holds a good answer about the job in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.core.job import Job
from mockserver.journal.in_parts import Reading, read
from mockserver.store.base import JOURNAL, Store
from mockserver.store.rows import Appended, Row

COLLECTION = "forced"
REMEMBERED = 50
"""Forces remembered of one job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Force:
    """A force, and the journal numbers between which it stood: after the first, up to the second (None: still)."""

    state: str
    after: int
    until: int | None


async def noted(job: Job) -> Sequence[Row]:
    """Return what remembers that a job was forced into the state it is in, to be put down in the step that does it."""
    key = f"{job.api}/{job.kind}/{job.id}"
    force = {"api": job.api, "kind": job.kind, "id": job.id, "state": job.state, "version": job.version}
    return (Appended(COLLECTION, key, force, REMEMBERED),)


async def unseen(store: Store, sandbox: str) -> list[dict[str, Any]]:
    """Return the forced states that no client saw. What the journal has dropped counts as seen."""
    noted = await store.collection(sandbox, COLLECTION)
    if not noted:
        return []
    journal = await read(store, sandbox)
    oldest = journal.first or (await store.counters(sandbox)).get(JOURNAL, 0) + 1
    good_answers = await _good_answers(journal)
    found = []
    for forces in noted.values():
        job = {name: forces[0][name] for name in ("api", "kind", "id")}
        numbers = good_answers.get((job["api"], job["id"]), ())
        seen: dict[str, bool] = {}
        for one in _windows(forces):
            seen[one.state] = seen.get(one.state, False) or _was_seen(one, numbers, oldest)
        found += [{**job, "state": state} for state, yes in seen.items() if not yes]
    return found


async def _good_answers(journal: Reading) -> Mapping[tuple[str, str], Sequence[int]]:
    """Return the numbers of the good answers about each job."""
    good_answers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    async for entry in journal:
        if (
            entry.api is not None
            and entry.job is not None
            and ((entry.status is not None and entry.status < 400) or entry.shows_state)
        ):
            good_answers[entry.api, entry.job].append(entry.number)
    return good_answers


def _windows(forces: Sequence[Mapping[str, Any]]) -> Iterator[_Force]:
    # Two forces at the same time may be noted in the other order; versions do not lie, but a job that was deleted
    # and added again begins anew with them.
    ordered = sorted(forces, key=lambda one: (one["number"], one["version"]))
    ends = [*(one["number"] for one in ordered[1:]), None]
    for one, until in zip(ordered, ends, strict=True):
        yield _Force(state=one["state"], after=one["number"], until=until)


def _was_seen(force: _Force, numbers: Sequence[int], oldest: int) -> bool:
    return force.after + 1 < oldest or any(
        force.after < number and (force.until is None or number <= force.until) for number in numbers
    )
