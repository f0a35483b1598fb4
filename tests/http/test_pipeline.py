"""One request's way, with an API made for the purpose: whatever goes wrong, the server goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer, TestClient

from mockserver._resources import folder as folder_of
from mockserver.api.context import RequestContext, Resolved
from mockserver.api.definition import Api
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.job_builder import JobSpec, SpecContext
from mockserver.api.operation import JobPlace, Operation
from mockserver.api.response import Response, json_response
from mockserver.api.settings import text
from mockserver.contracts import loader
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Violation
from mockserver.core.clock import Clock
from mockserver.core.errors import DomainError, IllegalEvent, UnknownJob
from mockserver.core.machine import Machine, Phase, State
from mockserver.core.plan import Plan, Step, Wait
from mockserver.http.diagnosis import in_a_header
from mockserver.http.metrics import Metrics
from mockserver.http.mounts import Mounts
from mockserver.http.pipeline import Pipeline
from mockserver.journal.entry import BODY_LIMIT, decoded
from mockserver.journal.in_parts import everything
from mockserver.journal.masked_entry import describe
from mockserver.sandbox.fixtures.merge import Fixtures
from mockserver.sandbox.registry import Sandboxes
from mockserver.sandbox.sandbox import SandboxConfig
from mockserver.store.memory import MemoryStore
from mockserver.wire.json import Malformed, read_json

PLAN = Plan(steps=(Step(state="on", wait=Wait(seconds=10)),), end="off")
MACHINE = Machine(
    initial="on",
    states=(State(name="on", phase=Phase.EXECUTING), State(name="off", phase=Phase.SUCCEEDED)),
    rows={"on": {"stop": "off"}, "off": {}},
    plans={"succeeds": PLAN},
)


Toy = TestClient[web.BaseRequest, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToySettings:
    greeting: str = text("hello", "What it says.")


async def show(call: RequestContext[ToySettings, Any]) -> Response:
    job = await call.jobs.get("toy", call.values["job"])
    return json_response({"state": job.state})


async def stop(call: RequestContext[ToySettings, Any]) -> Response:
    if isinstance(call.payload, Malformed):
        return json_response({"problem": "no JSON"}, 400)
    await call.jobs.fire("toy", call.values["job"], "stop")
    return json_response({"state": "stopped"})


async def broken(call: RequestContext[ToySettings, Any]) -> Response:
    raise ZeroDivisionError("password=hunter2")


async def wrong(call: RequestContext[ToySettings, Any]) -> Response:
    return json_response({"state": 7})


def refuse(call: RequestContext[ToySettings, Any], error: Exception) -> Response:
    table: dict[type[Exception], tuple[int, str]] = {
        UnknownJob: (404, "unknown"),
        IllegalEvent: (409, "too late"),
        NoRoute: (404, "nothing here"),
        MethodNotAllowed: (405, "not so"),
        BodyTooLarge: (413, "too much"),
        HandlerFailed: (500, "our fault"),
    }
    for kind, (status, said) in table.items():
        if isinstance(error, kind):
            return json_response({"problem": said}, status)
    if isinstance(error, DomainError):
        return json_response({"problem": str(error)}, 500)
    raise error


def resolve(call: RequestContext[ToySettings, Any]) -> Resolved:
    return Resolved(call.operation, dict(call.query), read_json(call.body))


def job_spec(fields: Mapping[str, Any], _: SpecContext[ToySettings, Any]) -> JobSpec:
    return JobSpec(machine=MACHINE, id=fields["id"], fields=fields, data={})


TOY = Api(
    name="toy",
    title="Toy",
    bases=("/toy",),
    account="none",
    machines={"job": MACHINE},
    operations=(
        Operation(name="Show", methods=("GET",), paths=("/toy/{job}",), handler=show, job=JobPlace(path="job")),
        Operation(name="Stop", methods=("POST",), paths=("/toy/{job}/stop",), handler=stop),
        Operation(name="Broken", methods=("GET",), paths=("/toy/{job}/broken",), handler=broken),
        Operation(name="Wrong", methods=("GET",), paths=("/toy/{job}/wrong",), handler=wrong),
        Operation(name="Later", methods=("GET",), paths=("/toy/{job}/later",), title="Show it later"),
    ),
    settings=ToySettings,
    read_site=lambda section: section,
    job_spec=job_spec,
    resolve=resolve,
    refuse=refuse,
)

_PROBLEM = {"type": "object", "required": ["problem"], "additionalProperties": False, "properties": {"problem": {}}}


def _write_contracts(folder: Path) -> None:
    (folder / "toy").mkdir()
    meta = folder_of("contracts") / "contract.schema.json"
    (folder / "contract.schema.json").write_text(meta.read_text())
    for name in ("Show", "Stop", "Broken", "Wrong"):
        state = {"type": "object", "required": ["state"], "properties": {"state": {"type": "string"}}}
        document = {
            "operation": f"toy.{name}",
            "title": name,
            "sources": [{"title": "none"}],
            "methods": ["GET"],
            "path": "/toy/{job}",
            "parameters": {"type": "object", "properties": {"n": {"pattern": "^[0-9]+$"}}},
            "body": {"type": ["object", "null"]},
            "responses": {
                "ok": {"status": 200, "content_type": "application/json", "confidence": "documented", "schema": state},
                **{
                    f"bad{status}": {
                        "status": status, "content_type": "application/json", "confidence": "inferred",
                        "schema": _PROBLEM,
                    }
                    for status in (400, 404, 409, 413, 500)
                },
            },
            "examples": [
                {"name": "x", "request": {"method": "GET", "path": "/"}, "response": {"name": "ok", "status": 200}}
            ],
        }  # fmt: skip
        (folder / "toy" / f"{name}.json").write_text(json.dumps(document))


@pytest.fixture
def exchange(tmp_path: Path) -> Pipeline:
    _write_contracts(tmp_path)
    config = SandboxConfig(
        store=MemoryStore(),
        apis=(TOY,),
        seed=0,
        time=lambda: 1000.0,
        clock=Clock(frozen_at=1000.0),
        journal_size=50,
    )
    contracts = loader.load(tmp_path, ["toy"])
    fixtures = Fixtures(sections={"toy": {"jobs": [{"id": "1"}, {"id": "2", "state": "on"}]}})
    sandboxes = Sandboxes(config, fixtures)
    return _pipeline(sandboxes, contracts, TOY)


def _pipeline(sandboxes: Sandboxes, contracts: Contracts, api: Api) -> Pipeline:
    return Pipeline(
        sandboxes,
        contracts,
        apis=[api],
        mounts=Mounts({}),
        metrics=Metrics(),
        strict=False,
        headers=True,
        patience=25.0,
        body_limit=1 << 26,
    )


@pytest.fixture
async def client(exchange: Pipeline) -> AsyncIterator[Toy]:
    await exchange.sandboxes.default.seed()
    exchange.body_limit = 1000
    async with TestClient(RawTestServer(exchange.handle)) as made:
        yield made


async def entries(exchange: Pipeline, box: str = "default") -> list[dict[str, Any]]:
    return [describe(entry) for entry in await everything(exchange.sandboxes.store, box)]


async def test_an_answer_carries_its_journal_number(client: Toy, exchange: Pipeline) -> None:
    answer = await client.get("/toy/1?n=5")
    assert (answer.status, await answer.json()) == (200, {"state": "on"})
    assert answer.headers["X-Mockserver-Request"] == "1"
    assert "X-Mockserver-Violations" not in answer.headers
    (entry,) = await entries(exchange)
    assert (entry["operation"], entry["job"], entry["status"], entry["violations"]) == ("toy.Show", "1", 200, [])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("GET", "/toy/9", b"", 404, "unknown"),
        ("PUT", "/toy/1", b"", 405, "not so"),
        ("GET", "/toy/1/no/such", b"", 404, "nothing here"),
        ("GET", "/toy", b"", 404, "nothing here"),
        ("POST", "/toy/1/stop", b"{oh", 400, "no JSON"),
        ("POST", "/toy/1/stop", b"x" * 2000, 413, "too much"),
        ("GET", "/toy/1/broken", b"", 500, "our fault"),
        ("GET", "/toy/%FF%00", b"", 404, "unknown"),
    ],
)
async def test_whatever_goes_wrong_gets_the_apis_own_error_and_the_server_goes_on(
    client: Toy, method: str, path: str, body: bytes, status: int, text: str
) -> None:
    answer = await client.request(method, path, data=body or None)
    assert (answer.status, await answer.json()) == (status, {"problem": text})
    assert (await client.get("/toy/1")).status == 200


async def test_a_bug_leaves_its_traceback_in_the_journal_with_secrets_masked(client: Toy, exchange: Pipeline) -> None:
    await client.get("/toy/1/broken")
    (entry,) = await entries(exchange)
    assert "ZeroDivisionError" in entry["error"]
    assert "hunter2" not in entry["error"]


async def test_a_clients_breach_is_answered_as_the_api_would_and_recorded(client: Toy, exchange: Pipeline) -> None:
    answer = await client.get("/toy/1?n=five")
    assert (answer.status, answer.headers["X-Mockserver-Violations"]) == (200, "1")
    assert answer.headers["X-Mockserver-Violation"].startswith("parameters /n: ")
    (entry,) = await entries(exchange)
    (violation,) = entry["violations"]
    assert (violation["side"], violation["part"], violation["pointer"]) == ("client", "parameters", "/n")
    assert "five" in violation["message"]


async def test_a_breach_of_ours_is_recorded_and_a_500_when_strict(client: Toy, exchange: Pipeline) -> None:
    assert (await client.get("/toy/1/wrong")).status == 200
    exchange.strict = True
    answer = await client.get("/toy/1/wrong")
    error = (await answer.json())["error"]
    assert (answer.status, error["code"], error["pointer"]) == (500, "contract-breach", "/state")
    assert [entry["violations"][0]["side"] for entry in await entries(exchange)] == ["server", "server"]


async def test_what_is_not_faked_answers_501_and_names_itself(client: Toy) -> None:
    answer = await client.get("/toy/1/later")
    assert answer.status == 501
    assert "toy.Later" in await answer.text()


async def test_an_unknown_path_names_the_nearest_known_one(client: Toy, exchange: Pipeline) -> None:
    answer = await client.get("/tory/1/stop")
    assert answer.status == 404
    assert "/toy/{job}/stop" in (await answer.json())["error"]["hint"]
    assert (await entries(exchange))[0]["nearest"] == "/toy/{job}/stop"


async def test_a_state_change_is_in_the_journal_with_its_request(client: Toy, exchange: Pipeline) -> None:
    await client.post("/toy/1/stop", json={})
    (entry,) = await entries(exchange)
    (change,) = entry["state_change"]
    assert (change["id"], change["from"], change["to"], change["cause"]) == ("1", "on", "off", "client")
    job = await exchange.sandboxes.default.jobs.get("toy", "1")
    assert job.history[-1].request == entry["number"]


async def test_sandboxes_are_told_apart_by_prefix_header_and_port(client: Toy, exchange: Pipeline) -> None:
    await exchange.sandboxes.create("t1")
    await exchange.sandboxes.create("t2")
    await client.post("/~t1/toy/1/stop", json={})
    by_header = await client.get("/toy/1", headers={"X-Mockserver-Sandbox": "t1"})
    assert (await by_header.json())["state"] == "off"
    assert (await (await client.get("/~t2/toy/1")).json())["state"] == "on"
    assert (await (await client.get("/toy/1")).json())["state"] == "on"
    assert client.port is not None
    exchange.ports[client.port] = "t1"
    assert (await (await client.get("/toy/1")).json())["state"] == "off"
    # Who names no sandbox that there is stands in the journal of the default one.
    assert (await client.get("/~t9/toy/1")).status == 404
    assert [len(await entries(exchange, box)) for box in ("t1", "t2", "default")] == [3, 1, 2]


async def test_the_journal_is_a_ring(client: Toy, exchange: Pipeline) -> None:
    for _ in range(60):
        await client.get("/toy/1")
    numbers = [entry["number"] for entry in await entries(exchange)]
    assert numbers == list(range(11, 61))


async def test_parallel_calls_get_numbers_of_their_own(client: Toy) -> None:
    answers = await asyncio.gather(*(client.get("/toy/1") for _ in range(50)))
    assert {int(answer.headers["X-Mockserver-Request"]) for answer in answers} == set(range(1, 51))


async def test_large_bodies_are_cut_before_they_are_kept(client: Toy, exchange: Pipeline) -> None:
    exchange.body_limit = 1_000_000
    await client.post("/toy/1/stop", json={"x": "y" * 200_000})
    (kept,) = await everything(exchange.sandboxes.store, "default")
    assert len(kept.body) == BODY_LIMIT
    assert decoded(kept) == ({}, None)
    assert describe(kept)["request"]["size"] == 200_009


async def test_a_request_stands_in_the_journal_while_it_is_answered(exchange: Pipeline) -> None:
    await exchange.sandboxes.default.seed()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(context: RequestContext[ToySettings, Any]) -> Response:
        reached.set()
        await go_on.wait()
        return json_response({"state": "on"})

    api = replace(TOY, operations=(replace(TOY.operations[0], handler=slow),))
    pipeline = _pipeline(exchange.sandboxes, exchange.contracts, api)
    async with RawTestServer(pipeline.handle) as server, aiohttp.ClientSession() as session:
        asking = asyncio.create_task(session.get(server.make_url("/toy/1?n=5")))
        await reached.wait()
        (entry,) = await entries(exchange)
        assert (entry["operation"], entry["job"], entry["status"]) == ("toy.Show", "1", None)
        go_on.set()
        assert (await asking).status == 200
        (entry,) = await entries(exchange)
        assert (entry["operation"], entry["job"], entry["status"]) == ("toy.Show", "1", 200)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("'password=hunter2' is too long", "body /a: 'password=***' is too long"),
        ("'a\r\nSet-Cookie: x' is no number", "body /a: 'a Set-Cookie: x' is no number"),
        ("'\x07ü\u2028' is odd", "body /a: '?? ' is odd"),
        ("x" * 300, "body /a: " + "x" * 191),
    ],
)
def test_a_breach_in_a_header_is_one_short_line_of_ascii(message: str, shown: str) -> None:
    assert in_a_header(Violation(side="client", part="body", pointer="/a", message=message)) == shown


def test_a_secret_value_is_not_told_in_a_header() -> None:
    breach = Violation(side="client", part="body", pointer="/auth/password", message="'hunter2' is too short")
    assert "hunter2" not in in_a_header(breach)
