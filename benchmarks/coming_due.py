"""How long a client waits while many jobs come due at once: `python benchmarks/coming_due.py [JOBS] [REQUESTS]`.

In one process and without a socket: one client asks for the status of one of the jobs, again and again, while another
moves the clock over the moment at which all of them are due. Printed are seconds of CPU, so that other tenants of the
machine do not matter: what the move takes in all, and the longest that the first client waits for an answer.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from in_process import HOST, Asked

from mockserver._resources import folder
from mockserver.app import build, pipeline
from mockserver.core.clock import Clock
from mockserver.sandbox import collector
from mockserver.settings import Settings

STATUS = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/jobs/due{}/status"


def request(method: str, path: str, body: str = "") -> bytes:
    """Return a request's bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Auth-Token: mock-token\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


async def fill(count: int, spread: float) -> Any:
    """Return a server with that many jobs that all end within some seconds, an hour from now, in no order."""
    random.seed(7)
    jobs = [
        {"id": f"due{at}", "graph": "movie", "kind": "query-vertices", "state": "running", "hold": False,
         "plan": {"steps": [{"state": "running", "for": 3600 + random.random() * spread}], "end": "success"}}
        for at in range(count)
    ]  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"ges": {"jobs": jobs}}, file)
        file.flush()
        services = build(Settings(fixtures=(folder("fixtures"), Path(file.name)), clock="frozen"))
    await services.sandboxes.default.seed()
    return services


async def moved(services: Any, call: bytes) -> tuple[float, list[float], dict[str, Any]]:
    """Move the clock while a client polls; return the CPU seconds that takes, each poll's wait, and the answer."""
    handler = pipeline(services).handle
    mover, poller, waits = Asked.of(handler), Asked.of(handler), [0.0]
    # The first request of a process to each API imports it and compiles its contract, whatever else is done.
    await poller.ask(request("GET", STATUS.format(0)))
    await mover.ask(request("GET", "/_control/clock"))
    began = time.thread_time()
    move = asyncio.create_task(mover.ask(call))
    asked = 0
    await asyncio.sleep(0)
    while not move.done():
        sent = time.thread_time()
        assert b" 200 " in (await poller.ask(request("GET", STATUS.format(asked * 37 % 100))))[:16]
        waits.append(time.thread_time() - sent)
        asked += 1
    await move
    taken = time.thread_time() - began
    return taken, waits, json.loads(b"".join(mover.wire.got).partition(b"\r\n\r\n")[2])


async def main(count: int) -> None:
    """Measure."""
    for spread in (0.0, 1000.0):
        services = await fill(count, spread)
        collector.spare()
        for name, call in (
            ("advance", request("POST", "/_control/clock/advance", '{"seconds": 7200}')),
            ("set back", request("PUT", "/_control/clock", '{"now": "2026-01-01"}')),
        ):
            taken, waits, answer = await moved(services, call)
            waits.sort()
            print(
                f"{count} jobs within {spread:.0f} s, {name}: {len(answer['fired'])} fired, {taken:.2f} s of CPU,"
                f" {len(waits)} polls meanwhile, the longest waits "
                f"{', '.join(f'{one * 1000:.1f}' for one in waits[-4:])} ms",
                flush=True,
            )
        assert await services.sandboxes.default.clock() != Clock()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
