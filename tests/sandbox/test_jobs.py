"""The verbs over stored jobs, with others writing at the same time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from mockserver.core.errors import Beaten, DuplicateJob, IllegalEvent, UnknownJob, UnknownState
from mockserver.core.job import Cause, Job, Transition
from mockserver.core.machine import Machine, Phase, State
from mockserver.core.plan import CancelMode, OnCancel, Plan, Step, Wait
from mockserver.sandbox.jobs import BREATH, CHUNK, Jobs
from mockserver.sandbox.jobs_home import JobsHome
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore
from tests.drivers.redis import store_in
from tests.store.yielding import YieldingStore

PLAN = Plan(steps=(Step(state="working", wait=Wait(seconds=10)),), end="done")
MACHINE = Machine(
    initial="working",
    states=(
        State(name="working", phase=Phase.EXECUTING),
        State(name="stopping", phase=Phase.CANCELING),
        State(name="done", phase=Phase.SUCCEEDED),
        State(name="stopped", phase=Phase.CANCELED),
    ),
    rows={"working": {"cancel": "stopping"}, "stopping": {}, "done": {}, "stopped": {}},
    cancelled={CancelMode.HONOURS: "stopped"},
    plans={"succeeds": PLAN},
    on_cancel=OnCancel(after=Wait(seconds=5)),
)


class World:
    """Jobs over a store, with a clock the test turns by hand."""

    def __init__(self, store: Store | None = None, machine: Machine = MACHINE) -> None:
        self.time = 0.0
        self.told: list[tuple[str, Transition]] = []
        self.moved: list[tuple[Job, Transition]] = []
        home = JobsHome(
            store or YieldingStore(),
            "box",
            {("x", "job"): machine},
            self.now,
            lambda _: self.time,
            self.tell,
            {"x": ["job"]},
            [self],
        )
        self.jobs = Jobs(home, moved=self.moved)

    async def now(self) -> float:
        return self.time

    def tell(self, job: Job, transitions: Sequence[Transition]) -> None:
        self.told.extend((job.id, move) for move in transitions)

    async def add(self, job_id: str, **changes: Any) -> Job:
        given = {"state": "working", "plan": PLAN, "on_cancel": MACHINE.on_cancel, **changes}
        return await self.jobs.add(Job(api="x", id=job_id, created=self.time, since=self.time, **given))


@pytest.fixture(params=["yielding", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    made: Store = YieldingStore()
    if request.param == "redis":
        made = store_in(request.getfixturevalue("redis_server"))
    await made.open()
    yield made
    await made.close()


async def test_of_a_cancel_beside_a_clock_move_and_a_second_cancel_exactly_one_wins(store: Store) -> None:
    """8 writers, 200 rounds: four cancel, four let the clock run out; the history never forks."""
    wins: Counter[str] = Counter()
    for number in range(200):
        world = World(store)
        await world.add(str(number), on_cancel=OnCancel(after=Wait(seconds=50)))

        async def cancel(world: World = world, number: int = number) -> str:
            try:
                change = await world.jobs.fire("x", str(number), "cancel")
            except IllegalEvent:
                return "refused"
            return "cancelled" if change.transitions else "nothing"

        async def run_out(world: World = world, number: int = number) -> str:
            for _ in range(number % 5):
                await store.ping()
            world.time = 10.0
            return (await world.jobs.get("x", str(number))).state

        writers = [cancel(), run_out(), cancel(), run_out(), run_out(), cancel(), run_out(), cancel()]
        order = writers[number % 8 :] + writers[: number % 8]
        results = await asyncio.gather(*order)
        job = await world.jobs.get("x", str(number))
        assert len(job.history) == 1
        assert results.count("cancelled") == (job.state == "stopping")
        assert results.count("refused") == 4 - results.count("cancelled")
        assert [move for _, move in world.told] == list(job.history)
        wins[job.state] += 1
    assert set(wins) == {"stopping", "done"}


async def test_whoever_is_beaten_tries_again_until_all_changes_have_landed(store: Store) -> None:
    world = World(store)
    await world.add("1", data={"n": 0})

    async def add_one(_: int) -> None:
        def pure(machine: Machine, job: Job, now: float) -> Job:
            from dataclasses import replace

            return replace(job, data={"n": job.data["n"] + 1}, version=job.version + 1)

        for _ in range(25):
            await world.jobs.change("x", "1", pure)

    await asyncio.gather(*(add_one(number) for number in range(8)))
    assert (await world.jobs.get("x", "1")).data == {"n": 200}


async def test_somebody_who_always_writes_first_does_not_spin_us_for_ever() -> None:
    class Rude(MemoryStore):
        async def swap(self, *args: Any) -> bool:
            return False

    world = World(Rude())
    await world.add("1")
    with pytest.raises(Beaten):
        await world.jobs.fire("x", "1", "cancel")


async def test_a_refused_call_still_stores_the_moves_that_came_due() -> None:
    world = World()
    await world.add("1")
    world.time = 10.0
    with pytest.raises(IllegalEvent):
        await world.jobs.fire("x", "1", "cancel")
    assert [(move.to, move.cause) for _, move in world.moved] == [("done", Cause.CLOCK)]


async def test_a_look_is_a_change_only_when_the_plan_counts_looks() -> None:
    world = World()
    await world.add("1")
    counting = Plan(steps=(Step(state="working", wait=Wait(looks=2)),), end="done")
    await world.add("2", plan=counting)
    assert (await world.jobs.get("x", "1", look=True)).version == 0
    assert (await world.jobs.get("x", "2", look=True)).state == "working"
    assert (await world.jobs.get("x", "2")).looks == 1
    assert (await world.jobs.get("x", "2", look=True)).state == "done"


async def test_a_finished_job_ages_out() -> None:
    world = World()
    await world.add("1", retention=60.0)
    world.time = 70.0
    assert (await world.jobs.get("x", "1")).state == "done"
    world.time = 70.1
    with pytest.raises(UnknownJob):
        await world.jobs.get("x", "1")
    assert await world.jobs.page("x") == ([], 0)


async def test_a_job_and_its_parts_are_added_together_or_not_at_all() -> None:
    world = World()
    await world.add("2")
    one, two = (Job(api="x", id=i, state="working", plan=PLAN, created=0.0, since=0.0) for i in "12")
    with pytest.raises(DuplicateJob):
        await world.jobs.add(one, two)
    with pytest.raises(UnknownJob):
        await world.jobs.get("x", "1")


async def test_what_comes_due_is_found_and_fired_in_order_of_time() -> None:
    world = World()
    await world.add("1")
    world.time = 1.0
    await world.add("2")
    await world.jobs.fire("x", "2", "cancel")
    await world.add("3", held=True)
    assert await world.jobs.due() == 6.0
    world.time = 100.0
    assert [(job.id, move.at) for job, move in await world.jobs.settle_all()] == [("2", 6.0), ("1", 10.0)]
    assert await world.jobs.due() is None


async def test_forcing_an_unknown_state_or_job_moves_nothing() -> None:
    world = World()
    await world.add("1")
    with pytest.raises(UnknownState):
        await world.jobs.force("x", "1", "SUSPENDED")
    with pytest.raises(UnknownJob):
        await world.jobs.force("x", "9", "done")
    assert world.moved == []


class CountingStore(MemoryStore):
    """Counts its steps; keeps the jobs read in pages."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name in ("get", "find", "swap", "page", "timed", "read", "remove", "add_all"):
            self.steps.append(name)
        return super().__getattribute__(name)


