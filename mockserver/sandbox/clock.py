"""The clock of one sandbox: where the store says it stands, given real time."""

from __future__ import annotations

from mockserver.core.clock import Clock, Time
from mockserver.store.base import CLOCK, Document, Store


class SandboxClock:
    """Sandbox time in epoch seconds.

    Attributes:
        real: returns real time in epoch seconds.
        first: where it stands until it is set.
    """

    def __init__(self, store: Store, sandbox: str, *, real: Time, first: Clock) -> None:
        self._store = store
        self._sandbox = sandbox
        self.first = first
        self.real = real

    async def read(self) -> Clock:
        """Return the clock as it stands."""
        return self.of(await self.stored())

    async def now(self) -> float:
        """Return sandbox time."""
        # As `at` does it, without its call: every force and every listing asks.
        stored = await self._store.read(self._sandbox, CLOCK, CLOCK)
        return (self.first if stored is None else Clock(**stored)).now(self.real())

    def at(self, stored: Document | None) -> float:
        """Return sandbox time by what the store has of the clock."""
        return (self.first if stored is None else Clock(**stored)).now(self.real())

    def of(self, stored: Document | None) -> Clock:
        """Return the clock by what the store has of it."""
        return self.first if stored is None else Clock(**stored)

    async def stored(self) -> Document | None:
        """Return what the store has of the clock; None when nobody has touched it."""
        return await self._store.read(self._sandbox, CLOCK, CLOCK)

    async def replace(self, stored: Document | None, clock: Clock) -> bool:
        """Set the clock; False when it is no longer as `stored` says."""
        new = {"frozen_at": clock.frozen_at, "offset": clock.offset}
        return await self._store.replace(self._sandbox, CLOCK, CLOCK, stored, new)
