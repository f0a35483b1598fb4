"""What a shared store costs: python benchmarks/redis_store.py [--jobs 1000000] [--seconds 3]; needs redis-server, wrk.

* Polls of one job answered per second: a server in memory, one over Redis, two workers over Redis; each as a ratio to
  the one before, measured in turn, with the CPU that servers, Redis and wrk took for a poll.
* Status queries and pages of listings over HTTP among many jobs of all APIs, as a ratio to among a thousand, and Redis'
  memory for each job; the same of the store alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from servers import cpu

from mockserver.app import build
from mockserver.core.job import Job, evolve
from mockserver.core.plan import Plan
from mockserver.journal import entry_text
from mockserver.settings import Settings
from mockserver.store.placing import Placing
from mockserver.store.redis import connection
from mockserver.store.redis.store import RedisStore

JOB = {"api": "ges", "id": "bench", "graph": "movie", "kind": "query-vertices", "state": "running"}
STATUS = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/bench/status"
FEW = 1000
ROUNDS = 5
ASKED = 200


@contextlib.contextmanager
def redis() -> Iterator[tuple[str, int]]:
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder, "socket")
        process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        while not socket.exists():
            time.sleep(0.01)
        yield f"unix://{socket}", process.pid
        process.kill()
        process.wait()


@contextlib.contextmanager
def server(*options: str) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    yield url, process.pid
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
    names = ("memory", "Redis", "two workers")
    with contextlib.ExitStack() as stack:
        stores = [stack.enter_context(redis()) for _ in range(2)]
        options: list[list[str]] = [[], ["--store", stores[0][0]], ["--store", stores[1][0], "--workers", "2"]]
        servers = [stack.enter_context(server(*one)) for one in options]
        below = (None, stores[0][1], stores[1][1])
        for url, _ in servers:
            put(url)
        rates: list[list[float]] = [[] for _ in names]
        shares: list[list[tuple[float, ...]]] = [[] for _ in names]
        for _ in range(ROUNDS):
            for place, (url, pid) in enumerate(servers):
                pids = [pid, *([] if below[place] is None else [below[place]])]
                before, own = [cpu(one) for one in pids], resource.getrusage(resource.RUSAGE_CHILDREN)
                rate = polls(url, seconds)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                took = [cpu(one) - was for one, was in zip(pids, before, strict=True)]
                took.append(after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime)
                rates[place].append(rate)
                shares[place].append(tuple(one / (rate * seconds) * 1e6 for one in took))
    found = [statistics.median(column) for column in rates]
    for place, name in enumerate(names):
        microseconds = [statistics.median(column) for column in zip(*shares[place], strict=True)]
        ratio = f" ({found[place] / found[place - 1]:.2f})" if place else ""
        parts = zip(("server",) if place == 0 else ("server", "Redis"), microseconds, strict=False)
        said = ", ".join(f"{part} {took:.0f}" for part, took in parts)
        print(
            f"{name}: {found[place]:.0f} polls/s{ratio}; µs of CPU a poll: {said}, wrk {microseconds[-1]:.0f}",
            flush=True,
        )


def job(number: int) -> Job:
    return Job(
        api="ges", id=f"{number:032x}", state="running", plan=Plan(), created=1.0, since=1.0,
        data={"graph": "movie", "kind": "query-vertices", "scope": "service", "project_id": "0" * 32},
    )  # fmt: skip


def placed(number: int) -> tuple[Job, Placing]:
    return job(number), Placing(listings=("movie",))


async def growth(most: int) -> None:
    with redis() as (url, _):
        store = RedisStore(url, entry_text.dump, entry_text.load)
        await store.open()
        for start in range(0, FEW, 500):
            await store.add_all("few", [placed(number) for number in range(start, start + 500)])
        before = await memory(store)
        for start in range(0, most, 500):
            await store.add_all("many", [placed(number) for number in range(start, start + 500)])
        print(f"{most:,} jobs: {(await memory(store) - before) / most:.0f} bytes each in Redis")

        def status(box: str, size: int) -> Callable[[int], Awaitable[object]]:
            return lambda n: store.get(box, "ges", "job", f"{n * 7919 % size:032x}")

        def page(box: str, size: int) -> Callable[[int], Awaitable[object]]:
            return lambda n: store.page(box, "ges", "job", start=n * 7919 % (size - 100), limit=100)

        def listing(box: str, size: int) -> Callable[[int], Awaitable[object]]:
            return lambda n: store.page(box, "ges", "job", start=n * 7919 % (size - 100), limit=100, listing="movie")

        for name, make in (("status", status), ("page", page), ("page of a listing", listing)):
            found = {"few": [], "many": []}  # type: dict[str, list[float]]
            for number in range(ASKED):
                for box, size in (("few", FEW), ("many", most)):
                    began = time.perf_counter()
                    await make(box, size)(number)
                    found[box].append(time.perf_counter() - began)
            few, many = (statistics.median(found[box]) for box in ("few", "many"))
            print(f"{name}: {few * 1e6:.0f} µs among {FEW:,}, {many * 1e6:.0f} µs among {most:,} ({many / few:.2f})")
        await store.close()


PRIME = "/webacs/api/v4/data/JobSummary.json?.full=true&.maxResults=100"
NBI = {"Authorization": "Basic bmJpOnNlY3JldA=="}
TOKEN = {"X-Auth-Token": "mock-token"}
MANAGEMENT = "/v2/0123456789abcdef0123456789abcdef/graphs/jobs"
ADMIN = "/arcgis/admin/services/Demo.GPServer/jobs"
GES = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs"
MODELS: dict[str, dict[str, object]] = {
    "ges": {"graph": "movie", "kind": "query-vertices", "state": "running"},
    "ges management": {"graph": "movie", "plane": "management", "kind": "import-graph", "state": "running"},
    "arcgis": {"service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting", "owner": None},
    "casjobs": {"owner": "1", "state": "Started", "query": "select 1", "context": "DR7", "type": "QUERY"},
    "prime": {"name": "bench", "type": "Bench", "state": "SCHEDULED", "owner": "nbi"},
}
FIRST = 5_000_000
OWN = 100
"""Jobs of CasJobs' second account, among all those of the first."""