async def test_a_force_finds_its_job_and_changes_it_in_two_steps() -> None:
    store = CountingStore()
    world = World(store)
    await world.add("1")
    store.steps.clear()
    found = await world.jobs.find("x", "1")
    landed = await world.jobs.force("x", "1", "done", found=found)
    assert (landed.after.state, store.steps) == ("done", ["find", "swap"])
    with pytest.raises(UnknownJob):
        await world.jobs.find("x", "2")


async def test_a_force_of_a_job_that_changed_meanwhile_reads_it_again() -> None:
    world = World()
    await world.add("1")
    found = await world.jobs.find("x", "1")
    await world.jobs.fire("x", "1", "cancel")
    landed = await world.jobs.force("x", "1", "working", found=found)
    assert [move.to for move in landed.after.history] == ["stopping", "working"]


async def test_a_poll_of_a_job_that_waits_for_nothing_is_one_step_and_one_that_settles_two() -> None:
    store = CountingStore()
    world = World(store)
    await world.add("1", retention=1000.0)
    store.steps.clear()
    world.time = 10.0
    assert (await world.jobs.get("x", "1", look=True)).state == "done"
    assert store.steps == ["get", "swap"]
    store.steps.clear()
    assert (await world.jobs.get("x", "1", look=True)).state == "done"
    assert store.steps == ["get"]


