"""A snapshot is checked whole before anything changes: what is wrong is named by its JSON pointer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from mockserver.sandbox import snapshot
from mockserver.sandbox.reset import reset
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.snapshot_check import BadSnapshot
from tests.sandbox.test_atomic import sandbox, sandboxes  # noqa: F401  (fixtures)

GOOD_FORCE = {"api": "casjobs", "kind": "job", "id": "1001", "state": "Ready", "version": 1, "number": 1}
GOOD_MOVE = {"source": "Ready", "to": "Started", "at": 0, "cause": "clock", "request": None}
GOOD_FAULT = {
    "id": "fault-1", "match": {}, "effect": {"status": 500}, "times": None, "after": 0, "probability": None,
    "ttl": None, "ends": None, "seen": 0, "hits": 0,
}  # fmt: skip


def at(document: Any, path: str, value: Any) -> Any:
    """Return a document with another value at a JSON pointer, made on the way where nothing is."""
    made = deepcopy(document)
    place = [int(step) if step.isdecimal() else step for step in path.split("/")[1:]]
    inner = made
    for step in place[:-1]:
        inner = inner[step] if isinstance(step, int) else inner.setdefault(step, {})
    inner[place[-1]] = value
    return made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/format", 2),
        ("/fixtures", []),
        ("/fixtures/casjobs/types", [{"type": ""}]),
        ("/fixtures/casjobs/types", [{"type": "CSV", "description": ""}]),
        ("/fixtures/casjobs/queues", [{"context": "", "timeout": 1}]),
        ("/jobs", {}),
        ("/jobs/0", 5),
        ("/jobs/0/api", "gas"),
        ("/jobs/0/kind", "nothing"),
        ("/jobs/0/id", 1001),
        ("/jobs/0/owner", [1]),
        ("/jobs/0/since", "x"),
        ("/jobs/0/since", None),
        ("/jobs/0/created", 1e300),
        ("/jobs/0/created", float("nan")),
        ("/jobs/0/held", 1),
        ("/jobs/0/data", 5),
        ("/jobs/0/data/query", 5),
        ("/jobs/0/looks", -1),
        ("/jobs/0/looks", 1.5),
        ("/jobs/0/version", "1"),
        ("/jobs/0/state", "Nowhere"),
        ("/jobs/0/plan/end", "Nowhere"),
        ("/jobs/0/plan/steps", 5),
        ("/jobs/0/on_cancel/mode", "perhaps"),
        ("/jobs/0/resume", ["Started"]),
        ("/jobs/0/messages", ["text"]),
        ("/jobs/0/history", [{}]),
        ("/jobs/0/history", [GOOD_MOVE | {"source": "Nowhere"}]),
        ("/jobs/0/history", [GOOD_MOVE, GOOD_MOVE | {"to": "Nowhere"}]),
        ("/jobs/0/id", "x"),
        ("/jobs/0/id", "-1"),
        ("/jobs/0/id", "9" * 19),
        ("/jobs/0/parent", "77"),
        ("/jobs/0/surplus", 1),
        ("/counters/x", float("inf")),
        ("/counters/x", "1"),
        ("/counters/x", -1),
        ("/counters/x", 2**52 + 1),
        ("/jobs/0/version", 2**52 + 1),
        ("/documents/nope", {}),
        ("/documents/nope/x", 5),
        ("/documents/", {}),
        ("/documents/journal/1", 5),
        ("/documents/gas.tables/x", 5),
        ("/documents/casjobs", {}),
        ("/documents/casjobs.job/1001", {}),
        ("/documents/casjobs.nope/x", 5),
        ("/documents/clock", 5),
        ("/documents/clock/clock", {"frozen_at": "noon", "offset": 0}),
        ("/documents/clock/clock", {"frozen_at": 1e300, "offset": 0}),
        ("/documents/clock/clock", {"frozen_at": None, "offset": 252_000_000_000.0}),
        ("/documents/clock/clock", {"frozen_at": 253402300799, "offset": 0.0}),
        ("/documents/clock/clock", {"frozen_at": -1, "offset": 0.0}),
        ("/documents/settings/casjobs", {"nope": 1}),
        ("/documents/settings/gas", {}),
        ("/documents/faults/f", {}),
        ("/documents/faults/fault-1/effect", {"drip": {"bytes": 8.5, "every": 0}}),
        ("/documents/faults/fault-1/effect", {"status": "500"}),
        ("/documents/faults/fault-1/match", {"job": {"a": 1}}),
        ("/documents/faults/fault-1/match", {"operation": "casjobs.GetJobz"}),
        ("/documents/faults/fault-1/match", {"api": "gas"}),
        ("/documents/faults/fault-1/seen", None),
        ("/documents/forced/x", 5),
        ("/documents/forced/x", []),
        ("/documents/forced/x", [GOOD_FORCE | {"state": "Nowhere"}]),
        ("/documents/forced/x", [GOOD_FORCE | {"api": "gas"}]),
        ("/documents/violations/x", 5),
        ("/documents/violations/x", [{}]),
        ("/documents/casjobs.tables/t", {"wsid": 1, "name": "t", "data": []}),
        ("/documents/casjobs.services/x", {"state": "UP", "since": 1}),
    ],
)
async def test_what_is_wrong_is_named_by_its_pointer_and_nothing_changes(
    sandbox: Sandbox,  # noqa: F811
    path: str,
    value: Any,
) -> None:
    before = await snapshot.take(sandbox)
    good = deepcopy(before)
    good["documents"] = {"faults": {"fault-1": GOOD_FAULT}, "forced": {"casjobs/job/1001": [GOOD_FORCE]}}
    await snapshot.restore(sandbox, good)
    good = await snapshot.take(sandbox)
    with pytest.raises(BadSnapshot) as caught:
        await snapshot.restore(sandbox, at(good, path, value))
    assert caught.value.pointer.startswith(path) or path.startswith(caught.value.pointer)
    assert len(caught.value.pointer) > 1
    assert caught.value.pointer in str(caught.value)
    assert await snapshot.take(sandbox) == good
    await reset(sandbox)
