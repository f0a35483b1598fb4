"""How long a status poll waits while a server saves, tells or takes over a lot: `python benchmarks/saving.py`.

A server over a state file is polled from its own process, which notes the longest wait: alone, while the file is
saved, while a snapshot is read (`GET /snapshot`), while it is put back (`PUT /snapshot`), and while a move of the clock
makes all jobs fall due. Once with 40,000 jobs in one sandbox, half of them out of fixtures, and once with 50 sandboxes.
Printed are milliseconds, the ratio to the longest wait alone, and the longest turn: time of processor that the server's
loop took without letting others have theirs. Exit 1 when a wait is over `--most` (50) and more than that over the wait
alone. On a shared machine a poller waits for its processor, too, which `alone` shows and the turns leave out. Needs curl.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from waiters import JOB, ask

SAVE_EVERY = 1.0
"""Real seconds between two saves of the server under test, in place of 30."""

GAP = 0.001
"""Real seconds between two polls."""

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SERVER = """
import asyncio, os, pathlib, sys, time
from mockserver import cli, server

file, server.SAVE_EVERY = pathlib.Path(sys.argv.pop(1)), float(sys.argv.pop(1))
start = server.MockServer.start
file.with_name("pid").write_text(str(os.getpid()))

async def watch():
    longest, last = 0.0, time.thread_time()
    while True:
        await asyncio.sleep(0.001)
        now = time.thread_time()
        longest = longest if file.exists() else 0.0
        if now - last > longest:
            longest = now - last
            file.write_text(str(longest * 1000))
        last = now

async def started(self):
    await start(self)
    self.watching = asyncio.create_task(watch())

