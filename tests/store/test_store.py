"""What every store must do; each store is put through all of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.job import Cause, Job, Message, Transition
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait
from mockserver.store import codec, job_table
from mockserver.store.agenda import Agenda
from mockserver.store.base import Over, Store
from mockserver.store.entries import PART
from mockserver.store.job_table import JobTable
from mockserver.store.memory import MemoryStore
from mockserver.store.placing import UNPLACED, Placing
from mockserver.store.redis.store import RedisStore
from mockserver.store.rows import Added, Appended, Replaced, Row, Swapped
from tests.drivers.redis import RedisServer
from tests.store.yielding import YieldingStore


@dataclass(frozen=True)
class Entry:
    """A journal entry, as far as a store looks into it."""

    number: int
    said: str = ""
    is_answered: bool = True


def dump(entry: Entry) -> bytes:
    return json.dumps([entry.number, entry.said]).encode()


def load(text: bytes) -> Entry:
    return Entry(*json.loads(text))


async def entries_of(store: Store) -> list[Entry]:
    return list((await store.entries("box")).entries)


@pytest.fixture(params=["memory", "yielding", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        server.empty()
        made: Store = RedisStore(server.url, dump, load)
    else:
        made = MemoryStore() if request.param == "memory" else YieldingStore()
    await made.open()
    yield made
    await made.close()


def job(number: int, **changes: object) -> Job:
    given = {"state": "a", "plan": Plan(), "created": 0.0, "since": 0.0, **changes}
    return Job(api="x", id=str(number), **given)  # type: ignore[arg-type]


async def test_a_job_is_added_once(store: Store) -> None:
    assert await store.add("box", job(1))
    assert not await store.add("box", job(1))
    assert await store.add("other", job(1))
    assert await store.get("box", "x", "job", "1") == job(1)
    assert await store.get("box", "x", "run", "1") is None


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
    assert await store.remove("box", [(job(1), ())])
    assert not await store.remove("box", [(job(1), ())])
    assert not await store.swap("box", job(1), job(1, version=1))


ALL_KINDS: tuple[Row, ...] = (
    Added(job(3), Placing(due=7.0, listings=("all",))),
    Swapped(job(1), job(1, state="b", version=1), Placing(due=5.0, listings=("all", "odd")), ("all",)),
    Swapped(job(2), job(2, version=1), Placing(relisted=6.0), None),
    Replaced("c", "old", [1], [2]),
    Replaced("c", "gone", {}, None),
    Replaced("c", "new", None, "x"),
    Appended("l", "k", {"a": 1}, 2),
)
"""A row of each kind over `two_jobs_and_documents`."""


async def two_jobs_and_documents(store: Store) -> None:
    await store.add_all("box", [(job(number), Placing(listings=("all",))) for number in (1, 2)])
    await store.write("box", "c", "old", [1])
    await store.write("box", "c", "gone", {})
    await store.begin_request("box", "x")


async def test_jobs_and_documents_change_together(store: Store) -> None:
    await two_jobs_and_documents(store)
    assert await store.commit("box", ALL_KINDS)
    assert await store.get("box", "x", "job", "1") == job(1, state="b", version=1)
    found = {name: await store.page("box", "x", "job", newest=False, listing=name) for name in ("all", "odd")}
    assert {name: [one.id for one in page.jobs] for name, page in found.items()} == {
        "all": ["1", "2", "3"],
        "odd": ["1"],
    }
    assert [one.id for one in await store.timed("box", 7.0)] == ["1", "2", "3"]
    assert await store.next_due("box") == 5.0
    assert await store.collection("box", "c") == {"old": [2], "new": "x"}
    assert await store.read("box", "l", "k") == [{"a": 1, "number": 1}]
    assert (await store.begin_request("box", "x")).documents == 5


@pytest.mark.parametrize(
    "refused",
    [
        Added(job(2), UNPLACED),
        Swapped(job(4), job(4, version=1), UNPLACED, ()),
        Swapped(job(1, version=4), job(1, version=5), UNPLACED, ("all",)),
        Swapped(replace(job(1), kind="run"), replace(job(1, version=1), kind="run"), UNPLACED, None),
        Replaced("c", "other", 1, 2),
        Replaced("c", "old", None, 2),
        Replaced("c", "old", [1, 1], None),
    ],
    ids=["there", "not there", "changed", "of another kind", "no document", "a document", "another document"],
)
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
async def test_when_one_of_several_changes_is_refused_nothing_has_changed(
    store: Store, refused: Row, first: bool
) -> None:
    await two_jobs_and_documents(store)
    before, revision, due = await store.whole("box"), await store.revision("box"), await store.next_due("box")
    rest = [row for row in ALL_KINDS if _about(row) != _about(refused)]
    assert not await store.commit("box", [refused, *rest] if first else [*rest, refused])
    assert (await store.whole("box"), await store.revision("box"), await store.next_due("box")) == (
        before,
        revision,
        due,
    )
    assert await store.commit("box", rest)


def _about(row: Row) -> object:
    """Return what a row is about: no two rows of a step are about the same."""
    return row[:2] if isinstance(row, Replaced | Appended) else (row[0].kind, row[0].id)


@pytest.mark.parametrize(
    "wrong", [job(2, version=1), job(9), replace(job(2), kind="run")], ids=["changed", "unknown", "of another kind"]
)
async def test_jobs_are_removed_together_or_not_at_all(store: Store, wrong: Job) -> None:
    together = [(job(1), Placing(listings=("all",))), (job(2), Placing(due=5.0, listings=("all", "some")))]
    await store.add_all("box", together)
    assert not await store.remove("box", [(job(1), ("all",)), (wrong, ("all", "some"))])
    assert [one.id for one in (await store.page("box", "x", "job", newest=False, listing="all")).jobs] == ["1", "2"]
    assert await store.remove("box", [(one, placing.listings) for one, placing in together])
    for listing in (None, "all", "some"):
        assert (await store.page("box", "x", "job", listing=listing)).total == 0
    assert await store.next_due("box") is None


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
    await store.remove("box", [(job(3), ())])
    page = await store.page("box", "x", "job", start=start, limit=limit, newest=newest)
    assert ([one.id for one in page.jobs], page.total) == (ids, 4)


@pytest.mark.parametrize("name", [None, "all"])
@pytest.mark.parametrize(
    ("start", "limit", "newest", "ids", "rest"),
    [
        (0, 2, True, ["6", "5"], ["3", "2"]),
        (0, 2, False, ["1", "2"], ["3", "5", "6"]),
        (1, 2, True, ["5", "4"], ["3", "2"]),
        (1, 2, False, ["2", "3"], ["5", "6"]),
        (0, 0, False, [], ["2", "3", "5", "6"]),
        (9, 2, True, [], ["6", "5", "3", "2"]),
        (0, None, False, ["1", "2", "3", "4", "5", "6"], []),
        (0, None, True, ["6", "5", "4", "3", "2", "1"], []),
    ],
)
async def test_a_page_goes_on_where_another_ended_whatever_went_meanwhile(
    store: Store, name: str | None, start: int, limit: int | None, newest: bool, ids: list[str], rest: list[str]
) -> None:
    placing = Placing(listings=("all",))
    await store.add_all("box", [(job(number), placing) for number in range(1, 7)])
    page = await store.page("box", "x", "job", start=start, limit=limit, newest=newest, listing=name)
    assert [one.id for one in page.jobs] == ids
    for number in (1, 4):
        assert await store.remove("box", [(job(number), ("all",))])
    after = await store.page("box", "x", "job", newest=newest, listing=name, after=page.last)
    assert [one.id for one in after.jobs] == rest
    assert after.total == 4
    assert len(after.places) == len(rest)
    end = after.last or page.last
    again = await store.page("box", "x", "job", newest=newest, listing=name, after=end, limit=1)
    assert (again.jobs, list(again.places), again.last) == ([], [], None)
    some = await store.page("box", "x", "job", newest=newest, listing=name, after=page.last, start=1, limit=1)
    assert [one.id for one in some.jobs] == rest[1:2]


async def listed(store: Store, name: str, **options: Any) -> tuple[list[str], int]:
    page = await store.page("box", "x", "job", listing=name, **options)
    return [one.id for one in page.jobs], page.total


async def test_a_listing_has_the_jobs_that_stand_in_it_in_order_of_arrival(store: Store) -> None:
    both, odd = ("all 'é'\n", "odd"), ("odd",)
    await store.add_all("box", [(job(number), Placing(listings=both if number % 2 else both[:1])) for number in (3, 2)])
    await store.add("box", job(1), Placing(9.0, None, odd))
    await store.add("box", job(4))
    assert await listed(store, both[0]) == (["2", "3"], 2)
    assert await listed(store, "odd", newest=False) == (["3", "1"], 2)
    assert await listed(store, "odd", start=1, limit=1) == (["3"], 2)
    assert await listed(store, "odd", start=1, limit=0) == ([], 2)
    assert await listed(store, "odd", start=0, limit=0) == ([], 2)
    assert await listed(store, "odd", start=10**18, limit=10**18) == ([], 2)
    assert await listed(store, "none") == ([], 0)
    assert (await store.page("box", "x", "job")).total == 4
    assert (await store.page("box", "x", "run", listing="odd")).total == 0


async def test_a_job_goes_from_one_listing_to_another_and_keeps_its_place(store: Store) -> None:
    for number in (1, 2, 3):
        await store.add("box", job(number), Placing(listings=("a",)))
    two = job(2, version=1)
    assert not await store.swap("box", two, job(2, version=2), Placing(listings=("b",)), ("a",))
    assert await store.swap("box", job(2), two, Placing(listings=("b",)), ("a",))
    assert await listed(store, "a") == (["3", "1"], 2)
    assert await listed(store, "b") == (["2"], 1)
    three = job(2, version=2)
    assert await store.swap("box", two, three, Placing(listings=("a", "b")), ("b",))
    assert await store.swap("box", three, job(2, version=3))
    assert await listed(store, "a") == (["3", "2", "1"], 3)
    assert await store.remove("box", [(job(2, version=3), ("a", "b"))])
    assert await listed(store, "a") == (["3", "1"], 2)
    assert await listed(store, "b") == ([], 0)
    await store.move("box", "other")
    assert [one.id for one in (await store.page("other", "x", "job", listing="a")).jobs] == ["3", "1"]
    assert await listed(store, "a") == ([], 0)


async def test_the_whole_of_a_sandbox_is_its_jobs_counters_and_documents(store: Store) -> None:
    assert await store.whole("box") == ([], {}, {})
    await store.add_all("box", [(job(number, kind="job" if number % 2 else "run"), Placing()) for number in (1, 2, 3)])
    await store.count("box", "n")
    for key in ("b", "a"):
        await store.write("box", "c", key, [key])
    await store.replace("box", "gone", "k", None, 1)
    await store.replace("box", "gone", "k", 1, None)
    found = await store.whole(await store.life("box"))
    assert found == ([job(1), job(3), job(2, kind="run")], {"n": 1}, {"c": {"b": ["b"], "a": ["a"]}})
    assert list(found.documents["c"]) == ["b", "a"]
    life = await store.life("box")
    await store.clear("box")
    with pytest.raises(Over):
        await store.whole(life)


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
    assert await store.begin_request("box", "x") == (1, None, None, False, 1, 0, None)
    await store.write("box", "clock", "clock", {"offset": 5.0})
    await store.write("box", "settings", "x", {"knob": 1})
    await store.write("box", "faults", "fault-1", {"hits": 0})
    assert await store.begin_request("box", "x") == (2, {"offset": 5.0}, {"knob": 1}, True, 2, 3, None)
    await store.replace("box", "faults", "fault-1", {"hits": 0}, None)
    assert await store.begin_request("box", "y") == (3, {"offset": 5.0}, None, False, 3, 4, None)
    assert await store.counters("box") == {"journal": 3}


async def test_a_request_is_recorded_and_counted_in_one_step(store: Store) -> None:
    await store.record("box", Entry(1), 9, ["answered", "seen"])
    await store.record("box", Entry(2), 9, ["answered"])
    assert await entries_of(store) == [Entry(1), Entry(2)]
    assert await store.entry("box", 2) == Entry(2)
    assert await store.entry("box", 3) is None
    assert await store.counters("box") == {"answered": 2, "seen": 1}


async def test_a_request_is_recorded_on_arrival_and_again_when_it_is_answered(store: Store) -> None:
    for number in (1, 2, 3):
        await store.record("box", Entry(number, "arrived"), 9)
    await store.record("box", Entry(2, "answered"), 9)
    assert [entry.said for entry in await entries_of(store)] == ["arrived", "answered", "arrived"]


async def test_the_journal_is_in_order_of_numbers_whoever_comes_first(store: Store) -> None:
    for number in (3, 1, 5, 2, 4):
        await store.record("box", Entry(number), 9)
    assert [entry.number for entry in await entries_of(store)] == [1, 2, 3, 4, 5]


async def test_the_journal_is_a_ring(store: Store) -> None:
    for number in range(5):
        await store.record("box", Entry(number), 3)
    assert [entry.number for entry in await entries_of(store)] == [2, 3, 4]
    await store.record("box", Entry(1, "late"), 3)
    assert [entry.number for entry in await entries_of(store)] == [2, 3, 4]
    assert await store.entry("box", 1) is None
    assert await store.forget_entries("box") == 3
    assert await entries_of(store) == []


async def test_an_emptied_journal_says_where_it_was_emptied_and_numbers_go_on(store: Store) -> None:
    for _ in range(3):
        number = (await store.begin_request("box", "x")).number
        await store.record("box", Entry(number), 9)
    assert await store.forget_entries("box") == 3
    assert await store.read("box", "journal", "floor") == 3
    assert (await store.begin_request("box", "x")).number == 4


async def test_clearing_forgets_everything(store: Store) -> None:
    await store.add("box", job(1))
    await store.write("box", "tokens", "1", {"a": 1})
    await store.record("box", Entry(1), 9)
    await store.count("box", "journal")
    await store.clear("box")
    assert await store.get("box", "x", "job", "1") is None
    assert await store.collections("box") == []
    assert await entries_of(store) == []
    assert await store.counters("box") == {}


async def test_a_sandbox_moved_into_anothers_place_leaves_all_but_what_is_kept(store: Store) -> None:
    await store.add("box", job(1))
    await store.write("box", "faults", "1", {"a": 1})
    await store.write("box", "tokens", "1", {"a": 1})
    await store.record("box", Entry(7), 9)
    await store.count("box", "journal")
    await store.count("box", "drawn")
    await store.add("new", job(2))
    await store.write("new", "faults", "2", {"a": 2})
    await store.write("new", "clock", "clock", {"offset": 1.0})
    await store.count("new", "drawn")
    await store.count("new", "drawn")

    gone = await store.move("new", "box", keep=["faults", "journal", "clock"])

    assert (dict(gone.jobs), gone.entries, gone.documents) == ({("x", "job"): 1}, 0, {"tokens": {"1": {"a": 1}}})
    assert await store.get("box", "x", "job", "1") is None
    assert await store.get("box", "x", "job", "2") == job(2)
    assert await store.collections("box") == ["faults"]
    assert await store.collection("box", "faults") == {"1": {"a": 1}}
    assert await entries_of(store) == [Entry(7)]
    assert await store.counters("box") == {"journal": 1, "drawn": 2}
    assert (await store.size("new"), await store.counters("new")) == ({}, {})
    assert (await store.move("new", "box")).entries == 1
    assert await entries_of(store) == []


@pytest.mark.parametrize(
    ("drawn", "limit", "asked", "left", "floor"),
    [
        (3, 9, {2}, [1, 3], 0),
        (3, 9, {1, 2}, [3], 2),
        (3, 9, {1, 2, 3}, [], 3),
        (5, 2, {4}, [5], 0),  # the ring has dropped some: it is said how many
        (3, 9, set(), [1, 2, 3], 0),
    ],
)
async def test_a_journal_that_is_kept_loses_what_is_not_answered(
    store: Store, drawn: int, limit: int, asked: set[int], left: list[int], floor: int
) -> None:
    numbers = [(await store.begin_request("box", "x")).number for _ in range(drawn)]
    for number in numbers:
        await store.record("box", Entry(number, "asked", is_answered=False), limit)
    for number in numbers:
        if number not in asked:
            await store.record("box", Entry(number, "answered"), limit)
    await store.add("new", job(1))

    assert (await store.move("new", "box", keep=["journal"])).entries == 0

    assert [(entry.number, entry.said) for entry in await entries_of(store)] == [(one, "answered") for one in left]
    assert (await store.read("box", "journal", "floor") or 0) == floor
    assert (await store.begin_request("box", "x")).number == drawn + 1
    # Of the next life, too, those alone that are not answered in it.
    await store.record("box", Entry(drawn + 1, "asked", is_answered=False), 9)
    await store.add("newer", job(1))
    await store.move("newer", "box", keep=["journal"])
    assert [entry.number for entry in await entries_of(store)] == left


async def test_of_two_who_clear_a_sandbox_one_does(store: Store) -> None:
    assert not await store.clear("box")
    await store.add("box", job(1))
    assert [await store.clear("box"), await store.clear("box")] == [True, False]
    await store.add("box", job(1))
    life = await store.life("box")
    assert [await store.clear(life), await store.clear(life), await store.clear("box")] == [True, False, False]


async def test_a_life_is_over_when_its_sandbox_is_cleared_or_replaced(store: Store) -> None:
    with pytest.raises(Over):
        await store.life("box")
    await store.add("box", job(1))
    first = await store.life("box")
    assert await store.life("box") == first
    assert await store.add(first, job(2))
    assert dict(await store.size("box")) == dict(await store.size(first)) == {("x", "job"): 2}

    await store.add("new", job(3))
    await store.move("new", "box")
    second = await store.life("box")
    await store.clear("box")
    await store.add("box", job(4))

    for over in (first, second):
        for attempt in (
            store.add(over, job(5)),
            store.swap(over, job(1), job(1, version=1)),
            store.add_all(over, []),
            store.get(over, "x", "job", "1"),
            store.begin_request(over, "x"),
            store.record(over, Entry(1), 9),
            store.count(over, "n"),
            store.write(over, "c", "k", 1),
            store.replace(over, "c", "k", None, 1),
            store.commit(over, []),
            store.commit(over, [Appended("c", "k", {}, 1)]),
            store.move("other", over),
        ):
            with pytest.raises(Over):
                await attempt
    assert dict(await store.size("box")) == {("x", "job"): 1}
    assert await store.counters("box") == {}
    assert "box" in await store.sandboxes()


async def test_numbers_of_requests_never_repeat_and_turns_begin_anew(store: Store) -> None:
    for _ in range(3):
        await store.begin_request("box", "x")
    await store.count("new", "drawn")
    await store.move("new", "box")
    start = await store.begin_request("box", "x")
    assert (start.number, start.turn) == (4, 1)
    assert await store.read("box", "journal", "floor") == 3

    await store.add_all("restored", (), {"journal": 2})
    await store.move("restored", "box")
    start = await store.begin_request("box", "x")
    assert (start.number, start.turn) == (5, 3)


async def test_the_journal_beyond_a_number(store: Store) -> None:
    for number in (3, 1, 5, 2, 4):
        await store.record("box", Entry(number), 9)
    for after, found in ((0, [1, 2, 3, 4, 5]), (1, [2, 3, 4, 5]), (4, [5]), (5, []), (9, [])):
        assert [entry.number for entry in (await store.entries("box", after)).entries] == found


async def test_the_journal_from_either_end_between_two_numbers_a_part_at_a_time(store: Store) -> None:
    assert await store.entries("box") == ([], None, 0, 0, 0)
    for number in range(3, 9):
        await store.record("box", Entry(number), 9)

    async def part(*span: int | None, **how: Any) -> tuple[list[int], int | None, int]:
        found = await store.entries("box", *span, **how)  # type: ignore[arg-type]
        assert found[-2:] == (3, 8)
        return [entry.number for entry in found.entries], found.rest, found.size

    assert await part(limit=2) == ([3, 4], 4, 6)
    assert await part(4, 7, limit=2) == ([5, 6], None, 2)
    assert await part(newest=True, limit=1) == ([8], 8, 6)
    assert await part(0, 8, newest=True, limit=4) == ([7, 6, 5, 4], 4, 5)
    assert await part(3, 5, newest=True) == ([4], None, 1)
    assert await part(6, 4) == await part(20) == await part(0, 2, newest=True) == ([], None, 0)


async def test_one_step_reads_a_bounded_part_of_the_journal(store: Store) -> None:
    for number in range(1, PART + 3):
        await store.record("box", Entry(number), 2 * PART)
    found = await store.entries("box", limit=10 * PART)
    assert (len(found.entries), found.rest, found.size) == (PART, PART, PART + 2)
    assert [entry.number for entry in (await store.entries("box", PART)).entries] == [PART + 1, PART + 2]


async def test_jobs_are_added_together_or_not_at_all(store: Store) -> None:
    one, two, three = job(1), job(2), job(3)
    await store.add("box", two)
    assert not await store.add_all("box", [(one, UNPLACED), (two, UNPLACED)])
    assert not await store.add_all("box", [(three, UNPLACED), (three, UNPLACED)])
    assert [found.id for found in (await store.page("box", "x", "job")).jobs] == ["2"]
    assert await store.add_all("box", [(three, UNPLACED), (one, Placing(5.0))], {"n": 4})
    assert [found.id for found in (await store.page("box", "x", "job", newest=False)).jobs] == ["2", "3", "1"]
    assert (await store.next_due("box"), await store.count("box", "n")) == (5.0, 5)
    assert not await store.add_all("box", [(job(9), UNPLACED)], {"n": 4})
    assert await store.get("box", "x", "job", "9") is None


async def test_a_job_is_found_whatever_its_kind_but_no_part_of_one(store: Store) -> None:
    await store.add("box", job(1, kind="run", parent="2"))
    await store.add("box", job(1, kind="query"))
    await store.add("box", job(2, kind="run", parent="2"))
    found = await store.find("box", "x", ["job", "run", "query"], "1")
    assert found is not None
    assert found.kind == "query"
    assert await store.find("box", "x", ["job", "run", "query"], "2") is None


async def test_a_job_that_has_changed_is_not_removed(store: Store) -> None:
    old, new = job(1), job(1, version=1)
    await store.add("box", old)
    await store.swap("box", old, new)
    assert not await store.remove("box", [(old, ())])
    assert await store.remove("box", [(new, ())])


async def test_jobs_that_come_up_are_found_in_order_of_arrival(store: Store) -> None:
    for number, times in enumerate([Placing(3.0), Placing(None, 2.0), UNPLACED, Placing(9.0), Placing(1.0, 4.0)]):
        await store.add("box", job(number), times)
    assert [one.id for one in await store.timed("box", 3.0)] == ["0", "1", "4"]
    assert await store.next_due("box") == 1.0
    await store.swap("box", job(4), job(4, version=1))
    await store.swap("box", job(0), job(0, version=1), Placing(5.0))
    await store.remove("box", [(job(1), ())])
    assert [one.id for one in await store.timed("box", 8.0)] == ["0"]
    assert (await store.next_due("box"), await store.next_due("other")) == (5.0, None)


async def test_those_that_are_relisted_are_found_by_api_and_kind_without_those_that_are_due(store: Store) -> None:
    for number, times in enumerate([Placing(1.0), Placing(None, 3.0), Placing(2.0, 2.0), Placing(1.0, 4.0)]):
        for api, kind in (("x", "job"), ("x", "run"), ("y", "job")):
            await store.add("box", replace(job(number, kind=kind), api=api), times)
    found = await store.timed("box", 3.0, relisted=("x", "run"))
    assert [(one.api, one.kind, one.id) for one in found] == [("x", "run", "1"), ("x", "run", "2")]
    await store.swap("box", job(2), job(2, version=1), Placing(2.0))
    assert [one.id for one in await store.timed("box", 4.0, relisted=("x", "job"))] == ["1", "3"]
    for none in (("x", "query"), ("z", "job")):
        assert not list(await store.timed("box", 4.0, relisted=none))


@pytest.mark.parametrize("few", [0, 2000])
def test_jobs_that_come_up_in_great_number_are_those_of_that_moment_in_order_of_arrival(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(job_table, "FEW", few)
    table = JobTable()
    for number in range(100):
        table.add(job(number), Placing(float(number % 7), None if number % 5 else 1.0))
    found, relisted = table.timed(3.0), table.timed(3.0, relisted=True)
    table.remove("0")
    table.jobs["3"] = job(3, version=1)
    table.due.set("3", 9.0)
    table.add(job(100), Placing(0.0))
    wanted = [job(number) for number in range(100) if number % 7 <= 3 or number % 5 == 0]
    assert list(found) == wanted
    assert list(relisted) == [one for one in wanted if int(one.id) % 5 == 0]
    assert [one.id for one in table.timed(3.0)] == [one.id for one in wanted if one.id not in "03"] + ["100"]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 5)), max_size=400), st.integers(-1, 6))
def test_an_agenda_is_a_dictionary_that_knows_what_comes_first(
    written: Iterable[tuple[str, int | None]], before: int
) -> None:
    agenda, plain = Agenda(), {}
    for key, at in written:
        agenda.set(key, at)
        plain[key] = at
    kept = {key: at for key, at in plain.items() if at is not None}
    assert set(agenda.until(before)) == {key for key, at in kept.items() if at <= before}
    assert agenda.first() == min(kept.values(), default=None)
    assert set(agenda.until(before)) == {key for key, at in kept.items() if at <= before}


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


async def test_what_is_appended_bears_the_number_of_the_last_request(store: Store) -> None:
    await store.commit("box", [Appended("forced", "a", {"state": "x"}, 3)])
    for _ in range(2):
        await store.begin_request("box", "")
    await store.commit("box", [Appended("forced", "a", {"state": "y"}, 3)])

    assert await store.read("box", "forced", "a") == [{"state": "x", "number": 0}, {"state": "y", "number": 2}]


async def test_a_list_that_is_full_drops_its_oldest(store: Store) -> None:
    before = None
    for state in "uvwxyz":
        await store.commit("box", [Appended("forced", "a", {"state": state}, 3)])
        before = before or await store.read("box", "forced", "a")

    assert [one["state"] for one in await store.read("box", "forced", "a") or ()] == ["x", "y", "z"]
    assert before == [{"state": "u", "number": 0}]  # what came out is never changed
