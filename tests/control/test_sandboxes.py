"""Sandboxes made anew, and no more of them than there may be."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.sandbox.sandbox import Sandbox
from tests.drivers.server import Client, Serve

SUBMIT = "/CasJobs/services/jobs.asmx/SubmitJob?wsid=1&pw=secret&qry=q&context=DR7&taskname=late&estimate=1"


async def asked(client: Client, method: str, path: str, **options: Any) -> tuple[int, Any]:
    async with client.request(method, path, **options) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_sandbox_that_is_made_anew_is_seeded_and_disowns_what_began_before(client: Client) -> None:
    status, made = await asked(client, "PUT", "/_control/sandboxes/t1", json={"ttl": 60})
    assert (status, made["ttl"]) == (201, 60)
    jobs = (await asked(client, "GET", "/~t1/_control/jobs?api=casjobs"))[1]["total"]
    fault = {"match": {"operation": "casjobs.SubmitJob"}, "effect": {"delay": "300ms", "before": "work"}}
    assert (await asked(client, "POST", "/~t1/_control/faults", json=fault))[0] == 201
    late = asyncio.create_task(asked(client, "GET", f"/~t1{SUBMIT}"))
    while not (await asked(client, "GET", "/~t1/_control/requests"))[1]["requests"]:
        await asyncio.sleep(0)

    status, made = await asked(client, "PUT", "/_control/sandboxes/t1", json={})

    assert (status, made["name"], made["ttl"]) == (200, "t1", None)
    status, answer = await late
    assert (status, answer["error"]["code"]) == (409, "reset")
    assert (await asked(client, "GET", "/~t1/_control/jobs?api=casjobs"))[1]["total"] == jobs
    assert (await asked(client, "GET", "/~t1/_control/faults"))[1]["faults"] == []
    assert (await asked(client, "GET", "/~t1/_control/requests"))[1]["requests"] == []


@pytest.mark.parametrize("anew", [False, True], ids=["is gone", "is another one"])
@pytest.mark.parametrize("when", ["before it is filled", "once it is filled", "before it is moved"])
async def test_one_that_ends_while_it_is_made_anew_does_not_come_back(
    client_of_each: Client, monkeypatch: pytest.MonkeyPatch, when: str, anew: bool
) -> None:
    client, store = client_of_each, client_of_each.services.store
    assert (await asked(client, "PUT", "/_control/sandboxes/t1", json={}))[0] == 201
    owner, name = (store, "move") if when == "before it is moved" else (Sandbox, "seed")
    step = getattr(owner, name)

    async def meanwhile(*args: Any, **options: Any) -> Any:
        monkeypatch.undo()
        done = await step(*args, **options) if when == "once it is filled" else None
        assert (await asked(client, "DELETE", "/_control/sandboxes/t1"))[0] == 200
        if anew:
            assert (await asked(client, "POST", "/_control/sandboxes", json={"name": "t1", "ttl": 60}))[0] == 201
        return done or await step(*args, **options)

    monkeypatch.setattr(owner, name, meanwhile)
    fixture = {"ges": {"jobs": [{"id": "j", "graph": "movie", "kind": "query-vertices", "state": "running"}]}}
    status, answer = await asked(client, "PUT", "/_control/sandboxes/t1", json={"fixtures": [fixture]})

    assert (status, answer["error"]["code"]) == (409, "reset")
    status, answer = await asked(client, "GET", "/_control/sandboxes/t1")
    assert (status, answer.get("ttl")) == ((200, 60) if anew else (404, None))
    assert sorted(await store.sandboxes()) == (["default", "t1"] if anew else ["default"])
    if anew:
        assert await store.size("t1") == await store.size("default")


async def test_of_two_who_make_one_anew_at_once_both_do(client_of_each: Client) -> None:
    await asked(client_of_each, "PUT", "/_control/sandboxes/t1", json={})
    both = [asked(client_of_each, "PUT", "/_control/sandboxes/t1", json={}) for _ in range(2)]
    assert [status for status, _ in await asyncio.gather(*both)] == [200, 200]


async def test_fixtures_that_cannot_be_followed_change_nothing(client: Client) -> None:
    job = {"ges": {"jobs": [{"id": "j", "graph": "movie", "state": "nowhere"}]}}
    await asked(client, "PUT", "/_control/sandboxes/t1", json={})
    before = (await asked(client, "GET", "/~t1/_control/jobs"))[1]
    assert (await asked(client, "PUT", "/_control/sandboxes/t1", json={"fixtures": [job]}))[0] == 422
    assert (await asked(client, "GET", "/~t1/_control/jobs"))[1] == before


async def test_what_clients_submit_is_as_the_sandbox_says_until_it_is_made_anew(client: Client) -> None:
    async def plan() -> Any:
        assert (await client.get(f"/~t1{SUBMIT}")).status == 200
        found = (await asked(client, "GET", "/~t1/_control/jobs?api=casjobs&limit=1"))[1]["jobs"][0]
        return found["plan"]["end"]

    fields = {"casjobs": {"plan": "fails"}}
    made = await asked(client, "POST", "/_control/sandboxes", json={"name": "t1", "submits": fields})
    assert (made[0], made[1]["submits"]) == (201, fields)
    assert await plan() == "Failed"
    # A reset goes back to the start, and this belongs to it.
    await asked(client, "POST", "/~t1/_control/reset")
    assert await plan() == "Failed"
    await asked(client, "PUT", "/_control/sandboxes/t1", json={})
    assert await plan() == "Finished"
    await asked(client, "PUT", "/_control/sandboxes/t1", json={"submits": {"casjobs": {"plan": "stuck"}}})
    assert await plan() is None


async def test_an_id_for_what_clients_submit_is_that_of_the_first_job(client: Client) -> None:
    """The second was a 500, and in CasJobs it stopped the server."""
    fields = {"submits": {"casjobs": {"id": "77"}, "ges": {"id": "7" * 32}}}
    assert (await asked(client, "POST", "/_control/sandboxes", json={"name": "t1", **fields}))[0] == 201
    graph = "/~t1/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie/action?action_id=execute-algorithm"
    for _ in range(2):
        assert (await client.get(f"/~t1{SUBMIT}")).status == 200
        run = {"algorithmName": "pagerank", "parameters": {}}
        assert (await client.post(graph, json=run, headers={"X-Auth-Token": "mock-token"})).status == 200
    jobs = (await asked(client, "GET", "/~t1/_control/jobs?limit=4"))[1]["jobs"]
    made = [job["id"] for job in jobs if job["api"] in ("casjobs", "ges")]
    assert {"77", "7" * 32} < set(made)
    assert len(set(made)) == 4


async def test_what_no_job_can_be_like_is_refused(client: Client) -> None:
    for wrong, code in (({"casjob": {}}, "unknown-api"), ({"casjobs": {"rows": "many"}}, "bad-field")):
        status, answer = await asked(client, "PUT", "/_control/sandboxes/t1", json={"submits": wrong})
        assert (status, answer["error"]["code"]) == (422, code)
    assert (await asked(client, "GET", "/_control/sandboxes/t1"))[0] == 404


async def test_a_port_of_its_own_stays_as_long_as_it_is_asked_for(client: Client) -> None:
    first = (await asked(client, "PUT", "/_control/sandboxes/t1", json={"port": True}))[1]["port"]
    assert (await asked(client, "PUT", "/_control/sandboxes/t1", json={"port": True}))[1]["port"] == first
    assert (await asked(client, "PUT", "/_control/sandboxes/t1", json={}))[1]["port"] is None


async def test_one_sandbox_too_many_is_refused_until_another_ends(serve: Serve) -> None:
    client = await serve(max_sandboxes=2)
    for name in ("a", "b"):
        assert (await asked(client, "POST", "/_control/sandboxes", json={"name": name}))[0] == 201
    for method, path, body in (("POST", "", {"name": "c"}), ("POST", "", {}), ("PUT", "/c", {})):
        status, answer = await asked(client, method, f"/_control/sandboxes{path}", json=body)
        assert (status, answer["error"]["code"]) == (409, "too-many-sandboxes")
        assert "--max-sandboxes" in answer["error"]["hint"]
    assert (await asked(client, "PUT", "/_control/sandboxes/b", json={}))[0] == 200
    assert (await asked(client, "DELETE", "/_control/sandboxes/a"))[0] == 200
    assert (await asked(client, "POST", "/_control/sandboxes", json={"name": "c"}))[0] == 201


async def test_one_without_a_name_gets_the_next_when_its_own_is_taken_meanwhile(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandboxes = client.services.sandboxes
    drawn = iter(("mine", "mine", "sandbox-free"))

    async def free_name() -> str:
        return next(drawn)

    assert (await asked(client, "POST", "/_control/sandboxes", json={"name": "mine"}))[0] == 201
    monkeypatch.setattr(sandboxes, "_free_name", free_name)
    status, made = await asked(client, "POST", "/_control/sandboxes", json={})
    assert (status, made["name"]) == (201, "sandbox-free")
    status, refused = await asked(client, "POST", "/_control/sandboxes", json={"name": "mine"})
    assert (status, refused["error"]["code"]) == (409, "sandbox-exists")
