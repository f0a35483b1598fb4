"""Which forced states a client has seen, and what it costs to know."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.app import application, build, pipeline
from mockserver.core.job import Job
from mockserver.core.plan import Plan
from mockserver.journal.entry import Entry
from mockserver.journal.forced_states import COLLECTION, REMEMBERED, noted, unseen
from mockserver.settings import Settings
from mockserver.store.memory import MemoryStore
from tests.drivers import poll_of
from tests.drivers.server import NOON

BOX = "box"
STEPS = 5
"""Steps of the store that forcing a state may take."""


class Counting(MemoryStore):
    """Counts the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: Counter[str] = Counter()

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if asyncio.iscoroutinefunction(found):
            self.steps[name] += 1
        return found


class Yielding(MemoryStore):
    """Lets everybody else run before each step, as a store over a network does."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def step(*args: Any, **options: Any) -> Any:
            await asyncio.sleep(0)
            return await found(*args, **options)

        return step


def job(state: str, version: int, job_id: str = "1") -> Job:
    return Job(api="x", id=job_id, state=state, plan=Plan(), created=0, since=0, version=version)


async def note(store: MemoryStore, box: str, forced: Job) -> None:
    assert await store.commit(box, await noted(forced))


async def ask(store: MemoryStore, job_id: str | None = "1", status: int = 200, limit: int = 100) -> None:
    """Let a client get an answer about a job."""
    number = (await store.begin_request(BOX, "x")).number
    entry = Entry(number, 0, BOX, "GET", "/", {}, b"", api="x", job=job_id, status=status)
    await store.record(BOX, entry, limit)


async def states(store: MemoryStore) -> list[str]:
    return [one["state"] for one in await unseen(store, BOX)]


async def test_a_state_is_seen_when_a_client_got_a_good_answer_after_the_force() -> None:
    store = MemoryStore()
    await ask(store)
    await note(store, BOX, job("a", 1))
    assert await unseen(store, BOX) == [{"api": "x", "kind": "job", "id": "1", "state": "a"}]

    await ask(store, status=404)
    await ask(store, "2")
    await ask(store, None)
    assert await states(store) == ["a"]

    await ask(store)
    assert await states(store) == []


async def test_a_state_is_over_when_the_job_is_forced_again() -> None:
    store = MemoryStore()
    await note(store, BOX, job("a", 1))
    await note(store, BOX, job("b", 2))
    await ask(store)
    assert await states(store) == ["a"]

    await note(store, BOX, job("a", 3))
    await note(store, BOX, job("b", 4))
    assert await states(store) == ["a"]

    await note(store, BOX, job("a", 5))
    await ask(store)
    assert await states(store) == []


async def test_jobs_do_not_close_each_others_windows() -> None:
    store = MemoryStore()
    await note(store, BOX, job("a", 1))
    await note(store, BOX, job("b", 1, "2"))
    await ask(store)

    assert await states(store) == ["b"]


async def test_what_the_ring_has_dropped_counts_as_seen() -> None:
    store = MemoryStore()
    await note(store, BOX, job("a", 1))
    await ask(store, "2", limit=1)
    assert await states(store) == ["a"]

    await ask(store, "2", limit=1)
    assert await states(store) == []


async def test_two_notes_in_the_wrong_order_leave_one_open_window() -> None:
    store = MemoryStore()
    await note(store, BOX, job("b", 2))
    await note(store, BOX, job("a", 1))
    await ask(store)

    assert await states(store) == ["a"]


async def test_what_is_remembered_is_bounded() -> None:
    store = MemoryStore()
    for version in range(3 * REMEMBERED):
        await note(store, BOX, job("ab"[version % 2], version))

    [kept] = (await store.collection(BOX, COLLECTION)).values()
    assert len(kept) == REMEMBERED


async def test_a_note_is_one_step() -> None:
    store = Counting()
    await note(store, BOX, job("a", 1))

    assert store.steps == {"commit": 1}


async def test_a_job_that_was_deleted_and_added_again_begins_anew() -> None:
    store = MemoryStore()
    await note(store, BOX, job("a", 7))
    await ask(store)
    await note(store, BOX, job("b", 1))
    assert await states(store) == ["b"]

    await ask(store)
    assert await states(store) == []


# --- over the control API -----------------------------------------------------------------------------


@pytest.fixture
async def over(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Any, MemoryStore]]:
    store: MemoryStore = request.param()
    services = build(Settings(strict=True, clock=NOON), store=store)
    async with TestClient(TestServer(application(services, pipeline(services)))) as client:
        yield client, store


@pytest.mark.parametrize("over", [Counting], indirect=True)
@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_a_force_costs_five_steps_of_the_store(over: tuple[Any, Counting], api: Api) -> None:
    client, store = over
    poll = poll_of(api)
    assert (await client.post("/_control/jobs", json=poll.job)).status == 201
    path = f"/_control/jobs/{api.name}/{poll.job['id']}/state"
    for state in poll.states:
        store.steps.clear()
        assert (await client.put(path, json={"state": state})).status == 200

    # Prime's record of a job holds the job's runs, each of which is read.
    runs = store.steps["get"]
    assert sum(store.steps.values()) - 2 * runs <= STEPS, store.steps
    assert runs == 0 or api.name == "prime"


@pytest.mark.parametrize("over", [Yielding], indirect=True)
async def test_forces_at_the_same_time_leave_one_open_window(over: tuple[Any, MemoryStore]) -> None:
    client, _ = over
    poll = poll_of(next(api for api in APIS if api.name == "ges"))
    assert (await client.post("/_control/jobs", json=poll.job)).status == 201
    path = f"/_control/jobs/ges/{poll.job['id']}/state"
    forced = [{"state": state} for state in (*poll.states, "success", "canceling")]
    done = await asyncio.gather(*(client.put(path, json=one) for one in forced))
    assert {one.status for one in done} == {200}
    last = (await (await client.get(f"/_control/jobs/ges/{poll.job['id']}")).json())["state"]
    assert (await client.get(poll.path, headers=poll.headers)).status == 200

    missed = [one["state"] for one in (await (await client.post("/_control/reset")).json())["forced_unseen"]]
    assert sorted([*missed, last]) == sorted(one["state"] for one in forced)
