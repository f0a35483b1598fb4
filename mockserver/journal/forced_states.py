"""Which forced states a client has seen: asked from the journal, so that a poll costs nothing more.

A forced state that no client saw has tested nothing. Noted is when each was forced (as a journal number)
and when it was forced away; it was seen when the journal holds a good answer about the job in between.
"""

from __future__ import annotations

from typing import Any

from mockserver.core.job import Job
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import JOURNAL

COLLECTION = "forced"
WINDOWS = 5
"""Times remembered for one job and state."""


async def note(sandbox: Sandbox, job: Job) -> None:
    """Remember that a job was forced into the state it is in."""
    number = (await sandbox.store.counters(sandbox.name)).get(JOURNAL, 0)
    key = f"{job.api}/{job.kind}/{job.id}/{job.state}"
    start = f"{job.api}/{job.kind}/{job.id}/"
    for other, known in (await sandbox.store.collection(sandbox.name, COLLECTION)).items():
        if other.startswith(start) and known["windows"][-1][1] is None:
            closed = [*known["windows"][:-1], [known["windows"][-1][0], number]]
            await sandbox.store.write(sandbox.name, COLLECTION, other, {**known, "windows": closed})
    known = await sandbox.store.read(sandbox.name, COLLECTION, key)
    facts: dict[str, Any] = {"api": job.api, "kind": job.kind, "id": job.id, "state": job.state}
    windows = [*(known["windows"] if known else ()), [number, None]][-WINDOWS:]
    await sandbox.store.write(sandbox.name, COLLECTION, key, {**facts, "windows": windows})


async def unseen(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return the forced states that no client saw. What the journal has dropped counts as seen."""
    noted = await sandbox.store.collection(sandbox.name, COLLECTION)
    if not noted:
        return []
    entries = await sandbox.store.entries(sandbox.name)
    oldest = entries[0].number if entries else (await sandbox.store.counters(sandbox.name)).get(JOURNAL, 0) + 1
    asked: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        if entry.api is not None and entry.job is not None and (entry.status < 400 or entry.told):
            asked.setdefault((entry.api, entry.job), []).append(entry.number)
    found = []
    for one in noted.values():
        numbers = asked.get((one["api"], one["id"]), ())
        seen = any(
            after + 1 < oldest or any(after < number and (until is None or number <= until) for number in numbers)
            for after, until in one["windows"]
        )
        if not seen:
            found.append({name: one[name] for name in ("api", "kind", "id", "state")})
    return found
