"""Two servers over one Redis: what is done at one is so at the other, at once; and both say so when it is away."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.apis.prime import running
from mockserver.journal import entry_text
from mockserver.sandbox.sandbox import Sandbox
from mockserver.settings import BadOption, Settings
from mockserver.store.redis.script import PREFIX, SCHEMA
from mockserver.store.redis.store import RedisStore
from tests.drivers import poll_of
from tests.drivers.prime import Prime
from tests.drivers.redis import RedisServer, store_in
from tests.drivers.server import NOON, Client

AWAY: dict[str, tuple[int, str]] = {
    "arcgis": (200, "Could not access any server machines"),
    "casjobs": (500, "A network-related or instance-specific error"),
    "ges": (500, "GES.8602"),
    "prime": (502, "The server is down or being upgraded"),
}
"""Status and words by which each API says that it is away."""


class Pair:
    """Two servers over one store, and a client of each."""

    def __init__(self, redis: RedisServer) -> None:
        self.redis = redis
        options: dict[str, Any] = {"port": 0, "strict": True, "clock": NOON, "store": redis.url}
        self.servers = [MockServer(Settings(**options)) for _ in range(2)]
        self.one: Client
        self.two: Client

    async def __aenter__(self) -> Pair:
        await asyncio.gather(*(server.__aenter__() for server in self.servers))
        self.one, self.two = [Client(server) for server in self.servers]
        return self

    async def __aexit__(self, *error: object) -> None:
        for client, server in zip((self.one, self.two), self.servers, strict=True):
            await client.session.close()
            await server.stop()


@pytest.fixture
async def pair(redis_server: RedisServer) -> AsyncIterator[Pair]:
    redis_server.empty()
    async with Pair(redis_server) as made:
        yield made


@pytest.fixture
async def fragile() -> AsyncIterator[Pair]:
    """Two servers whose Redis a test may stop."""
    with RedisServer() as redis:
        async with Pair(redis) as made:
            yield made


async def jobs(client: Client, prefix: str = "") -> int:
    response = await client.get(f"{prefix}/_control/jobs?limit=500")
    assert response.status == 200, await response.text()
    return len((await response.json())["jobs"])


async def test_both_begin_with_the_fixtures_once(pair: Pair) -> None:
    assert await jobs(pair.one) == await jobs(pair.two) > 0
    for client in (pair.one, pair.two):
        assert (await client.get("/_control/ready")).status == 200


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_a_state_forced_at_one_is_told_by_the_other(pair: Pair, api: Api) -> None:
    poll = poll_of(api)
    assert (await pair.one.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})).status == 201
    told = []
    for forcing, asked in ((pair.one, pair.two), (pair.two, pair.one), (pair.one, pair.two)):
        for state in poll.states:
            path = f"/_control/jobs/{api.name}/{poll.job['id']}/state"
            assert (await forcing.put(path, json={"state": state})).status == 200
            answer = await asked.get(poll.path, headers=poll.headers)
            told.append((state, (await answer.read()).replace(str(asked.port).encode(), b"")))
    assert len(set(told)) == 2


async def test_numbers_clock_settings_faults_and_journal_are_one(pair: Pair) -> None:
    poll = poll_of(APIS[0])
    await pair.one.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
    answers = [await client.get(poll.path) for client in (pair.one, pair.two, pair.one)]
    numbers = [answer.headers["X-Mockserver-Request"] for answer in answers]
    assert numbers == ["1", "2", "3"]
    listed = (await (await pair.two.get("/_control/requests")).json())["requests"]
    assert [entry["number"] for entry in listed] == [3, 2, 1]
    await pair.one.post("/_control/clock/advance", json={"seconds": 60})
    shown = [await (await client.get("/_control/clock")).json() for client in (pair.one, pair.two)]
    assert shown[0]["now"] == shown[1]["now"]
    armed = {"match": {"api": "arcgis"}, "effect": {"status": 503}, "times": 1}
    assert (await pair.two.post("/_control/faults", json=armed)).status == 201
    assert [(await client.get(poll.path)).status for client in (pair.one, pair.two)] == [503, 200]


async def test_a_sandbox_made_at_one_is_the_other_s_too(pair: Pair) -> None:
    own = {"ges": {"jobs": [{"id": "only", "graph": "movie", "kind": "query-vertices", "state": "running"}]}}
    made = await pair.one.post(
        "/_control/sandboxes", json={"name": "t1", "fixtures": [own], "submits": {"ges": {"plan": "fails"}}}
    )
    assert made.status == 201
    shown = await (await pair.two.get("/_control/sandboxes/t1")).json()
    assert shown["submits"] == {"ges": {"plan": "fails"}}
    assert await jobs(pair.two, "/~t1") == 1
    assert (await pair.two.post("/_control/sandboxes", json={"name": "t1"})).status == 409
    names = [one["name"] for one in (await (await pair.two.get("/_control/sandboxes")).json())["sandboxes"]]
    assert names == ["default", "t1"]
    assert (await pair.two.put("/_control/sandboxes/t1", json={})).status == 200
    assert await jobs(pair.one, "/~t1") > 1
    assert (await pair.two.delete("/_control/sandboxes/t1")).status == 200
    gone = await pair.one.get("/~t1/ges/v1.0/x/graphs/movie/jobs/only/status")
    assert (gone.status, (await gone.json())["error"]["code"]) == (404, "unknown-sandbox")


async def test_of_two_who_make_a_sandbox_one_does(pair: Pair) -> None:
    asked = [client.post("/_control/sandboxes", json={"name": "t1"}) for client in (pair.one, pair.two) * 3]
    found = [answer.status for answer in await asyncio.gather(*asked)]
    assert sorted(found) == [201, *[409] * 5]


async def test_one_that_ends_at_one_while_the_other_makes_it_anew_does_not_come_back(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await pair.one.put("/_control/sandboxes/t1", json={})).status == 201
    store = pair.servers[0].services.store
    move = store.move

    async def meanwhile(*args: Any, **options: Any) -> Any:
        assert (await pair.two.delete("/_control/sandboxes/t1")).status == 200
        return await move(*args, **options)

    monkeypatch.setattr(store, "move", meanwhile)
    answer = await pair.one.put("/_control/sandboxes/t1", json={})
    assert (answer.status, (await answer.json())["error"]["code"]) == (409, "reset")
    for client in (pair.one, pair.two):
        assert (await client.get("/_control/sandboxes/t1")).status == 404
    assert await store.sandboxes() == ["default"]


@pytest.mark.parametrize("anew", [False, True], ids=["is gone", "is another one"])
async def test_the_port_of_one_that_ends_at_the_other_is_closed(pair: Pair, anew: bool) -> None:
    server, body = pair.servers[0], {"name": "t1", "port": True, "ttl": 600}
    port = (await (await pair.one.post("/_control/sandboxes", json=body)).json())["port"]
    assert server.pipeline.ports == {port: "t1"}
    assert (await pair.two.delete("/_control/sandboxes/t1")).status == 200
    kept = {}
    if anew:
        made = await pair.one.post("/_control/sandboxes", json=body)
        kept = {(await made.json())["port"]: "t1"}
    deadline = time.monotonic() + 60
    while server.pipeline.ports != kept or len(server._runners[0].sites) != 1 + len(kept):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    for port in kept:
        health = await pair.one.session.get(f"http://127.0.0.1:{port}/_control/health")
        assert health.status == 200


async def test_one_without_a_name_gets_one_that_nobody_has_anywhere(pair: Pair) -> None:
    for number in range(1, 5):
        assert (await pair.one.post("/_control/sandboxes", json={"name": f"sandbox-{number}"})).status == 201
    asked = [client.post("/_control/sandboxes", json={}) for client in (pair.one, pair.two) * 2]
    answers = await asyncio.gather(*asked)
    assert [answer.status for answer in answers] == [201] * 4
    assert len({(await answer.json())["name"] for answer in answers} | {f"sandbox-{one}" for one in range(1, 5)}) == 8
    # Numbers begin anew.
    assert (await pair.one.post("/_control/reset")).status == 200
    assert (await pair.two.post("/_control/sandboxes", json={})).status == 201


async def test_a_sandbox_in_use_at_one_does_not_end_at_the_other_however_short_its_ttl(pair: Pair) -> None:
    made = await pair.one.post("/_control/sandboxes", json={"name": "t1", "ttl": 1e-6})
    assert made.status == 201
    for _ in range(3):
        assert await jobs(pair.one, "/~t1") > 0
        # Before the other has told that it is in use: it does so once a second.
        await pair.two.services.sandboxes.sweep()


async def test_one_made_anew_at_one_is_shown_and_listed_as_it_is_by_the_other(pair: Pair) -> None:
    first = {"name": "t1", "ttl": 600, "submits": {"ges": {"plan": "stuck"}}}
    assert (await pair.one.post("/_control/sandboxes", json=first)).status == 201

    async def shown(client: Client) -> list[Any]:
        listed = (await (await client.get("/_control/sandboxes")).json())["sandboxes"]
        one = await (await client.get("/_control/sandboxes/t1")).json()
        return [(each["ttl"], each["submits"]) for each in (*listed, one) if each["name"] == "t1"]

    assert await shown(pair.two) == [(600, first["submits"])] * 2
    for ttl, submits in ((30, {}), (None, {"ges": {"plan": "fails"}}), (5, {})):
        body = {"submits": submits} if ttl is None else {"ttl": ttl, "submits": submits}
        assert (await pair.one.put("/_control/sandboxes/t1", json=body)).status == 200
        # Each of them is asked first once.
        assert await shown(pair.two) == await shown(pair.one) == [(ttl, submits)] * 2
        assert (await pair.one.delete("/_control/sandboxes/t1")).status == 200
        assert (await pair.one.put("/_control/sandboxes/t1", json={"ttl": 77})).status == 201
        listed = (await (await pair.two.get("/_control/sandboxes")).json())["sandboxes"]
        assert [one["ttl"] for one in listed] == [None, 77]


async def test_who_listens_at_the_other_keeps_one_that_got_a_ttl_since(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await pair.one.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    used: list[str] = []
    store = pair.servers[1].services.store
    use = store.use  # type: ignore[attr-defined]

    async def noted(sandbox: str) -> None:
        used.append(sandbox)
        await use(sandbox)

    monkeypatch.setattr(store, "use", noted)
    async with pair.two.get("/~t1/_control/events") as stream:
        assert await stream.content.readline() == b": mockserver\n"
        assert (await pair.one.put("/_control/sandboxes/t1", json={"ttl": 60})).status == 200
        await pair.two.services.sandboxes.sweep()
        assert set(used) == {"t1"}


async def test_all_are_told_that_one_has_ended_whose_time_was_up(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await pair.one.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    async with pair.two.get("/~t1/_control/events") as stream:
        assert await stream.content.readline() == b": mockserver\n"
        # One that does not get round to telling that it is used.
        monkeypatch.setattr(pair.servers[1].services.sandboxes, "sweep", asyncio.Event().wait)
        assert (await pair.one.put("/_control/sandboxes/t1", json={"ttl": 60})).status == 200
        monkeypatch.setattr("mockserver.sandbox.shared.UNTOLD", -1000.0)
        await pair.one.services.sandboxes.sweep()
        async with asyncio.timeout(60):
            await stream.content.read()  # to its end
    for client in (pair.one, pair.two):
        assert (await client.get("/_control/sandboxes/t1")).status == 404


async def test_both_list_a_job_under_the_name_and_owner_that_it_has_now(pair: Pair) -> None:
    job = {"api": "prime", "type": "T", "state": "SCHEDULED", "owner": "nbi"}
    await pair.one.post("/_control/jobs", json=[{**job, "id": str(one), "name": f"J{one}"} for one in (9001, 9002)])

    async def listed(query: str = "") -> list[list[str]]:
        asked = [await Prime(client).get(f"/v4/data/JobSummary.json?{query}") for client in (pair.one, pair.two)]
        found = [answer.data["queryResponse"] for answer in asked]
        assert [one["@count"] for one in found] == [len(one.get("entityId", ())) for one in found]
        return [[one["$"] for one in few.get("entityId", ()) if one["$"] in ("9001", "9002")] for few in found]

    assert await listed() == [["9001", "9002"]] * 2
    assert (await pair.one.patch("/_control/jobs/prime/9002", json={"name": "J9001"})).status == 200
    assert await listed("jobName=J9001") == [["9001", "9002"]] * 2
    assert (await pair.two.patch("/_control/jobs/prime/9001", json={"owner": "SYSTEM"})).status == 200
    assert await listed() == [["9002"]] * 2
    assert (await pair.two.patch("/_control/jobs/prime/9001", json={"owner": "nbi"})).status == 200
    assert await listed() == [["9001", "9002"]] * 2


ONE_AT_A_TIME = {"rate_limiting": True, "total_request_threshold": -1, "max_concurrent_queries": 1}


async def test_what_a_killed_server_was_answering_counts_for_some_seconds_alone(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However far its clock is from ours."""
    now = 0.0
    monkeypatch.setattr(running, "monotonic", lambda: now)
    assert (await pair.one.patch("/_control/apis/prime/settings", json=ONE_AT_A_TIME)).status == 200
    path, documents = "/v4/data/JobSummary.json", pair.two.sandbox.documents("prime")
    for ahead in (0, -1000, 1000):
        await documents.put("limits", "running", {"9999": ["nbi", time.time() + ahead]})
        statuses = []
        for passed in (0.0, running.LOST - 1, 1.0, 0.0):
            now += passed
            statuses.append((await Prime(pair.two).get(path)).status)
        assert statuses == [503, 503, 200, 200]
    assert await documents.get("limits", "running") is None


