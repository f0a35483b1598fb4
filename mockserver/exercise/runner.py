"""Runs a client once in every scenario, several at a time, each in a sandbox of its own.

Jobs move by status queries ("looks"), not by time: a client that sleeps between two of them finds each step of the plan
as soon as it asks, and a run takes no longer than the client's own pauses. What takes time by itself (results that come
late, a token that expires) is brought about by faults that take the sandbox's clock on with a request. A scenario may
stop the clock besides.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver.exercise import process
from mockserver.exercise.environment import environment, filled
from mockserver.exercise.judge import Judge, Outcome
from mockserver.exercise.scenario import Scenario, Suite
from mockserver.exercise.stage import PreparedScenario, staged, struck
from mockserver.faults.duration import duration
from mockserver.faults.effects.advance import LONGEST, Advance
from mockserver.journal.entry import Entry
from mockserver.journal.in_parts import everything
from mockserver.sandbox.events import Listener
from mockserver.server import MockServer

OUTPUT = 64 * 1024
"""Bytes of a client's output that are kept: its end."""

JOURNAL = 20_000
"""Requests of a scenario that are remembered: a client that asks without a pause makes thousands."""

STARTING = 5.0
"""Real seconds for which a client that has asked nothing yet is taken to be starting. As many start at a time as there
are cores: where more do, each spends its time limit on waiting for the others."""

Tell = Callable[[Scenario, Outcome | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a client is run.

    Attributes:
        timeout: real seconds it has in each scenario.
        parallel: scenarios at a time.
        pause: real seconds that a good client leaves between two status queries of one job.
        ca_file: the certificate that it must trust.
        tell: is told of a scenario when it begins (None) and when it has ended.
    """

    command: Sequence[str]
    timeout: float
    parallel: int
    pause: float
    ca_file: Path | None
    tell: Tell
    inherited: Mapping[str, str] | None = None


async def exercise(server: MockServer, suite: Suite, scenarios: Sequence[Scenario], plan: Plan) -> list[Outcome]:
    """Run a client in scenarios; return the outcomes in their order.

    Raises:
        BadScenario: one cannot be made; nothing has been run.
        NotStarted: there is no such command.
    """
    stages = [
        await staged(server, suite, scenario, f"{scenario.name}-{number}", plan.ca_file)
        for number, scenario in enumerate(scenarios, 1)
    ]
    places, starts = asyncio.Semaphore(plan.parallel), asyncio.Semaphore(os.cpu_count() or 1)

    async def play(stage: PreparedScenario) -> Outcome:
        async with places:
            plan.tell(stage.scenario, None)
            outcome = await _play(suite, stage, plan, starts)
            plan.tell(stage.scenario, outcome)
            await struck(server, stage)
            return outcome

    tasks = [asyncio.create_task(play(stage)) for stage in stages]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _play(suite: Suite, stage: PreparedScenario, plan: Plan, starts: asyncio.Semaphore) -> Outcome:
    words = filled(plan.command, {**stage.addresses.placeholders(), **_words(stage, suite)})
    sandbox = stage.sandbox
    inherited = os.environ if plan.inherited is None else plan.inherited
    with tempfile.TemporaryFile() as output:
        started: Process | None = None
        status: int | None = None
        try:
            async with starts:
                began, clock, events = await sandbox.now(), time.monotonic(), sandbox.listen()
                told = environment(inherited, stage.addresses, stage.variables)
                started = await process.start(words, told, output=output, own_group=True)
                await _asks_or_ends(events, started, min(STARTING, plan.timeout))
                sandbox.ignore(events)
            await asyncio.wait_for(started.wait(), plan.timeout - (time.monotonic() - clock))
            status = process.status_of(started.returncode or 0)
        except TimeoutError:
            pass
        finally:
            if started is not None:
                await process.end(started)
        seconds = time.monotonic() - clock
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - OUTPUT))
        printed = output.read().decode("utf-8", "replace")
    faults = await sandbox.faults.all()
    entries = by_the_clients_time(await everything(sandbox.store, sandbox.name), faults)
    made = [one.id async for one in sandbox.jobs.each(suite.api, newest=False) if one.id not in stage.before]
    hits = sum(one["hits"] for one in faults) if stage.scenario.faults else None
    judge = Judge(suite, stage.scenario, entries, made, hits=hits, pause=plan.pause, limit=plan.timeout)
    return Outcome(
        scenario=stage.scenario,
        status=status,
        began=began,
        seconds=seconds,
        entries=entries,
        made=made,
        output=printed,
        checks=judge.checks(status),
        facts=judge.facts(),
    )


async def _asks_or_ends(events: Listener, client: Process, seconds: float) -> None:
    """Wait until a client asks for something, has ended, or some real seconds are over."""

    async def asks() -> None:
        while (await events.get())["event"] != "request":
            pass

    waits = {asyncio.create_task(asks()), asyncio.create_task(client.wait())}
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def by_the_clients_time(entries: Sequence[Entry], faults: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Return entries as if no fault had taken the clock on: their times are the client's, and such a fault is none."""
    jumps = {
        one["id"]: duration(one["effect"][Advance.name], LONGEST) for one in faults if Advance.name in one["effect"]
    }
    found, passed = [], 0.0
    for entry in entries:
        jump = jumps.get(entry.fault or "")
        kept = entry if jump is None else entry._replace(fault=None)
        found.append(kept._replace(at=entry.at - passed))
        passed += jump or 0.0
    return found


def _words(stage: PreparedScenario, suite: Suite) -> dict[str, str]:
    return {"job": stage.job, "task": suite.task, "scenario": stage.scenario.name}
