"""`/snapshot` a piece at a time: nobody waits for all of it, however much there is."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockserver.app import build
from mockserver.sandbox import snapshot
from mockserver.sandbox.fixtures.merge import PART
from mockserver.sandbox.sandbox import Sandbox
from mockserver.sandbox.snapshot_check import BREATH, BadSnapshot
from mockserver.settings import Settings
from tests.drivers.mutations import HOST
from tests.drivers.server import NOON, Client
from tests.drivers.socketless import Spoken
from tests.store.yielding import YieldingStore

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


async def test_a_snapshot_is_of_one_moment_whatever_happens_meanwhile() -> None:
    sandbox = build(Settings(clock=NOON), store=YieldingStore()).sandboxes.default
    await sandbox.seed()
    job = {"name": "n", "type": "t", "state": "SCHEDULED", "owner": "nbi"}

    async def add_many() -> None:
        for number in range(700_000, 700_040):
            run = {"id": str(number + 100_000), "state": "RUNNING"}
            await sandbox.jobs.add(*await sandbox.build_job("prime", {**job, "id": str(number), "runs": [run]}))

    adding, taken = asyncio.ensure_future(add_many()), 0
    while not adding.done():
        found = await snapshot.take(sandbox)
        jobs = {one["id"]: one for one in found["jobs"] if one["api"] == "prime" and one["kind"] == "job"}
        runs = {one["id"]: one for one in found["jobs"] if one["api"] == "prime" and one["kind"] == "run"}
        assert {one["parent"] for one in runs.values()} <= jobs.keys()
        assert {run["id"] for one in jobs.values() for run in one["data"]["runs"]} <= runs.keys()
        taken += 1
    await adding
    assert taken > 1


async def test_others_have_their_turn_while_a_snapshot_is_put_back(sandbox: Sandbox) -> None:
    document = json.loads(b"".join((await snapshot.freeze(sandbox)).pieces()))
    task, turns = asyncio.ensure_future(snapshot.restore(sandbox, document)), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await task)["jobs"] == len(document["jobs"])
    assert turns > 2 * JOBS / BREATH
    assert sandbox.fixtures.sections == document["fixtures"]


async def test_others_have_their_turn_while_other_fixtures_are_checked(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", -1.0)
    document = json.loads(b"".join((await snapshot.freeze(sandbox)).pieces()))
    document["jobs"] = []
    document["fixtures"]["ges"]["jobs"][-1]["owner"] = "another"
    task, turns = asyncio.ensure_future(snapshot.restore(sandbox, document)), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    await task
    assert turns > JOBS / PART + JOBS / BREATH
    assert sandbox.fixtures.sections["ges"]["jobs"][-1]["owner"] == "another"


async def test_what_is_wrong_in_other_fixtures_is_named(sandbox: Sandbox) -> None:
    document = json.loads(b"".join((await snapshot.freeze(sandbox)).pieces()))
    document["fixtures"]["ges"]["jobs"][JOBS // 2]["owner"] = 5
    with pytest.raises(BadSnapshot, match=f"/fixtures: .* at /ges/jobs/{JOBS // 2}/owner: ") as caught:
        await snapshot.restore(sandbox, document)
    assert caught.value.pointer == "/fixtures"
    assert sandbox.fixtures.sections["ges"]["jobs"][JOBS // 2].get("owner") != 5


async def test_what_is_larger_than_a_request_may_be_can_be_put_back() -> None:
    limit = 4096
    spoken = Spoken(clock=NOON, body_limit=limit, allowed_host=(HOST,))
    await spoken.services.sandboxes.default.seed()

    async def say(head: str, body: bytes = b"") -> bytes:
        ask = f"{head} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        return await spoken.say(ask.encode() + body)

    text = json.dumps(await snapshot.take(spoken.services.sandboxes.default), default=list).encode()
    assert len(text) > limit
    assert b" 200 " in (await say("PUT /_control/snapshot", text))[:16]
    assert b" 413 " in (await say("POST /v3/auth/tokens", text))[:16]


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
