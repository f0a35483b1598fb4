"""`make bench`: our server against a bare aiohttp handler with the same bytes, measured in turn.

Yardstick, ours, yardstick: only the ratio within one run means anything, since other tenants share the machine.
The ratio per second of CPU is little moved by them. The yardstick runs on asyncio's loop, and once more on uvloop's.
The yardstick reads the query or the XML, as each server that does the job must; with `--blind` it does not even that.
All checks and the journal are on. Needs `wrk`. With PEERS=1 those other mock servers that are installed (`peers.py`)
answer the first scenario and the SOAP call beside ours. `--growth` draws how costs grow; `--no-load` leaves wrk out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from growth import plot, with_jobs, with_sandboxes
from load import Figure, ask, load
from peers import PEERS
from scenarios import CHANGING, SCENARIOS, Scenario
from servers import ENV, HERE, cpu, free_port, ours, rss, running, yardstick

BASES = ("asyncio", "uvloop")


def spread(values: Sequence[float]) -> str:
    """Return the median, with the least and the most."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def compare(
    scenario: Scenario, counts: Sequence[int], seconds: int, rounds: int, *, blind: bool
) -> list[dict[str, Any]]:
    """Measure one scenario for each number of connections: yardstick, ours, yardstick, in each round."""
    port, base, uv = free_port(), free_port(), free_port()
    rows = []
    with running(ours(port, scenario.fixture(CHANGING)), port) as (pid, _):
        given = json.dumps({**ask(port, scenario, scenario.first), "reads": None if blind else scenario.reads})
        at = scenario.first + 1
        with (
            running(yardstick(base, scenario.route), base, given) as (base_pid, _),
            running(yardstick(uv, scenario.route, BASES[has_uvloop()]), uv, given) as (uv_pid, _),
        ):
            for count in counts:
                found: list[tuple[Figure, Figure, Figure, Figure]] = []
                for _ in range(rounds):
                    before = load(base_pid, base, scenario, count, seconds, 0)
                    figure = load(pid, port, scenario, count, seconds, at)
                    at += figure.requests + count
                    after = load(base_pid, base, scenario, count, seconds, 0)
                    found.append((before, figure, after, load(uv_pid, uv, scenario, count, seconds, 0)))
                rows.append(row_of(scenario, count, found, rss(pid)))
    return rows


def row_of(
    scenario: Scenario, count: int, found: Sequence[tuple[Figure, Figure, Figure, Figure]], memory: float
) -> dict[str, Any]:
    """Return what some rounds of a scenario found, and print it."""
    ratios = [2 * us.rps / (before.rps + after.rps) for before, us, after, _ in found]
    per_cpu = [2 * us.per_cpu_second / (a.per_cpu_second + b.per_cpu_second) for a, us, b, _ in found]
    p99s = [2 * us.p99_ms / (before.p99_ms + after.p99_ms) for before, us, after, _ in found]
    uvs = [2 * uv.rps / (before.rps + after.rps) for before, _, after, uv in found]
    middle = found[ratios.index(statistics.median_low(ratios))]
    row = {
        "scenario": scenario.name, "connections": count, "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(one, 3) for one in ratios], "goal": scenario.goals.get(count),
        "cpu_ratio": round(statistics.median(per_cpu), 3), "uvloop_yardstick": round(statistics.median(uvs), 3),
        "p99_ratio": round(statistics.median(p99s), 2), "p99_goal": scenario.p99 if count == 64 else None,
        "rps": round(middle[1].rps), "p50_ms": middle[1].p50_ms, "p99_ms": middle[1].p99_ms,
        "yardstick_p50_ms": middle[0].p50_ms, "yardstick_p99_ms": middle[0].p99_ms,
        "bad": sum(us.bad for _, us, _, _ in found), "rss_mb": round(memory, 1),
    }  # fmt: skip
    goal = f" (goal {row['goal']})" if row["goal"] else ""
    print(
        f"{scenario.name:45} c={count:<3} ratio {spread(ratios)}{goal:12} per CPU second {row['cpu_ratio']:.2f}"
        f"  uvloop's yardstick {row['uvloop_yardstick']:.2f}  p50 {row['p50_ms']:.2f} ms  p99 {row['p99_ms']:.2f} ms"
        f" ({spread(p99s)} x)  bad {row['bad']}",
        flush=True,
    )
    return row


def has_uvloop() -> bool:
    """Tell whether the yardstick can run on uvloop, too."""
    try:
        import uvloop  # noqa: F401
    except ImportError:
        return False
    return True


def against_peers(scenario: Scenario, count: int, seconds: int, rounds: int) -> list[dict[str, Any]]:
    """Measure the other mock servers at one scenario: yardstick, peer, yardstick."""
    port, base, rows = free_port(), free_port(), []
    with running(ours(port, scenario.fixture(1)), port):
        answer = ask(port, scenario, scenario.first)
    fixed = scenario if not scenario.first else Scenario(**{
        **{name: getattr(scenario, name) for name in ("name", "api", "path", "route", "method", "headers", "reads")},
        "body": scenario.body.replace("{n}", str(scenario.first)),
    })  # fmt: skip
    with running(yardstick(base, scenario.route), base, json.dumps({**answer, "reads": scenario.reads})) as (
        base_pid,
        _,
    ):
        for peer in PEERS:
            if why := peer.missing():
                print(f"{peer.name:12} left out: {why}", flush=True)
                continue
            folder, its = Path(tempfile.mkdtemp(prefix="mockserver-peer-")), free_port()
            with running(peer.command(its, fixed, answer, folder), its) as (pid, _):
                load(pid, its, fixed, count, 4 * seconds, 0)  # some of them compile while they run
                ratios, by_cpu = [], []
                for _ in range(rounds):
                    before = load(base_pid, base, fixed, count, seconds, 0)
                    figure = load(pid, its, fixed, count, seconds, 0)
                    after = load(base_pid, base, fixed, count, seconds, 0)
                    ratios.append(2 * figure.rps / (before.rps + after.rps))
                    by_cpu.append(2 * figure.per_cpu_second / (before.per_cpu_second + after.per_cpu_second))
                rows.append({
                    "by_cpu": round(statistics.median(by_cpu), 3), "scenario": scenario.name, "peer": peer.name, "connections": count, "ratio": round(statistics.median(ratios), 3),
                    "ratios": [round(one, 3) for one in ratios], "p50_ms": figure.p50_ms, "p99_ms": figure.p99_ms,
                    "bad": figure.bad, "rss_mb": round(rss(pid), 1),
                })  # fmt: skip
                print(
                    f"{scenario.name:45} {peer.name:12} ratio {spread(ratios)}  per CPU second {rows[-1]['by_cpu']:.2f}"
                    f"  {rows[-1]['rss_mb']} MB  bad {figure.bad}",
                    flush=True,
                )
    return rows


