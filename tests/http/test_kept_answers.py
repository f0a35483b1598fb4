"""Answers that are given again: in each byte what they would be anew, and only for as long as all is as it was."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import chain
from random import Random
from typing import Any

import pytest

from mockserver.http import kept_answers
from mockserver.http.kept_answers import NOT_LOOKED, KeptAnswers
from mockserver.journal.entry_text import dump, load
from mockserver.journal.in_parts import everything
from mockserver.store.base import Store
from tests.drivers.server import Client, Serve
from tests.drivers.stores import STORES, store_of

PROJECT = "0123456789abcdef0123456789abcdef"
GES = f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/b/status"
ARCGIS = "/arcgis/rest/services/Demo/GPServer/Echo/jobs/jb"
CASJOBS = "/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=999999"
TOKEN = {"X-Auth-Token": "mock-token"}
JOBS: list[dict[str, Any]] = [
    {"api": "ges", "id": "b", "graph": "movie", "kind": "query-vertices", "state": "running"},
    {"api": "arcgis", "id": "jb", "service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting", "owner": None},
    {"api": "casjobs", "id": "999999", "owner": "1", "state": "Started", "query": "select 1", "context": "DR7",
     "type": "QUERY", "on_cancel": "stuck"},
]  # fmt: skip
POLLS = {
    "ges": (GES, TOKEN),
    "ges, another client": (GES, {**TOKEN, "User-Agent": "other"}),
    "ges, bad token": (GES, {"X-Auth-Token": "no"}),
    "ges, page": (f"{GES}?offset=0&limit=1", TOKEN),
    "arcgis, json": (f"{ARCGIS}?f=json", {}),
    "arcgis, pjson": (f"{ARCGIS}?f=pjson", {}),
    "arcgis, html": (ARCGIS, {}),
    "arcgis, of an origin": (f"{ARCGIS}?f=json", {"Origin": "http://web.example.test"}),
    "arcgis, to a callback": (f"{ARCGIS}?f=json&callback=back", {}),
    "arcgis, without messages": (f"{ARCGIS}?f=json&returnMessages=false", {}),
    "casjobs": (CASJOBS, {}),
    "casjobs, bad password": (CASJOBS.replace("secret", "no"), {}),
}
KEPT = [name for name in POLLS if "bad" not in name]

Step = Callable[[Client], Awaitable[Any]]


def poll(name: str) -> Step:
    path, headers = POLLS[name]
    return lambda client: client.get(path, headers=headers)


def control(method: str, path: str, body: Any = None) -> Step:
    return lambda client: client.request(method, f"/_control/{path}", json=body)


def planned(wait: Any) -> Step:
    plan = {"steps": [{"state": "running", "for": wait}], "end": "success"}
    return control("PUT", "jobs/ges/b/state", {"state": "running", "hold": False, "plan": plan})


CHANGES: dict[str, Step] = {
    "force": control("PUT", "jobs/ges/b/state", {"state": "success"}),
    "force back": control("PUT", "jobs/ges/b/state", {"state": "running"}),
    "force arcgis": control("PUT", "jobs/arcgis/jb/state", {"state": "succeeded"}),
    "force arcgis back": control("PUT", "jobs/arcgis/jb/state", {"state": "esriJobExecuting"}),
    "force casjobs": control("PUT", "jobs/casjobs/999999/state", {"state": "Finished"}),
    "plan": planned(30),
    "plan in looks": planned({"looks": 2}),
    "messages": control("PATCH", "jobs/arcgis/jb", {"messages": ["half way"]}),
    "late results": control("PATCH", "jobs/ges/b", {"results_after": 30}),
    "delete": control("DELETE", "jobs/ges/b"),
    "add": control("POST", "jobs", JOBS[0]),
    "another": control("POST", "jobs", {**JOBS[0], "id": "c", "state": "failed"}),
    "setting": control("PATCH", "apis/ges/settings", {"edition": "persistent"}),
    "setting arcgis": control("PATCH", "apis/arcgis/settings", {"progress": "step"}),
    "setting casjobs": control("PATCH", "apis/casjobs/settings", {"iis_headers": False}),
    "clock": control("POST", "clock/advance", {"seconds": 20}),
    "clock back": control("PUT", "clock", {"now": "2026-01-02T11:00:00Z"}),
    "fault": control("POST", "faults", {"match": {"api": "ges"}, "effect": {"status": 503}, "times": 1}),
    "no faults": control("DELETE", "faults"),
    "reset": control("POST", "reset"),
    "seed": control("POST", "jobs", JOBS),
    "cancel": lambda client: client.delete(f"/ges/v1.0/{PROJECT}/graphs/movie/jobs/b", headers=TOKEN),
    "cancel arcgis": lambda client: client.get(f"{ARCGIS}/cancel?f=json"),
    "stop": lambda client: client.post("/arcgis/admin/services/Demo.GPServer/stop", data={"f": "json"}),
    "start": lambda client: client.post("/arcgis/admin/services/Demo.GPServer/start", data={"f": "json"}),
}


class Forgetful(KeptAnswers):
    """Keeps nothing."""

    async def repeat(self, *_: Any) -> Any:
        return NOT_LOOKED


def without_port(client: Client, text: str) -> str:
    """Return a text that names a server without its port, which may stand by chance in an id, too."""
    return re.sub(rf"(?<![0-9A-Za-z]){client.port}(?![0-9A-Za-z])|(?<=%3A){client.port}", "PORT", text)


async def seen(client: Client, step: Step) -> tuple[int, dict[str, str], str]:
    """Return what a client sees, but for the time and the server's port."""
    answer = await step(client)
    text = without_port(client, await answer.text())
    return answer.status, {name: value for name, value in answer.headers.items() if name != "Date"}, text


