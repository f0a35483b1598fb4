"""A sandbox back at its seeded start, in one step: nobody sees it empty or half filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver.core.clock import Clock
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import CLOCK, FAULTS, JOURNAL, SETTINGS

_COLLECTIONS = {
    "faults": (FAULTS, "fault"),
    "settings": (SETTINGS,),
    "clock": (CLOCK,),
    "requests": (JOURNAL, "violations"),
}
"""What can be told to be kept, and the collections and counters that hold it."""

_SEEDED_BY = (CLOCK, SETTINGS)
"""Collections that decide what the fixtures' jobs become."""


async def reset(sandbox: Sandbox, keep: Sequence[str] = ()) -> dict[str, Any]:
    """Go back to the seeded start, but for what is kept: `faults`, `settings`, `clock`, `requests`.

    Returns:
        `jobs` (removed, reseeded), `requests` (a number), `faults` (removed, unused), `clock` (real, frozen or
        shifted) and `kept`.

    Raises:
        BadFixture: a job cannot be followed; nothing has changed.
        Over: the sandbox has ended, or was reset by somebody else; nothing has changed.
    """
    store, kept = sandbox.store, [name for part in keep for name in _COLLECTIONS[part]]
    staged = sandbox.staged()
    try:
        for collection in _SEEDED_BY:
            if collection in kept:
                for key, value in (await store.collection(sandbox.key, collection)).items():
                    await store.write(staged.name, collection, key, value)
        reseeded = await staged.seed()
        gone = await store.move(staged.name, sandbox.key, keep=kept)
        sandbox.forget_life()
    except BaseException:
        await store.clear(staged.name)
        raise
    sandbox = sandbox.home
    sandbox.seeded = True
    clock, faults = await sandbox.clock(), gone.documents.get(FAULTS, {})
    sandbox.publish({"event": "reset"})
    return {
        "jobs": {
            "removed": sum(count for (_, kind), count in gone.jobs.items() if kind == "job"),
            "reseeded": reseeded,
        },
        "requests": gone.entries,
        "faults": {"removed": len(faults), "unused": sum(not fault.get("hits") for fault in faults.values())},
        "clock": "real" if clock == Clock() else "frozen" if clock.frozen_at is not None else "shifted",
        "kept": list(keep),
    }
