"""What is Redis' own: it may be away, slow, or somebody else's; every step has an end, and none is done late."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.errors import Unavailable
from mockserver.store import json_text
from mockserver.store.base import ForeignStore, Full, Over, Times
from mockserver.store.redis import connection
from mockserver.store.redis.script import PREFIX
from mockserver.store.redis.store import RedisStore
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
    assert [sorted(found) for found in (await store.end_unused(), await store.end_unused())] == [["short"], []]
    assert sorted(await store.sandboxes()) == ["kept", "long", "used"]
    with pytest.raises(Over):
        await store.use("short")


async def test_every_key_of_a_sandbox_goes_by_itself_one_day(store: RedisStore) -> None:
    """All that a sandbox can hold; the number of the last life, and the form, stay for good."""
    await store.add_all("box", [(job(1), Times(1.0, 2.0))], {"n": 1})
    await store.swap("box", job(1), job(1, version=1), Times(3.0, 4.0))
    await store.write("box", "c", "k", [1])
    await store.append("box", "l", "k", {"a": 1}, 3)
    await store.describe("box", {"ttl": 60.0})
    await store.use("box")
    number = (await store.begin_request("box", "x")).number
    await store.record("box", Entry(number), 9, ["seen"])
    ask = store._connection.ask
    keys = [key.decode() for key in await ask("KEYS", "*")]
    assert len(keys) >= 17
    stays = {key for key in keys if await ask("TTL", key) == -1}
    assert stays == {f"{PREFIX}{name}" for name in ("schema", "lives")}
    for key in keys:
        await ask("EXPIRE", key, 100)
    await store.last()
    short = {key for key in keys if await ask("TTL", key) <= 100}
    assert short == stays


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


async def test_a_store_that_is_away_says_so_and_comes_back(own_redis: RedisServer, store: RedisStore) -> None:
    await store.add("box", job(1))
    own_redis.stop()
    with pytest.raises(Unavailable, match="cannot be reached"):
        await store.get("box", "x", "job", "1")
    own_redis.start()
    await until_back(store)
    assert await store.get("box", "x", "job", "1") is None
    assert await store.add("box", job(1))


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


async def test_steps_beside_each_other_get_their_own_answers(store: RedisStore) -> None:
    await asyncio.gather(*(store.add("box", job(number)) for number in range(200)))
    found = await asyncio.gather(*(store.get("box", "x", "job", str(number)) for number in range(200)))
    assert [one and one.id for one in found] == [str(number) for number in range(200)]


@given(JSON)
def test_a_value_is_read_as_it_was_written(value: object) -> None:
    text = json_text.dumps(value)
    assert json_text.loads(text) == value
    assert json_text.dumps(json_text.loads(text)) == text
