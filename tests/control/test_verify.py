"""Verification: counts, order, bodies, breaches, and a verdict a person can read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.drivers.server import Client

PROJECT = "0123456789abcdef0123456789abcdef"
GRAPH = f"/ges/v1.0/{PROJECT}/graphs/movie"
TOKEN = {"X-Auth-Token": "mock-token"}


async def look(client: Client, job: str) -> None:
    await client.get(f"{GRAPH}/jobs/{job}/status", headers=TOKEN)


async def cancel(client: Client, job: str) -> None:
    await client.delete(f"{GRAPH}/jobs/{job}", headers=TOKEN)


async def verify(client: Client, **asked: Any) -> tuple[int, dict[str, Any]]:
    response = await client.post("/_control/requests/verify", json=asked)
    return response.status, await response.json()


@pytest.fixture
async def used(client: Client) -> Client:
    for job in ("a", "b"):
        fields = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": job, "state": "running"}
        assert (await client.post("/_control/jobs", json=fields)).status == 201
    await look(client, "a")
    await look(client, "a")
    await cancel(client, "a")
    await look(client, "b")
    return client


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"match": {"operation": "ges.CancelJob"}}, 1),
        ({"match": {"operation": "ges.CancelJob", "job": "a"}, "count": 1}, 1),
        ({"match": {"operation": "ges.CancelJob", "job": "b"}, "count": 0}, 0),
        ({"match": {"operation": "ges.JobStatus"}, "count": {"atLeast": 2, "atMost": 3}}, 3),
        ({"match": {"method": "DELETE"}}, 1),
        ({"match": {"path": "/ges/*/status", "status": 200}, "count": 3}, 3),
        ({"match": {}, "count": 4}, 4),
        ({"order": [{"operation": "JobStatus", "job": "a"}, {"operation": "CancelJob"}, {"job": "b"}]}, 4),
        ({"noViolations": True}, 4),
    ],
)
async def test_it_is_so(used: Client, asked: dict[str, Any], count: int) -> None:
    status, answer = await verify(used, **asked)
    assert status == 200, answer
    assert (answer["verified"], answer["count"]) == (True, count)


async def test_near_misses_say_what_differed(used: Client) -> None:
    status, answer = await verify(used, match={"operation": "ges.CancelJob", "job": "b"})
    assert status == 409
    lines = answer["error"]["message"].splitlines()
    assert lines[0] == 'expected at least 1 request with operation "ges.CancelJob", job "b"; found 0'
    assert len(lines) <= 15
    assert len(answer["near"]) <= 3
    first = answer["near"][0]
    assert (first["operation"], first["differences"]) == (
        "ges.CancelJob",
        [{"field": "job", "expected": "b", "found": "a"}],
    )
    assert any("job is 'a', not 'b'" in line for line in lines)


async def test_too_many(used: Client) -> None:
    status, answer = await verify(used, match={"operation": "ges.JobStatus", "job": "a"}, count=1)
    assert (status, answer["count"]) == (409, 2)
    assert "exactly 1 request" in answer["error"]["message"]


async def test_the_order_names_the_step(used: Client) -> None:
    status, answer = await verify(used, order=[{"operation": "CancelJob"}, {"operation": "JobStatus", "job": "a"}])
    assert status == 409
    assert answer["error"]["message"].startswith("step 2 of 2: no request with operation")
    assert "one came before that" in answer["error"]["message"]


async def test_a_breach_is_named_with_its_place(used: Client) -> None:
    await used.post(f"{GRAPH}/action?action_id=execute-algorithm", headers=TOKEN, data=b"{")
    status, answer = await verify(used, noViolations=True)
    assert status == 409
    assert "breaks the contract (client)" in answer["error"]["message"]
    found = (await (await used.get("/_control/violations")).json())["violations"]
    assert found[0]["side"] == "client"
    assert (await (await used.get("/_control/violations?side=server")).json())["violations"] == []


async def test_partial_bodies_and_parameters(used: Client) -> None:
    body = {"algorithmName": "pagerank", "parameters": {"alpha": 0.85, "max_iterations": 100}}
    await used.post(f"{GRAPH}/action?action_id=execute-algorithm", headers=TOKEN, json=body)
    assert (await verify(used, match={"body": {"parameters": {"alpha": 0.85}}}, count=1))[0] == 200
    assert (await verify(used, match={"body": '"pagerank"'}, count=1))[0] == 200
    status, answer = await verify(
        used, match={"operation": "ges.ExecuteAlgorithm", "body": {"parameters": {"alpha": 1}}}
    )
    assert status == 409
    assert answer["near"][0]["differences"] == [{"field": "body/parameters/alpha", "expected": 1, "found": 0.85}]


async def test_it_can_wait_for_it_to_become_true(used: Client) -> None:
    asked = {"match": {"operation": "ges.CancelJob", "job": "b"}, "timeout": 30}
    waiting = asyncio.create_task(verify(used, **asked))
    await asyncio.sleep(0)
    await cancel(used, "b")
    status, _ = await waiting
    assert status == 200


async def test_secrets_stay_masked_in_a_verdict(used: Client) -> None:
    match = {"operation": "ges.CancelJob", "headers": {"X-Auth-Token": "another"}}
    status, answer = await verify(used, match=match)
    assert status == 409
    assert "mock-token" not in str(answer)


async def test_a_ring_that_dropped_requests_says_so(serve: Any) -> None:
    client = await serve(journal_size=2)
    for _ in range(5):
        await client.get("/nowhere")
    _, answer = await verify(client, match={"operation": "ges.CancelJob"})
    assert "dropped 3 older requests" in answer["error"]["message"]


async def test_bad_questions(used: Client) -> None:
    for asked in (
        {},
        {"count": -1},
        {"match": {"nope": 1}},
        {"order": []},
        {"count": {"atLeast": "x"}},
        {"timeout": -1},
    ):
        status, answer = await verify(used, **asked)
        assert (status, answer["error"]["code"]) == (422, "invalid"), asked


async def test_coverage_counts_operations_responses_and_states(used: Client) -> None:
    report = await (await used.get("/_control/coverage")).json()
    assert report["operations"]["ges.JobStatus"]["requests"] == 3
    assert report["operations"]["ges.CancelJob"]["requests"] == 1
    assert report["states"]["ges"]["job"]["running"] == 3
    assert 0 < report["summary"]["operations"]["exercised"] < report["summary"]["operations"]["of"]
    entry = (await (await used.get("/_control/requests?operation=ges.CancelJob")).json())["requests"][0]
    assert report["operations"]["ges.CancelJob"]["responses"][entry["response"]] == 1
    await used.post("/_control/reset")
    report = await (await used.get("/_control/coverage")).json()
    assert report["summary"]["operations"]["exercised"] == 0


async def test_an_unknown_path_names_the_nearest(client: Client) -> None:
    response = await client.get(f"/gess/v1.0/{PROJECT}/graphs/movie/jobs/a/status")
    assert response.status == 404
    assert "/jobs/{job_id}/status" in (await response.json())["error"]["hint"]
    unmatched = (await (await client.get("/_control/requests?unmatched=true")).json())["requests"]
    assert unmatched[0]["nearest"].endswith("/status")