server.MockServer.start = started
cli.main()
"""
"""A server that notes the longest time of processor that its loop took without letting others have their turn."""


@contextmanager
def serving(folder: Path, fixtures: dict[str, Any]) -> Iterator[tuple[int, Path]]:
    """Run a server over a state file; yield its port and the file."""
    state, more, busy = folder / "state.json", folder / "more.json", folder / "busy"
    more.write_text(json.dumps(fixtures))
    options = ["serve", "--port", "0", "--json", "--state", str(state), "--fixtures", str(FIXTURES), str(more)]
    command = [sys.executable, "-c", SERVER, str(busy), str(SAVE_EVERY), *options, "--body-limit", str(1 << 30)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield int(json.loads(process.stdout.readline())["url"].rpartition(":")[2]), state
    finally:
        process.terminate()
        process.wait(60)


def poll(port: int, told: Connection) -> None:
    """Poll until told to stop; then say how often, and the longest wait in milliseconds."""
    while told.recv():
        # A new one each time: the server lets one go that was silent for long.
        connection = http.client.HTTPConnection("127.0.0.1", port)
        ask(connection, "GET", f"{JOB}/status")
        waits = []
        while not told.poll():
            began = time.perf_counter()
            # Who asks while another world takes the place of this one is told so (409).
            assert ask(connection, "GET", f"{JOB}/status") in (200, 409)
            waits.append((time.perf_counter() - began) * 1000)
            time.sleep(GAP)
        told.recv()
        told.send((len(waits), max(waits)))
        connection.close()


class Poller:
    """A process that polls while something is done."""

    def __init__(self, port: int, busy: Path) -> None:
        self._busy = busy
        self._here, there = multiprocessing.Pipe()
        multiprocessing.Process(target=poll, args=(port, there), daemon=True).start()

    def during(self, work: Callable[[], object]) -> tuple[float, float, int, float]:
        """Return the longest wait and the loop's longest turn in milliseconds, the number of polls, the work's seconds."""
        self._here.send(True)
        time.sleep(0.1)
        self._busy.unlink(missing_ok=True)
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        self._here.send(None)
        polls, longest = self._here.recv()
        return longest, float(self._busy.read_text() or 0), polls, took


def curl(port: int, method: str, path: str, *options: str, into: str = "/dev/null", refused: int = 0) -> None:
    """Ask in a process of its own, where a large body keeps nobody else from his work.

    Args:
        refused: the status with which it is to be refused; 0: it is not.
    """
    url = f"http://127.0.0.1:{port}{path}"
    command = ["curl", "-sS", "-o", into, "-w", "%{http_code}", "-X", method, *options, url]
    status = int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    assert status == refused or (status < 300 and not refused), (method, path, status)


def saved(state: Path) -> None:
    """Wait until the file is another."""
    before = state.stat().st_ino
    while state.stat().st_ino == before:
        time.sleep(0.01)


def tried(name: str, jobs: int, sandboxes: int, most: float, rounds: int) -> bool:
    """Measure with so many jobs and sandboxes; tell whether a wait was too long."""
    half = [{"id": f"f{number}", "graph": "movie", "state": "running"} for number in range(jobs // 2)]
    with tempfile.TemporaryDirectory() as made, serving(Path(made), {"ges": {"jobs": half}}) as (port, state):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "state": "running"}
        assert ask(connection, "POST", "/_control/jobs", {**job, "id": "x"}) == 201
        for first in range(0, jobs - len(half), 1000):
            some = [
                {**job, "id": f"p{number}", "hold": False, "plan": "succeeds"} for number in range(first, first + 1000)
            ]
            assert ask(connection, "POST", "/_control/jobs", some) == 201
        names = [f"s{number}" for number in range(sandboxes)]
        for one in names:
            assert ask(connection, "POST", "/_control/sandboxes", {"name": one}) == 201
        snapshot = Path(made, "snapshot.json")

        def save() -> None:
            # What has not changed is not written anew.
            for one in ("default", *names):
                curl(
                    port,
                    "POST",
                    f"/_control/sandboxes/{one}/jobs",
                    "-d",
                    json.dumps({**job, "id": f"n{time.time_ns()}"}),
                )
            saved(state)

        def put_back() -> None:
            curl(port, "PUT", "/_control/snapshot", "-T", str(snapshot))

        def forward() -> None:
            for one in names or ["default"]:
                curl(port, "POST", f"/_control/sandboxes/{one}/clock/advance", "-d", '{"seconds": 3600}')

        works: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "alone": (lambda: None, lambda: time.sleep(5)),
            "save": (lambda: None, save),
            "GET /snapshot": (lambda: None, lambda: curl(port, "GET", "/_control/snapshot", into=str(snapshot))),
            "PUT /snapshot": (lambda: None, put_back),
            "clock move": (put_back, forward),
        }
        poller, over, alone = Poller(port, state.with_name("busy")), False, 0.0
        for what, (before, work) in works.items():
            found = []
            for _ in range(rounds):
                before()
                found.append(poller.during(work))
            longest, turn, polls, took = min(found)
            alone = alone or longest
            over |= longest > most and longest > alone + most
            print(
                f"{name}  {what:14} longest wait {longest:7.1f} ms ({longest / alone:5.1f} x)"
                f"  longest turn {turn:6.1f} ms  {polls:5} polls in {took:5.2f} s",
                flush=True,
            )
        print(f"{name}  file {state.stat().st_size / 1e6:.1f} MB", flush=True)
    return over


def main() -> int:
    """Measure; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--jobs", type=int, default=40_000)
    reader.add_argument("--sandboxes", type=int, default=50)
    reader.add_argument("--most", type=float, default=50.0, help="milliseconds that a poll may wait")
    reader.add_argument("--rounds", type=int, default=3, help="how often each is tried; the best counts")
    given = reader.parse_args()
    over = tried(f"{given.jobs:6} jobs", given.jobs, 0, given.most, given.rounds)
    over |= tried(f"{given.sandboxes:2} sandboxes", 0, given.sandboxes, given.most, given.rounds)
    return over


if __name__ == "__main__":
    sys.exit(main())
