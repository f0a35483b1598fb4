"""A sandbox: one isolated world over the store, with jobs, clock, settings, accounts, faults and journal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence, Sized
from contextlib import nullcontext, suppress
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from mockserver.api.definition import Api
from mockserver.api.job_builder import JobTemplate, SpecContext
from mockserver.core.clock import Clock, Time, iso
from mockserver.core.errors import DomainError, Unavailable
from mockserver.core.ids import Ids
from mockserver.core.job import Job, Transition, transition_record
from mockserver.faults.registry import Faults
from mockserver.sandbox.about import tell
from mockserver.sandbox.clock import SandboxClock
from mockserver.sandbox.collector import spared
from mockserver.sandbox.documents import Documents
from mockserver.sandbox.events import Audience, Events
from mockserver.sandbox.fixtures.merge import BadFixture, Fixtures
from mockserver.sandbox.fixtures.seeds import Seeds
from mockserver.sandbox.jobs import Jobs
from mockserver.sandbox.jobs_home import JobsHome
from mockserver.sandbox.settings import SandboxSettings
from mockserver.sandbox.turns import Turn, in_time
from mockserver.store.base import Over, Store
from mockserver.store.batch import Batch

DEFAULT = "default"

MANY = 5000
"""Jobs of fixtures from which on the garbage collector would be felt."""

_ELSEWHERE = ("in other processes",)
"""Who may listen where nobody can tell."""


async def _at_once() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """What all sandboxes of a server have in common.

    Attributes:
        seed: of ids and chances.
        time: real time (epoch seconds).
        clock: where a sandbox's clock stands until it is set.
        journal_size: entries kept in a sandbox's journal.
        fixtures: the server's own, which need not be told to other servers of the same store.
        stopping: set once the server stops: what is held back on purpose goes out.
    """

    store: Store
    apis: tuple[Api, ...]
    seed: int
    time: Time
    clock: Clock
    journal_size: int
    fixtures: Fixtures | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class Sandbox:
    """One isolated copy of everything.

    Attributes:
        name: `default` is the one without a prefix.
        key: what the store is asked for: the name, or (see `live`) one life of it.
        home: itself, or the one whose life this is. `ended`, `seeded`, `ttl`, `used` and `calls` are to be asked of it.
        prefix: what its addresses begin with, `/~name`; empty for the default one.
        sites: what each API starts with besides jobs.
        states: what this process remembers of each API (see `Api.state`).
        seeded: whether the fixtures' jobs are in.
        ended: it was deleted, or its time was up.
        ttl: real seconds without a request after which it ends; None for never.
        used: when it last had done with a request, by the monotonic clock.
        calls: how many are being answered.
        living: its present life, as far as this process has been told (see `live`).
        ports: those that belong to it alone, by scheme.
        submits: API -> fields that every job has which a client submits here; to be set before it is used.
        events: what happens here, and who listens to it in this process.
        listeners: who would hear an event: nobody when it is empty.
        watchers: who would hear that a request was answered, once its entry is recorded.
        attend: returns once events of other processes are heard, too.
        first_clock: the clock as it stands until it is set.
        first_settings: each API's settings as they stand until they are changed.
    """

    def __init__(self, name: str, config: SandboxConfig, fixtures: Fixtures) -> None:
        self.name = self.key = name
        self.home = self
        self.seeded = self.ended = False
        self.ttl: float | None = None
        self.used = 0.0
        self.calls = 0
        self.living: Sandbox | None = None
        self.ports: Mapping[str, int] = {}
        self.submits: Mapping[str, Mapping[str, Any]] = {}
        self.prefix = "" if name == DEFAULT else f"/~{name}"
        self.config = config
        self.store = config.store
        self.apis = {api.name: api for api in config.apis}
        self.ids = Ids(seed=config.seed)
        self.journal_size = config.journal_size
        self.events = events = Events()
        self.publish, self.listen, self.ignore, self.wait_until = (
            events.publish,
            events.listen,
            events.ignore,
            events.wait_until,
        )
        self.listeners: Collection[object] = events.listeners if config.store.shared is None else _ELSEWHERE
        self.watchers: Sized = (
            events.listeners if config.store.shared is None else Audience(events, config.store.shared)
        )
        self.attend: Callable[[], Awaitable[None]] = _at_once
        self.adopt(fixtures)

    def _furnish(self) -> None:
        """Make the parts that ask the store for this key."""
        config, key = self.config, self.key
        clock = SandboxClock(config.store, key, real=config.time, first=config.clock)
        self.clock, self.now, self.real, self.first_clock = clock.read, clock.now, clock.real, clock.first
        self._clock = clock
        machines = {(api.name, kind): machine for api in config.apis for kind, machine in api.machines.items()}
        kinds = {api.name: sorted(api.machines, key=lambda kind: kind != "job") for api in config.apis}
        self.faults = Faults(config.store, key, self.apis, self.ids, self.real)
        self.jobs = Jobs(
            JobsHome(
                config.store, key, machines, self.now, clock.at, self._publish_moves, kinds, self.listeners, self._tell
            )
        )
        self._documents = {name: Documents(config.store, key, name) for name in self.apis}
        self._settings = SandboxSettings(config.store, key, self.apis, self.fixtures)
        self.settings_with = self._settings.with_changes

    # --- lives ------------------------------------------------------------------------------------

    def live(self, life: str) -> Sandbox:
        """Return this sandbox for as long as it is neither reset, nor replaced, nor ended: one life of it.

        What a request works in from its arrival: whatever it then asks of the store raises `Over`, once that has
        happened, and is never done in what came after. It is kept as `living`, so that requests need not ask for it;
        whoever ends it says so (`forget_life`).

        Args:
            life: by `Store.life`.
        """
        made = self.living = copy(self)
        made.key, made.living = life, None
        made._furnish()
        return made

    def forget_life(self, life: str | None = None) -> None:
        """Say that its life (that one, or whichever it is) is over, as this process has brought about or found out."""
        living = self.home.living
        if life is None or (living is not None and living.key == life):
            self.home.living = None

    async def is_over(self) -> bool:
        """Tell whether it has ended or, for one that `live` returned, was reset or replaced."""
        if self.key == self.name:
            return self.ended
        try:
            return self.key != await self.store.life(self.name)
        except Over:
            return True
        except Unavailable:
            return False  # as far as anybody can tell

    def adopt(self, fixtures: Fixtures) -> None:
        """Take other fixtures as what this sandbox starts with; jobs are not touched."""
        self.fixtures = fixtures
        self.sites = {name: fixtures.site(api) for name, api in self.apis.items()}
        self.states = {name: api.state(self.sites[name]) for name, api in self.apis.items()}
        self.first_settings = {name: fixtures.settings(api) for name, api in self.apis.items()}
        self._furnish()
        self.forget_life()

    async def set_clock(self, clock: Clock) -> list[tuple[Job, Transition]]:
        """Set the clock, whatever it was; return the planned changes that came due by it, in order of time."""

        async def there(_: Clock) -> Clock:
            return clock

        return (await self.move_clock(there))[1]

    async def move_clock(self, aim: Callable[[Clock], Awaitable[Clock]]) -> tuple[Clock, list[tuple[Job, Transition]]]:
        """Set the clock by where it stands.

        Args:
            aim: returns the clock as it is to be, given the present one. Asked again when somebody else was quicker.

        Returns:
            The clock, and the planned changes that came due by the move, in order of time.
        """
        while True:
            stored = await self._clock.stored()
            clock = await aim(self._clock.of(stored))
            # Read before anybody can see the new time, so that no move made by a quicker request is missed.
            coming = await self.jobs.coming(clock.now(self.real()))
            if await self._clock.replace(stored, clock):
                break
        fired = await self.jobs.settle_all(coming)
        self.publish({"event": "clock", "now": iso(await self.now()), "frozen": clock.frozen_at is not None})
        return clock, fired

    async def pause(self, seconds: float) -> None:
        """Wait in real time, but no longer than the server runs; not at all for zero seconds."""
        if seconds:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.config.stopping.wait()

    # --- settings and documents -------------------------------------------------------------------

    async def settings(self, api: str) -> Any:
        """Return an API's settings as they stand."""
        return await self._settings.of(api)

    async def change_settings(self, api: str, values: Mapping[str, Any]) -> Any:
        """Set some of an API's settings; return all of them.

        Raises:
            InvalidSetting: an unknown name or a bad value; nothing has changed.
        """
        return await self._settings.change(api, values)

    def documents(self, api: str) -> Documents:
        """Return the documents an API keeps here."""
        return self._documents[api]

    async def count(self, counter: str) -> int:
        """Draw the next number of a sequence."""
        return await self.store.count(self.key, counter)

    # --- jobs -------------------------------------------------------------------------------------

    async def build_job(self, api: str, fields: Mapping[str, Any]) -> tuple[Job, ...]:
        """Make a job and its parts from the fixture's form, without adding them.

        Raises:
            DomainError: a field cannot be followed.
        """
        context: SpecContext[Any, Any] = SpecContext(
            settings=await self.settings(api), site=self.sites[api], ids=self.ids
        )
        return await self._build(self.apis[api].job_template(fields, context), await self.now())

    async def _build(self, template: JobTemplate, now: float) -> tuple[Job, ...]:
        numbers = [await self.store.count(self.key, f"{template.job.api}.{counter}") for counter in template.counters()]
        return template.build(now, iter(numbers))

    async def seed(self) -> int:
        """Add the fixtures' jobs; return how many.

        Raises:
            BadFixture: one cannot be followed.
        """
        if self.store.shared is not None:
            config = self.config
            await tell(self.store.shared, self.key, self, self.fixtures, config.fixtures, config.clock)
        now = await self.now()
        seeds = {
            name: await self.fixtures.seeds(api, await self.settings(name), self.ids, now)
            for name, api in self.apis.items()
        }
        counters = {key: drawn for one in seeds.values() for key, drawn in one.counters.items()}
        if all(one.may_wait for one in seeds.values()):
            batch = Batch(
                sizes={key: size for one in seeds.values() for key, size in one.sizes.items()},
                make=lambda api: seeds[api].make(now),
            )
            done = await self.store.add_all(self.key, batch, counters)
        else:
            done = await self._seed_in_turns(seeds.values(), counters, now)
        if not done:
            await self._seed_singly({name: one.templates for name, one in seeds.items()}, now)
        self.seeded = True
        return sum(len(one.templates) for one in seeds.values())

    async def _seed_in_turns(self, seeds: Collection[Seeds], counters: Mapping[str, int], now: float) -> bool:
        """Add very many jobs while others get their turn; False, and nothing is there, when one is there twice.

        Who has so many is filled where nobody sees it, or before anybody is answered.
        """
        if await self.store.size(self.key) or not await self.store.add_all(self.key, (), counters):
            return False
        turn = Turn()
        with spared() if sum(len(one.templates) for one in seeds) > MANY else nullcontext():
            for one in seeds:
                async for part in one.parts(now):
                    if not await self.store.add_all(self.key, part):
                        await self.store.clear(self.key)
                        return False
                    await turn.share()
        return True

    async def _seed_singly(self, templates: Mapping[str, Sequence[JobTemplate]], now: float) -> None:
        """Add the fixtures' jobs beside what is there already, or find the one that is there twice."""
        for name, found in templates.items():
            async for number, template in in_time(enumerate(found)):
                try:
                    await self.jobs.add(*await self._build(template, now))
                except DomainError as error:
                    raise BadFixture(f"{self.fixtures.place(name, ['jobs', number])}: {error}") from None

    def staged(self) -> Sandbox:
        """Return an empty sandbox like this one that nobody can reach, to be filled and moved into its place."""
        made = Sandbox(f"{self.name}/{uuid4().hex}", self.config, self.fixtures)
        made.ttl, made.submits = self.home.ttl, self.home.submits
        return made

    # --- events -----------------------------------------------------------------------------------

    def _publish_moves(self, job: Job, transitions: Sequence[Transition]) -> None:
        for move in transitions:
            self.publish({"event": "job", **transition_record(job, move), "subject": job})

    def _tell(self, event: str, job: Job) -> None:
        if self.listeners:
            facts = {"api": job.api, "kind": job.kind, "id": job.id, "state": job.state}
            self.publish({"event": event, **facts, "subject": job})