@pytest.fixture
def client(client_of_each: Client) -> Client:
    return client_of_each


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Store:
    redis = request.getfixturevalue("redis_server") if request.param == "redis" else None
    return store_of(request.param, redis)


@pytest.fixture
async def polled(client: Client) -> Client:
    assert (await CHANGES["seed"](client)).status == 201
    return client


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each poll, whether its answer was one that is given again."""
    told: list[bool] = []
    repeat = KeptAnswers.repeat

    async def noted(self: KeptAnswers, *given: Any) -> Any:
        found = await repeat(self, *given)
        told.append(found.answer is not None)
        return found

    monkeypatch.setattr(KeptAnswers, "repeat", noted)
    return told


@pytest.mark.parametrize("name", KEPT)
async def test_a_poll_is_answered_again(polled: Client, again: list[bool], name: str) -> None:
    answers = [await seen(polled, poll(name)) for _ in range(3)]
    assert again == [False, True, True]
    assert len({(status, body) for status, _, body in answers}) == 1
    assert [int(headers["X-Mockserver-Request"]) for _, headers, _ in answers] == [1, 2, 3]
    assert len({tuple(headers) for _, headers, _ in answers}) == 1


@pytest.mark.parametrize("name", ["ges, bad token", "casjobs, bad password"])
async def test_a_refusal_is_worked_out_each_time(polled: Client, again: list[bool], name: str) -> None:
    for _ in range(3):
        await seen(polled, poll(name))
    assert again == [False] * 3


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ges", "force"),
        ("ges", "plan"),
        ("ges", "delete"),
        ("ges", "setting"),
        ("ges", "clock"),
        ("ges", "fault"),
        ("ges", "reset"),
        ("ges", "cancel"),
        ("arcgis, json", "force arcgis"),
        ("arcgis, json", "messages"),
        ("arcgis, json", "stop"),
        ("arcgis, json", "cancel arcgis"),
        ("casjobs", "force casjobs"),
        ("casjobs", "setting casjobs"),
    ],
)
async def test_it_is_worked_out_anew(polled: Client, again: list[bool], name: str, change: str) -> None:
    for _ in range(2):
        await seen(polled, poll(name))
    answer = await CHANGES[change](polled)
    assert answer.status < 300, await answer.text()
    again.clear()
    await seen(polled, poll(name))
    assert again == [False]


@pytest.mark.parametrize("change", ["another", "force casjobs", "messages"])
async def test_what_happens_to_another_job_changes_nothing(polled: Client, again: list[bool], change: str) -> None:
    for _ in range(2):
        await seen(polled, poll("ges"))
    assert (await CHANGES[change](polled)).status < 300
    await seen(polled, poll("ges"))
    assert again == [False, True, True]


async def test_a_planned_change_comes_when_it_is_due(serve: Serve, again: list[bool], store: Store) -> None:
    now = [1_800_000_000.0]
    client = await serve(clock="real", real_time=lambda: now[0], store=store)
    await CHANGES["seed"](client)
    assert (await CHANGES["plan"](client)).status == 200
    states = []
    for _ in range(6):
        states.append((await (await poll("ges")(client)).json())["status"])
        now[0] += 10
    assert states == ["running"] * 3 + ["success"] * 3
    assert again == [False, True, True, False, False, True]


async def test_polls_that_are_counted_are_worked_out(polled: Client, again: list[bool]) -> None:
    assert (await CHANGES["plan in looks"](polled)).status == 200
    states = [(await (await poll("ges")(polled)).json())["status"] for _ in range(4)]
    assert states == ["running", "success", "success", "success"]
    assert again == [False, False, False, True]


async def test_no_more_are_kept_than_the_bound(polled: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "LIMIT", 3)
    pipeline: Any = polled.server.pipeline
    monkeypatch.setattr(pipeline, "_kept", KeptAnswers(pipeline.metrics))
    for number in range(8):
        assert (await polled.get(GES, headers={**TOKEN, "X-Own": str(number)})).status == 200
    assert len(pipeline._kept._kept) == 3


@pytest.mark.parametrize("seed", range(6))
async def test_nobody_can_tell(serve: Serve, monkeypatch: pytest.MonkeyPatch, seed: int, store: Store) -> None:
    """Any sequence of polls and changes is answered, journaled and counted as by a server in memory that keeps nothing."""
    kept, fresh = await serve(store=store), await serve()
    pipeline: Any = fresh.server.pipeline
    monkeypatch.setattr(pipeline, "_kept", Forgetful(pipeline.metrics))
    random, steps = Random(seed), {**{name: poll(name) for name in POLLS}, **CHANGES}
    chosen = [[random.choice([*POLLS, *POLLS, *CHANGES])] * random.choice([1, 1, 2, 3]) for _ in range(50)]
    for name in ["seed", *chain.from_iterable(chosen)]:
        assert await seen(kept, steps[name]) == await seen(fresh, steps[name]), name
    assert await remembered(kept) == await remembered(fresh)


async def remembered(client: Client) -> tuple[Any, Any, Any]:
    """Return journal, counters and metrics of a server, but for time and port, as a store that keeps text has them."""
    entries = [
        entry._replace(milliseconds=0.0, headers={}, transitions=())
        for entry in (load(dump(one)) for one in await everything(client.services.store, "default"))
    ]
    shown = [without_port(client, repr(entry)) for entry in entries]
    return shown, await client.services.store.counters("default"), client.services.metrics.requests


async def test_pollers_never_see_a_state_that_is_over(serve: Serve, store: Store) -> None:
    """Many poll while one forces: nobody who asks after a force has been answered is told the state before it."""
    client = await serve(store=store)
    await CHANGES["seed"](client)
    forced, asked, done = 0, 0, False
    words = ("running", "pending", "failed", "success")

    async def poller() -> None:
        while not done:
            since = forced
            answer = await (await poll("ges")(client)).json()
            assert answer["status"] in {words[number % 4] for number in range(since, asked + 1)}

    async def forcer() -> None:
        nonlocal forced, asked, done
        for asked in range(1, 60):
            forced_now = await client.put("/_control/jobs/ges/b/state", json={"state": words[asked % 4]})
            assert forced_now.status == 200
            forced = asked
        done = True

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(poller())
        group.create_task(forcer())
