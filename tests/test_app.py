"""The application that `create_app` gives to those who bring their own server: aiohttp's router, and hooks of theirs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from mockserver import Settings, create_app
from mockserver.apis import APIS
from mockserver.sandbox.fixtures.merge import BadFixture
from mockserver.store.memory import MemoryStore
from tests.drivers import POLLS, poll_of
from tests.drivers.driver import Poll
from tests.drivers.ges import GRAPH, TOKEN
from tests.drivers.server import NOON

Embedded = TestClient[Any, Any]


async def marked(request: web.Request, response: web.StreamResponse) -> None:
    """A hook that the embedding application has put on."""
    response.headers["X-Hook"] = request.method


@pytest.fixture
async def embedded() -> AsyncIterator[Embedded]:
    app = await create_app(Settings(strict=True, clock=NOON))
    app.on_response_prepare.append(marked)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize("poll", [poll_of(api) for api in APIS], ids=list(POLLS))
async def test_every_api_answers_through_the_hooks_of_the_application(embedded: Embedded, poll: Poll) -> None:
    made = await embedded.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
    assert made.status == 201, await made.text()
    bodies = []
    for state in poll.states:
        job = f"/_control/jobs/{poll.job['api']}/{poll.job['id']}/state"
        assert (await embedded.put(job, json={"state": state})).status == 200
        answer = await embedded.get(poll.path, headers=poll.headers)
        assert (answer.status, answer.headers["X-Hook"]) == (200, "GET")
        bodies.append(await answer.read())
    assert bodies[0] != bodies[1]


async def test_head_has_no_body_and_an_unknown_path_is_answered(embedded: Embedded) -> None:
    head = await embedded.head(f"{GRAPH}/jobs/none/status", headers=TOKEN)
    assert (head.status, await head.read()) == (404, b"")
    assert (await (await embedded.get("/nowhere")).json())["error"]["code"] == "unknown-path"


async def test_a_body_is_invited_and_limited(embedded: Embedded) -> None:
    job = {"api": "ges", "graph": "movie", "id": "x", "state": "running"}
    assert (await embedded.post("/_control/jobs", json=job, expect100=True)).status == 201
    action = f"{GRAPH}/action?action_id=execute-algorithm"
    asked = await embedded.post(action, json={"algorithmName": "pagerank"}, headers=TOKEN, expect100=True)
    assert asked.status == 200, await asked.text()
    large = await embedded.post(action, data=b"x" * (Settings().body_limit + 1), headers=TOKEN)
    assert large.status == 413


async def test_without_a_listening_side_of_its_own_no_ports(embedded: Embedded) -> None:
    response = await embedded.post("/_control/sandboxes", json={"name": "own", "port": True})
    assert (response.status, (await response.json())["error"]["code"]) == (409, "no-port")
    assert (await embedded.get("/_control/sandboxes/own")).status == 404


class WatchedStore(MemoryStore):
    """Knows what it was last asked for."""

    last = ""

    def __getattribute__(self, name: str) -> Any:
        if name in ("open", "close", "write", "ping", "life"):
            self.last = name
        return super().__getattribute__(name)


async def test_the_store_is_closed_with_the_application_after_all_else() -> None:
    store = WatchedStore()
    app = await create_app(Settings(apis=("ges",)), store=store)

    async def embedded_task(_: web.Application) -> AsyncIterator[None]:
        yield
        await store.ping()

    app.cleanup_ctx.append(embedded_task)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/_control/health")).status == 200
        assert store.last != "close"
    assert store.last == "close"


async def test_the_store_of_an_application_that_cannot_be_is_closed(tmp_path: Path) -> None:
    fixture = tmp_path / "fixture.json"
    fixture.write_text(json.dumps({"ges": {"jobs": [{"id": "j", "graph": "movie", "state": "nowhere"}]}}))
    store = WatchedStore()
    with pytest.raises(BadFixture):
        await create_app(Settings(apis=("ges",), fixtures=(fixture,)), store=store)
    assert store.last == "close"
