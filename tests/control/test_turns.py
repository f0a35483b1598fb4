"""Whoever asks for very much at once: it comes in turns, between which others have theirs, and is what it would be at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.drivers.mutations import HOST
from tests.drivers.server import NOON
from tests.drivers.socketless import Spoken

JOBS = 300
JOB = {
    "api": "ges",
    "graph": "movie",
    "kind": "execute-algorithm",
    "state": "running",
    "hold": False,
    "plan": "succeeds",
}


async def say(spoken: Spoken, head: str, body: Any = None, status: bytes = b"2") -> Any:
    """Return what comes as JSON, or the text; its status begins as it should."""
    data = b"" if body is None else json.dumps(body).encode()
    lines = f"{head} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    answer = await spoken.say(lines.encode() + data)
    assert answer[9:].startswith(status), answer[:500]
    text = answer.partition(b"\r\n\r\n")[2]
    return json.loads(text) if text[:1] in (b"{", b"[") else text.decode()


@pytest.fixture
async def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    """A server with many jobs that are due, and many requests in its journal; it waits for no thread."""
    monkeypatch.setattr("mockserver.sandbox.turns.COPIED", 1 << 40)
    made = Spoken(clock=NOON, allowed_host=(HOST,))
    await made.services.sandboxes.default.seed()
    await say(made, "POST /_control/jobs", [{**JOB, "id": f"j{number}"} for number in range(JOBS)])
    for _ in range(JOBS):
        await say(made, "GET /arcgis/rest/services?f=json")
    await say(made, "PUT /_control/clock", {"now": "2027-01-01T00:00:00Z", "frozen": True})
    return made


async def turns_of(spoken: Spoken, head: str, body: Any = None, status: bytes = b"2") -> tuple[Any, int]:
    """Return an answer, and how often others had their turn before it came."""
    task, turns = asyncio.ensure_future(say(spoken, head, body, status)), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    return await task, turns


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("GET /_control/jobs?api=ges&state=pending&limit=1000", None),
        ("GET /_control/jobs?api=ges&limit=1000", None),
        ("GET /_control/requests?limit=1000", None),
        ("GET /_control/requests?limit=1000&format=har", None),
        ("GET /_control/requests?limit=1000&format=curl", None),
        ("GET /_control/requests?status=404", None),
        ("POST /_control/jobs", [{**JOB, "id": f"k{number}"} for number in range(JOBS)]),
    ],
)
async def test_others_have_their_turn(spoken: Spoken, monkeypatch: pytest.MonkeyPatch, head: str, body: Any) -> None:
    expected, few = None, 0
    if body is None:
        monkeypatch.setattr("mockserver.sandbox.turns.LONG", 1e9)
        expected, few = await turns_of(spoken, head)
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", -1.0)
    found, turns = await turns_of(spoken, head, body)
    assert turns > few + JOBS - 10
    assert found == expected or (body is not None and len(found) == JOBS)


@pytest.mark.parametrize(
    ("asked", "looks"),
    [
        ({"match": {"job": "nobody's"}}, 2),
        ({"after": {"job": "nobody's"}}, 2),
        ({"order": [{"path": "/arcgis/rest/services"}, {"path": "/arcgis/rest/*", "status": 404}]}, 1),
    ],
    ids=["near misses", "nothing before", "a step that is missing"],
)
async def test_others_have_their_turn_beside_a_verdict(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, asked: Any, looks: int
) -> None:
    head = "POST /_control/requests/verify"
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", 1e9)
    expected, few = await turns_of(spoken, head, asked, b"409")
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", -1.0)
    found, turns = await turns_of(spoken, head, asked, b"409")
    assert turns > few + looks * (JOBS - 10)
    assert found == expected


async def test_a_job_that_moves_up_while_a_list_is_put_together_is_listed_once(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", -1.0)
    task = asyncio.ensure_future(say(spoken, "GET /_control/jobs?api=ges&limit=1000"))
    for number in range(0, JOBS, 2):
        await spoken.services.sandboxes.default.jobs.delete("ges", f"j{number}")
        await asyncio.sleep(0)
    ids = [one["id"] for one in (await task)["jobs"]]
    assert len(set(ids)) == len(ids)
    assert {f"j{number}" for number in range(1, JOBS, 2)} <= set(ids)
