"""What is Redis' own: it may be away, slow, or somebody else's; every step has an end, and none is done late."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import NoScriptError

from mockserver.app import build
from mockserver.core.errors import Unavailable
from mockserver.core.job import Cause, Job, Message, Transition
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait
from mockserver.settings import Settings
from mockserver.store import codec, json_text
from mockserver.store.base import ForeignStore, Full, Over
from mockserver.store.entries import BYTES
from mockserver.store.placing import Placing
from mockserver.store.redis import connection, job_scripts, job_text, listening
from mockserver.store.redis.refusals import Late, Unwilling
from mockserver.store.redis.script import FILLING, PREFIX, SCHEMA, Script
from mockserver.store.redis.store import RedisStore
from mockserver.store.rows import Appended
from tests.drivers.redis import RedisServer
from tests.store.test_store import Entry, dump, job, load

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé\ud800\n"', max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("ab\n", max_size=2), inside, max_size=2),
    max_leaves=5,
)


@pytest.fixture
async def own_redis() -> AsyncIterator[RedisServer]:
    """A Redis that a test may stop."""
    with RedisServer() as server:
        yield server


@pytest.fixture
async def store(own_redis: RedisServer) -> AsyncIterator[RedisStore]:
    made = RedisStore(own_redis.url, dump, load)
    await made.open()
    yield made
    await made.close()


async def until_back(store: RedisStore) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            assert await store.ping()
        except Unavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        else:
            return


async def test_a_sandbox_is_placed_under_a_name_that_none_has(store: RedisStore) -> None:
    await store.add("box/1", job(1))
    await store.describe("box/1", {"ttl": None, "a": 1})
    assert await store.place("box/1", "box", 2)
    life = await store.life("box")
    assert await store.get(life, "x", "job", "1") == job(1)
    assert await store.about(life) == {"ttl": None, "a": 1}
    await store.add("box/2", job(2))
    assert not await store.place("box/2", "box", 2)
    assert await store.place("box/2", "other", 2)
    assert sorted(await store.sandboxes()) == ["box", "other"]
    await store.add("box/3", job(3))
    with pytest.raises(Full):
        await store.place("box/3", "third", 2)


async def test_a_sandbox_ends_when_its_ttl_has_run_out_for_one_process_alone(store: RedisStore) -> None:
    for name, ttl in (("kept", None), ("long", 60.0), ("short", 0.0), ("used", 0.0)):
        await store.describe(f"{name}/1", {"ttl": ttl})
        await store.place(f"{name}/1", name, 9)
    await store.describe("used", {"ttl": 60.0})
    await store.use("used")
    found = [await store.end_unused(since) for since in (60.0, 0.0, 0.0)]
    assert found == [[], ["short"], []]
    assert sorted(await store.sandboxes()) == ["kept", "long", "used"]
    with pytest.raises(Over):
        await store.use("short")


async def test_every_key_of_a_sandbox_goes_by_itself_one_day(store: RedisStore) -> None:
    """All that a sandbox can hold; the number of the last life, and the form, stay for good."""
    await store.add_all("box", [(job(1), Placing(1.0, 2.0, ("early",)))], {"n": 1})
    await store.swap("box", job(1), job(1, version=1), Placing(3.0, 4.0, ("late",)), ("early",))
    await store.write("box", "c", "k", [1])
    await store.commit("box", [Appended("l", "k", {"a": 1}, 3)])
    await store.describe("box", {"ttl": 60.0})
    await store.use("box")
    number = (await store.begin_request("box", "x")).number
    await store.record("box", Entry(number), 9, ["seen"])
    ask = store._connection.ask
    keys = [key.decode() for key in await ask("KEYS", "*")]
    assert len(keys) >= 19
    stays = {key for key in keys if await ask("TTL", key) == -1}
    assert stays == {f"{PREFIX}{name}" for name in ("schema", "lives")}
    for key in keys:
        await ask("EXPIRE", key, 100)
    await store.last()
    short = {key for key in keys if await ask("TTL", key) <= 100}
    assert short == stays


@pytest.mark.parametrize("name", ["schema", "lives", "names", "ends", "metrics", "ready"])
async def test_what_somebody_else_wrote_under_our_names_is_refused(own_redis: RedisServer, name: str) -> None:
    made = RedisStore(own_redis.url, dump, load)
    await made._connection.ask("DEL", f"{PREFIX}schema")
    await made._connection.ask("RPUSH", PREFIX + name, "x")
    await made.close()
    again = RedisStore(own_redis.url, dump, load)
    with pytest.raises(ForeignStore, match=f"{PREFIX}{name} there is a list"):
        await again.open()
    await again.close()
    asked = made._connection.pool.make_connection()  # type: ignore[no-untyped-call]
    await asked.connect()
    await asked.send_command("KEYS", "*")
    assert await asked.read_response() == [f"{PREFIX}{name}".encode()]
    await asked.disconnect()


async def test_what_happens_in_one_database_is_not_heard_in_another(own_redis: RedisServer) -> None:
    """Nor does a stranger, who listens to whatever there is, count as one of us."""
    here, there = (RedisStore(own_redis.url.replace("db=0", f"db={number}"), dump, load) for number in (0, 5))
    stranger = here._connection.pool.make_connection()  # type: ignore[no-untyped-call]
    await stranger.connect()
    await stranger.send_command("PSUBSCRIBE", "*")
    assert (await stranger.read_response())[0] == b"psubscribe"
    heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
    attends = asyncio.Event()

    async def hear(sandbox: str, text: bytes) -> None:
        await heard.put((sandbox, text))

    listening = asyncio.create_task(there.listen(attends.set, hear))
    await asyncio.wait_for(attends.wait(), 30)
    for store, count in ((here, 0), (there, 1)):
        await store.add("box", job(1))
        number = (await store.begin_request("box", "x")).number
        await store.record("box", Entry(number), 9)
        assert store.heard == count
        await store.repeat("box", store.repetition(job(1), 0, b'"said":"it"}', 2, []), 12.5, 0.5)
        assert store.heard == count
    here.announce("box", b"of the first one")
    await here.ping()
    there.announce("box", b"of its own")
    assert await asyncio.wait_for(heard.get(), 30) == ("box", b"of its own")
    listening.cancel()
    await asyncio.wait([listening])
    await stranger.disconnect()
    for store in (here, there):
        await store.close()


async def test_what_another_version_wrote_is_refused(redis_server: RedisServer) -> None:
    redis_server.empty()
    first = RedisStore(redis_server.url, dump, load)
    await first.open()
    await first._connection.ask("SET", f"{PREFIX}schema", "0")
    await first.close()
    second = RedisStore(redis_server.url, dump, load)
    with pytest.raises(ForeignStore, match="'0'"):
        await second.open()
    await second.close()


@pytest.mark.parametrize("keep", [(), ("faults",), ("journal", "violations"), ("faults", "journal", "violations")])
async def test_what_is_moved_into_a_place_goes_by_itself_one_day_too(store: RedisStore, keep: Sequence[str]) -> None:
    await store.write("box", "faults", "k", 1)
    await store.count("box", "violations")
    number = (await store.begin_request("box", "x")).number
    await store.record("box", Entry(number), 9)
    await store.describe("box/1", {"ttl": None})
    await store.move("box/1", "box", keep=keep)
    await store.move("none/1", "box")
    await store.add("box/2", job(1))
    await store.place("box/2", "other", 9)
    ask = store._connection.ask
    keys = [key.decode() for key in await ask("KEYS", "*")]
    assert {key for key in keys if await ask("TTL", key) == -1} == {f"{PREFIX}{name}" for name in ("schema", "lives")}


async def test_what_nobody_goes_on_filling_is_cleared(store: RedisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What became a sandbox is not, nor what somebody still fills; who lets sandboxes last leaves it alone."""
    for name in ("placed/1", "moved/1", "left/1", "cleared/1"):
        await store.add(name, job(1))
    assert await store.place("placed/1", "placed", 9)
    await store.move("moved/1", "moved")
    await store.clear("cleared/1")
    ask, ends = store._connection.ask, f"{PREFIX}ends"
    assert await ask("ZRANGE", ends, 0, -1) == [b"left/1"]
    begun = float(await ask("ZSCORE", ends, "left/1"))
    assert 0 < begun - time.time() <= FILLING + 60
    await ask("ZADD", ends, 1, "left/1")
    await store.add("left/1", job(2))
    assert await store.end_unused(0.0) == []
    assert float(await ask("ZSCORE", ends, "left/1")) >= begun
    for key in await ask("KEYS", f"{PREFIX}*"):
        await ask("EXPIRE", key, 100)
    await store.last()
    left = f"{PREFIX}{(await store.life('left/1')).partition('@')[2]}"
    assert {await ask("TTL", key) <= 100 for key in await ask("KEYS", f"{left}:*")} == {True}
    # One that was left by a version that let it last for a week.
    await ask("ZREM", ends, "left/1")
    await store.last()
    assert await ask("ZRANGE", ends, 0, -1) == [b"left/1"]
    await ask("ZADD", ends, 1, "left/1")
    assert await store.end_unused(0.0) == []
    assert sorted(await store.sandboxes()) == ["moved", "placed"]
    assert await ask("KEYS", f"{left}:*") == []


