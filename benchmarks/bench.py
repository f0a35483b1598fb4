"""`make bench`: our server against a bare aiohttp handler with the same bytes, measured in turn.

Yardstick, ours, yardstick: only the ratio within one run means anything, since other tenants share the machine.
The ratio per second of CPU is little moved by them.
The yardstick reads the query or the XML, as each server that does the job must; with `--blind` it does not even that.
All checks and the journal are on. Needs `wrk`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios import CHANGING, SCENARIOS, Scenario

HERE = Path(__file__).resolve().parent
DONE = (
    'done = function(s, l, r) io.write(string.format(\'RESULT{"requests":%d,"us":%d,"bad":%d,"p50":%d,"p99":%d}\\n\','
    " s.requests, s.duration, s.errors.status + s.errors.read + s.errors.timeout, l:percentile(50), l:percentile(99))) end\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    rps: float
    p50_ms: float
    p99_ms: float
    bad: int
    requests: int
    cpu: float
    """Seconds of CPU that the server took."""

    @property
    def per_cpu_second(self) -> float:
        return self.requests / max(self.cpu, 1e-3)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int, given: str | None = None) -> Iterator[tuple[int, float]]:
    """Start a server, wait until it listens, end it again; yield its pid and the seconds it took."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(HERE.parent)}
    )
    try:
        assert process.stdin is not None
        if given is not None:
            process.stdin.write(given.encode())
        process.stdin.close()
        while time.perf_counter() - began < 120:
            if process.poll() is not None:
                raise SystemExit(f"{command[0:4]} ended with {process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.005)
        yield process.pid, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def ours(port: int, fixture: Mapping[str, Any] | None, apis: str = "") -> list[str]:
    """Return the command that starts our server with a fixture beside the default ones."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", str(port)]
    if apis:
        command += ["--apis", apis]
    if fixture:
        file = Path(tempfile.mkdtemp(prefix="mockserver-bench-")) / "bench.json"
        file.write_text(json.dumps(fixture))
        command += ["--fixtures", str(HERE.parent / "fixtures"), "--fixtures", str(file)]
    return command


def ask(port: int, scenario: Scenario, number: int) -> dict[str, Any]:
    """Send the scenario's request once and return the answer as the yardstick needs it."""
    body = scenario.body.replace("{n}", str(number)).encode() or None
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{scenario.path}", data=body, headers=dict(scenario.headers), method=scenario.method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        headers = {"Content-Type": answer.headers["Content-Type"]} if answer.headers["Content-Type"] else {}
        return {"method": scenario.method, "status": answer.status, "headers": headers, "body": answer.read().decode()}


def cpu(pid: int) -> float:
    """Return the seconds of CPU a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(pid: int, port: int, scenario: Scenario, connections: int, seconds: int, first: int) -> Figure:
    """Run wrk once."""
    headers = "".join(
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in scenario.headers.items()
    )
    script = f"wrk.method = {json.dumps(scenario.method)}\n{headers}"
    if scenario.first:
        script += (
            f"local n = {first}\n"
            f"local body = {json.dumps(scenario.body)}\n"
            'request = function() n = n + 1; return wrk.format(nil, nil, nil, (string.gsub(body, "{n}", tostring(n)))) end\n'
        )
    elif scenario.body:
        script += f"wrk.body = {json.dumps(scenario.body)}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script + DONE)
        lua.flush()
        url = f"http://127.0.0.1:{port}{scenario.path}"
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", lua.name, url]
        before = cpu(pid)
        out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
        taken = cpu(pid) - before
    found = json.loads(re.search(r"RESULT(\{.*\})", out)[1])  # type: ignore[index]
    return Figure(
        rps=found["requests"] / found["us"] * 1e6,
        p50_ms=found["p50"] / 1000,
        p99_ms=found["p99"] / 1000,
        bad=found["bad"],
        requests=found["requests"],
        cpu=taken,
    )


def rss(pid: int) -> float:
    """Return a process' resident memory in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def compare(
    scenario: Scenario, connections: list[int], seconds: int, rounds: int, *, blind: bool = False
) -> list[dict[str, Any]]:
    """Measure one scenario: yardstick, ours, yardstick, for each number of connections."""
    port, base = free_port(), free_port()
    rows = []
    with running(ours(port, scenario.fixture(CHANGING)), port) as (pid, _):
        answer = {**ask(port, scenario, scenario.first), "reads": None if blind else scenario.reads}
        at = scenario.first + 1
        with running(
            [sys.executable, str(HERE / "yardstick.py"), str(base), scenario.route], base, json.dumps(answer)
        ) as (base_pid, _):
            for count in connections:
                ratios, cpu_ratios, figures = [], [], []
                for _ in range(rounds):
                    before = load(base_pid, base, scenario, count, seconds, 0)
                    figure = load(pid, port, scenario, count, seconds, at)
                    at += figure.requests + count
                    after = load(base_pid, base, scenario, count, seconds, 0)
                    ratios.append(figure.rps / ((before.rps + after.rps) / 2))
                    cpu_ratios.append(2 * figure.per_cpu_second / (before.per_cpu_second + after.per_cpu_second))
                    figures.append(figure)
                middle = figures[ratios.index(statistics.median_low(ratios))]
                row = {
                    "scenario": scenario.name, "connections": count, "ratio": round(statistics.median(ratios), 3),
                    "cpu_ratio": round(statistics.median(cpu_ratios), 3),
                    "ratios": [round(ratio, 3) for ratio in ratios], "rps": round(middle.rps),
                    "p50_ms": middle.p50_ms, "p99_ms": middle.p99_ms, "bad": sum(one.bad for one in figures),
                    "goal": scenario.goal if count == 16 else None, "rss_mb": round(rss(pid), 1),
                }  # fmt: skip
                rows.append(row)
                print(
                    f"{scenario.name:45} c={count:<3} ratio {row['ratio']:.2f}"
                    f"{' (goal ' + str(row['goal']) + ')' if row['goal'] else '':12}"
                    f" per CPU second {row['cpu_ratio']:.2f}"
                    f" p50 {row['p50_ms']:.2f} ms  p99 {row['p99_ms']:.2f} ms  bad {row['bad']}",
                    flush=True,
                )
    return rows


