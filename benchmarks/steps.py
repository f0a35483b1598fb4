"""Steps of the interpreter for one request of each kind, aiohttp's among them: `python benchmarks/steps.py [NAME]` (seconds).

Ours beside the yardstick of the same row, neither with its event loop. They are the same in each run of one Python, however
busy the machine is, and say in seconds what `instructions.py` says in minutes: how much of a ratio is ours, and how much is the
row's own yardstick, of which some have less to do than others.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from aiohttp import web
from in_process import Asked, raw, seeded
from scenarios import SCENARIOS, Scenario
from yardstick import application

from mockserver.app import pipeline

TIMES = 10
_LOOP = ("/asyncio/", "selectors.py", "in_process.py", "steps.py")
"""The loop, and what measures."""


@contextmanager
def counting() -> Iterator[list[int]]:
    """Count steps, in functions that are called meanwhile."""
    steps = [0]

    def step(_: FrameType, event: str, __: Any) -> Any:
        steps[0] += event == "opcode"
        return step

    def enter(frame: FrameType, _: str, __: Any) -> Any:
        if any(part in frame.f_code.co_filename for part in _LOOP):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return step

    # Python 3.12 counts for no frame unless it was told so before it begins.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(enter)
    try:
        yield steps
    finally:
        sys.settrace(None)


async def steps_of(ask: Callable[[bytes], Awaitable[bytes]], requests: Sequence[bytes]) -> int:
    """Return the steps of one request, once it is known."""
    for one in requests[TIMES:]:
        answer = await ask(one)
        assert b" 200 " in answer[:16], answer
    with counting() as steps:
        for one in requests[:TIMES]:
            await ask(one)
    return steps[0] // TIMES


async def of_yardstick(scenario: Scenario, requests: Sequence[bytes], answer: str) -> int:
    """Return the steps of the yardstick of a row."""
    said = {"method": scenario.method, "status": 200, "headers": {"Content-Type": "text/xml"}, "body": answer,
            "reads": scenario.reads}  # fmt: skip
    runner = web.AppRunner(application(said, scenario.route), access_log=None)
    await runner.setup()
    assert runner.server is not None
    return await steps_of(Asked(runner.server).ask, requests)


async def main(only: str) -> None:
    chosen = [one for one in SCENARIOS if only.lower() in one.name.lower()]
    services = await seeded(chosen, 200)
    asked = Asked.of(pipeline(services).handle)
    for scenario in chosen:
        requests = [raw(scenario, scenario.first + number) for number in range(5 * TIMES)]
        ours = await steps_of(asked.ask, requests)
        base = await of_yardstick(scenario, requests, "x" * 100)
        print(f"{scenario.name:46} {ours:6,} steps, its yardstick {base:6,}: {base / ours:.2f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))