async def test_no_life_is_called_as_one_was_before_the_store_was_emptied(
    own_redis: RedisServer, store: RedisStore
) -> None:
    lives = []
    for _ in range(3):
        for name in ("box", "other"):
            await store.add(name, job(1))
            lives.append(await store.life(name))
        own_redis.empty()
    assert len({life.partition("@")[2] for life in lives}) == 6
    assert all(life.partition("@")[2].isdecimal() for life in lives), lives
    for life in lives:
        with pytest.raises(Over):
            await store.get(life, "x", "job", "1")


async def test_what_is_begun_anew_in_an_emptied_store_says_its_form(own_redis: RedisServer, store: RedisStore) -> None:
    for begin in (store.add("box", job(1)), store.move("a", "b"), store.place("a", "b", 9)):
        own_redis.empty()
        await begin
        assert await store._connection.ask("GET", f"{PREFIX}schema") == SCHEMA
    own_redis.empty()
    await store._connection.ask("SET", f"{PREFIX}schema", "0")
    for begin in (store.add("box", job(1)), store.move("a", "b"), store.place("a", "b", 9)):
        with pytest.raises(Unavailable, match="another version"):
            await begin
    assert await store._connection.ask("KEYS", "*") == [f"{PREFIX}schema".encode()]


async def test_every_key_has_the_prefix(store: RedisStore) -> None:
    await store.add("box", job(1))
    await store.write("box", "c", "k", [1])
    await store.begin_request("box", "x")
    keys = await store._connection.ask("KEYS", "*")
    assert keys
    assert {key.decode().startswith(PREFIX) for key in keys} == {True}


