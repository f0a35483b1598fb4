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
from mockserver.store.base import ForeignStore
from mockserver.store.redis import connection
from mockserver.store.redis.script import PREFIX
from mockserver.store.redis.store import RedisStore
from tests.drivers.redis import RedisServer
from tests.store.test_store import dump, job, load

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


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.3)
    monkeypatch.setattr(connection, "REST", 0.02)


async def until_back(store: RedisStore) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            assert await store.ping()
        except Unavailable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        else:
            return


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


async def test_a_store_that_is_away_says_so_and_comes_back(
    hasty: None, own_redis: RedisServer, store: RedisStore
) -> None:
    await store.add("box", job(1))
    own_redis.stop()
    with pytest.raises(Unavailable, match="cannot be reached"):
        await store.get("box", "x", "job", "1")
    own_redis.start()
    await until_back(store)
    assert await store.get("box", "x", "job", "1") is None
    assert await store.add("box", job(1))


async def test_a_step_that_was_given_up_is_not_done_afterwards(
    hasty: None, own_redis: RedisServer, store: RedisStore
) -> None:
    await store.add("box", job(1))
    os.kill(own_redis.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        found = await asyncio.gather(
            store.add("box", job(2)), store.swap("box", job(1), job(1, version=1)), return_exceptions=True
        )
        took = time.monotonic() - began
    finally:
        os.kill(own_redis.process.pid, signal.SIGCONT)
    assert [type(one) for one in found] == [Unavailable, Unavailable]
    assert took < 10
    await until_back(store)
    assert [one.id for one in (await store.page("box", "x", "job")).jobs] == ["1"]
    assert await store.swap("box", job(1), job(1, version=1))


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
