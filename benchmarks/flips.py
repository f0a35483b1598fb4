"""Pollers of a job that flips, over two workers: `python benchmarks/flips.py [--flips 32000] [--api ges]`; needs redis-server.

For each API one job is put from one state into the other and back, as fast as a third process over the same Redis can
(`Jobs.force`, as the control API does it), while twelve clients ask for it all the time over connections that end after a
hundred answers, so that both workers are asked. Each answer must be, to the byte, that of one of the two states. Printed are
flips, answers, how many were of neither state, and how often two answers that followed each other told of a flip; exit 1
when one was of neither.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mockserver.app import build
from mockserver.settings import Settings
from tests.drivers import POLLS
from tests.drivers.redis import RedisServer
from tests.drivers.workers import Workers

Answer = tuple[int, bytes]

NOON = "2026-01-02T12:00:00Z"
"""Where clocks stand, so that nothing but a flip changes an answer."""

REUSED = 100
"""Answers over one connection."""


async def ask(url: str, path: str, headers: Mapping[str, str], times: int) -> list[Answer]:
    """Ask over a connection of its own; return the answers."""
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    words = [f"GET {path} HTTP/1.1", f"Host: {at.netloc}", *(f"{name}: {value}" for name, value in headers.items())]
    asked = "\r\n".join([*words, "", ""]).encode()
    found = []
    for _ in range(times):
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        found.append((int(head[9:12]), await reader.readexactly(length)))
    writer.close()
    return found


def poll(url: str, api: str, pollers: int, told: Connection) -> None:
    """Ask all the time until told to stop; tell how often each answer came, and how often another than just before."""

    async def main() -> tuple[Counter[Answer], int]:
        seen: Counter[Answer] = Counter()
        changes, one = 0, POLLS[api]

        async def poller() -> None:
            nonlocal changes
            while not told.poll():
                answers = await ask(url, one.path, one.headers, REUSED)
                seen.update(answers)
                changes += sum(before != after for before, after in pairwise(answers))

        await asyncio.gather(*(poller() for _ in range(pollers)))
        return seen, changes

    told.send(None)
    told.send(asyncio.run(main()))


async def flips(store: str, url: str, api: str, number: int, pollers: int) -> bool:
    """Flip one job while it is polled; print what was seen, and tell whether all was well."""
    services = build(Settings(store=store, clock=NOON))
    await services.store.open()
    jobs = (await services.sandboxes.enter(services.sandboxes.default)).jobs
    one = POLLS[api]
    made: dict[str, Any] = {**one.job, "state": one.states[0]}
    sandbox = services.sandboxes.default
    await sandbox.jobs.add(*await sandbox.build_job(api, {name: made[name] for name in made if name != "api"}))
    right: set[Answer] = set()
    for _ in range(2):
        # The first answers tell of a job that has not been in both states yet.
        right.clear()
        for state in one.states:
            await jobs.force(api, str(one.job["id"]), state)
            right |= set(await ask(url, one.path, one.headers, 1))
    assert len(right) == len(one.states), right

    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=poll, args=(url, api, pollers, there))
    process.start()
    await asyncio.to_thread(here.recv)
    began = time.monotonic()
    for flip in range(number):
        await jobs.force(api, str(one.job["id"]), one.states[flip % 2])
    seconds = time.monotonic() - began
    here.send(None)
    seen, changes = await asyncio.to_thread(here.recv)
    process.join()
    await services.sandboxes.close()
    await services.store.close()
    wrong = {answer: times for answer, times in seen.items() if answer not in right}
    print(
        f"{api:8} {number:,} flips in {seconds:.1f} s, {sum(seen.values()):,} answers, {changes:,} of them another than the one "
        f"before, {sum(wrong.values())} of neither state",
        flush=True,
    )
    for answer, times in list(wrong.items())[:3]:
        print(f"  {times} times {answer}")
    return not wrong


def main() -> int:
    """Flip in each API asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=32_000)
    parser.add_argument("--pollers", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--api", choices=sorted(POLLS), action="append")
    given = parser.parse_args()
    right = True
    with RedisServer() as redis, Workers(redis.url, given.workers, "--clock", NOON) as workers:
        for api in given.api or sorted(POLLS):
            right &= asyncio.run(flips(redis.url, workers.url, api, given.flips, given.pollers))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
