"""What others do while a sandbox is made, reset, restored, moved in time or ended; over a store that yields and a Redis."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from mockserver.app import build
from mockserver.core.clock import Clock, instant
from mockserver.core.errors import UnknownJob
from mockserver.core.job import Job
from mockserver.faults.model import Fault
from mockserver.http.fault_transport import pass_time
from mockserver.sandbox import snapshot
from mockserver.sandbox.documents import Documents
from mockserver.sandbox.registry import Sandboxes, SandboxTaken, UnknownSandbox
from mockserver.sandbox.reset import reset
from mockserver.sandbox.sandbox import Sandbox
from mockserver.settings import Settings
from mockserver.store.memory import MemoryStore
from tests.drivers.server import NOON, Client
from tests.drivers.stores import store_of

ROUNDS = 10


@pytest.fixture(params=["yielding", "redis"])
async def sandboxes(request: pytest.FixtureRequest) -> AsyncIterator[Sandboxes]:
    redis = request.getfixturevalue("redis_server") if request.param == "redis" else None
    store = store_of(request.param, redis)
    found = build(Settings(clock=NOON, apis=("casjobs",)), store=store).sandboxes
    await found.begin()
    yield found
    await found.close()
    await store.close()


@pytest.fixture
def sandbox(sandboxes: Sandboxes) -> Sandbox:
    return sandboxes.default


async def beside(work: Callable[[], Awaitable[Any]], watch: Callable[[], Awaitable[None]]) -> int:
    """Watch all the time while the work is done; return how often."""
    task = asyncio.ensure_future(work())
    seen = 0
    while not task.done():
        await watch()
        seen += 1
    await task
    return seen


async def newest(sandbox: Sandbox) -> Job:
    return (await sandbox.jobs.page("casjobs", limit=1))[0][0]


async def test_nobody_sees_a_sandbox_empty_while_it_is_reset(sandbox: Sandbox) -> None:
    job, sizes = await newest(sandbox), await sandbox.store.size(sandbox.name)

    async def work() -> None:
        for _ in range(ROUNDS):
            done = await reset(sandbox)
            assert done["jobs"]["removed"] == done["jobs"]["reseeded"]

    async def watch() -> None:
        assert (await sandbox.jobs.get("casjobs", job.id)).id == job.id
        assert await sandbox.store.size(sandbox.name) == sizes

    assert await beside(work, watch) > ROUNDS
    assert list(await sandbox.store.sandboxes()) == ["default"]


async def test_two_resets_at_once_leave_one_seeded_sandbox(sandbox: Sandbox) -> None:
    sizes, counters = await sandbox.store.size(sandbox.name), await sandbox.store.counters(sandbox.name)
    await asyncio.gather(*(reset(sandbox) for _ in range(4)))
    assert await sandbox.store.size(sandbox.name) == sizes
    assert await sandbox.store.counters(sandbox.name) == counters


async def test_what_is_kept_stays_and_a_later_fault_does_not_take_its_place(sandbox: Sandbox) -> None:
    await sandbox.set_clock(Clock(frozen_at=instant("2030-01-01T00:00:00Z")))
    await sandbox.faults.arm({"effect": {"status": 500}})
    done = await reset(sandbox, ["faults", "clock"])
    assert (done["faults"], done["clock"]) == ({"removed": 0, "unused": 0}, "frozen")
    await sandbox.faults.arm({"effect": {"status": 501}})
    assert [fault["effect"]["status"] for fault in await sandbox.faults.all()] == [500, 501]
    assert await sandbox.now() == instant("2030-01-01T00:00:00Z")
    done = await reset(sandbox)
    assert (done["faults"], await sandbox.now()) == ({"removed": 2, "unused": 2}, instant(NOON))


async def test_nobody_sees_a_sandbox_half_restored(sandbox: Sandbox) -> None:
    job = await newest(sandbox)
    before = await snapshot.take(sandbox)
    await sandbox.jobs.force("casjobs", job.id, "FAILED")
    await sandbox.change_settings("casjobs", {"cancel_ended": "exception"})
    after = await snapshot.take(sandbox)

    async def work() -> None:
        for number in range(ROUNDS):
            await snapshot.restore(sandbox, before if number % 2 else after)

    async def watch() -> None:
        assert (await sandbox.jobs.get("casjobs", job.id)).id == job.id

    assert await beside(work, watch) > ROUNDS
    assert await snapshot.take(sandbox) == before


def _spoilt(taken: dict[str, Any], how: str) -> dict[str, Any]:
    first, *rest = taken["jobs"]
    if how == "twice":
        return {**taken, "jobs": [first, first, *rest]}
    if how == "end":
        return {**taken, "jobs": [{**first, "plan": {**first["plan"], "end": "Nowhere"}}, *rest]}
    return {**taken, "jobs": [*rest, {**first, "resume": ["Nowhere", 0.0]}]}


@pytest.mark.parametrize("how", ["twice", "end", "resume"])
async def test_a_snapshot_that_cannot_be_restored_changes_nothing(sandbox: Sandbox, how: str) -> None:
    before = await snapshot.take(sandbox)
    with pytest.raises(snapshot.BadSnapshot):
        await snapshot.restore(sandbox, _spoilt(before, how))
    assert await snapshot.take(sandbox) == before
    assert list(await sandbox.store.sandboxes()) == ["default"]


async def test_a_sandbox_can_be_asked_when_it_is_made_and_not_before(sandboxes: Sandboxes) -> None:
    seen = set()

    async def watch() -> None:
        await asyncio.sleep(0)
        try:
            found = sandboxes.get("t1")
        except UnknownSandbox:
            seen.add("nothing")
        else:
            seen.add("seeded" if found.seeded else "half")

    await beside(lambda: sandboxes.create("t1"), watch)
    await watch()
    assert seen == {"nothing", "seeded"}


async def test_of_two_that_make_a_sandbox_of_one_name_one_is_refused(sandboxes: Sandboxes) -> None:
    results = await asyncio.gather(sandboxes.create("t1"), sandboxes.create("t1"), return_exceptions=True)
    assert [type(one) for one in results] == [Sandbox, SandboxTaken]


async def test_ending_a_sandbox_does_not_empty_the_next_of_its_name(sandboxes: Sandboxes) -> None:
    for _ in range(ROUNDS):
        await sandboxes.create("t1")
        ending = asyncio.ensure_future(sandboxes.delete("t1"))
        while True:
            await asyncio.sleep(0)
            try:
                made = await sandboxes.create("t1")
            except SandboxTaken:
                continue
            break
        await ending
        assert await made.store.size("t1") == await made.store.size("default")
        await sandboxes.delete("t1")
    assert list(await sandboxes.store.sandboxes()) == ["default"]


async def test_a_move_of_the_clock_names_what_it_fired_though_a_poll_was_quicker(sandbox: Sandbox) -> None:
    plan = {"steps": [{"state": "Started", "for": 60}], "end": "Finished"}
    ids = [str(number) for number in range(5000, 5020)]
    for job_id in ids:
        await sandbox.jobs.add(*await sandbox.build_job("casjobs", {"id": job_id, "plan": plan}))

    async def poll() -> None:
        for job_id in reversed(ids):
            await sandbox.jobs.get("casjobs", job_id, look=True)

    clock = Clock(frozen_at=instant(NOON) + 60)
    fired, _, _ = await asyncio.gather(sandbox.set_clock(clock), poll(), poll())
    assert sorted(job.id for job, _ in fired) == ids
    for job_id in ids:
        assert len((await sandbox.jobs.get("casjobs", job_id)).history) == 1


async def test_each_of_several_faults_at_once_takes_the_clock_on(sandbox: Sandbox) -> None:
    fault = Fault.parse("fault-1", {"effect": {"advance": 10}}, 0)
    await asyncio.gather(*(pass_time(fault, sandbox) for _ in range(5)))
    assert await sandbox.now() == instant(NOON) + 50


async def test_a_deleted_job_is_gone_however_often_it_changed_meanwhile(sandbox: Sandbox) -> None:
    job = await newest(sandbox)

    async def flip() -> None:
        for state in ("FAILED", "SUCCEEDED") * 3:
            await sandbox.jobs.force("casjobs", job.id, state)

    results = await asyncio.gather(flip(), sandbox.jobs.delete("casjobs", job.id), return_exceptions=True)
    assert isinstance(results[0], UnknownJob | None)
    with pytest.raises(UnknownJob):
        await sandbox.jobs.get("casjobs", job.id)


async def test_all_changes_of_a_document_land(sandbox: Sandbox) -> None:
    documents = Documents(sandbox.store, "default", "x")

    async def add() -> None:
        for _ in range(ROUNDS):
            await documents.change("c", "k", lambda old: {"n": (old or {"n": 0})["n"] + 1})

    await asyncio.gather(*(add() for _ in range(8)))
    assert await documents.get("c", "k") == {"n": 8 * ROUNDS}


async def test_all_changes_of_settings_land(sandbox: Sandbox) -> None:
    changes = [{"cancel_ended": "exception"}, {"upload_data_parameters": 4}, {"login_error": "{wsid}"}]
    await asyncio.gather(*(sandbox.change_settings("casjobs", one) for one in changes))
    assert await sandbox.store.read("default", "settings", "casjobs") == {
        name: value for one in changes for name, value in one.items()
    }


class CountingStore(MemoryStore):
    """Remembers the names of its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if inspect.iscoroutinefunction(found):
            self.steps.append(name)
        return found


async def test_a_force_by_the_control_api_is_three_steps_of_the_store(
    serve: Callable[..., Awaitable[Client]],
) -> None:
    store = CountingStore()
    client = await serve(store=store)
    body = {"api": "ges", "id": "x", "graph": "movie", "kind": "query-vertices"}
    assert (await client.post("/_control/jobs", json=body)).status == 201
    store.steps.clear()
    assert (await client.put("/_control/jobs/ges/x/state", json={"state": "failed"})).status == 200
    assert store.steps == ["find", "read", "commit"]


async def test_a_move_of_the_clock_is_nine_steps_of_the_store(serve: Callable[..., Awaitable[Client]]) -> None:
    store = CountingStore()
    client = await serve(store=store)
    store.steps.clear()
    assert (await client.post("/_control/clock/advance", json={"seconds": 1})).status == 200
    begun, settled, told = ["life", "read"], ["read", "timed"], ["read"]
    assert store.steps == [*begun, *settled, "timed", "replace", *settled, *told]