async def test_what_a_server_still_answers_counts_however_long_it_takes(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, goes_on = 0.0, asyncio.Event()

    async def pause(self: Sandbox, seconds: float) -> None:
        await goes_on.wait()

    monkeypatch.setattr(Sandbox, "pause", pause)
    monkeypatch.setattr(running, "monotonic", lambda: now)
    monkeypatch.setattr(running, "RENEWED", 0.0)
    settings = {**ONE_AT_A_TIME, "answer_takes": 1}
    assert (await pair.one.patch("/_control/apis/prime/settings", json=settings)).status == 200
    path, documents = "/v4/data/JobSummary.json", pair.two.sandbox.documents("prime")
    asked = asyncio.create_task(Prime(pair.one).get(path))
    said = None
    for _ in range(3):
        before = said
        async with asyncio.timeout(60):
            while (said := await documents.get("limits", "running")) in (None, before):
                await asyncio.sleep(0)
        assert (await Prime(pair.two).get(path)).status == 503
        now += running.LOST
    # Whoever has taken it for lost hears of it again.
    await documents.put("limits", "running", {})
    async with asyncio.timeout(60):
        while not await documents.get("limits", "running"):
            await asyncio.sleep(0)
    goes_on.set()
    assert (await asked).status == 200
    assert await documents.get("limits", "running") is None
    assert (await Prime(pair.two).get(path)).status == 200


async def test_of_two_who_delete_a_sandbox_one_does(pair: Pair) -> None:
    for _ in range(3):
        assert (await pair.one.post("/_control/sandboxes", json={"name": "t1"})).status == 201
        assert (await pair.two.get("/~t1/_control/ready")).status == 200
        answers = await asyncio.gather(
            *(one.delete("/_control/sandboxes/t1") for one in (pair.one, pair.two, pair.two))
        )
        refused = [await answer.json() for answer in answers if answer.status == 404]
        assert [one["error"]["code"] for one in refused] == ["unknown-sandbox"] * 2
        assert [answer.status for answer in answers if answer.status != 404] == [200]


async def test_a_sandbox_that_another_server_deletes_meanwhile_is_unknown(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await pair.one.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    store = pair.servers[0].services.store
    clear = store.clear

    async def clear_second(sandbox: str) -> bool:
        assert (await pair.two.delete("/_control/sandboxes/t1")).status == 200
        return await clear(sandbox)

    monkeypatch.setattr(store, "clear", clear_second)
    answer = await pair.one.delete("/_control/sandboxes/t1")
    assert (answer.status, (await answer.json())["error"]["code"]) == (404, "unknown-sandbox")


async def test_who_asks_after_a_reset_at_the_other_is_in_the_new_life(pair: Pair) -> None:
    poll = poll_of(APIS[0])
    await pair.one.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
    for client in (pair.one, pair.two):
        assert (await (await client.get(poll.path)).json())["jobStatus"] == poll.states[0]
    before = await jobs(pair.two)
    assert (await pair.one.post("/_control/reset")).status == 200
    answer = await pair.two.get(poll.path)
    assert answer.headers["X-Mockserver-Request"] == "3"
    assert "error" in await answer.json()
    assert await jobs(pair.two) == before - 1


async def test_a_snapshot_restored_at_one_is_the_other_s_too(pair: Pair) -> None:
    snapshot = await (await pair.two.get("/_control/snapshot")).json()
    snapshot["jobs"] = []
    assert (await pair.one.put("/_control/snapshot", json=snapshot)).status == 200
    assert await jobs(pair.two) == 0


async def test_what_happens_at_one_is_heard_at_the_other(pair: Pair) -> None:
    """A console gets the records, too; the stream ends when the sandbox does, wherever that is done."""
    assert (await pair.one.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    poll = poll_of(APIS[0])
    async with pair.two.get("/~t1/_control/events?records=true") as stream:
        assert await stream.content.readline() == b": mockserver\n"
        await pair.one.post("/~t1/_control/jobs", json={**poll.job, "state": poll.states[0]})
        await pair.one.get(f"/~t1{poll.path}")
        heard: dict[str, Any] = {}
        while len(heard) < 2:
            line = await stream.content.readline()
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                heard[event["event"]] = event
        assert heard["job-added"]["job"]["id"] == poll.job["id"]
        assert heard["request"]["request"]["status"] == 200
        assert (await pair.one.delete("/_control/sandboxes/t1")).status == 200
        await stream.content.read()  # to its end


async def test_what_somebody_else_tells_is_passed_by_and_others_are_heard(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    store = pair.servers[0].services.store
    assert isinstance(store, RedisStore)
    of_job = {"by": "x", "event": "job", "api": "ges", "kind": "job", "id": "1", "to": "running"}
    nonsense: list[Any] = [
        None, [], {}, {"by": "x"}, {"by": "x", "event": []}, {"by": "x", "event": "job\n\ndata: x"},
        {"by": "x", "event": "request", "number": "1"}, {"event": "reset"}, {**of_job, "by": 1}, {**of_job, "to": []},
        {**of_job, "event": "job-changed", "id": None},
    ]  # fmt: skip
    poll = poll_of(APIS[0])
    async with pair.two.get("/_control/events?records=true") as stream:
        assert await stream.content.readline() == b": mockserver\n"
        for text in (b"hello", b"", b"\xff", b" " + b"[" * 100_000, *map(json.dumps, nonsense)):
            said = text if isinstance(text, bytes) else text.encode()
            assert await store._connection.ask("PUBLISH", store._channel, b"default " + said) == 1
        # What could be one, of a job that nobody can have, and what has no subject.
        for event in ({**of_job, "event": "job-changed", "id": "\ud800"}, of_job, {**of_job, "event": "job-changed"}):
            store.announce("default", json.dumps(event).encode().join((b" ", b"")))
        await pair.one.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
        heard = []
        while "job-added" not in heard:
            line = await stream.content.readline()
            assert line, "the stream has ended"
            if line.startswith(b"event: "):
                heard.append(line.split()[1].decode())
    assert set(heard) <= {"job", "job-changed", "job-added"}
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_the_metrics_of_one_are_those_of_all(pair: Pair) -> None:
    poll = poll_of(APIS[0])
    await pair.one.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})
    for client in (pair.one, pair.two, pair.two):
        assert (await client.get(poll.path)).status == 200
    line = 'mockserver_requests_total{api="arcgis",operation="arcgis.JobStatus",status="200"} 3.0'
    deadline = time.monotonic() + 60
    for client in (pair.one, pair.two):
        while line not in (text := await (await client.get("/_control/metrics")).text()):
            assert time.monotonic() < deadline, text
            await asyncio.sleep(0.05)


async def all_say_that_it_is_away(pair: Pair) -> None:
    for api in APIS:
        poll = poll_of(api)
        answer = await pair.one.get(poll.path, headers=poll.headers)
        status, words = AWAY[api.name]
        assert (answer.status, words in await answer.text()) == (status, True), await answer.text()
    for path in ("/_control/jobs", "/~t1/_control/jobs", "/_control/sandboxes"):
        answer = await pair.two.get(path)
        assert (answer.status, (await answer.json())["error"]["code"]) == (503, "unavailable")
    ready = await pair.two.get("/_control/ready")
    assert (ready.status, (await ready.json())["store"]) == (503, False)
    assert (await pair.two.get("/_control/health")).status == 200


async def both_are_ready(pair: Pair) -> None:
    for client in (pair.one, pair.two):
        deadline = time.monotonic() + 60
        while (await client.get("/_control/ready")).status != 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)


async def test_what_one_has_told_of_its_metrics_is_told_by_the_other_were_it_killed_at_once(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for server in pair.servers:
        # None gets round to telling what it has counted.
        monkeypatch.setattr(server.services.sandboxes, "sweep", asyncio.Event().wait)
    assert (await pair.one.get(poll_of(APIS[0]).path)).status == 200
    told = await (await pair.one.get("/_control/metrics")).text()
    line = next(one for one in told.splitlines() if one.startswith('mockserver_requests_total{api="arcgis"'))
    assert line in (await (await pair.two.get("/_control/metrics")).text()).splitlines()


async def test_servers_that_have_ended_are_counted_as_one(redis_server: RedisServer) -> None:
    redis_server.empty()
    store = store_in(redis_server)
    await store.open()
    path = poll_of(APIS[0]).path
    for _ in range(2):
        async with Pair(redis_server) as ending:
            for client in (ending.one, ending.two):
                assert (await client.get(path)).status == 200
                await client.get("/_control/metrics")
            await asyncio.gather(*(server.stop() for server in ending.servers))
    posted = await store.posted()
    assert [*posted] == ["gone"]
    assert sum(times for api, *_, times in posted["gone"]["requests"] if api == "arcgis") == 4
    await store.close()


async def test_each_api_says_in_its_own_words_that_it_is_away_and_comes_back(fragile: Pair) -> None:
    for api in APIS:
        poll = poll_of(api)
        assert (await fragile.one.post("/_control/jobs", json={**poll.job, "state": poll.states[0]})).status == 201
        assert (await fragile.one.get(poll.path, headers=poll.headers)).status == 200
    fragile.redis.stop()
    for _ in range(2):
        await all_say_that_it_is_away(fragile)
    fragile.redis.start()
    await both_are_ready(fragile)
    for client in (fragile.one, fragile.two):
        # It was emptied; what the fixtures say is there again.
        assert await jobs(client) > 0


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (f"SET {PREFIX}schema 99", f"SET {PREFIX}schema {SCHEMA.decode()}"),
        ("ACL SETUSER default -evalsha", "ACL SETUSER default +evalsha"),
        ("ACL SETUSER default resetkeys ~other:*", "ACL SETUSER default ~*"),
    ],
    ids=["another's", "a step", "the keys"],
)
async def test_a_store_that_refuses_whatever_it_be_is_away_and_comes_back(
    fragile: Pair, caplog: pytest.LogCaptureFixture, begins: str, ends: str
) -> None:
    admin = RedisStore(fragile.redis.url, entry_text.dump, entry_text.load)
    await admin.open()
    ask = admin._connection.ask
    await ask(*begins.split())
    if begins.startswith("SET"):
        # What lies there is looked at when a connection is made.
        await ask("CLIENT", "KILL", "TYPE", "normal")
    for _ in range(2):
        await all_say_that_it_is_away(fragile)
    assert [record.exc_info for record in caplog.records if record.exc_info] == []
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) <= 6
    with pytest.raises((BadOption, OSError), match="refuses|name another database"):
        await MockServer(Settings(port=0, store=fragile.redis.url)).start()
    await ask(*ends.split())
    await admin.close()
    await both_are_ready(fragile)


