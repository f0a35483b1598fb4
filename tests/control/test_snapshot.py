"""`/snapshot` a piece at a time: nobody waits for all of it, however much there is."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockserver.app import build
from mockserver.sandbox import snapshot
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.snapshot_check import BREATH
from mockserver.settings import Settings
from tests.drivers.server import NOON, Client

JOBS = 1000
LARGEST = 64 * 1024
"""Bytes of the largest piece with the fixtures that the server came with: a millisecond's work."""


@pytest.fixture
async def sandbox() -> Sandbox:
    """One with as many jobs as are in its fixtures."""
    sandboxes = build(Settings(clock=NOON)).sandboxes
    job = {"graph": "movie", "kind": "execute-algorithm", "state": "running"}
    jobs = [{**job, "id": f"f{number}"} for number in range(JOBS)]
    plain = json.loads(json.dumps(sandboxes.fixtures.sections))
    plain["ges"]["jobs"] += jobs
    found = await snapshot.take(sandboxes.default)
    await snapshot.restore(sandboxes.default, {**found, "fixtures": plain})
    made = sandboxes.default
    made.seeded = False
    await made.seed()
    return made


async def test_the_pieces_are_the_document_and_none_is_large(sandbox: Sandbox) -> None:
    document = await snapshot.take(sandbox)
    pieces = [*(await snapshot.freeze(sandbox)).pieces()]
    assert json.loads(b"".join(pieces)) == json.loads(json.dumps(document, default=list))
    assert len(document["jobs"]) > JOBS
    assert len(document["fixtures"]["ges"]["jobs"]) > JOBS
    assert max(map(len, pieces)) < LARGEST


async def test_others_have_their_turn_while_a_snapshot_is_put_back(sandbox: Sandbox) -> None:
    document = json.loads(b"".join((await snapshot.freeze(sandbox)).pieces()))
    task, turns = asyncio.ensure_future(snapshot.restore(sandbox, document)), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await task)["jobs"] == len(document["jobs"])
    assert turns > 2 * JOBS / BREATH
    assert sandbox.fixtures.sections == document["fixtures"]


async def test_what_is_told_is_what_can_be_put_back(client: Client) -> None:
    answer = await client.get("/_control/snapshot")
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    text = await answer.read()
    head = await client.head("/_control/snapshot")
    assert (head.status, head.content_type, await head.read()) == (200, "application/json", b"")
    restored = await (await client.put("/_control/snapshot", data=text)).json()
    assert restored["restored"]["jobs"] == len(json.loads(text)["jobs"])
    again = json.loads(await (await client.get("/_control/snapshot")).read())
    assert {**again, "at": 0} == {**json.loads(text), "at": 0}


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        (b"", 422, "invalid", "object"),
        (b"[]", 422, "invalid", "object"),
        (b"7", 422, "invalid", "object"),
        (b"x", 400, "malformed", "not JSON"),
        (b'{"format": 1,', 400, "malformed", "not JSON: 1:14"),
        (b'{"format": 1, "format": 1}', 400, "malformed", 'a second "format"'),
        (b'{"format": NaN}', 400, "malformed", "NaN"),
        (b'{"format": "\\ud800"}', 400, "malformed", "surrogate"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, 400, "malformed", "nested more than 100 deep"),
        (b'{"format": "\xff"}', 400, "malformed", "UTF-8"),
        (b"{}", 422, "bad-snapshot", "/format"),
    ],
)
async def test_what_is_no_snapshot_is_refused(client: Client, body: bytes, status: int, code: str, says: str) -> None:
    answer = await client.put("/_control/snapshot", data=body)
    error: dict[str, Any] = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (status, code)
    assert says in error["message"]
