"""Steps of the interpreter for one request of each kind, aiohttp's among them: `python benchmarks/steps.py [NAME]` (seconds).

Ours beside the yardstick of the same row, neither with its event loop. They are the same in each run of one Python, however
busy the machine is, and say in seconds what `instructions.py` says in minutes: how much of a ratio is ours, and how much is the
row's own yardstick, of which some have less to do than others.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import FrameType

from aiohttp import web
from in_process import Asked, raw, seeded
from scenarios import SCENARIOS, Scenario
from yardstick import application

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mockserver.app import pipeline
from tests.drivers.opcodes import counting

TIMES = 10
_LOOP = ("/asyncio/", "selectors.py", "in_process.py", "steps.py", "opcodes.py")
"""The loop, and what measures."""


def counts(frame: FrameType) -> bool:
    """Tell whether a function is neither the loop's nor of what measures."""
    return not any(part in frame.f_code.co_filename for part in _LOOP)


async def steps_of(ask: Callable[[bytes], Awaitable[bytes]], requests: Sequence[bytes]) -> int:
    """Return the steps of one request, once it is known."""
    for one in requests[TIMES:]:
        answer = await ask(one)
        assert b" 200 " in answer[:16], answer
    with counting(counts) as steps:
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
