"""A job's state machine as a drawing: boxes by phase, arrows from the API's own table, and the way this job came.

Only the layout is worked out here, in user units of an SVG; colours and shapes are the page's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.core.job import Job
from mockserver.core.machine import Machine, Phase

WIDTH, HEIGHT = 176, 34
"""Of a state's box."""

GAP_X, GAP_Y, MARGIN = 96, 26, 16

_COLUMNS: Mapping[Phase, int] = {
    Phase.SUBMITTED: 0,
    Phase.EXECUTING: 1,
    Phase.SUSPENDED: 1,
    Phase.CANCELING: 2,
    Phase.SUCCEEDED: 3,
    Phase.FAILED: 3,
    Phase.CANCELED: 3,
    Phase.TIMED_OUT: 3,
}
"""Time goes from left to right: waiting, working, being cancelled, ended."""

Point = tuple[float, float]


@dataclass(slots=True, kw_only=True)
class _Arrow:
    events: list[str]
    planned: bool = False
    forced: bool = False
    walked: int = 0


def diagram(machine: Machine, job: Job) -> dict[str, Any]:
    """Return boxes and arrows: `nodes` with `x`, `y`, `width`, `height`; `edges` with an SVG path each.

    A node says whether the job is there (`current`), was there (`visited`) or goes there next (`next`). An edge says
    which `events` of clients take it, whether a plan does (`planned`), whether only a test has gone it (`forced`), how
    often this job has (`walked`) and whether it is the `next`.
    """
    places, width, height = _places(machine)
    planned = machine.next(job)
    came = [(move.source, move.to) for move in job.history]
    visited = {state for move in came for state in move}
    nodes = [
        {
            "state": state.name,
            "phase": str(state.phase),
            "x": places[state.name][0],
            "y": places[state.name][1],
            "width": WIDTH,
            "height": HEIGHT,
            "current": state.name == job.state,
            "visited": state.name in visited,
            "next": planned is not None and planned.to == state.name,
        }
        for state in machine.states
    ]
    edges = [
        {
            "from": source,
            "to": to,
            "events": arrow.events,
            "planned": arrow.planned,
            "forced": arrow.forced,
            "walked": arrow.walked,
            "next": planned is not None and (source, to) == (job.state, planned.to),
            "path": _path(places[source], places[to], bow),
            "label": _label(places[source], places[to], bow),
        }
        for (source, to), arrow in _arrows(machine, job, came).items()
        for bow in [_bow(places[source], places[to], places.values())]
    ]
    return {"width": width, "height": height, "nodes": nodes, "edges": edges}


def _arrows(machine: Machine, job: Job, came: Iterable[tuple[str, str]]) -> dict[tuple[str, str], _Arrow]:
    arrows: dict[tuple[str, str], _Arrow] = {}

    def arrow(source: str, to: str) -> _Arrow:
        return arrows.setdefault((source, to), _Arrow(events=[]))

    for source, row in machine.rows.items():
        for event, to in row.items():
            if str(to) != str(source):
                arrow(str(source), str(to)).events.append(str(event))
    for plan in (*machine.plans.values(), job.plan):
        steps = [step.state for step in plan.steps] + ([plan.end] if plan.end else [])
        for source, to in itertools.pairwise(steps):
            arrow(str(source), str(to)).planned = True
    for state in machine.states:
        if state.phase is Phase.CANCELING:
            for to in machine.cancelled.values():
                arrow(state.name, str(to)).planned = True
    planned = machine.next(job)
    if planned is not None and planned.to != job.state:
        arrow(job.state, planned.to).planned = True
    for source, to in came:
        if source != to and source in machine.by_name and to in machine.by_name:
            known = (source, to) in arrows
            gone = arrow(source, to)
            gone.walked += 1
            gone.forced = gone.forced or not known
    return arrows


def _places(machine: Machine) -> tuple[dict[str, Point], float, float]:
    """Return where each state's box begins, and how large the drawing is; columns without a state take no room."""
    columns: dict[int, list[str]] = {}
    # Within a column in the order of phases, so that what belongs together stands together.
    order = list(Phase)
    for state in sorted(machine.states, key=lambda one: order.index(one.phase)):
        columns.setdefault(_COLUMNS[state.phase], []).append(state.name)
    tallest = max(map(len, columns.values()))
    full = tallest * HEIGHT + (tallest - 1) * GAP_Y
    places: dict[str, Point] = {}
    for place, (_, names) in enumerate(sorted(columns.items())):
        own = len(names) * HEIGHT + (len(names) - 1) * GAP_Y
        top = MARGIN + (full - own) / 2
        for number, name in enumerate(names):
            places[name] = (MARGIN + place * (WIDTH + GAP_X), top + number * (HEIGHT + GAP_Y))
    width = 2 * MARGIN + len(columns) * WIDTH + (len(columns) - 1) * GAP_X
    return places, width, full + 2 * MARGIN


def _bow(source: Point, to: Point, places: Iterable[Point]) -> float:
    """Return how far an arrow to the right is drawn aside, so that no box that it skips seems to be on its way."""
    (x, y), (u, v) = source, to
    for across, down in places:
        if x < across < u and abs(down - y - (v - y) * (across - x) / (u - x)) < HEIGHT:
            # Up, unless that leaves the drawing: a curve goes three quarters of the way to its control points.
            aside = HEIGHT + GAP_Y
            return -aside if min(y, v) + HEIGHT / 2 - 0.75 * aside > MARGIN / 2 else aside
    return 0


def _ends(source: Point, to: Point, bow: float) -> tuple[Point, Point, Point, Point]:
    """Return start, two control points and end of an arrow between two boxes."""
    (x, y), (u, v) = source, to
    middle = HEIGHT / 2
    if u > x:
        start, end = (x + WIDTH, y + middle), (u, v + middle)
        pull = max(36.0, (end[0] - start[0]) / 2)
        return start, (start[0] + pull, start[1] + bow), (end[0] - pull, end[1] + bow), end
    if u < x:
        start, end = (x, y + middle + 7), (u + WIDTH, v + middle + 7)
        pull = max(36.0, (start[0] - end[0]) / 2)
        return start, (start[0] - pull, start[1] + 18), (end[0] + pull, end[1] + 18), end
    # In one column: out at the side, the further the longer, down on the right and up on the left.
    bend = 24 + min(56.0, abs(v - y) / 4)
    side = x + WIDTH if v > y else x
    out = bend if v > y else -bend
    return (side, y + middle + 5), (side + out, y + middle), (side + out, v + middle), (side, v + middle - 5)


def _path(source: Point, to: Point, bow: float) -> str:
    a, b, c, d = _ends(source, to, bow)
    return f"M{a[0]:g} {a[1]:g}C{b[0]:g} {b[1]:g} {c[0]:g} {c[1]:g} {d[0]:g} {d[1]:g}"


def _label(source: Point, to: Point, bow: float) -> list[float]:
    """Return where the name of an arrow's event stands: in the gap behind the box that it leaves."""
    points = _ends(source, to, bow)
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        if abs(_at(points, middle)[0] - points[0][0]) < GAP_X / 2:
            low = middle
        else:
            high = middle
    # An arrow within its column never gets so far: its label stands in its middle.
    x, y = _at(points, 0.5 if source[0] == to[0] else low)
    return [round(x, 1), round(y, 1)]


def _at(points: Sequence[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, points, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, points, strict=True)),
    )
