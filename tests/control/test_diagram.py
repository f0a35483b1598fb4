"""The drawing of a job's machine: an arrow that skips a column does not seem to come out of the box that it skips."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.drivers.server import Client

JOBS = {
    "arcgis": {"api": "arcgis", "id": "j1", "service": "Demo.GPServer", "task": "Echo"},
    "casjobs": {"api": "casjobs", "id": "4711", "query": "select 1", "context": "DR7", "owner": "1"},
    "ges": {"api": "ges", "id": "g1", "graph": "movie", "kind": "execute-algorithm"},
    "prime": {"api": "prime", "id": "4711", "name": "n", "type": "t"},
}


def height_at(path: str, x: float) -> float:
    """Return how high a curve that goes to the right is at some place."""
    ax, ay, bx, by, cx, cy, dx, dy = map(float, re.findall(r"-?[\d.]+", path))
    low, high = 0.0, 1.0

    def at(t: float, a: float, b: float, c: float, d: float) -> float:
        return (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t * t * (1 - t) * c + t**3 * d

    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle, ax, bx, cx, dx) < x else (low, middle)
    return at(low, ay, by, cy, dy)


def skipped(drawing: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return arrows that run behind a box which lies straight between those that they join."""
    boxes = {node["state"]: node for node in drawing["nodes"]}
    found = []
    for edge in drawing["edges"]:
        source, to = boxes[edge["from"]], boxes[edge["to"]]
        for box in boxes.values():
            if source["x"] < box["x"] < to["x"] and source["y"] == box["y"] == to["y"]:
                middle = box["y"] + box["height"] / 2
                if abs(height_at(edge["path"], box["x"] + box["width"] / 2) - middle) < box["height"] / 2:
                    found.append((edge["from"], edge["to"], box["state"]))
    return found


@pytest.mark.parametrize("api", JOBS)
async def test_no_arrow_runs_behind_a_box_that_it_skips(client: Client, api: str) -> None:
    await client.post("/_control/jobs", json=JOBS[api])
    drawing = await (await client.get(f"/_control/jobs/{api}/{JOBS[api]['id']}/diagram")).json()
    assert skipped(drawing) == []
    for edge in drawing["edges"]:
        heights = [float(number) for number in re.findall(r"-?[\d.]+", edge["path"])][1::2]
        # A curve stays within its control points, and three quarters of the way to those between its ends.
        assert min(heights) > -30, edge
        assert max(heights) < drawing["height"] + 30, edge


async def test_the_way_from_ready_to_canceling_leads_past_started(client: Client) -> None:
    await client.post("/_control/jobs", json={**JOBS["casjobs"], "state": "Ready"})
    await client.get("/CasJobs/services/jobs.asmx/CancelJob?wsId=1&pw=secret&jobId=4711")
    drawing = await (await client.get("/_control/jobs/casjobs/4711/diagram")).json()
    walked = [edge for edge in drawing["edges"] if edge["walked"]]
    assert [(edge["from"], edge["to"]) for edge in walked] == [("Ready", "Canceling")]
    assert skipped(drawing) == []