async def test_a_server_whose_store_takes_nothing_is_not_ready(fragile: Pair) -> None:
    ask = fragile.servers[0].services.store._connection.ask  # type: ignore[attr-defined]
    await ask("CONFIG", "SET", "maxmemory", "1")
    for client in (fragile.one, fragile.two):
        ready = await client.get("/_control/ready")
        assert (ready.status, (await ready.json())["store"]) == (503, False)
    await ask("CONFIG", "SET", "maxmemory", "0")
    for client in (fragile.one, fragile.two):
        assert (await client.get("/_control/ready")).status == 200


@pytest.mark.parametrize("wrote", ["SET mockserver:schema 0", "SET mockserver:names 0"])
async def test_what_another_version_wrote_keeps_a_server_from_starting(redis_server: RedisServer, wrote: str) -> None:
    store = store_in(redis_server)
    await store.open()
    await store._connection.ask(*wrote.split())
    await store.close()
    with pytest.raises(BadOption, match="name another database, or empty that one"):
        await MockServer(Settings(port=0, store=redis_server.url)).start()
    redis_server.empty()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"store": "file:x"}, "is no store here"),
        ({"store": "redis://user:hush@h/not-a-number"}, "redis://…h/not-a-number"),
        ({"store": "redis://user:hush@h:no-port/0"}, "redis://…h:no-port/0"),
        ({"store": "redis://h/0", "state": "x"}, "--state"),
    ],
)
async def test_a_store_that_cannot_be_is_refused_in_one_line(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BadOption) as refused:
        await MockServer(Settings(port=0, **options)).start()
    assert words in str(refused.value)
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)