def ids(name: str, number: int) -> str:
    if name == "ges management":
        return f"f{number:031x}"
    return f"{number:032x}" if name in ("ges", "arcgis") else str(FIRST + number)


async def over_http(most: int) -> None:
    """Ask a server for jobs and pages in a sandbox of a thousand jobs and in one of many, in turn."""
    with redis() as (store, _), server("--store", store, "--clock", "2026-01-02T12:00:00Z") as (url, _):
        at = urlsplit(url)
        client = http.client.HTTPConnection(at.hostname or "", at.port, timeout=600)

        def ask(path: str, headers: dict[str, str], method: str = "GET", body: object = None) -> bytes:
            client.request(method, path, None if body is None else json.dumps(body), headers)
            answer = client.getresponse()
            text = answer.read()
            assert answer.status < 300, (path, answer.status, text[:200])
            return text

        services = build(Settings(store=store, clock="2026-01-02T12:00:00Z"))
        await services.store.open()
        for name, size in (("few", FEW), ("many", most)):
            ask("/_control/sandboxes", {"Content-Type": "application/json"}, "POST", {"name": name})
            sandbox = await services.sandboxes.enter(await services.sandboxes.find(name))
            for model_name, fields in MODELS.items():
                model = (await sandbox.build_job(model_name.split()[0], {"id": ids(model_name, 0), **fields}))[0]
                for start in range(0, size // len(MODELS), 200):
                    numbers = range(start, min(start + 200, size // len(MODELS)))
                    made = [evolve(model, id=ids(model_name, number)) for number in numbers]
                    assert await services.store.add_all(sandbox.key, [sandbox.jobs.placed(one) for one in made])
            model = (await sandbox.build_job("casjobs", {**MODELS["casjobs"], "owner": "2"}))[0]
            await sandbox.jobs.add(*(evolve(model, id=ids("casjobs", -number)) for number in range(1, OWN + 1)))
        client.close()  # the server has let go of one that was silent for so long

        def number_of(name: str, turn: int, less: int = 0) -> int:
            return turn * 7919 % ((FEW if name == "few" else most) // len(MODELS) - less)

        asked: dict[str, Callable[[str, int], tuple[str, dict[str, str]]]] = {
            "GES status": lambda name, turn: (f"{GES}/{ids('ges', number_of(name, turn))}/status", TOKEN),
            "ArcGIS status": lambda name, turn: (
                f"/arcgis/rest/services/Demo/GPServer/Echo/jobs/{ids('arcgis', number_of(name, turn))}?f=json", {}),
            "CasJobs status": lambda name, turn: (
                "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId="
                f"{ids('casjobs', number_of(name, turn))}", {}),
            "Prime JobSummary of one": lambda name, turn: (
                f"/webacs/api/v4/data/JobSummary/{ids('prime', number_of(name, turn))}.json", NBI),
            "control: page": lambda name, turn: ("/_control/jobs?limit=100", {}),
            "control: page of one API": lambda name, turn: ("/_control/jobs?limit=100&api=prime", {}),
            "Prime: page": lambda name, turn: (PRIME, NBI),
            "Prime: page within": lambda name, turn: (
                f"{PRIME}&.firstResult={number_of(name, turn, 100)}", NBI),
            "GES: page": lambda name, turn: (f"{GES}/status?limit=100", TOKEN),
            "GES: page within": lambda name, turn: (
                f"{GES}/status?limit=100&offset={number_of(name, turn, 100)}", TOKEN),
            "GES, management plane: page within": lambda name, turn: (
                f"{MANAGEMENT}?limit=100&offset={number_of(name, turn, 100)}", TOKEN),
            "ArcGIS Administrator: page within": lambda name, turn: (
                f"{ADMIN}/query?f=json&number=100&start={number_of(name, turn, 100) + 1}", {}),
            "CasJobs: all jobs of one account": lambda name, turn: (
                "/CasJobs/services/jobs.asmx/GetJobs?owner_wsid=2&owner_pw=hunter2&conditions=&includeSystem=true", {}),
        }  # fmt: skip
        for what, of in asked.items():
            found = {"few": [], "many": []}  # type: dict[str, list[float]]
            for turn in range(60):
                for name, times in found.items():
                    path, headers = of(name, turn)
                    began = time.perf_counter()
                    ask(f"/~{name}{path}", headers)
                    times.append(time.perf_counter() - began)
            few, many = (statistics.median(found[name][5:]) for name in ("few", "many"))
            print(
                f"{what}: {few * 1e3:.2f} ms among {FEW:,}, {many * 1e3:.2f} ms among {most:,} ({many / few:.2f})",
                flush=True,
            )
        await services.sandboxes.close()
        await services.store.close()


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
    if given.jobs:
        asyncio.run(over_http(given.jobs))
        asyncio.run(growth(given.jobs))
