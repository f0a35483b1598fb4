"""When a delayed request is carried out: at once, or after the wait. Nobody really waits here."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.drivers.server import Client
from tests.drivers.waiting import Waiting

GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
TOKEN = {"X-Auth-Token": "mock-token"}
ANSWER, WORK = {"delay": "30m"}, {"delay": "30m", "before": "work"}


@pytest.fixture
async def waiting(monkeypatch: pytest.MonkeyPatch) -> Waiting:
    return Waiting(monkeypatch)


@pytest.fixture
async def running(client: Client) -> Client:
    job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
    assert (await client.post("/_control/jobs", json=job)).status == 201
    return client


async def arm(client: Client, effect: dict[str, Any]) -> None:
    assert (await client.post("/_control/faults", json={"effect": effect, "times": 1})).status == 201


async def entry(client: Client) -> dict[str, Any]:
    [found] = (await (await client.get("/_control/requests")).json())["requests"]
    return dict(found)


async def state_of(client: Client) -> str:
    return str((await (await client.get("/_control/jobs/ges/x")).json())["state"])


@pytest.mark.parametrize(
    ("effect", "meanwhile"),
    [(ANSWER, "cancelled"), ({**ANSWER, "before": "answer"}, "cancelled"), (WORK, "running")],
    ids=str,
)
async def test_what_is_done_while_the_client_waits(
    running: Client, waiting: Waiting, effect: dict[str, Any], meanwhile: str
) -> None:
    await arm(running, effect)
    cancel = asyncio.create_task(running.session.delete(running.make_url(f"{GRAPH}/jobs/x"), headers=TOKEN))
    await waiting.began.wait()

    assert await state_of(running) == meanwhile
    assert not cancel.done()

    waiting.end.set()
    assert (await cancel).status == 200
    assert await state_of(running) == "cancelled"
    assert waiting.seconds == [1800]


@pytest.mark.parametrize("effect", [{**ANSWER, "status": 503}, {**WORK, "status": 503}], ids=str)
async def test_a_late_answer_that_takes_the_place_of_the_work(
    running: Client, waiting: Waiting, effect: dict[str, Any]
) -> None:
    waiting.end.set()
    await arm(running, effect)
    answer = await running.session.delete(running.make_url(f"{GRAPH}/jobs/x"), headers=TOKEN)

    assert (answer.status, waiting.seconds) == (503, [1800])
    assert await state_of(running) == "running"


async def test_a_late_answer_that_is_replaced_after_the_work(running: Client, waiting: Waiting) -> None:
    await arm(running, {**ANSWER, "status": 502, "handled": True})
    cancel = asyncio.create_task(running.session.delete(running.make_url(f"{GRAPH}/jobs/x"), headers=TOKEN))
    await waiting.began.wait()

    assert await state_of(running) == "cancelled"

    waiting.end.set()
    assert (await cancel).status == 502


@pytest.mark.parametrize("effect", [ANSWER, WORK], ids=str)
async def test_an_address_that_nobody_knows_is_late_too(
    client: Client, waiting: Waiting, effect: dict[str, Any]
) -> None:
    waiting.end.set()
    await arm(client, effect)

    assert (await client.get("/nowhere")).status == 404
    assert (await client.get("/nowhere")).status == 404
    assert waiting.seconds == [1800]


async def test_the_answer_is_as_of_the_moment_of_the_work(running: Client, waiting: Waiting) -> None:
    await arm(running, ANSWER)
    poll = asyncio.create_task(running.session.get(running.make_url(f"{GRAPH}/jobs/x/status"), headers=TOKEN))
    await waiting.began.wait()
    assert (await running.put("/_control/jobs/ges/x/state", json={"state": "success"})).status == 200
    waiting.end.set()

    assert (await (await poll).json())["status"] == "running"


@pytest.mark.parametrize("effect", [ANSWER, WORK], ids=str)
async def test_the_journal_says_what_was_sent_when_it_is_sent(
    running: Client, waiting: Waiting, effect: dict[str, Any]
) -> None:
    await arm(running, effect)
    assert (await running.put("/_control/jobs/ges/x/state", json={"state": "success"})).status == 200
    poll = asyncio.create_task(running.session.get(running.make_url(f"{GRAPH}/jobs/x/status"), headers=TOKEN))
    await waiting.began.wait()

    held = await entry(running)
    assert (held["operation"], held["job"], held["status"], held["told"]) == ("ges.JobStatus", "x", None, None)
    after = {"match": {"job": "x"}, "after": {"job": "x", "final": True}, "count": 0}
    assert (await running.post("/_control/requests/verify", json={"match": {"job": "x"}, "count": 1})).status == 200
    assert (await running.post("/_control/requests/verify", json=after)).status == 409  # no end was told yet

    waiting.end.set()
    await poll
    sent = await entry(running)
    assert (sent["number"], sent["status"], sent["told"]["final"]) == (held["number"], 200, True)
    assert (await running.post("/_control/requests/verify", json=after)).status == 200


async def test_a_delay_that_is_none_waits_for_nothing(running: Client, waiting: Waiting) -> None:
    await arm(running, {"delay": 0})

    assert (await running.get(f"{GRAPH}/jobs/x/status", headers=TOKEN)).status == 200
    assert waiting.seconds == []


async def test_before_without_a_delay_is_refused(client: Client) -> None:
    answer = await client.post("/_control/faults", json={"effect": {"status": 503, "before": "work"}})

    assert (answer.status, (await answer.json())["error"]["message"]) == (422, "before goes with a delay")


async def test_before_anything_else_is_refused(client: Client) -> None:
    answer = await client.post("/_control/faults", json={"effect": {"delay": 1, "before": "lunch"}})

    assert answer.status == 422
