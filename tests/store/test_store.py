"""What every store must do; each store is put through all of it."""

from __future__ import annotations

import json

import pytest

from mockserver.core.job import Cause, Job, Message, Transition
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait
from mockserver.store import codec
from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore


@pytest.fixture(params=[MemoryStore])
def store(request: pytest.FixtureRequest) -> Store:
    return request.param()


def job(number: int, **changes: object) -> Job:
    given = {"state": "a", "plan": Plan(), "created": 0.0, "since": 0.0, **changes}
    return Job(api="x", id=str(number), **given)  # type: ignore[arg-type]


async def test_a_job_is_added_once(store: Store) -> None:
    assert await store.add("box", job(1))
    assert not await store.add("box", job(1))
    assert await store.add("other", job(1))
    assert await store.get("box", "x", "job", "1") == job(1)
    assert await store.get("box", "x", "run", "1") is None


async def test_jobs_are_added_together_or_not_at_all(store: Store) -> None:
    run = job(1, kind="run", parent="1")
    assert await store.add_all("box", [job(2), job(1), run], {"x.job": 2})
    assert [one.id for one in (await store.page("box", "x", "job", newest=False)).jobs] == ["2", "1"]
    assert await store.get("box", "x", "run", "1") == run
    assert await store.count("box", "x.job") == 3
    # An id that is taken, an id that is there twice, a counter that has been drawn from.
    assert not await store.add_all("box", [job(3), job(1)], {})
    assert not await store.add_all("box", [job(3), job(3)], {})
    assert not await store.add_all("box", [job(3)], {"x.job": 1})
    assert await store.get("box", "x", "job", "3") is None
    assert await store.count("box", "x.job") == 4
    assert await store.add("box", job(3))
    assert [one.id for one in (await store.page("box", "x", "job")).jobs] == ["3", "1", "2"]


async def test_only_the_first_of_two_swaps_wins(store: Store) -> None:
    old = job(1)
    await store.add("box", old)
    assert await store.swap("box", old, job(1, state="b", version=1))
    assert not await store.swap("box", old, job(1, state="c", version=1))
    found = await store.get("box", "x", "job", "1")
    assert found is not None
    assert found.state == "b"


async def test_a_removed_job_cannot_be_swapped_back(store: Store) -> None:
    await store.add("box", job(1))
    assert await store.remove("box", job(1))
    assert not await store.remove("box", job(1))
    assert not await store.swap("box", job(1), job(1, version=1))


@pytest.mark.parametrize(
    ("start", "limit", "newest", "ids"),
    [
        (0, None, True, ["5", "4", "2", "1"]),
        (0, 2, True, ["5", "4"]),
        (3, 2, True, ["1"]),
        (4, 2, True, []),
        (0, None, False, ["1", "2", "4", "5"]),
        (1, 2, False, ["2", "4"]),
        (9, 2, False, []),
    ],
)
async def test_pages_come_in_order_of_arrival(
    store: Store, start: int, limit: int | None, newest: bool, ids: list[str]
) -> None:
    for number in range(1, 6):
        await store.add("box", job(number))
    await store.remove("box", job(3))
    page = await store.page("box", "x", "job", start=start, limit=limit, newest=newest)
    assert ([one.id for one in page.jobs], page.total) == (ids, 4)


async def test_counters_count_for_each_box(store: Store) -> None:
    assert [await store.count("box", "n"), await store.count("box", "n"), await store.count("other", "n")] == [1, 2, 1]
    assert await store.counters("box") == {"n": 2}


async def test_documents_are_compared_before_they_are_replaced(store: Store) -> None:
    assert await store.replace("box", "c", "k", None, {"v": 1})
    assert not await store.replace("box", "c", "k", None, {"v": 2})
    assert await store.replace("box", "c", "k", {"v": 1}, {"v": 3})
    assert await store.read("box", "c", "k") == {"v": 3}
    assert await store.replace("box", "c", "k", {"v": 3}, None)
    assert await store.collection("box", "c") == {}
    assert await store.collections("box") == []


async def test_a_request_finds_what_it_needs_in_one_step(store: Store) -> None:
    assert await store.begin_request("box", "x") == (1, None, None, False)
    await store.write("box", "clock", "clock", {"offset": 5.0})
    await store.write("box", "settings", "x", {"knob": 1})
    await store.write("box", "faults", "fault-1", {"hits": 0})
    assert await store.begin_request("box", "x") == (2, {"offset": 5.0}, {"knob": 1}, True)
    await store.replace("box", "faults", "fault-1", {"hits": 0}, None)
    assert await store.begin_request("box", "y") == (3, {"offset": 5.0}, None, False)
    assert await store.counters("box") == {"journal": 3}


async def test_a_finished_request_is_logged_and_counted_in_one_step(store: Store) -> None:
    await store.log("box", "first", 9, ["answered", "seen"])
    await store.log("box", "second", 9, ["answered"])
    assert list(await store.entries("box")) == ["first", "second"]
    assert await store.counters("box") == {"answered": 2, "seen": 1}


async def test_the_journal_is_a_ring(store: Store) -> None:
    for number in range(5):
        await store.log("box", number, 3)
    assert list(await store.entries("box")) == [2, 3, 4]
    assert await store.forget_entries("box") == 3


async def test_clearing_forgets_all_but_what_is_kept(store: Store) -> None:
    await store.add("box", job(1))
    await store.write("box", "faults", "1", {"a": 1})
    await store.write("box", "tokens", "1", {"a": 1})
    await store.log("box", "entry", 9)
    await store.count("box", "journal")
    await store.clear("box", keep=["faults", "journal"])
    assert await store.get("box", "x", "job", "1") is None
    assert await store.collections("box") == ["faults"]
    assert list(await store.entries("box")) == ["entry"]
    assert await store.counters("box") == {"journal": 1}


def test_a_job_survives_being_a_document() -> None:
    full = Job(
        api="x",
        id="1",
        state="b",
        plan=Plan(steps=(Step(state="a", wait=Wait(looks=2)), Step(state="b", wait=NEVER)), end="c"),
        created=1.5,
        since=2.5,
        on_cancel=OnCancel(mode=CancelMode.LOSES, after=Wait(seconds=3)),
        resume=("a", 2.0),
        messages=(Message(text="hello", level="info"),),
        data={"graph": "movie"},
        history=(Transition(source="a", to="b", at=2.5, cause=Cause.CLIENT, request=7),),
    )
    assert codec.load(json.loads(json.dumps(codec.dump(full)))) == full
