"""The sandboxes of one server: the default one, and those a test made, by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from time import monotonic

from mockserver.api.definition import Api
from mockserver.core.clock import Clock, Time
from mockserver.core.errors import DomainError
from mockserver.sandbox.fixtures.merge import Fixtures
from mockserver.sandbox.sandbox import DEFAULT, STOP, Sandbox
from mockserver.store.base import Store

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class UnknownSandbox(DomainError):
    """No sandbox of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no sandbox {name!r}")
        self.name = name


class BadSandboxName(DomainError):
    """A name that cannot stand in a path."""


class SandboxTaken(DomainError):
    """There is a sandbox of that name already."""


class Sandboxes:
    """Makes, finds and ends sandboxes."""

    def __init__(
        self,
        *,
        store: Store,
        apis: Sequence[Api],
        fixtures: Fixtures,
        seed: int,
        time: Time,
        clock: Clock,
        journal_size: int,
    ) -> None:
        self.store = store
        self.apis = tuple(apis)
        self.fixtures = fixtures
        self._seed = seed
        self._time = time
        self._clock = clock
        self._journal_size = journal_size
        self._by_name: dict[str, Sandbox] = {}
        self.default = self._make(DEFAULT, fixtures)

    def _make(self, name: str, fixtures: Fixtures) -> Sandbox:
        made = Sandbox(
            name,
            store=self.store,
            apis=self.apis,
            fixtures=fixtures,
            seed=self._seed,
            time=self._time,
            clock=self._clock,
            journal_size=self._journal_size,
        )
        self._by_name[name] = made
        return made

    def get(self, name: str) -> Sandbox:
        """Return a sandbox.

        Raises:
            UnknownSandbox: there is none of that name.
        """
        found = self._by_name.get(name)
        if found is None:
            raise UnknownSandbox(name)
        return found

    def use(self, name: str) -> Sandbox:
        """Return a sandbox that a request is for; its `ttl` starts anew.

        Raises:
            UnknownSandbox: there is none of that name.
        """
        found = self.get(name)
        found.used = monotonic()
        return found

    def all(self) -> list[Sandbox]:
        """Return all sandboxes, the default one first."""
        return list(self._by_name.values())

    async def free_name(self) -> str:
        """Return a name that nobody has taken."""
        while (name := f"sandbox-{await self.store.count(DEFAULT, 'sandboxes')}") in self._by_name:
            continue
        return name

    async def create(self, name: str, fixtures: Fixtures | None = None, *, ttl: float | None = None) -> Sandbox:
        """Make a sandbox with the server's own fixtures, or others.

        Args:
            ttl: real seconds without a request after which it ends.

        Raises:
            BadSandboxName: the name cannot stand in a path.
            SandboxTaken: there is one of that name.
            BadFixture: a job cannot be followed; there is no such sandbox then.
        """
        if not _NAME.fullmatch(name):
            raise BadSandboxName(f"{name!r} is no sandbox name; use letters, digits, '.', '_' and '-', at most 64")
        if name in self._by_name:
            raise SandboxTaken(f"there is a sandbox {name!r} already")
        made = self._make(name, fixtures or self.fixtures)
        made.ttl, made.used = ttl, monotonic()
        try:
            await made.seed()
        except Exception:
            await self.delete(name)
            raise
        return made

    def unused(self) -> list[Sandbox]:
        """Return the sandboxes whose `ttl` has run out."""
        now = monotonic()
        return [
            one
            for one in self._by_name.values()
            if one.ttl is not None and now - one.used > one.ttl and not one.listened
        ]

    async def delete(self, name: str) -> None:
        """End a sandbox and forget all that was in it.

        Raises:
            UnknownSandbox: there is none of that name.
        """
        self.get(name).publish(STOP)
        del self._by_name[name]
        await self.store.clear(name)
