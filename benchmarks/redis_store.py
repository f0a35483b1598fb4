"""What a shared store costs: python benchmarks/redis_store.py [--jobs 1000000] [--seconds 3]; needs redis-server, wrk.

* Polls of one job answered per second: a server in memory, one over Redis, two workers over Redis; each as a ratio to
  the one before, measured in turn.
* A job and a page of a listing among many jobs, as a ratio to among a thousand; Redis' memory for each job.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from mockserver.core.job import Job
from mockserver.core.plan import Plan
from mockserver.journal import entry_text
from mockserver.store.base import UNTIMED
from mockserver.store.redis import connection
from mockserver.store.redis.store import RedisStore

JOB = {"api": "ges", "id": "bench", "graph": "movie", "kind": "query-vertices", "state": "running"}
STATUS = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/bench/status"
FEW = 1000
ROUNDS = 5
ASKED = 200


@contextlib.contextmanager
def redis() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "socket")
        process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        while not socket.exists():
            time.sleep(0.01)
        yield f"unix://{socket}"
        process.kill()
        process.wait()


@contextlib.contextmanager
def server(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    yield url
    process.terminate()
    process.wait()


def put(url: str) -> None:
    request = urllib.request.Request(
        f"{url}/_control/jobs", json.dumps(JOB).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()


def polls(url: str, seconds: int) -> float:
    words = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-H", "X-Auth-Token: mock-token", url + STATUS]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found[1])


def throughput(seconds: int) -> None:
    with contextlib.ExitStack() as stack:
        store = ["--store", stack.enter_context(redis())]
        two = ["--store", stack.enter_context(redis()), "--workers", "2"]
        urls = [stack.enter_context(server(*options)) for options in ([], store, two)]
        for url in urls:
            put(url)
        rates = [[polls(url, seconds) for url in urls] for _ in range(ROUNDS)]
    memory, one, workers = (statistics.median(column) for column in zip(*rates, strict=True))
    print(
        f"polls/s: memory {memory:.0f}, Redis {one:.0f} ({one / memory:.2f}), two workers {workers:.0f} ({workers / one:.2f})"
    )


def job(number: int) -> Job:
    return Job(
        api="ges", id=f"{number:032x}", state="running", plan=Plan(), created=1.0, since=1.0,
        data={"graph": "movie", "kind": "query-vertices", "scope": "service", "project_id": "0" * 32},
    )  # fmt: skip


async def growth(most: int) -> None:
    with redis() as url:
        store = RedisStore(url, entry_text.dump, entry_text.load)
        await store.open()
        for start in range(0, FEW, 500):
            await store.add_all("few", [(job(number), UNTIMED) for number in range(start, start + 500)])
        before = await memory(store)
        for start in range(0, most, 500):
            await store.add_all("many", [(job(number), UNTIMED) for number in range(start, start + 500)])
        print(f"{most:,} jobs: {(await memory(store) - before) / most:.0f} bytes each in Redis")

        def status(box: str, size: int) -> Callable[[int], Awaitable[object]]:
            return lambda n: store.get(box, "ges", "job", f"{n * 7919 % size:032x}")

        def page(box: str, size: int) -> Callable[[int], Awaitable[object]]:
            return lambda n: store.page(box, "ges", "job", start=n * 7919 % (size - 100), limit=100)

        for name, make in (("status", status), ("page", page)):
            found = {"few": [], "many": []}  # type: dict[str, list[float]]
            for number in range(ASKED):
                for box, size in (("few", FEW), ("many", most)):
                    began = time.perf_counter()
                    await make(box, size)(number)
                    found[box].append(time.perf_counter() - began)
            few, many = (statistics.median(found[box]) for box in ("few", "many"))
            print(f"{name}: {few * 1e6:.0f} µs among {FEW:,}, {many * 1e6:.0f} µs among {most:,} ({many / few:.2f})")
        await store.close()


async def memory(store: RedisStore) -> int:
    info = (await store._connection.ask("INFO", "memory")).decode()
    return int(re.search(r"used_memory:(\d+)", info)[1])  # type: ignore[index]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=3)
    given = parser.parse_args()
    connection.PATIENCE = 60.0  # filling it is no measure of a client's patience
    if given.seconds:
        throughput(given.seconds)
    asyncio.run(growth(given.jobs))
