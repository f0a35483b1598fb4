"""wrk over one scenario: requests a second, latencies, and what the server took for them."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from typing import Any

from scenarios import Scenario
from servers import cpu

DONE = (
    'done = function(s, l, r) io.write(string.format(\'RESULT{"requests":%d,"us":%d,"bad":%d,"p50":%d,"p99":%d}\\n\','
    " s.requests, s.duration, s.errors.status + s.errors.read + s.errors.timeout, l:percentile(50), l:percentile(99))) end\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one run of wrk found; `cpu` is seconds of CPU that the server took."""

    rps: float
    p50_ms: float
    p99_ms: float
    bad: int
    requests: int
    cpu: float

    @property
    def per_cpu_second(self) -> float:
        """Requests for a second of the server's CPU: little moved by other tenants of the machine."""
        return self.requests / max(self.cpu, 1e-3)


def ask(port: int, scenario: Scenario, number: int) -> dict[str, Any]:
    """Send the scenario's request once and return the answer as the yardstick needs it."""
    body = scenario.body.replace("{n}", str(number)).encode() or None
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{scenario.path}", data=body, headers=dict(scenario.headers), method=scenario.method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        headers = {"Content-Type": answer.headers["Content-Type"]} if answer.headers["Content-Type"] else {}
        return {"method": scenario.method, "status": answer.status, "headers": headers, "body": answer.read().decode()}


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
