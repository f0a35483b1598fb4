"""Races: what a poller must never see, and what sandboxes must never share.

`MOCKSERVER_RACE_FLIPS` says how often the state flips for each API (32,000 for the full measure).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest
from yarl import URL

from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.journal.in_parts import everything
from mockserver.store.memory import MemoryStore
from tests.drivers import Poll, poll_of
from tests.drivers.properties import FULL
from tests.drivers.redis import store_in
from tests.drivers.server import Client
from tests.store.yielding import YieldingStore

FLIPS = int(os.environ.get("MOCKSERVER_RACE_FLIPS", "1000" if FULL else "250"))
POLLERS = 12
SANDBOXES = 100
OF_REDIS = 5
"""By how much less is done over Redis, whose every step leaves the process, unless the full number is asked for."""

CLIENTS = 16
CREATION = 12
"""Times the CPU of adding a job, client included, that making a sandbox may take, in the middle."""


@pytest.fixture(params=["memory", "yielding", "redis"])
async def client(request: pytest.FixtureRequest, serve: Callable[..., Awaitable[Client]]) -> Client:
    """A server over a store that never waits, one that lets everybody else run before each step, and a Redis."""
    if request.param == "redis":
        return await serve(store=store_in(request.getfixturevalue("redis_server")))
    return await serve(store=MemoryStore() if request.param == "memory" else YieldingStore())


def share(client: Client) -> int:
    return OF_REDIS if client.services.store.shared is not None and "MOCKSERVER_RACE_FLIPS" not in os.environ else 1


async def ask(client: Client, poll: Poll, prefix: str = "") -> tuple[int, bytes]:
    """Return what a client gets; the sandbox's prefix is left out, in each of the ways JSON may spell it."""
    url = URL(str(client.make_url("/")).rstrip("/") + prefix + poll.path, encoded=True)
    async with client.session.get(url, headers=poll.headers) as response:
        body = await response.read()
    for spelling in (prefix.replace("/", r"\/"), prefix) if prefix else ():
        body = body.replace(spelling.encode(), b"")
    return response.status, body


async def force(client: Client, api: Api, poll: Poll, state: str, prefix: str = "") -> None:
    path = f"{prefix}/_control/jobs/{api.name}/{poll.job['id']}/state"
    assert (await client.put(path, json={"state": state})).status == 200


async def calibrate(client: Client, api: Api) -> list[tuple[int, bytes]]:
    """Return the answer for each of the two states, once both have been passed through."""
    poll = poll_of(api)
    response = await client.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
    assert response.status == 201, await response.text()
    for state in poll.states:
        await force(client, api, poll, state)
    answers = []
    for state in poll.states:
        await force(client, api, poll, state)
        answers.append(await ask(client, poll))
    assert answers[0] != answers[1]
    assert {status for status, _ in answers} == {200}, answers
    return answers


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_no_poller_falls_into_the_gap(client: Client, api: Api) -> None:
    """Twelve clients ask for one job while its state flips: each answer is that of one of the two states."""
    poll = poll_of(api)
    answers = await calibrate(client, api)
    seen: dict[tuple[int, bytes], int] = {}
    done = asyncio.Event()

    async def keep_asking() -> None:
        while not done.is_set():
            answer = await ask(client, poll)
            seen[answer] = seen.get(answer, 0) + 1

    async def flip() -> None:
        jobs = client.sandbox.jobs
        for number in range(FLIPS // share(client)):
            await jobs.force(api.name, poll.job["id"], poll.states[number % 2])
            if number % 3 == 0:
                await asyncio.sleep(0)
        done.set()

    await asyncio.gather(flip(), *(keep_asking() for _ in range(POLLERS)))
    assert [answer for answer in seen if answer not in answers] == []
    assert sum(seen.values()) >= POLLERS


async def test_a_hundred_sandboxes_share_nothing(client: Client) -> None:
    """Sixteen clients of all APIs, in a hundred sandboxes at once: each sees its own sandbox's states only."""
    expected = {api.name: await calibrate(client, api) for api in APIS}
    made, added = [], []
    sandboxes = SANDBOXES // share(client)
    for number in range(sandboxes):
        began = time.process_time()
        assert (await client.post("/_control/sandboxes", json={"name": f"s{number}"})).status == 201
        made.append(time.process_time() - began)
        for position, api in enumerate(APIS):
            poll, prefix = poll_of(api), f"/~s{number}"
            job = {**poll.job, "state": poll.states[0]}
            began = time.process_time()
            assert (await client.post(f"{prefix}/_control/jobs", json=job)).status == 201
            added.append(time.process_time() - began)
            for state in (*poll.states, poll.states[_bit(number, position)]):
                await force(client, api, poll, state, prefix)
    # A store that yields before each step measures the event loop.
    if type(client.services.store) is MemoryStore:
        assert statistics.median(made) < CREATION * statistics.median(added)

    async def work(numbers: Sequence[int]) -> None:
        for number in numbers:
            for position, api in enumerate(APIS):
                answer = await ask(client, poll_of(api), f"/~s{number}")
                assert answer == expected[api.name][_bit(number, position)], (number, api.name)

    await asyncio.gather(*(work(range(worker, sandboxes, CLIENTS // 2)) for worker in range(CLIENTS)))
    for sandbox in client.services.sandboxes.all()[1:]:
        entries = await everything(sandbox.store, sandbox.name)
        assert {entry.sandbox for entry in entries} == {sandbox.name}
        assert len(entries) >= len(APIS)


def _bit(number: int, position: int) -> int:
    return (number >> position) & 1


async def test_a_job_goes_with_its_runs_at_one_moment(client: Client) -> None:
    family, sandbox = {"15", "282800294"}, client.services.sandboxes.default
    going = asyncio.ensure_future(client.delete("/_control/jobs/prime/15"))
    seen = []
    while not going.done():
        seen.append(family & {job.id for job in (await sandbox.store.whole(sandbox.key)).jobs if job.api == "prime"})
        await asyncio.sleep(0)
    assert (await going).status == 200
    assert all(one in (family, set()) for one in seen), seen
