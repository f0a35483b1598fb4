"""The sandboxes of a store that several processes have: those that another one has made are found, those ended go.

Rules a maintainer must keep:

1. The store says which sandboxes there are; what this process remembers of one is compared with it at each new life.
2. A sandbox is filled where nobody sees it and then put in its place, so that of two who make one, one does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from mockserver.core.errors import Unavailable
from mockserver.sandbox.about import fixtures_of
from mockserver.sandbox.events import STOP
from mockserver.sandbox.fixtures.merge import Fixtures
from mockserver.sandbox.registry import NAME, SWEEP, Sandboxes, SandboxTaken, UnknownSandbox
from mockserver.sandbox.relay import Relay
from mockserver.sandbox.sandbox import DEFAULT, Sandbox, SandboxConfig
from mockserver.store.base import Document, Full, Over, RequestStart, SharedStore

UNLIMITED = 1 << 53
UNTOLD = 2 * SWEEP
"""Real seconds after which each process has told, at the latest, that a sandbox was in use: a `ttl` may be shorter."""

LASTS = 3600.0
"""Real seconds between two times at which this process lets everything last for another week."""


class SharedSandboxes(Sandboxes):
    """Makes, finds and ends sandboxes, as other processes do."""

    def __init__(self, config: SandboxConfig, fixtures: Fixtures, limit: int) -> None:
        super().__init__(config, fixtures, limit)
        assert config.store.shared is not None
        self._shared: SharedStore = config.store.shared
        self._relay = Relay(self._shared, self._by_name, self.recheck)
        self._relay.join(self.default)
        self._swept = self._lasted = monotonic()

    async def begin(self) -> None:
        """Fill the default sandbox, unless it is there already."""
        for _ in range(2):
            about = await self._about(DEFAULT)
            if about is not None:
                self._adopt(self.default, about)
                return
            if await self._place(self.default, UNLIMITED):
                return
        # Something lies there that nobody has filled.
        staged = self.default.staged()
        await staged.seed()
        await self.store.move(staged.name, DEFAULT)
        self.default.seeded = True

    async def _place(self, sandbox: Sandbox, limit: int) -> bool:
        """Fill a sandbox; False when another process has been quicker.

        Raises:
            Full: there are as many as there may be.
        """
        staged = sandbox.staged()
        try:
            await staged.seed()
            if await self._shared.place(staged.name, sandbox.name, limit):
                sandbox.seeded = True
                return True
        except BaseException:
            await self.store.clear(staged.name)
            raise
        await self.store.clear(staged.name)
        return False

    async def find(self, name: str) -> Sandbox:
        found = self._by_name.get(name)
        if found is not None:
            await self.recheck(found)
            if not found.ended:
                return found
        elif NAME.fullmatch(name):
            about = await self._about(name)
            if about is not None:
                return self._found(name, about)
        raise UnknownSandbox(name)

    async def _about(self, name: str) -> Document | None:
        """Return what another process, or this one, has told of a sandbox; None: there is none, or nothing is told."""
        try:
            return await self._shared.about(await self.store.life(name))
        except Over:
            return None

    def _found(self, name: str, about: Document) -> Sandbox:
        found = self._by_name.get(name)  # another request may have found it meanwhile
        if found is None:
            found = Sandbox(name, self._config, fixtures_of(about, [self.fixtures], self._config.apis))
            found.used = monotonic()
            self._relay.join(found)
            self._by_name[name] = found
        self._adopt(found, about)
        return found

    def _adopt(self, sandbox: Sandbox, about: Document) -> None:
        fixtures = fixtures_of(about, [self.fixtures, sandbox.fixtures], self._config.apis)
        if fixtures is not sandbox.fixtures:
            sandbox.adopt(fixtures)
        sandbox.ttl, sandbox.submits, sandbox.seeded = about["ttl"], about["submits"], True

    async def everyone(self) -> list[Sandbox]:
        found = [self.default]
        for name, life in sorted((await self._lives()).items()):
            if name != DEFAULT:
                known = self._by_name.get(name)
                try:
                    found.append(known if known and _knows(known, life) else await self.find(name))
                except UnknownSandbox:
                    continue
        return found

    async def _lives(self) -> Mapping[str, str]:
        """Return the lives of all sandboxes there are, by name, and let go of those that others have ended."""
        lives = {name: life for name, life in (await self._shared.lives()).items() if "/" not in name}
        for name in self._by_name.keys() - {*lives, DEFAULT}:
            self._end(self._by_name[name])
        return lives

    async def enter(self, sandbox: Sandbox) -> Sandbox:
        try:
            life = await self.store.life(sandbox.name)
        except Over:
            if sandbox is not self.default:
                self._end(sandbox)
                raise
            # The store was emptied, or is another one.
            await self.begin()
            life = await self.store.life(sandbox.name)
        return await self._live(sandbox, life)

    async def _live(self, sandbox: Sandbox, life: str) -> Sandbox:
        """Return a life of a sandbox; what is told of it is adopted when this process has not known it.

        Raises:
            Over: it is over.
        """
        if sandbox.living is not None and sandbox.living.key == life:
            return sandbox.living
        about = await self._shared.about(life)
        if about is not None:
            self._adopt(sandbox, about)
        return sandbox.live(life)

    async def begin_anew(self, sandbox: Sandbox, api: str, seconds: float) -> tuple[Sandbox, RequestStart]:
        sandbox.forget_life(sandbox.key)
        entered = await self.enter(sandbox.home)
        if await self._shared.age(entered.key) < seconds:
            raise Over(sandbox.key)
        return entered, await self.store.begin_request(entered.key, api)

    async def recheck(self, sandbox: Sandbox) -> None:
        """Find out whether another process has ended a sandbox, or made it anew: with another `ttl`, say."""
        with suppress(Unavailable):  # nobody can tell
            while True:
                try:
                    life = await self.store.life(sandbox.name)
                except Over:
                    if sandbox is not self.default:
                        self._end(sandbox)
                    return
                try:
                    await self._live(sandbox, life)
                except Over:
                    continue  # since
                return

    async def _names_taken(self) -> Collection[str]:
        return set(await self.store.sandboxes())

    async def create(
        self,
        name: str,
        fixtures: Fixtures | None = None,
        *,
        ttl: float | None = None,
        submits: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Sandbox:
        self._check_name(name)
        made = Sandbox(name, self._config, fixtures or self.fixtures)
        made.ttl, made.submits, made.used = ttl, submits or {}, monotonic()
        try:
            if not await self._place(made, self._limit + 1):
                raise self._taken(name)
        except Full:
            raise self._too_many() from None
        before = self._by_name.get(name)
        if before is not None:
            self._end(before)
        self._relay.join(made)
        self._by_name[name] = made
        return made

    async def replace(
        self,
        name: str,
        fixtures: Fixtures | None = None,
        *,
        ttl: float | None = None,
        submits: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> tuple[Sandbox, bool]:
        while True:
            try:
                await self.find(name)
            except UnknownSandbox:
                try:
                    return await self.create(name, fixtures, ttl=ttl, submits=submits), True
                except SandboxTaken:
                    continue
            return await super().replace(name, fixtures, ttl=ttl, submits=submits)

    async def delete(self, name: str) -> None:
        await self.find(name)
        await super().delete(name)
        self._relay.tell(name, STOP)

    async def close(self) -> None:
        await self._relay.close()

    async def sweep(self) -> None:
        """Say which sandboxes are in use, and let go of those that are not, in any process."""
        since, self._swept = self._swept, monotonic()
        used = {one for one in self.all() if one.calls or one.events.listeners or one.used >= since}
        watched = [one for one in self.all() if one is not self.default and (one.ports or one in used)]
        if watched:
            # What others have done to the rest is found out when somebody asks for it; a port is to be closed before,
            # and how long one lasts that is used decides whether that is to be told.
            lives = await self._lives()
            for one in watched:
                if not one.ended and not _knows(one, lives.get(one.name)):
                    await self.recheck(one)
        for one in used:
            if one.ttl is not None and not one.ended:
                try:
                    await self._shared.use(one.name)
                except Over:
                    self._end(one)
        for name in await self._shared.end_unused(UNTOLD):
            if name in self._by_name:
                self._end(self._by_name[name])
            self._relay.tell(name, STOP)
        if self._swept - self._lasted > LASTS:
            self._lasted = self._swept
            await self._shared.last()


def _knows(sandbox: Sandbox, life: str | None) -> bool:
    """Tell whether that is the life that this process knows of a sandbox."""
    return sandbox.living is not None and sandbox.living.key == life
