"""How costs grow: with 100, 10,000 and 100,000 jobs, and with sandboxes up to 1,000; and a picture of it."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from scenarios import SCENARIOS
from servers import free_port, ours, rss, running

SIZES = (100, 10_000, 100_000)
_NBI = {"Authorization": "Basic bmJpOnNlY3JldA=="}
_PRIME = "/webacs/api/v4"


def timed(port: int, path: str, headers: Mapping[str, str], times: int = 50) -> float:
    """Return the median milliseconds of a GET."""
    found = []
    for _ in range(times):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers))
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def with_jobs() -> list[dict[str, Any]]:
    """Measure a status query, pages of listings and a long run history, and the memory that a job takes."""
    rows = []
    probes = [
        ("GES status", SCENARIOS[0].path, SCENARIOS[0].headers),
        ("control: a page of 100 jobs", "/_control/jobs?api=ges&limit=100", {}),
        ("Prime: a page of 100 of JobSummary", f"{_PRIME}/data/JobSummary.json?.full=true&.maxResults=100", _NBI),
        ("Prime: runhistory of 1,000 runs", f"{_PRIME}/op/jobService/runhistory.json?jobName=%22runs%22", _NBI),
    ]
    smallest: tuple[int, float] | None = None
    for size in SIZES:
        runs = [{"id": str(7_000_000 + at), "state": "COMPLETED"} for at in range(1000)]
        fixture: dict[str, Any] = {
            "ges": {"jobs": [
                *({"id": f"page{at}", "graph": "movie", "kind": "query-vertices", "state": "running"} for at in range(size)),
                *SCENARIOS[0].fixture(0)["ges"]["jobs"],
            ]},
            "prime": {"jobs": [
                {"id": "8000000", "name": "runs", "type": "Bench", "state": "COMPLETED", "owner": "nbi", "runs": runs},
                *({"id": str(9_000_000 + at), "name": f"page{at}", "type": "Bench", "state": "SCHEDULED", "owner": "nbi"}
                  for at in range(size)),
            ]},
        }  # fmt: skip
        port = free_port()
        with running(ours(port, fixture), port) as (pid, _):
            for name, path, headers in probes:
                timed(port, path, headers, 3)
                rows.append({"row": name, "at": size, "ms": round(timed(port, path, headers), 2)})
                print(f"{name:36} {size:>7} jobs: {rows[-1]['ms']} ms", flush=True)
            held = rss(pid)
        if smallest is None:
            smallest = (size, held)
        else:
            each = (held - smallest[1]) * 1024 / (2 * (size - smallest[0]))
            rows.append({"row": "memory of a job, of two APIs", "at": size, "kb": round(each, 2)})
            print(f"memory of a job {size:>30} jobs: {each:.2f} KB", flush=True)
    return rows


def with_sandboxes(count: int = 1000) -> list[dict[str, Any]]:
    """Measure making sandboxes, the memory each takes, and a status query in one of them."""
    port, rows = free_port(), []
    job = {"api": "ges", "id": "x", "graph": "movie", "kind": "query-vertices", "state": "running"}
    path = SCENARIOS[0].path.replace("/bench/", "/x/")
    with running(ours(port, None), port) as (pid, _):
        before, times = rss(pid), []
        for number in range(count):
            began = time.perf_counter()
            _post(port, "/_control/sandboxes", {"name": f"bench{number}"})
            times.append((time.perf_counter() - began) * 1000)
            if number + 1 in (1, 10, 100, count):
                made = rss(pid)
                _post(port, f"/~bench{number}/_control/jobs", job)
                rows.append({
                    "row": "status in a sandbox", "at": number + 1,
                    "ms": round(timed(port, f"/~bench{number}{path}", SCENARIOS[0].headers), 2),
                    "create_ms": round(statistics.median(times[-100:]), 2), "mb_each": round((made - before) / (number + 1), 3),
                })  # fmt: skip
                print(f"{number + 1:>5} sandboxes: {rows[-1]}", flush=True)
    return rows


def _post(port: int, path: str, body: object) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


# --- the picture --------------------------------------------------------------------------------------

_WIDE, _HIGH, _LEFT, _TOP = 640, 300, 60, 40
_COLOURS = ("#1b6ca8", "#b3541e", "#4d7c2a", "#7a3b8f", "#8a6d00", "#a02c4a")


def plot(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Draw milliseconds over numbers, both on scales of powers of ten, as SVG: a flat line is a cost that does not grow."""
    import math

    lines: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row.get("ms"):
            lines.setdefault(row["row"], []).append((math.log10(row["at"]), math.log10(row["ms"])))
    low = math.floor(min(y for points in lines.values() for _, y in points))
    high = math.ceil(max(y for points in lines.values() for _, y in points))
    x_of = lambda x: _LEFT + x / 5 * (_WIDE - _LEFT - 40)  # noqa: E731
    y_of = lambda y: _TOP + (high - y) / max(1, high - low) * (_HIGH - _TOP - 40)  # noqa: E731
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH + 18 * len(lines)}" font-family="sans-serif" font-size="12">',
        "<title>Milliseconds an answer, by number of jobs or sandboxes</title>",
        f'<rect width="{_WIDE}" height="{_HIGH + 18 * len(lines)}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20">milliseconds an answer, by number of jobs or sandboxes</text>',
    ]
    out += [
        f'<path d="M{_LEFT} {y_of(power):.1f}H{_WIDE - 20}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 8}" y="{y_of(power) + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        for power in range(low, high + 1)
    ]
    out += [
        f'<text x="{x_of(power):.1f}" y="{_HIGH - 15}" text-anchor="middle">{10**power:,}</text>' for power in range(6)
    ]
    for number, (name, points) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = "L".join(f"{x_of(x):.1f} {y_of(y):.1f}" for x, y in points)
        dots = "".join(f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3" fill="{colour}"/>' for x, y in points)
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
                   f'<text x="{_LEFT}" y="{_HIGH + 10 + 18 * number}" fill="{colour}">{escape(name)}</text>')  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*out, "</svg>", ""]))