async def test_a_clock_move_reads_only_the_jobs_it_moves() -> None:
    store = CountingStore()
    world = World(store)
    for number in range(500):
        await world.add(f"held-{number}", held=True)
        await world.add(f"later-{number}", plan=Plan(steps=(Step(state="working", wait=Wait(seconds=99)),), end="done"))
    await world.add("due")
    await world.add("gone", state="done", retention=5.0)
    store.steps.clear()
    world.time = 10.0
    assert [(job.id, move.to) for job, move in await world.jobs.settle_all()] == [("due", "done")]
    assert store.steps == ["timed", "swap", "remove"]
    assert await world.jobs.due() == 99.0


async def test_others_get_their_turn_while_many_jobs_come_due_and_see_them_settled() -> None:
    """Without waiting for all: whoever asks for one meanwhile finds it as if all had been settled at once."""
    world = World(MemoryStore())
    ids = [str(number) for number in range(10 * BREATH)]
    for job_id in ids:
        await world.add(job_id)
    world.time = 10.0
    known = list(await world.jobs.coming(10.0))
    settling = asyncio.create_task(world.jobs.settle_all(known))
    left = iter(reversed(ids))
    turns = [0]
    while not settling.done():
        assert (await world.jobs.get("x", next(left))).state == "done"
        await asyncio.sleep(0)
        turns.append(len(world.told))
    assert max(after - before for before, after in pairwise(turns)) <= BREATH + 2
    assert [(job.id, move.to, move.at) for job, move in await settling] == [(job_id, "done", 10.0) for job_id in ids]
    assert sorted(world.told) == sorted((job.id, job.history[0]) for job, _ in await settling)


async def test_a_released_job_comes_due_again_and_a_held_one_does_not() -> None:
    world = World()
    await world.add("1")
    await world.jobs.force("x", "1", "working")
    assert await world.jobs.due() is None
    world.time = 3.0
    await world.jobs.release("x", "1")
    assert await world.jobs.due() == 13.0
    world.time = 13.0
    assert [move.to for _, move in await world.jobs.settle_all()] == ["done"]


@pytest.mark.parametrize("newest", [True, False])
async def test_all_jobs_come_once_in_order_though_some_age_out_and_others_arrive(newest: bool) -> None:
    world = World(MemoryStore())
    for number in range(2 * CHUNK + 50):
        aged = {"state": "done", "retention": 5.0} if number % 3 == 0 else {}
        await world.add(str(number), **aged)
    world.time = 6.0
    found = []
    async for job in world.jobs.each("x", newest=newest, where=lambda job: int(job.id) % 2 == 0):
        if not found:
            await world.add("100000", state="done")
        found.append(int(job.id))
    wanted = [number for number in range(2 * CHUNK + 50) if number % 3 and number % 2 == 0]
    assert found == (wanted[::-1] if newest else [*wanted, 100000])


@pytest.mark.parametrize("newest", [True, False])
async def test_a_job_that_is_there_all_the_time_comes_once_whatever_goes_meanwhile(store: Store, newest: bool) -> None:
    world = World(store)
    added = [await world.add(str(number)) for number in range(2 * CHUNK + 50)]
    found = []
    async for job in world.jobs.each("x", newest=newest):
        if not found:
            for gone in added[: CHUNK + 20]:
                assert await store.remove("box", [(gone, ())])
        found.append(int(job.id))
    assert found == sorted(set(found), reverse=newest)
    assert set(range(CHUNK + 20, 2 * CHUNK + 50)) <= set(found)