def start_up() -> dict[str, Any]:
    """Measure start to first answer and idle memory, with the default fixtures."""
    seconds, memory = [], 0.0
    for _ in range(5):
        port = free_port()
        began = time.perf_counter()
        with running(ours(port, None), port) as (pid, _):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_control/health", timeout=10) as answer:
                answer.read()
            seconds.append(time.perf_counter() - began)
            memory = rss(pid)
    row = {
        "scenario": "start to first answer",
        "seconds": round(statistics.median(seconds), 3),
        "idle_mb": round(memory, 1),
    }
    print(f"start to first answer {row['seconds']} s, idle {row['idle_mb']} MB", flush=True)
    return row


def listing(port: int, path: str, headers: Mapping[str, str]) -> float:
    """Return the median milliseconds of a page."""
    times = []
    for _ in range(30):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers))
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def pages(names: set[str]) -> list[dict[str, Any]]:
    """Measure pages of listings, a long run history and a status query, at 100 and at 100,000 jobs."""
    rows = []
    nbi = {"Authorization": "Basic bmJpOnNlY3JldA=="}
    probes = [("control jobs page", "ges", "/_control/jobs?api=ges&limit=100", {}),
              ("GES status", "ges", SCENARIOS[0].path, SCENARIOS[0].headers)]  # fmt: skip
    if "prime" in names:
        api = "/webacs/api/v4"
        probes += [
            ("Prime JobSummary page", "prime", f"{api}/data/JobSummary.json?.full=true&.maxResults=100", nbi),
            ("Prime runhistory, 1,000 runs", "prime", f"{api}/op/jobService/runhistory.json?jobName=%22runs%22", nbi),
        ]
    for size in (100, 100_000):
        jobs = [
            {"id": f"page{at}", "graph": "movie", "kind": "query-vertices", "state": "running"} for at in range(size)
        ]
        fixture: dict[str, Any] = {"ges": {"jobs": [*jobs, *SCENARIOS[0].fixture(0)["ges"]["jobs"]]}}
        if "prime" in names:
            runs = [{"id": str(7_000_000 + at), "state": "COMPLETED"} for at in range(1000)]
            fixture["prime"] = {"jobs": [
                {"id": "8000000", "name": "runs", "type": "Bench", "state": "COMPLETED", "owner": "nbi", "runs": runs},
                *({"id": str(9_000_000 + at), "name": f"page{at}", "type": "Bench", "state": "SCHEDULED", "owner": "nbi"}
                  for at in range(size)),
            ]}  # fmt: skip
        port = free_port()
        with running(ours(port, fixture), port) as (pid, _):
            for name, _, path, headers in probes:
                row = {
                    "scenario": name,
                    "jobs": size,
                    "ms": round(listing(port, path, headers), 2),
                    "rss_mb": round(rss(pid), 1),
                }
                rows.append(row)
                print(f"{name:30} {size:>7} jobs: {row['ms']} ms, {row['rss_mb']} MB", flush=True)
    return rows


def sandboxes() -> dict[str, Any]:
    """Measure making 1,000 sandboxes, and the memory they take."""
    port = free_port()
    with running(ours(port, None), port) as (pid, _):
        before, times = rss(pid), []
        for number in range(1000):
            data = json.dumps({"name": f"bench{number}"}).encode()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/_control/sandboxes", data, {"Content-Type": "application/json"}
            )
            began = time.perf_counter()
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
            times.append((time.perf_counter() - began) * 1000)
        row = {"scenario": "1,000 sandboxes", "create_ms_p50": round(statistics.median(times), 2),
               "create_ms_max": round(max(times), 2), "mb_each": round((rss(pid) - before) / 1000, 3)}  # fmt: skip
    print(f"1,000 sandboxes: {row['create_ms_p50']} ms each (worst {row['create_ms_max']}), {row['mb_each']} MB each")
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--only", default="", help="part of a scenario's name")
    parser.add_argument("--blind", action="store_true", help="a yardstick that does not look at the request")
    parser.add_argument("--out", default="", help="write all figures to this file as JSON")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk; install it (Debian: apt-get install wrk)")
    sys.path.insert(0, str(HERE.parent))
    from mockserver.apis import APIS

    names = {api.name for api in APIS}
    results: list[dict[str, Any]] = []
    for scenario in SCENARIOS:
        if scenario.api in names and options.only.lower() in scenario.name.lower():
            counts = [int(count) for count in options.connections.split(",")]
            results += compare(scenario, counts, options.seconds, options.rounds, blind=options.blind)
    if not options.only:
        results.append(start_up())
        results += pages(names)
        results.append(sandboxes())
    if options.out:
        Path(options.out).write_text(json.dumps(results, indent=1))
    missed = [row for row in results if row.get("goal") and row["ratio"] < row["goal"]]
    for row in missed:
        print(f"below its goal: {row['scenario']} {row['ratio']} < {row['goal']}")


if __name__ == "__main__":
    main()
