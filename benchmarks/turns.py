"""Whether a slow poll is ours: the processor that each of very many takes, and what the collector does meanwhile.

`python benchmarks/turns.py [part of a scenario's name]` asks one process the same poll over and over, without a socket,
over a journal that is full, and notes each answer's time of processor (`time.thread_time`): waiting for a processor that
other tenants have is not in it. Printed are the median, the 99th and 99.9th percentile and the longest, in microseconds,
for our server and for a handler of aiohttp that does nothing, and how often and how long the collector ran. A tail that
stands in the time on the wire and not here is the machine's.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from in_process import Asked, bare, raw
from scenarios import SCENARIOS, Scenario

from mockserver._resources import folder
from mockserver.app import build, pipeline
from mockserver.sandbox import collector
from mockserver.settings import Settings

POLLS = 60_000
WARM = 2_000
"""Polls before the first that counts: the journal is full then."""


class Collections:
    """The runs of the collector: how many of each generation, and the longest."""

    def __init__(self) -> None:
        self.runs = [0, 0, 0]
        self.longest = [0.0, 0.0, 0.0]
        self._began = 0.0

    def __call__(self, phase: str, about: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
            return
        taken, generation = time.thread_time() - self._began, about["generation"]
        self.runs[generation] += 1
        self.longest[generation] = max(self.longest[generation], taken)

    def __str__(self) -> str:
        return ", ".join(
            f"generation {number}: {runs} of at most {longest * 1e6:.0f} µs"
            for number, (runs, longest) in enumerate(zip(self.runs, self.longest, strict=True))
        )


async def polled(name: str, scenario: Scenario, handler: Callable[..., Any]) -> None:
    """Ask very many times; print what each took."""
    asked, request = Asked.of(handler), raw(scenario, scenario.first)
    for _ in range(WARM):
        await asked.ask(request)
    found: list[int] = []
    collections = Collections()
    gc.callbacks.append(collections)
    for _ in range(POLLS):
        began = time.thread_time_ns()
        await asked.ask(request)
        found.append(time.thread_time_ns() - began)
    gc.callbacks.remove(collections)
    found.sort()
    at = [found[int(len(found) * part)] / 1000 for part in (0.5, 0.99, 0.999)]
    print(
        f"{scenario.name:24} {name:5} p50 {at[0]:6.1f}  p99 {at[1]:6.1f} ({at[1] / at[0]:.2f} x)  p99.9 {at[2]:6.1f}"
        f"  longest {found[-1] / 1000:7.1f} µs  collector: {collections}",
        flush=True,
    )


async def main(only: str) -> None:
    for scenario in SCENARIOS:
        if scenario.first or only.lower() not in scenario.name.lower():
            continue  # a call that changes a job is no poll
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(scenario.fixture(1), file)
            file.flush()
            services = build(Settings(fixtures=(folder("fixtures"), Path(file.name))))
        await services.sandboxes.default.seed()
        collector.spare()
        await polled("bare", scenario, bare)
        await polled("ours", scenario, pipeline(services).handle)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