async def test_nothing_is_left_of_what_was_cleared(store: RedisStore) -> None:
    await store.add("box", job(1))
    await store.write("box", "c", "k", [1])
    await store.begin_request("box", "x")
    await store.clear("box")
    keys = await store._connection.ask("KEYS", "*")
    assert {key.decode().removeprefix(PREFIX) for key in keys} == {"schema", "lives"}


@pytest.mark.parametrize("newest", [True, False])
async def test_a_page_of_several_steps_has_each_job_that_is_there_all_the_time(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch, newest: bool
) -> None:
    monkeypatch.setattr("mockserver.store.redis.pages.CHUNK", 3)
    await store.add_all("box", [(job(number), Placing()) for number in range(9)])
    run, going = store._run, iter((1, 7, 0))

    async def run_and_remove(script: Script, sandbox: str, *arguments: object) -> object:
        found = await run(script, sandbox, *arguments)  # type: ignore[arg-type]
        if script is job_scripts.PAGE and (number := next(going, None)) is not None:
            assert await store.remove("box", [(job(number), ())])
        return found

    monkeypatch.setattr(store, "_run", run_and_remove)
    found = [int(one.id) for one in (await store.page("box", "x", "job", newest=newest)).jobs]
    assert found == sorted(set(found), reverse=newest)
    assert {2, 3, 4, 5, 6, 8} <= set(found)


