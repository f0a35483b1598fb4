"""Four workers over one Redis, one of them killed every second under a mixed load: nothing acknowledged is lost.

`MOCKSERVER_KILLS` says how many are killed (60 for the full measure). Each client records its calls; what it saw of a
job's state is checked to be linearizable by `tests/drivers/linearizable.py`.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.core.job import Cause
from tests.drivers import poll_of
from tests.drivers.linearizable import Call, is_linearizable
from tests.drivers.properties import FULL
from tests.drivers.redis import RedisServer
from tests.drivers.workers import Workers, children

KILLS = int(os.environ.get("MOCKSERVER_KILLS", "15" if FULL else "2"))
EVERY = 1.0
"""Real seconds between two of them."""

CLIENTS = 6
GONE = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(slots=True, kw_only=True)
class Watched:
    """A job, and what clients did with it."""

    api: Api
    id: str
    first: str
    calls: list[Call] = field(default_factory=list)


class Load:
    """Clients of all APIs that add jobs, force them, read them, poll and cancel them."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self.jobs: list[Watched] = []
        self.cancelled: list[tuple[str, str]] = []
        self.answers: Counter[int] = Counter()

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask once; return what came back, None when it is not known whether it was done."""
        try:
            async with self._session.request(method, self._url + path, **options) as answer:
                self.answers[answer.status] += 1
                # 503: the store had no answer for the worker in time.
                return None if answer.status == 503 else (answer.status, await answer.json(content_type=None))
        except GONE:
            self.answers[0] += 1
            return None
        except ValueError:
            return None

    async def add(self, api: Api) -> str | None:
        """Add a job whose id the server draws; return it once it is acknowledged."""
        poll = poll_of(api)
        fields = {name: value for name, value in poll.job.items() if name != "id"}
        found = await self.ask("POST", "/_control/jobs", json={**fields, "state": poll.states[0]})
        if found is None:
            return None
        assert found[0] == 201, found
        record = found[1][0] if isinstance(found[1], list) else found[1]
        return str(record["id"])

    async def work(self, done: asyncio.Event, dice: random.Random) -> None:
        while not done.is_set():
            api = dice.choice(APIS)
            if dice.random() < 0.4:
                if (cancelled := await self.add(api)) is not None:
                    self.cancelled.append((api.name, cancelled))
                    path = f"/_control/jobs/{api.name}/{cancelled}/cancel"
                    await asyncio.gather(*(self.ask("POST", path) for _ in range(2)))
                continue
            job_id = await self.add(api)
            if job_id is None:
                continue
            watched = Watched(api=api, id=job_id, first=poll_of(api).states[0])
            self.jobs.append(watched)
            await asyncio.gather(self.write(watched, 0), self.write(watched, 1), self.read(watched), self.read(watched))

    async def write(self, job: Watched, place: int) -> None:
        for state in (poll_of(job.api).states[1 - place], poll_of(job.api).states[place]):
            began = time.monotonic()
            path = f"/_control/jobs/{job.api.name}/{job.id}/state"
            found = await self.ask("PUT", path, json={"state": state})
            ended = inf if found is None else time.monotonic()
            assert found is None or found[0] == 200, found
            job.calls.append(Call(writes=True, value=state, began=began, ended=ended))

    async def read(self, job: Watched) -> None:
        poll = poll_of(job.api)
        for _ in range(2):
            began = time.monotonic()
            found = await self.ask("GET", f"/_control/jobs/{job.api.name}/{job.id}")
            if found is not None:
                assert found[0] == 200, (job.api.name, job.id, found)
                job.calls.append(Call(writes=False, value=found[1]["state"], began=began, ended=time.monotonic()))
            await self.ask("GET", poll.path.replace(str(poll.job["id"]), job.id), headers=dict(poll.headers))


@pytest.fixture
async def load(redis_server: RedisServer) -> AsyncIterator[tuple[Load, Workers]]:
    redis_server.empty()
    with Workers(redis_server.url, 4, "--journal-size", "200") as workers:
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True)) as session:
            yield Load(workers.url, session), workers


async def kill_some(workers: Workers) -> None:
    dice, own = random.Random(1), workers.process.pid
    for _ in range(KILLS):
        await asyncio.sleep(EVERY)
        # On a machine that does much else a worker takes seconds to start: one that nobody could ask is not killed.
        while await asyncio.to_thread(workers.ask) != 200:
            pass
        found = sorted(children(own))
        if len(found) > 1:
            os.kill(dice.choice(found), signal.SIGKILL)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="asks Linux for a process' children")
async def test_nothing_acknowledged_is_lost_when_workers_are_killed(load: tuple[Load, Workers]) -> None:
    clients, workers = load
    done = asyncio.Event()
    working = [asyncio.create_task(clients.work(done, random.Random(number))) for number in range(CLIENTS)]
    await kill_some(workers)
    # On a machine that does much else the kills may be over before as many jobs were acknowledged as there are clients.
    while len(clients.jobs) + len(clients.cancelled) <= CLIENTS:
        await asyncio.sleep(0.01)
    done.set()
    await asyncio.gather(*working)

    everything = [*((job.api.name, job.id) for job in clients.jobs), *clients.cancelled]
    assert len(set(everything)) == len(everything), "an id was given twice"
    records = {}
    for api, job_id in everything:
        while (found := await clients.ask("GET", f"/_control/jobs/{api}/{job_id}")) is None:
            continue
        assert found[0] == 200, f"the acknowledged job {api} {job_id} is lost: {found}"
        records[api, job_id] = record = found[1]
        history = record["history"]
        assert [one["to"] for one in history][:-1] == [one["from"] for one in history][1:]
        assert not history or history[-1]["to"] == record["state"]
    for key in clients.cancelled:
        causes = [one["cause"] for one in records[key]["history"]]
        assert causes.count(Cause.CLIENT) <= 1, records[key]["history"]
    for job in clients.jobs:
        now = time.monotonic()
        last = Call(writes=False, value=records[job.api.name, job.id]["state"], began=now, ended=now)
        assert is_linearizable([*job.calls, last], job.first), (job.api.name, job.id, job.calls, last)
    print(f"{len(everything)} jobs, answers {dict(clients.answers)}, {KILLS} killed")


@pytest.mark.parametrize(
    ("calls", "holds"),
    [
        ([Call(writes=True, value="b", began=1, ended=2), Call(writes=False, value="b", began=3, ended=4)], True),
        ([Call(writes=True, value="b", began=1, ended=2), Call(writes=False, value="a", began=3, ended=4)], False),
        ([Call(writes=True, value="b", began=1, ended=4), Call(writes=False, value="a", began=2, ended=3)], True),
        ([Call(writes=True, value="b", began=1), Call(writes=False, value="b", began=5, ended=6)], True),
        ([Call(writes=True, value="b", began=1), Call(writes=False, value="a", began=5, ended=6)], True),
        (
            [
                Call(writes=True, value="b", began=1, ended=9),
                Call(writes=False, value="b", began=2, ended=3),
                Call(writes=False, value="a", began=4, ended=5),
            ],
            False,
        ),
    ],
)
def test_the_checker_tells_what_could_have_happened_from_what_could_not(calls: list[Call], holds: bool) -> None:
    assert is_linearizable(calls, "a") == holds
