"""The sandboxes of one server: the default one, and those a test made, by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from mockserver.core.errors import DomainError
from mockserver.sandbox.events import STOP
from mockserver.sandbox.fixtures.merge import Fixtures
from mockserver.sandbox.sandbox import DEFAULT, Sandbox, SandboxConfig
from mockserver.store.base import Over, RequestStart

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class UnknownSandbox(DomainError):
    """No sandbox of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no sandbox {name!r}")
        self.name = name


class BadSandboxName(DomainError):
    """A name that cannot stand in a path."""


class SandboxTaken(DomainError):
    """There is a sandbox of that name already."""


class TooManySandboxes(DomainError):
    """There are as many sandboxes as there may be."""


SWEEP = 1.0
"""Real seconds between two looks for sandboxes that nobody uses any more."""

LIMIT = 2000
"""Sandboxes a server has beside the default one, unless told otherwise: some 400 MB with the fixtures it came with."""


class Sandboxes:
    """Makes, finds and ends sandboxes."""

    def __init__(self, config: SandboxConfig, fixtures: Fixtures, limit: int = LIMIT) -> None:
        """Make the default one, unseeded.

        Args:
            limit: how many there may be beside it.
        """
        self.store = config.store
        self.apis = config.apis
        self.fixtures = fixtures
        self._config = config
        self._limit = limit
        self.default = Sandbox(DEFAULT, config, fixtures)
        self._by_name = {DEFAULT: self.default}
        self._reserved: set[str] = set()
        self._ended: list[Sandbox] = []

    def get(self, name: str) -> Sandbox:
        """Return a sandbox.

        Raises:
            UnknownSandbox: there is none of that name.
        """
        found = self._by_name.get(name)
        if found is None:
            raise UnknownSandbox(name)
        return found

    def all(self) -> list[Sandbox]:
        """Return the sandboxes that this process knows of, the default one first."""
        return list(self._by_name.values())

    async def begin(self) -> None:
        """Fill the default sandbox.

        Raises:
            BadFixture: a job cannot be followed.
        """
        await self.default.seed()

    async def find(self, name: str) -> Sandbox:
        """Return a sandbox, as `get`, also one that another process has made."""
        return self.get(name)

    async def everyone(self) -> list[Sandbox]:
        """Return all sandboxes there are, the default one first."""
        return self.all()

    async def enter(self, sandbox: Sandbox) -> Sandbox:
        """Return the present life of a sandbox.

        Raises:
            Over: it has none: it has ended, or is not filled yet.
        """
        return sandbox.live(await self.store.life(sandbox.name))

    async def begin_anew(
        self,
        sandbox: Sandbox,
        api: str,  # noqa: ARG002 - one that shares a store with others looks at it
        seconds: float,  # noqa: ARG002 - as above
    ) -> tuple[Sandbox, RequestStart]:
        """Begin a request to an API in the life that has followed one, if that was so before the request came.

        Args:
            seconds: how long ago it came.

        Raises:
            Over: it is to be disowned.
        """
        raise Over(sandbox.key)

    async def recheck(self, sandbox: Sandbox) -> None:
        """Find out whether a sandbox has been ended, or made anew, by another process."""

    async def create_unnamed(
        self,
        fixtures: Fixtures | None = None,
        *,
        ttl: float | None = None,
        submits: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Sandbox:
        """Make a sandbox, as `create`, under a name that nobody has.

        Raises:
            TooManySandboxes, BadFixture: as `create`.
        """
        while True:
            name = await self._free_name()
            try:
                return await self.create(name, fixtures, ttl=ttl, submits=submits)
            except SandboxTaken:
                continue  # since

    async def _free_name(self) -> str:
        """Return a name that nobody has taken yet."""
        taken = await self._names_taken()
        while (name := f"sandbox-{await self.store.count(DEFAULT, 'sandboxes')}") in taken:
            continue
        return name

    async def _names_taken(self) -> Collection[str]:
        """Return the names that no new sandbox can have."""
        return {*self._by_name, *self._reserved}

    async def create(
        self,
        name: str,
        fixtures: Fixtures | None = None,
        *,
        ttl: float | None = None,
        submits: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Sandbox:
        """Make a sandbox with the server's own fixtures, or others.

        Args:
            ttl: real seconds without a request after which it ends.
            submits: API -> fields, in the fixture's form, that every job has which a client submits in it.

        Raises:
            BadSandboxName: the name cannot stand in a path.
            SandboxTaken: there is one of that name.
            TooManySandboxes: there may be no more.
            BadFixture: a job cannot be followed; there is no such sandbox then.
        """
        self._check_name(name)
        if name in self._by_name or name in self._reserved:
            raise self._taken(name)
        if len({*self._by_name, *self._reserved} - {DEFAULT}) >= self._limit:
            raise self._too_many()
        made = Sandbox(name, self._config, fixtures or self.fixtures)
        with self._reserve(name):
            try:
                await made.seed()
            except BaseException:
                await self.store.clear(name)
                raise
            made.ttl, made.used, made.submits = ttl, monotonic(), submits or {}
            self._by_name[name] = made
        return made

    def _check_name(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise BadSandboxName(f"{name!r} is no sandbox name; use letters, digits, '.', '_' and '-', at most 64")

    def _taken(self, name: str) -> SandboxTaken:
        return SandboxTaken(f"there is a sandbox {name!r} already")

    def _too_many(self) -> TooManySandboxes:
        return TooManySandboxes(f"there are {self._limit} sandboxes already")

    async def replace(
        self,
        name: str,
        fixtures: Fixtures | None = None,
        *,
        ttl: float | None = None,
        submits: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> tuple[Sandbox, bool]:
        """Make a sandbox, or make the one of that name anew, in one step: what began in it before is disowned.

        Returns:
            The sandbox, and whether there was none before.

        Raises:
            As `create`, but for one that is there; nothing has changed then.
            Over: it ended meanwhile.
        """
        if name not in self._by_name:
            return await self.create(name, fixtures, ttl=ttl, submits=submits), True
        found, fixtures = self._by_name[name], fixtures or self.fixtures
        staged = Sandbox(found.staged().name, self._config, fixtures)
        staged.ttl, staged.submits = ttl, submits or {}
        try:
            await staged.seed()
            while not await self._moved(staged, found):
                continue
        except BaseException:
            await self.store.clear(staged.name)
            raise
        found.submits = submits or {}
        found.adopt(fixtures)
        found.seeded, found.ttl, found.used = True, ttl, monotonic()
        found.publish({"event": "reset"})
        return found, False

    async def _moved(self, staged: Sandbox, found: Sandbox) -> bool:
        """Put a sandbox in the place of another; False when somebody has reset or replaced that one just now.

        Not by its name: one that has ended would be begun again, and none would know of it.

        Raises:
            Over: it has ended.
        """
        life = await self.store.life(found.name)
        if found.ended:
            raise Over(found.name)  # and another one has its name
        try:
            await self.store.move(staged.name, life)
        except Over:
            return False
        return True

    def unused(self) -> list[Sandbox]:
        """Return the sandboxes whose `ttl` has run out."""
        return [one for one in self._by_name.values() if _is_unused(one)]

    async def close(self) -> None:
        """Let go of what listens to other processes."""

    async def sweep(self) -> None:
        """End the sandboxes whose `ttl` has run out."""
        for one in self.unused():
            # While another ended, this one may have been deleted, or used.
            if not one.ended and _is_unused(one):
                await self.delete(one.name)

    def take_ended(self) -> list[Sandbox]:
        """Return those that have ended with ports of their own since this was asked last: nobody else closes these."""
        ended, self._ended = self._ended, []
        return ended

    async def delete(self, name: str) -> None:
        """End a sandbox and forget all that was in it.

        Raises:
            UnknownSandbox: there is none of that name, or another process has just ended it.
        """
        self._end(self.get(name))
        with self._reserve(name):
            if not await self.store.clear(name):
                raise UnknownSandbox(name)

    def _end(self, ending: Sandbox) -> None:
        """Let go of a sandbox, and of all who listen to it."""
        if ending.ports and not ending.ended:
            self._ended.append(ending)
        ending.ended = True
        ending.publish(STOP)
        self._by_name.pop(ending.name, None)

    @contextmanager
    def _reserve(self, name: str) -> Iterator[None]:
        """Keep others from taking a name while the store still works at the sandbox that has or had it."""
        self._reserved.add(name)
        try:
            yield
        finally:
            self._reserved.discard(name)


def _is_unused(one: Sandbox) -> bool:
    return one.ttl is not None and monotonic() - one.used > one.ttl and not one.calls and not one.listeners
