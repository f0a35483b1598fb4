"""A sandbox: one isolated world over the store, with jobs, clock, settings, accounts, faults and journal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.api.definition import Api
from mockserver.api.job_builder import JobTemplate, SpecContext, job_template
from mockserver.api.settings import change
from mockserver.core.clock import Clock, Time, iso
from mockserver.core.errors import DomainError
from mockserver.core.ids import Ids
from mockserver.core.job import Job, Transition
from mockserver.faults.registry import Faults
from mockserver.sandbox.fixtures.merge import BadFixture, Fixtures
from mockserver.sandbox.jobs import Jobs
from mockserver.store.base import CLOCK, FAULTS, JOURNAL, SETTINGS, Document, Store

DEFAULT = "default"
STOP: Mapping[str, Any] = {"event": "stop"}
"""The last event there is: the sandbox, or the server, ends."""

KEEPABLE = ("faults", "settings", "clock", "requests")
"""What `reset` can be told to keep."""

_COLLECTIONS = {
    "faults": (FAULTS,),
    "settings": (SETTINGS,),
    "clock": (CLOCK,),
    "requests": (JOURNAL, "violations"),
}


class Records:
    """Small documents an API keeps in a sandbox (tokens, uploads …), by collection and key."""

    def __init__(self, store: Store, box: str, api: str) -> None:
        self._store = store
        self._box = box
        self._api = api

    async def get(self, collection: str, key: str) -> Any:
        """Return a document, or None."""
        return await self._store.read(self._box, f"{self._api}.{collection}", key)

    async def put(self, collection: str, key: str, value: Any) -> None:
        """Write a document; it is never changed in place afterwards."""
        await self._store.write(self._box, f"{self._api}.{collection}", key, value)

    async def replace(self, collection: str, key: str, old: Any, new: Any) -> bool:
        """Compare and swap a document (None: absent)."""
        return await self._store.replace(self._box, f"{self._api}.{collection}", key, old, new)

    async def all(self, collection: str) -> Mapping[str, Any]:
        """Return a collection in order of arrival."""
        return await self._store.collection(self._box, f"{self._api}.{collection}")


def settings_of(api: Api, fixtures: Fixtures, changes: Mapping[str, Any]) -> Any:
    """Return an API's settings as fixtures set them, with the changes made since.

    Raises:
        InvalidSetting: an unknown name or a bad value.
    """
    settings = fixtures.settings(api)
    return change(settings, changes) if changes else settings


class Sandbox:
    """One isolated copy of everything.

    Attributes:
        name: `default` is the one without a prefix.
        prefix: what its addresses begin with, `/~name`; empty for the default one.
        seeded: whether the fixtures' jobs are in.
        ttl: real seconds without a request after which it ends; None for never.
        used: when it was last asked anything, by the monotonic clock.
        ports: those that belong to it alone, by scheme.
    """

    def __init__(
        self,
        name: str,
        *,
        store: Store,
        apis: Sequence[Api],
        fixtures: Fixtures,
        seed: int,
        time: Time,
        clock: Clock,
        journal_size: int,
    ) -> None:
        self.name = name
        self.seeded = False
        self.ttl: float | None = None
        self.used = 0.0
        self.ports: Mapping[str, int] = {}
        self.prefix = "" if name == DEFAULT else f"/~{name}"
        self.store = store
        self.apis = {api.name: api for api in apis}
        self.ids = Ids(seed=seed)
        self.journal_size = journal_size
        self.adopt(fixtures)
        self._time = time
        self._first_clock = clock
        self._listeners: set[asyncio.Queue[Mapping[str, Any]]] = set()
        machines = {(api.name, kind): machine for api in apis for kind, machine in api.machines.items()}
        self.faults = Faults(self)
        self.jobs = Jobs(store, name, machines, self.now, self._publish_moves)

    def adopt(self, fixtures: Fixtures) -> None:
        """Take other fixtures as what this sandbox starts with; jobs are not touched."""
        self.fixtures = fixtures
        self.sites = {name: fixtures.site(api) for name, api in self.apis.items()}
        self.states = {name: api.state(self.sites[name]) for name, api in self.apis.items()}
        self._settings: dict[str, tuple[Any, Any]] = {}

    # --- clock ------------------------------------------------------------------------------------

    async def clock(self) -> Clock:
        """Return the clock as it stands."""
        return self._clock(await self.store.read(self.name, CLOCK, CLOCK))

    async def now(self) -> float:
        """Return sandbox time in epoch seconds."""
        return self.now_by(await self.store.read(self.name, CLOCK, CLOCK))

    def now_by(self, stored: Document | None) -> float:
        """Return sandbox time by the clock that the store holds (see `RequestStart`)."""
        return self._clock(stored).now(self._time())

    def _clock(self, stored: Document | None) -> Clock:
        return self._first_clock if stored is None else Clock(**stored)

    async def set_clock(self, clock: Clock) -> list[tuple[Job, Transition]]:
        """Set the clock; return the planned changes that came due by it, in order of time."""
        value = {"frozen_at": clock.frozen_at, "offset": clock.offset}
        await self.store.write(self.name, CLOCK, CLOCK, value)
        fired = await self.jobs.settle_all()
        self.publish({"event": "clock", "now": iso(await self.now()), "frozen": clock.frozen_at is not None})
        return fired

    def real(self) -> float:
        """Return real time in epoch seconds."""
        return self._time()

    # --- settings and content ---------------------------------------------------------------------

    async def settings(self, api: str) -> Any:
        """Return an API's settings as they stand."""
        return self.settings_with(api, await self.store.read(self.name, SETTINGS, api))

    def settings_with(self, api: str, changes: Document | None) -> Any:
        """Return an API's settings with the changes that the store holds (see `RequestStart`)."""
        known = self._settings.get(api)
        if known is not None and known[0] is changes:
            return known[1]
        settings = settings_of(self.apis[api], self.fixtures, changes or {})
        self._settings[api] = (changes, settings)
        return settings

    async def change_settings(self, api: str, values: Mapping[str, Any]) -> Any:
        """Set some settings.

        Raises:
            BadKnob: an unknown name or a bad value; nothing has changed.
        """
        change(await self.settings(api), values)
        while True:
            changes = await self.store.read(self.name, SETTINGS, api)
            if await self.store.replace(self.name, SETTINGS, api, changes, {**(changes or {}), **values}):
                return await self.settings(api)

    def records(self, api: str) -> Records:
        """Return the documents an API keeps here."""
        return Records(self.store, self.name, api)

    async def count(self, counter: str) -> int:
        """Draw the next number of a sequence."""
        return await self.store.count(self.name, counter)

    # --- jobs -------------------------------------------------------------------------------------

    async def build_job(self, api: str, fields: Mapping[str, Any]) -> tuple[Job, ...]:
        """Make a job and its parts from the fixture's form, without adding them.

        Raises:
            DomainError: a field cannot be followed.
        """
        context: SpecContext[Any, Any] = SpecContext(
            settings=await self.settings(api), site=self.sites[api], ids=self.ids
        )
        return await self._build(job_template(self.apis[api], fields, context), await self.now())

    async def _build(self, template: JobTemplate, now: float) -> tuple[Job, ...]:
        numbers = [
            await self.store.count(self.name, f"{template.job.api}.{counter}") for counter in template.counters()
        ]
        return template.build(now, iter(numbers))

    async def seed(self) -> int:
        """Add the fixtures' jobs; return how many.

        Raises:
            BadFixture: one cannot be followed.
        """
        now = await self.now()
        templates = {
            name: self.fixtures.templates(api, await self.settings(name), self.ids) for name, api in self.apis.items()
        }
        drawn: dict[str, int] = {}

        def draw(template: JobTemplate) -> Iterator[int]:
            for counter in template.counters():
                key = f"{template.job.api}.{counter}"
                drawn[key] = drawn.get(key, 0) + 1
                yield drawn[key]

        jobs = [
            job for found in templates.values() for template in found for job in template.build(now, draw(template))
        ]
        if not await self.store.add_all(self.name, jobs, drawn):
            await self._seed_singly(templates, now)
        self.seeded = True
        return sum(map(len, templates.values()))

    async def _seed_singly(self, templates: Mapping[str, Sequence[JobTemplate]], now: float) -> None:
        """Add the fixtures' jobs beside what is there already, or find the one that is there twice."""
        for name, found in templates.items():
            for number, template in enumerate(found):
                try:
                    await self.jobs.add(*await self._build(template, now))
                except DomainError as error:
                    raise BadFixture(f"{self.fixtures.place(name, ['jobs', number])}: {error}") from None

    async def reset(self, keep: Sequence[str] = ()) -> dict[str, Any]:
        """Go back to the seeded start, but for what is kept; return what was done."""
        sizes = await self.store.size(self.name)
        removed = sum(count for (_, kind), count in sizes.items() if kind == "job")
        requests = 0 if "requests" in keep else len(await self.store.entries(self.name))
        faults = {} if "faults" in keep else await self.store.collection(self.name, FAULTS)
        kept = [name for part in keep for name in _COLLECTIONS[part]]
        await self.store.clear(self.name, keep=kept)
        self._settings.clear()
        reseeded = await self.seed()
        clock = await self.clock()
        self.publish({"event": "reset"})
        return {
            "jobs": {"removed": removed, "reseeded": reseeded},
            "requests": requests,
            "faults": {"removed": len(faults), "unused": sum(not fault.get("hits") for fault in faults.values())},
            "clock": "real" if clock == Clock() else "frozen" if clock.frozen_at is not None else "shifted",
            "kept": list(keep),
        }

    # --- events -----------------------------------------------------------------------------------

    def listen(self) -> asyncio.Queue[Mapping[str, Any]]:
        """Return a queue that gets every event from now on; hand it to `ignore` when done."""
        queue: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(1000)
        self._listeners.add(queue)
        return queue

    def ignore(self, queue: asyncio.Queue[Mapping[str, Any]]) -> None:
        """Stop filling a queue."""
        self._listeners.discard(queue)

    @property
    def listened(self) -> bool:
        """Whether anybody would hear an event."""
        return bool(self._listeners)

    def publish(self, event: Mapping[str, Any]) -> None:
        """Tell all listeners; one that does not keep up loses its oldest events."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    def _publish_moves(self, job: Job, transitions: Sequence[Transition]) -> None:
        if not self._listeners:
            return
        for move in transitions:
            self.publish(
                {
                    "event": "job",
                    "api": job.api,
                    "kind": job.kind,
                    "id": job.id,
                    "from": move.source,
                    "to": move.to,
                    "at": iso(move.at),
                    "cause": str(move.cause),
                }
            )
