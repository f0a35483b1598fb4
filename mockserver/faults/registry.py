"""The faults of one sandbox: arming and counting them, and finding the one that acts on a request.

A fault is a plain document of the sandbox, so that all processes agree on it and `reset` forgets it; it is counted by
compare-and-swap.

Rules a maintainer must keep:

1. When nothing is armed, a request pays nothing: the store says so when it arrives.
2. The first fault that matches and is due acts; one that lets a request pass leaves it to the next.
3. Chance comes from the seed.
4. What a fault is and does is imported by the first that is armed: inside the methods that are asked for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mockserver.api.definition import Api
from mockserver.core.ids import Ids
from mockserver.faults.errors import BadFault, UnknownFault
from mockserver.store.base import FAULTS, Store
from mockserver.store.rows import Replaced

if TYPE_CHECKING:
    from mockserver.faults.model import Fault
    from mockserver.journal.matching import MatchSubject

LIMIT = 1000
"""Faults a sandbox may have: each is looked at by every request."""


class Faults:
    """The faults of one sandbox."""

    def __init__(
        self, store: Store, sandbox: str, apis: Mapping[str, Api], ids: Ids, real: Callable[[], float]
    ) -> None:
        """Stand over a store.

        Args:
            sandbox: its name.
            apis: by name.
            real: real time in epoch seconds.
        """
        self._store = store
        self._sandbox = sandbox
        self._apis = apis
        self._ids = ids
        self._real = real

    async def arm(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Arm a fault; return its record (see `Fault.as_record`).

        Args:
            asked: `match`, `effect`, `times`, `after`, `probability`, `ttl`, in the control API's form.

        Raises:
            BadFault: it could never act, or says two things at once.
        """
        from mockserver.faults.model import Fault
        from mockserver.journal.match_names import UnknownName, check_match

        try:
            check_match(asked.get("match") or {}, self._apis)
        except UnknownName as error:
            raise BadFault(f"{error}; nothing would ever hit this fault", error.allowed) from None
        fault = Fault.parse("", asked, self._real())
        if fault.effect is not None:
            fault.effect.check(fault.match, self._apis)
        full = BadFault(f"{LIMIT} faults are armed already; remove some")
        if len(await self._store.collection(self._sandbox, FAULTS)) >= LIMIT:
            raise full
        document = {**fault.as_document(), "id": f"fault-{await self._store.count(self._sandbox, 'fault')}"}
        await self._store.write(self._sandbox, FAULTS, document["id"], document)
        # Others may have armed theirs in between: those that were first stay.
        if document["id"] in [*await self._store.collection(self._sandbox, FAULTS)][LIMIT:]:
            await self._store.replace(self._sandbox, FAULTS, document["id"], document, None)
            raise full
        return self._record(document)

    async def all(self, *, unused: bool = False) -> list[dict[str, Any]]:
        """Return the faults' records in the order in which they were armed; `unused`: those without a hit."""
        found = await self._store.collection(self._sandbox, FAULTS)
        return [self._record(document) for document in found.values() if not unused or document["hits"] == 0]

    async def get(self, fault_id: str) -> dict[str, Any]:
        """Return one fault's record.

        Raises:
            UnknownFault: there is none of that id.
        """
        document = await self._store.read(self._sandbox, FAULTS, fault_id)
        if document is None:
            raise UnknownFault(fault_id)
        return self._record(document)

    async def disarm(self, fault_id: str) -> dict[str, Any]:
        """Remove one fault; return its last record.

        Raises:
            UnknownFault: there is none of that id.
        """
        while True:
            document = await self._store.read(self._sandbox, FAULTS, fault_id)
            if document is None:
                raise UnknownFault(fault_id)
            if await self._store.replace(self._sandbox, FAULTS, fault_id, document, None):
                return self._record(document)

    async def disarm_all(self) -> list[dict[str, Any]]:
        """Remove all faults, in one step; return their last records."""
        while True:
            found = await self._store.collection(self._sandbox, FAULTS)
            rows = [Replaced(FAULTS, fault_id, document, None) for fault_id, document in found.items()]
            if not rows or await self._store.commit(self._sandbox, rows):
                return [self._record(document) for document in found.values()]

    async def claim(self, subject: MatchSubject) -> Fault | None:
        """Return the fault that acts on a request, counted; None when none does."""
        from mockserver.faults.model import Fault
        from mockserver.journal.matching import fits

        api = self._apis.get(subject.api or "")
        for document in (await self._store.collection(self._sandbox, FAULTS)).values():
            # Matched as a document: one of a thousand is read.
            if fits(document["match"], subject):
                fault = Fault.from_document(document)
                if fault.effect is None or fault.effect.acts_on(api):
                    hit = await self._count(fault, document)
                    if hit is not None:
                        return hit
        return None

    async def _count(self, fault: Fault, document: Mapping[str, Any]) -> Fault | None:
        """Count one matching request; return the fault when it acts on it."""
        from mockserver.faults.model import Fault

        while not fault.is_over(self._real()):
            chance = 0.0 if fault.probability is None else self._ids.fraction(f"fault/{fault.id}", fault.seen)
            acts = fault.acts(chance)
            counted = fault.counted(hit=acts)
            if await self._store.replace(self._sandbox, FAULTS, fault.id, document, counted.as_document()):
                return counted if acts else None
            found = await self._store.read(self._sandbox, FAULTS, fault.id)
            if found is None:
                return None
            document, fault = found, Fault.from_document(found)
        return None

    def pause(self, fault: Fault) -> float:
        """Return the real seconds a fault delays this hit by."""
        if fault.delay is None:
            return 0.0
        return fault.delay.pause(self._ids.fraction(f"delay/{fault.id}", fault.hits))

    def _record(self, document: Mapping[str, Any]) -> dict[str, Any]:
        from mockserver.faults.model import Fault

        return Fault.from_document(document).as_record(self._real())
