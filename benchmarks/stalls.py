"""How long a status poll waits while one client asks for a lot at once: `python benchmarks/stalls.py`.

A server is polled from a process of its own, as in `saving.py`, while somebody else asks for what touches everything
there is: 40,000 jobs in a sandbox, 2,000 sandboxes, a journal full of bodies of 64 KB. Printed are the longest wait in
milliseconds, its ratio to the longest wait alone, and the longest turn: time of processor that the server's loop took
without letting others have theirs. Exit 1 when a turn is over `--most` (50). `--only TEXT` tries those whose name has it.
Needs curl.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from journal_memory import KINDS
from saving import Poller, curl, serving
from waiters import ask

JOB = {"api": "ges", "graph": "movie", "kind": "execute-algorithm"}
Work = Callable[[], object]


def works(port: int, folder: Path, jobs: int, sandboxes: int) -> Iterator[tuple[str, Work, Work]]:
    """Yield what is tried: its name, what is done before it, and itself."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def call(method: str, path: str, body: object = None) -> None:
        connection.close()  # it may have been let go, silent as it was for long
        status = ask(connection, method, f"/_control{path}", body)
        assert status < 300, (method, path, status)

    def nothing() -> None:
        pass

    def sent(method: str, path: str, document: object) -> Work:
        file = folder / f"{abs(hash((method, path, str(document)[:99])))}.json"
        file.write_text(json.dumps(document))
        return lambda: curl(port, method, f"/_control{path}", "-T", str(file), "-H", "Content-Type: application/json")

    def got(path: str) -> Work:
        return lambda: curl(port, "GET", f"/_control{path}")

    def many(state: dict[str, Any]) -> Work:
        def add() -> None:
            curl(port, "PUT", "/_control/sandboxes/many", "-d", "{}", "-H", "Content-Type: application/json")
            for first in range(0, jobs, 1000):
                some = [{**JOB, **state, "id": f"p{number}"} for number in range(first, first + 1000)]
                call("POST", "/sandboxes/many/jobs", some)

        return add

    def due() -> None:
        many({"state": "running", "hold": False, "plan": "succeeds"})()
        call("PUT", "/sandboxes/many/clock", {"now": "2040-01-01T00:00:00Z", "frozen": True})

    held = many({"state": "running"})
    listed = [{**JOB, "state": "running", "id": f"q{number}"} for number in range(1000)]
    seeds = [{"id": f"f{number}", "graph": "movie", "state": "running"} for number in range(12_000)]
    fixtures = {"fixtures": ["default", {"ges": {"jobs": seeds}}]}

    yield (
        "POST jobs, 1,000",
        lambda: curl(port, "PUT", "/_control/sandboxes/many", "-d", "{}"),
        sent("POST", "/sandboxes/many/jobs", listed),
    )
    yield "GET jobs?state=, none", held, got("/sandboxes/many/jobs?state=failed")
    yield "GET jobs, page of 1,000", nothing, got("/sandboxes/many/jobs?limit=1000")
    yield "GET /metrics", nothing, got("/metrics")
    yield (
        "GES' own list",
        nothing,
        lambda: curl(
            port,
            "GET",
            "/~many/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/status?limit=1000",
            "-H",
            "X-Auth-Token: mock-token",
        ),
    )
    yield "POST /reset", held, lambda: curl(port, "POST", "/_control/sandboxes/many/reset")
    yield "DELETE sandbox", held, lambda: curl(port, "DELETE", "/_control/sandboxes/many")
    yield (
        "advance, all fall due",
        many({"state": "running", "hold": False, "plan": "succeeds"}),
        lambda: curl(port, "POST", "/_control/sandboxes/many/clock/advance", "-d", '{"seconds": 3600}'),
    )
    yield "GET jobs?phase=, all due", due, got("/sandboxes/many/jobs?phase=FAILED")
    yield "POST sandbox, 12,000 in fixtures", nothing, sent("PUT", "/sandboxes/seeded", fixtures)
    yield "POST /reset, 12,000 in fixtures", nothing, lambda: curl(port, "POST", "/_control/sandboxes/seeded/reset")
    yield "DELETE it", nothing, lambda: curl(port, "DELETE", "/_control/sandboxes/seeded")

    def crowd() -> None:
        for number in range(sandboxes):
            call("POST", "/sandboxes", {"name": f"c{number}"})

    yield "GET /sandboxes", crowd, got("/sandboxes")
    yield "GET /metrics, as many", nothing, got("/metrics")

    def journal() -> None:
        connection.close()
        for kind in ("JSON of 64 KB, small objects", "form of 64 KB, small fields"):
            method, path, headers, body, _ = KINDS[kind]
            for _ in range(500):
                connection.request(method, path, body, headers)
                connection.getresponse().read()

    yield "GET requests?limit=1000", journal, got("/requests?limit=1000")
    yield "GET requests?format=har", nothing, got("/requests?format=har&limit=1000")
    yield "GET requests?format=curl", nothing, got("/requests?format=curl&limit=1000")
    yield (
        "verify, a near miss",
        nothing,
        lambda: curl(port, "POST", "/_control/requests/verify", "-d", json.dumps(NEAR), refused=409),
    )
    yield "GET /coverage", nothing, got("/coverage")
    yield "GET /violations", nothing, got("/violations")


NEAR = {"match": {"operation": "ges.ExecuteAlgorithm", "job": "y", "body": {"a": [{"b": 1}]}}}


def main() -> int:
    """Measure; return the exit status."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--jobs", type=int, default=40_000)
    reader.add_argument("--sandboxes", type=int, default=1900)
    reader.add_argument("--most", type=float, default=50.0, help="milliseconds that a turn may take")
    reader.add_argument("--only", default="", help="what the name of those has that are measured")
    given = reader.parse_args()
    over = False
    with tempfile.TemporaryDirectory() as made, serving(Path(made), {}) as (port, state):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        assert ask(connection, "POST", "/_control/jobs", {**JOB, "id": "x", "state": "running"}) == 201
        poller = Poller(port, state.with_name("busy"))
        alone, _, polls, took = poller.during(lambda: time.sleep(5))
        print(f"{'alone':34} longest wait {alone:7.1f} ms  {polls} polls in {took:.2f} s", flush=True)
        for name, before, work in works(port, Path(made), given.jobs, given.sandboxes):
            if given.only not in name:
                before()
                continue
            before()
            longest, turn, polls, took = poller.during(work)
            over |= turn > given.most
            print(
                f"{name:34} longest wait {longest:7.1f} ms ({longest / alone:5.1f} x)"
                f"  longest turn {turn:6.1f} ms  {polls:5} polls in {took:5.2f} s",
                flush=True,
            )
    return over


if __name__ == "__main__":
    sys.exit(main())