@pytest.mark.parametrize("part", [1, 2, 3, 7, 50])
async def test_what_comes_up_is_read_in_parts_each_job_once_in_order_of_arrival(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr("mockserver.store.redis.timed.CHUNK", part)
    placings = (Placing(1.0), Placing(1.0, 2.0), Placing(None, 1.0), Placing(0.5), Placing(9.0), Placing(2.0, 9.0))
    for number in range(12):
        for kind in ("job", "run"):
            await store.add("box", job(number, kind=kind), placings[number % len(placings)])
    run, sizes = store._run, []

    async def counted(script: Script, sandbox: str, *arguments: object) -> object:
        found = await run(script, sandbox, *arguments)  # type: ignore[arg-type]
        sizes.append(len(found[0]))
        return found

    monkeypatch.setattr(store, "_run", counted)
    found = [(one.kind, int(one.id)) for one in await store.timed("box", 2.0)]
    assert found == [(kind, number) for kind in ("job", "run") for number in range(12) if number % 6 != 4]
    assert max(sizes) <= part
    relisted = [int(one.id) for one in await store.timed("box", 2.0, relisted=("x", "run"))]
    assert relisted == [number for number in range(12) if number % 6 in (1, 2)]


async def test_what_comes_up_is_passed_by_by_no_part_though_others_move_and_go_meanwhile(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at one moment; the last of each part goes, or moves on, before the next one is read."""
    monkeypatch.setattr("mockserver.store.redis.timed.CHUNK", 3)
    await store.add_all("box", [(job(number), Placing(1.0)) for number in range(9)])
    run, gone = store._run, set()

    async def run_and_move(script: Script, sandbox: str, *arguments: object) -> object:
        found = await run(script, sandbox, *arguments)  # type: ignore[arg-type]
        if script is job_scripts.TIMED and len(found) > 1 and len(gone) < 4:
            number = int(found[-1])
            gone.add(number)
            if number % 2:
                assert await store.remove("box", [(job(number), ())])
            else:
                assert await store.swap("box", job(number), job(number, version=1), Placing(5.0))
        return found

    monkeypatch.setattr(store, "_run", run_and_move)
    found = list(await store.timed("box", 1.0))
    assert {one.id: one for one in found} == {str(number): job(number) for number in range(9)}
    assert [int(one.id) for one in found] == list(range(9))
    assert len(gone) == 4


@pytest.mark.parametrize("busy", [1, 3, 1000])
@pytest.mark.parametrize("few", [2, 1000])
async def test_the_whole_of_a_sandbox_is_of_one_moment_however_much_it_is(
    own_redis: RedisServer, store: RedisStore, monkeypatch: pytest.MonkeyPatch, few: int, busy: int
) -> None:
    """A job is added with its run, and a document of it, before and after each of the first steps that read."""
    monkeypatch.setattr("mockserver.store.redis.whole.FEW", few)
    other, run, times = RedisStore(own_redis.url, dump, load), store._run, iter(range(busy))

    async def change() -> None:
        if (number := next(times, None)) is not None:
            pair = job(number), job(number, kind="run", parent=str(number))
            await other.add_all("box", [(one, Placing()) for one in pair])
            await other.write("box", "jobs", str(number), "added")

    async def run_and_change(script: Script, sandbox: str, *arguments: object) -> object:
        await change()
        found = await run(script, sandbox, *arguments)  # type: ignore[arg-type]
        await change()
        return found

    await change()
    await change()
    monkeypatch.setattr(store, "_run", run_and_change)
    found = await store.whole("box")
    jobs, runs = ([one.id for one in found.jobs if one.kind == kind] for kind in ("job", "run"))
    assert jobs == runs == list(found.documents["jobs"])
    await other.close()


async def test_a_store_that_is_away_says_so_and_comes_back(own_redis: RedisServer, store: RedisStore) -> None:
    await store.add("box", job(1))
    own_redis.stop()
    with pytest.raises(Unavailable, match="cannot be reached"):
        await store.get("box", "x", "job", "1")
    own_redis.start()
    await until_back(store)
    assert await store.get("box", "x", "job", "1") is None
    assert await store.add("box", job(1))


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
        ("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0"),
    ],
)
async def test_a_store_that_takes_nothing_is_away_and_says_so_once(
    store: RedisStore, caplog: pytest.LogCaptureFixture, begins: str, ends: str
) -> None:
    await store.add("box", job(1))
    await store._connection.ask(*begins.split())
    for step in (store.add("box", job(2)), store.ping(), store.post("p", {}), store.ping()):
        with pytest.raises(Unavailable, match="the store refuses"):
            await step
    await store._connection.ask(*ends.split())
    assert await store.ping()
    await store.post("p", {})
    assert [(record.levelname, record.message.partition(":")[0]) for record in caplog.records] == [
        ("ERROR", "the store refuses"),
        ("WARNING", "the store is back"),
    ]


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("ACL SETUSER default -evalsha", "ACL SETUSER default +evalsha"),
        ("ACL SETUSER default resetkeys ~other:*", "ACL SETUSER default ~*"),
        ("SET mockserver:names 0", "DEL mockserver:names"),
    ],
)
async def test_whatever_is_refused_is_away_and_told_once(
    store: RedisStore, caplog: pytest.LogCaptureFixture, begins: str, ends: str
) -> None:
    await store._connection.ask(*begins.split())
    for _ in range(3):
        with pytest.raises(Unwilling, match="the store refuses: "):
            await store.add("box", job(2))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert (caplog.records[0].exc_info, "\n" in caplog.records[0].message) == (None, False)
    await store._connection.ask(*ends.split())
    assert await store.add("box", job(2))


async def test_a_step_with_a_fault_of_its_own_is_told_with_what_redis_says_of_it(
    store: RedisStore, caplog: pytest.LogCaptureFixture
) -> None:
    faulty = Script("return no_such_thing()")
    for _ in range(2):
        with pytest.raises(Unavailable, match="no_such_thing"):
            await store._run(faulty, "box")
        # It says nothing of Redis itself.
        assert await store.ping()
    assert ["no_such_thing" in record.message for record in caplog.records] == [True]


async def test_one_that_is_another_s_when_it_comes_back_is_away_and_says_so_once(
    store: RedisStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REST", 0.0)
    await store._connection.ask("SET", f"{PREFIX}schema", "99")
    await store.close()
    for _ in range(3):
        with pytest.raises(Unavailable, match="has the form '99'"):
            await store.ping()
    assert ["has the form '99'" in record.message for record in caplog.records] == [True]
    # One that starts is refused by name.
    with pytest.raises(ForeignStore, match="has the form '99'"):
        await store.open()


async def test_a_clock_that_is_put_right_keeps_no_step_from_being_done(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of this machine, which tells nobody how long he may take; and that of Redis, which does."""
    real = time.time
    for ahead in (-1000.0, 1000.0):
        monkeypatch.setattr(time, "time", lambda ahead=ahead: real() + ahead)
        assert await store.add("box", job(int(ahead)))
    monkeypatch.undo()
    # As if that of Redis had been put forward: what it does not do for that is asked for again.
    clock = store._connection._clock
    clock._ahead -= 1000
    assert all(await asyncio.gather(*(store.add("box", job(number)) for number in range(20))))
    # Or back: that is found out by the way, a little later.
    monkeypatch.setattr(connection, "AGAIN", -1.0)
    clock._ahead += 1000
    for _ in range(2):
        assert await store.ping()
    assert abs(clock.at(asyncio.get_running_loop().time()) - time.time()) < 500


async def test_a_step_that_is_late_by_both_clocks_is_not_done(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", -1.0)
    with pytest.raises(Unavailable, match="no answer within"):
        await store.add("box", job(1))
    monkeypatch.undo()
    await until_back(store)
    assert await store.get("box", "x", "job", "1") is None


async def test_a_step_that_was_given_up_is_not_done_afterwards(
    own_redis: RedisServer, store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.add("box", job(1))
    hasty = RedisStore(own_redis.url, dump, load)
    await hasty.open()
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    os.kill(own_redis.process.pid, signal.SIGSTOP)
    try:
        asked = hasty.add("box", job(2)), hasty.swap("box", job(1), job(1, version=1))
        found = await asyncio.gather(*asked, return_exceptions=True)
    finally:
        os.kill(own_redis.process.pid, signal.SIGCONT)
        monkeypatch.undo()
    assert [type(one) for one in found] == [Unavailable, Unavailable]
    await until_back(hasty)
    for each in (store, hasty):
        assert [one.id for one in (await each.page("box", "x", "job")).jobs] == ["1"]
    assert await hasty.swap("box", job(1), job(1, version=1))
    await hasty.close()


async def test_the_same_text_is_the_same_job(store: RedisStore) -> None:
    await store.add("box", job(1))
    assert await store.get("box", "x", "job", "1") is await store.get("box", "x", "job", "1")
    start = await store.begin_request("box", "x", ("x", "job", "1"))
    assert start.job is await store.find("box", "x", ["job"], "1")


@pytest.mark.parametrize("newest", [False, True])
async def test_a_step_reads_no_more_bytes_of_the_journal_than_it_may_but_one_entry_however_long(
    store: RedisStore, newest: bool
) -> None:
    numbers = [1, 2, 3, 4, 5]
    for number, size in zip(numbers, (BYTES // 2, BYTES // 3, 3 * BYTES, BYTES // 3, BYTES // 2), strict=True):
        await store.record("box", Entry(number, "x" * size), 9)
    parts: list[list[int]] = []
    after, before, rest = 0, None, -1
    while rest is not None:
        found = await store.entries("box", after, before, newest=newest)
        parts.append([entry.number for entry in found.entries])
        rest = found.rest
        after, before = (0, rest) if newest else (rest or 0, None)
    assert parts == ([[5, 4], [3], [2, 1]] if newest else [[1, 2], [3], [4, 5]])


async def test_a_request_is_begun_and_recorded_at_once_as_long_as_all_is_as_it_was(own_redis: RedisServer) -> None:
    asked: list[bytes] = []
    store = RedisStore(own_redis.url, dump, lambda text: asked.append(text) or text)  # type: ignore[func-returns-value]
    await store.add("box", job(1))
    await store.begin_request("box", "x")
    life = await store.life("box")
    again = store.repetition(job(1), 0, b'"said":"it"}', 2, ["seen"])
    for number in (2, 3, 4):
        start, done = await store.repeat(life, again, 12.5, 0.5)
        assert (start.number, start.turn, done) == (number, number, True)
    assert await store.counters(life) == {"journal": 4, "seen": 3}
    await store.entries(life)
    entries = [json.loads(text) for text in asked]
    assert [one["number"] for one in entries] == [3, 4]
    assert {name: entries[-1][name] for name in ("turn", "at", "said")} == {"turn": 4, "at": 12.5, "said": "it"}
    # The clock of Redis is known to half a round trip.
    assert 400 <= entries[-1]["milliseconds"] < 60_000

    await store.write(life, "settings", "x", {"a": 1})
    start, done = await store.repeat(life, again, 12.5, 0.5)
    assert (done, start.number, start.settings, start.documents, start.job) == (False, 5, {"a": 1}, 1, job(1))
    again = store.repetition(job(1), 1, b'"said":"it"}', 2, ["seen"])
    assert (await store.repeat(life, again, 12.5, 0.5))[1]
    # Another job of the same id, though of the same version.
    await store.remove(life, [(job(1), ())])
    await store.add(life, job(1, state="other"))
    start, done = await store.repeat(life, again, 12.5, 0.5)
    assert (done, start.job) == (False, job(1, state="other"))
    assert (await store.counters(life))["seen"] == 4
    await store.clear("box")
    with pytest.raises(Over):
        await store.repeat(life, again, 12.5, 0.5)
    await store.close()


FULL_JOB = Job(
    api="x", id="é\ud800", state="b", created=1.5, since=0.0, kind="run", owner="o", parent="p", held=True, looks=3,
    plan=Plan(steps=(Step(state="a", wait=Wait(looks=2)), Step(state="b", wait=NEVER)), end="c"),
    on_cancel=OnCancel(mode=CancelMode.STUCK, after=Wait(seconds=1.5)), resume=("a", 2.5), started=1.0, ended=2.0,
    retention=60.0, messages=(Message(text="m", level="l"),), error="e", progress={"percent": 5}, data={"a": [1, {}]},
    history=(Transition("a", "b", 2.5, Cause.CLIENT, 3), Transition("b", "c", 3.5, Cause.CLOCK)), forgotten=2, version=7,
)  # fmt: skip


@pytest.mark.parametrize("one", [job(1), FULL_JOB, job(2, owner="", data={"x": None}, on_cancel=OnCancel())])
def test_a_job_is_read_as_it_was_written(one: Job) -> None:
    text = job_text.dumps(one)
    assert job_text.loads(text) == one
    assert job_text.dumps(job_text.loads(text)) == text
    assert text.partition(b" ")[0] == str(one.version).encode()


async def test_every_job_of_the_fixtures_is_read_as_it_was_written() -> None:
    sandbox = build(Settings()).sandboxes.default
    await sandbox.seed()
    for api, kind in await sandbox.store.size(sandbox.name):
        for one in (await sandbox.store.page(sandbox.name, api, kind)).jobs:
            read = job_text.loads(job_text.dumps(one))
            assert codec.dump(read) == orjson.loads(orjson.dumps(codec.dump(one), default=dict))
            assert job_text.dumps(read) == job_text.dumps(one)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("OVER", Over),
        ("ERR OVER", Over),
        ("LATE by the clock of Redis", Late),
        ("OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:2.", Unwilling),
        (
            "ERR Error running script (call to f_1): @user_script:2: @user_script: 2: -OOM command not allowed",
            Unwilling,
        ),
        ("LOADING Redis is loading the dataset in memory", Unwilling),
        ("NOSCRIPT No matching script", NoScriptError),
        ("NOPERM User default has no permissions to run the 'evalsha' command", Unwilling),
        ("ERR user_script:1: no such thing script: 1, on @user_script:1.", Unwilling),
    ],
)
def test_what_a_refusal_means(said: str, kind: type[Exception]) -> None:
    assert type(connection._refusal(said)) is kind


async def test_one_that_answers_what_is_no_answer_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The connection has lost its place: all that was asked over it has failed, and the next step opens another."""
    path = tmp_path / "socket"
    calls = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        while data := await reader.read(10_000):
            writer.write(_greeting(data) or (b"?" if calls == 1 else b"+PONG\r\n"))
        writer.close()

    server = await asyncio.start_unix_server(serve, path)
    store = RedisStore(f"unix://{path}", dump, load)
    await store.open()
    found = await asyncio.gather(store.ping(), store.ping(), return_exceptions=True)
    assert [type(one) for one in found] == [Unavailable, Unavailable]
    await until_back(store)
    assert calls == 2
    await store.close()
    server.close()


def _greeting(data: bytes) -> bytes:
    """Return what a new Redis answers to what each connection begins with; nothing to all else."""
    if b"TIME" in data:
        return b"*2\r\n$10\r\n%d\r\n$1\r\n0\r\n" % time.time() + b"+none\r\n" * data.count(b"TYPE")
    if b"schema" in data and b"EVAL" not in data:
        return b"+OK\r\n$1\r\n%b\r\n" % SCHEMA
    return b"+OK\r\n" * data.count(b"CLIENT")


class Silent:
    """What greets as a Redis does, and answers no more until it is told to.

    Attributes:
        asked: set by each question that gets no answer.
    """

    def __init__(self, path: Path) -> None:
        self.answers = False
        self.asked = asyncio.Event()
        self.url = f"unix://{path}"
        self._path = path

    async def __aenter__(self) -> Silent:
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(10_000):
            if answer := _greeting(data) or (b"+PONG\r\n" if self.answers else b""):
                writer.write(answer)
            else:
                self.asked.set()
        writer.close()


async def test_a_step_that_is_asked_when_the_store_is_closed_ends(tmp_path: Path) -> None:
    async with Silent(tmp_path / "socket") as silent:
        store = RedisStore(silent.url, dump, load)
        asked = asyncio.create_task(store.ping())
        await silent.asked.wait()
        await store.close()
        with pytest.raises(Unavailable, match="the store is closed"):
            await asyncio.wait_for(asked, 10)
        # What it had asked does not take the answers of those who ask when it is open again.
        silent.answers = True
        await store.open()
        assert await asyncio.wait_for(store.ping(), 10)
        await store.close()


async def test_a_store_that_is_opened_again_waits_for_no_answer_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Silent(tmp_path / "socket") as silent:
        silent.answers = True
        store = RedisStore(silent.url, dump, load)
        await store.ping()
        await store.close()
        await store.open()
        silent.answers = False
        monkeypatch.setattr(connection, "PATIENCE", 0.2)
        with pytest.raises(Unavailable, match="no answer within"):
            await asyncio.wait_for(store.ping(), 10)
        await store.close()


async def test_steps_beside_each_other_get_their_own_answers(store: RedisStore) -> None:
    await asyncio.gather(*(store.add("box", job(number)) for number in range(200)))
    found = await asyncio.gather(*(store.get("box", "x", "job", str(number)) for number in range(200)))
    assert [one and one.id for one in found] == [str(number) for number in range(200)]


async def test_what_is_no_text_is_not_asked_for_and_others_get_their_own_answers(store: RedisStore) -> None:
    await store.add("box", job(1))
    with pytest.raises(UnicodeEncodeError):
        await store.get("box", "x", "job", "\ud800")
    assert await store.count("box", "n") == 1
    assert await store.get("box", "x", "job", "1") == job(1)


class Swallowing:
    """Stands before a Redis, and can swallow what comes over the connections that are open, without closing them."""

    def __init__(self, path: Path, redis: RedisServer) -> None:
        self.url = f"unix://{path}?db=0"
        self._path, self._redis = path, str(redis._socket)
        self._age = 0
        self._carrying: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Swallowing:
        self._server = await asyncio.start_unix_server(self._serve, self._path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.wait(self._carrying)

    def swallow(self) -> None:
        self._age += 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(self._redis)
        for source, target in ((reader, there[1]), (there[0], writer)):
            self._carrying.add(asyncio.create_task(self._carry(source, target, self._age)))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, age: int) -> None:
        while data := await source.read(10_000):
            if age == self._age:
                target.write(data)
        target.close()


async def test_who_listens_over_a_connection_that_has_gone_silent_listens_over_another(
    own_redis: RedisServer, store: RedisStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
    attends = asyncio.Event()

    async def hear(sandbox: str, text: bytes) -> None:
        await heard.put((sandbox, text))

    async with Swallowing(tmp_path / "socket", own_redis) as proxy:
        far = RedisStore(proxy.url, dump, load)
        listens = asyncio.create_task(far.listen(attends.set, hear))
        await asyncio.wait_for(attends.wait(), 60)
        store.announce("box", b"before")
        assert await asyncio.wait_for(heard.get(), 60) == ("box", b"before")
        attends.clear()
        proxy.swallow()
        monkeypatch.setattr(connection, "PATIENCE", 1.0)
        await asyncio.wait_for(attends.wait(), 60)
        store.announce("box", b"again")
        assert await asyncio.wait_for(heard.get(), 60) == ("box", b"again")
        listens.cancel()
        await asyncio.wait([listens])


async def test_who_listens_to_a_silent_channel_stays_on_his_connection(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "QUIET", 0.0)
    begun: list[None] = []
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(_: str, text: bytes) -> None:
        await heard.put(text)

    listens = asyncio.create_task(store.listen(lambda: begun.append(None), hear))
    ask = store._connection.ask
    while b"cmd=ping" not in await ask("CLIENT", "LIST", "TYPE", "pubsub"):
        await asyncio.sleep(0)
    # What is no text, too, before the sandbox' name and behind it.
    await ask("PUBLISH", store._channel, b"\xff \xff")
    assert await asyncio.wait_for(heard.get(), 60) == b"\xff"
    assert begun == [None]
    listens.cancel()
    await asyncio.wait([listens])


async def test_a_channel_that_is_refused_is_told_once_and_heard_when_it_is_not(
    store: RedisStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REST", 0.0)
    ask, make, attends, tries = store._connection.ask, store._connection.make, asyncio.Event(), 0

    async def hear(_: str, text: bytes) -> None:
        raise AssertionError(text)

    def counted() -> object:
        nonlocal tries
        tries += 1
        return make()

    monkeypatch.setattr(store._connection, "make", counted)
    await ask("ACL", "SETUSER", "default", "-subscribe")
    listens = asyncio.create_task(store.listen(attends.set, hear))
    async with asyncio.timeout(60):
        while tries < 4:
            await asyncio.sleep(0)
    await ask("ACL", "SETUSER", "default", "+subscribe")
    await asyncio.wait_for(attends.wait(), 60)
    assert ["is not heard: the store refuses" in record.message for record in caplog.records] == [True]
    listens.cancel()
    await asyncio.wait([listens])


@given(JSON)
def test_a_value_is_read_as_it_was_written(value: object) -> None:
    text = json_text.dumps(value)
    assert json_text.loads(text) == value
    assert json_text.dumps(json_text.loads(text)) == text