def start_up(rounds: int) -> dict[str, Any]:
    """Measure the CPU that start takes until the line that says so, beside that of importing aiohttp alone."""
    ratios, memory = [], 0.0
    for number in range(rounds + 1):
        before = os.times()
        subprocess.run([sys.executable, "-c", "import aiohttp.web"], check=True, env=ENV)
        after = os.times()
        bare = after.children_user + after.children_system - before.children_user - before.children_system
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=ENV) as process:
            assert process.stdout is not None
            process.stdout.readline()
            taken, memory = cpu(process.pid), rss(process.pid)
            process.terminate()
        if number:  # the first leaves the bytecode
            ratios.append(taken / bare)
    row = {"scenario": "start, beside `import aiohttp.web`", "ratio": round(statistics.median(ratios), 2), "most": 1.5,
           "idle_mb": round(memory, 1), "most_idle_mb": 55}  # fmt: skip
    print(
        f"start to ready {spread(ratios)} x the CPU of `import aiohttp.web` (at most 1.5), idle {memory:.1f} MB (at most 55)",
        flush=True,
    )
    return row


def memory(requests: int) -> dict[str, Any]:
    """Measure what is resident after each API was asked, and what very many requests add to that."""
    port = free_port()
    fixture: dict[str, Any] = {}
    for scenario in SCENARIOS:
        for api, section in scenario.fixture(10).items():
            fixture.setdefault(api, {"jobs": []})["jobs"] += [
                job for job in section["jobs"] if job not in fixture[api]["jobs"]
            ]
    with running(ours(port, fixture), port) as (pid, _):
        idle = rss(pid)
        for number in range(3):
            for scenario in SCENARIOS:
                ask(port, scenario, scenario.first + number)
        asked = rss(pid)
        poll = SCENARIOS[0]
        warm = load(pid, port, poll, 16, 2, 0).requests  # the journal fills
        full, sent = rss(pid), 0
        while sent < requests:
            sent += load(pid, port, poll, 16, 5, 0).requests
        grown = (rss(pid) - full) * 1e6 / sent
    row = {"scenario": "memory", "idle_mb": round(idle, 1), "asked_mb": round(asked, 1), "most_asked_mb": 65,
           "full_journal_mb": round(full, 1), "mb_a_million": round(grown, 2), "requests": sent + warm}  # fmt: skip
    print(f"memory: idle {idle:.1f} MB, each API asked {asked:.1f} (at most 65), journal full {full:.1f},"
          f" {grown:+.2f} MB a million requests, after {sent:,} (at most 1)", flush=True)  # fmt: skip
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--only", default="", help="part of a scenario's name")
    parser.add_argument("--blind", action="store_true", help="a yardstick that does not look at the request")
    parser.add_argument("--no-load", action="store_true", help="only start, memory and growth")
    parser.add_argument("--requests", type=int, default=300_000, help="after how many the memory is looked at again")
    parser.add_argument("--growth", default="build/bench/growth.svg", help="where the picture goes")
    parser.add_argument("--out", default="", help="write all figures to this file as JSON")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk; install it (Debian: apt-get install wrk)")
    results: list[dict[str, Any]] = []
    counts = [int(count) for count in options.connections.split(",")]
    for scenario in () if options.no_load else SCENARIOS:
        if options.only.lower() in scenario.name.lower():
            results += compare(scenario, counts, options.seconds, options.rounds, blind=options.blind)
    if os.environ.get("PEERS") == "1":
        for scenario in (one for one in SCENARIOS if one.name in ("ArcGIS job status, json", SCENARIOS[4].name)):
            results += against_peers(scenario, 16, options.seconds, options.rounds)
    if not options.only:
        results += [start_up(options.rounds), memory(options.requests)]
        subprocess.run([sys.executable, str(HERE / "coming_due.py")], check=True, env=ENV)
        grown = [*with_jobs(), *with_sandboxes()]
        results += grown
        plot(grown, Path(options.growth))
        print(f"drawn: {options.growth}")
    if options.out:
        Path(options.out).write_text(json.dumps(results, indent=1))
    for row in results:
        if row.get("goal") and row["ratio"] < row["goal"]:
            print(f"below its goal: {row['scenario']} c={row['connections']} {row['ratio']} < {row['goal']}")
        if row.get("p99_goal") and row["p99_ratio"] > row["p99_goal"]:
            print(
                f"above its goal: p99 of {row['scenario']} c={row['connections']} {row['p99_ratio']} > {row['p99_goal']}"
            )


if __name__ == "__main__":
    main()
