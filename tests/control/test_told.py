"""What a client was told of its job, and what it did after that: `told`, `final`, `since`, `after`; names that are none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mockserver.api.definition import Api
from mockserver.apis import APIS
from mockserver.core.machine import FINAL
from tests.drivers import poll_of
from tests.drivers.server import Client
from tests.drivers.waiting import Waiting

GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
TOKEN = {"X-Auth-Token": "mock-token"}
ECHO = "/arcgis/rest/services/Demo/GPServer/Echo"


async def verify(client: Client, **asked: Any) -> tuple[int, dict[str, Any]]:
    response = await client.post("/_control/requests/verify", json=asked)
    return response.status, await response.json()


async def newest(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await (await client.get("/_control/requests?limit=1")).json())["requests"][0]
    return found


@pytest.fixture
async def polled(client: Client) -> Client:
    """A GES job that is looked at twice while it runs, once when it has failed, and once more after that."""
    job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
    assert (await client.post("/_control/jobs", json=job)).status == 201
    for state in ("running", "running", "success", "success"):
        await client.put("/_control/jobs/ges/x/state", json={"state": state})
        await client.get(f"{GRAPH}/jobs/x/status", headers=TOKEN)
    return client


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_each_status_query_says_what_it_told(client: Client, api: Api) -> None:
    poll = poll_of(api)
    assert (await client.post("/_control/jobs", json=dict(poll.job))).status == 201
    kinds = set()
    for state in poll.states:
        await client.put(f"/_control/jobs/{api.name}/{poll.job['id']}/state", json={"state": state})
        await client.get(poll.path, headers=poll.headers)
        told = (await newest(client))["told"]
        kinds |= {kind for kind, machine in api.machines.items() if told["state"] in [s.word for s in machine.states]}
        assert told["final"] is (told["phase"] in {str(phase) for phase in FINAL})
    assert kinds


async def test_arcgis_says_it_when_it_makes_and_cancels_a_job_too(client: Client) -> None:
    job = (await (await client.post(f"{ECHO}/submitJob", data={"f": "json"})).json())["jobId"]
    assert (await newest(client))["told"] == {"state": "esriJobSubmitted", "phase": "SUBMITTED", "final": False}
    await client.put(f"/_control/jobs/arcgis/{job}/state", json={"state": "esriJobExecuting"})
    answer = await (await client.post(f"{ECHO}/jobs/{job}/cancel", data={"f": "json"})).json(content_type=None)
    assert (await newest(client))["told"]["state"] == answer["jobStatus"]
    await client.put(f"/_control/jobs/arcgis/{job}/state", json={"state": "CANCELED"})
    await client.get(f"{ECHO}/jobs/{job}?f=json")
    assert (await newest(client))["told"] == {"state": "esriJobCancelled", "phase": "CANCELED", "final": True}


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        ({"delay": 0}, "running"),
        ({"drip": {"bytes": 32, "every": 0}}, "running"),
        ({"garble": "truncate"}, None),
        ({"status": 503}, None),
        ({"status": 503, "handled": True}, None),
    ],
    ids=str,
)
async def test_an_answer_that_is_lost_tells_nothing(client: Client, effect: dict[str, Any], told: str | None) -> None:
    job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "running"}
    assert (await client.post("/_control/jobs", json=job)).status == 201
    assert (await client.post("/_control/faults", json={"effect": effect})).status == 201
    await (await client.get(f"{GRAPH}/jobs/x/status", headers=TOKEN)).read()

    found = (await newest(client))["told"]
    assert (found and found["state"]) == told


async def test_a_failure_that_is_told_by_an_error_is_told(client: Client) -> None:
    job = {"api": "ges", "graph": "movie", "kind": "execute-algorithm", "id": "x", "state": "failed"}
    assert (await client.post("/_control/jobs", json=job)).status == 201
    assert (await client.get(f"{GRAPH}/jobs/x/status", headers=TOKEN)).status == 400
    assert (await newest(client))["told"] == {"state": "failed", "phase": "FAILED", "final": True}
    await client.get(f"{GRAPH}/jobs/none/status", headers=TOKEN)
    assert (await newest(client))["told"] is None


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"match": {"told": "running"}, "count": 2}, 2),
        ({"match": {"told": "SUCCEEDED"}, "count": 2}, 2),
        ({"match": {"final": True}, "count": 2}, 2),
        ({"match": {"final": False}, "count": 2}, 2),
        ({"match": {}, "since": 1, "count": 3}, 3),
        ({"match": {}, "since": "3", "count": 1}, 1),
        ({"match": {}, "since": "2026-01-02T11:59:59Z", "count": 4}, 4),
        ({"match": {}, "since": "2026-01-02T12:00:00Z", "count": 0}, 0),
        ({"match": {"job": "x"}, "after": {"job": "x", "final": True}, "count": 1}, 1),
        ({"match": {"job": "x"}, "after": {"job": "x", "final": True}, "since": 3, "count": 0}, 0),
        ({"order": [{"told": "running"}, {"told": "running"}, {"final": True}]}, 4),
        ({"order": [{"final": True}], "after": {"final": True}}, 1),
        ({"noViolations": True, "after": {"final": True}}, 1),
    ],
    ids=str,
)
async def test_it_is_so(polled: Client, asked: dict[str, Any], count: int) -> None:
    status, answer = await verify(polled, **asked)
    assert status == 200, answer
    assert answer["count"] == count


async def test_a_client_that_went_on_polling_is_seen_in_one_call(polled: Client) -> None:
    status, answer = await verify(polled, match={"job": "x"}, after={"job": "x", "final": True}, count=0)
    assert (status, answer["count"], answer["requests"]) == (409, 1, [4])
    assert answer["error"]["message"].splitlines()[0] == 'expected exactly 0 requests with job "x"; found 1'


async def test_what_came_after_nothing_is_not_verified(polled: Client) -> None:
    status, answer = await verify(polled, match={"job": "x"}, after={"job": "x", "told": "failed"}, count=0)
    assert (status, answer["count"]) == (409, 0)
    lines = answer["error"]["message"].splitlines()
    assert lines[0] == 'no request with job "x", told "failed" came, so that nothing came after it'
    assert "told is 'success', not 'failed'" in answer["error"]["message"]


async def test_near_misses_are_looked_for_where_the_question_is(polled: Client) -> None:
    status, answer = await verify(polled, match={"told": "running"}, after={"final": True})
    assert (status, [near["number"] for near in answer["near"]]) == (409, [4])
    status, answer = await verify(polled, order=[{"final": True}, {"told": "running"}])
    assert (status, [near["number"] for near in answer["near"]]) == (409, [4])
    assert "one came before that: #1" in answer["error"]["message"]


async def test_a_request_counts_while_it_is_answered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(monkeypatch)
    await client.post("/_control/faults", json={"effect": {"delay": "30m", "before": "work"}})
    call = asyncio.create_task(client.session.get(client.make_url(f"{GRAPH}/jobs/x/status"), headers=TOKEN))
    await waiting.began.wait()

    entry = await newest(client)
    assert (entry["status"], entry["told"], entry["job"]) == (None, None, "x")
    assert (await verify(client, match={"operation": "ges.JobStatus", "job": "x"}, count=1))[0] == 200
    assert (await verify(client, match={"status": 400}))[0] == 409

    wait = asyncio.create_task(verify(client, match={"status": 400}, timeout=60))
    while not client.sandbox.listeners:
        await asyncio.sleep(0)
    waiting.end.set()
    await call
    assert (await wait)[0] == 200


async def test_one_who_waits_sees_the_end_told_and_that_nothing_follows(polled: Client) -> None:
    wait = asyncio.create_task(
        verify(polled, match={"job": "x"}, after={"told": "cancelled"}, count={"atMost": 1}, timeout=60)
    )
    while not polled.sandbox.listeners:
        await asyncio.sleep(0)
    await polled.put("/_control/jobs/ges/x/state", json={"state": "cancelled"})
    await polled.get(f"{GRAPH}/jobs/x/status", headers=TOKEN)
    assert (await wait)[0] == 200


async def test_one_who_waits_begins_anew_when_the_journal_is_emptied(polled: Client) -> None:
    wait = asyncio.create_task(verify(polled, match={"job": "x"}, count=5, timeout=60))
    while not polled.sandbox.listeners:
        await asyncio.sleep(0)
    assert (await polled.delete("/_control/requests")).status == 200
    for _ in range(5):
        assert not wait.done()
        await polled.get(f"{GRAPH}/jobs/x/status", headers=TOKEN)
    status, answer = await wait
    assert (status, answer["requests"]) == (200, [5, 6, 7, 8, 9])


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("told=running", [2, 1]),
        ("told=succeeded", [4, 3]),
        ("final=true&operation=JobStatus", [4, 3]),
        ("final=false&api=ges", [2, 1]),
        ("since=2&final=true", [4, 3]),
        ("operation=ges.CancelJob", []),
        ("operation=ges.JobStatus&response=job-not-found", []),
    ],
)
async def test_the_journal_is_filtered_likewise(polled: Client, query: str, numbers: list[int]) -> None:
    response = await polled.get(f"/_control/requests?{query}")
    if "response=" in query:
        # The names that the contract has are in the refusal.
        assert response.status == 422
        name = (await response.json())["error"]["allowed"][0]
        response = await polled.get(f"/_control/requests?operation=ges.JobStatus&response={name}")
        assert response.status == 200
        return
    assert [one["number"] for one in (await response.json())["requests"]] == numbers


@pytest.mark.parametrize(
    ("match", "nearest"),
    [
        ({"operation": "ges.JobStatsu"}, "'ges.JobStatus'"),
        ({"operation": "jobstatus"}, "JobStatus'"),
        ({"operation": "gse.CancelJob"}, "'ges.CancelJob'"),
        ({"api": "gess"}, "'ges'"),
        ({"api": "Prime"}, "'prime'"),
        ({"told": "esriJobCanceled"}, "'esriJobCancelled'"),
        ({"told": "SUCCEEDD"}, "'SUCCEEDED'"),
        ({"api": "ges", "told": "esriJobSucceeded"}, "'SUCCEEDED'"),
        ({"operation": "ges.JobStatus", "response": "finishedd"}, "did you mean"),
        ({"operatoin": "ges.JobStatus"}, "'operation'"),
        ({"fnal": True}, "'final'"),
    ],
    ids=str,
)
async def test_a_name_that_nothing_has_is_refused_with_the_nearest(
    client: Client, match: dict[str, Any], nearest: str
) -> None:
    for asked in (
        {"match": match, "count": 0},
        {"match": {}, "after": match, "count": 0},
        {"order": [{}, match]},
    ):
        status, answer = await verify(client, **asked)
        assert status == 422, answer
        assert nearest in answer["error"]["message"], answer
    if "told" not in match and "response" not in match and "fnal" not in match:
        armed = await client.post("/_control/faults", json={"match": match, "effect": {"status": 500}})
        assert (armed.status, nearest in (await armed.json())["error"]["message"]) == (422, True)
    query = "&".join(f"{name}={str(value).lower() if value is True else value}" for name, value in match.items())
    listed = await client.get(f"/_control/requests?{query}")
    assert (listed.status, nearest in await listed.text()) == (422, True)


async def test_an_operation_of_another_api_is_refused(client: Client) -> None:
    status, answer = await verify(client, match={"api": "prime", "operation": "ges.CancelJob"}, count=0)
    assert (status, answer["error"]["allowed"]) == (422, ["ges.CancelJob"])


async def test_a_misspelt_field_of_the_question_is_refused_with_the_nearest(client: Client) -> None:
    for asked, nearest in (({"mach": {}}, "match"), ({"match": {}, "cuont": 1}, "count"), ({"aftr": {}}, "after")):
        status, answer = await verify(client, **asked)
        assert (status, f"did you mean '{nearest}'?" in answer["error"]["message"]) == (422, True), answer


async def test_a_match_has_a_length(client: Client) -> None:
    for match in (
        {"path": "*a" * 1001},
        {"headers": {"X-A": "*" * 2001}},
        {"headers": {f"X-{n}": "" for n in range(51)}},
        {"body": "x" * (64 * 1024)},
        {"parameters": {"x": "y" * (64 * 1024)}},
    ):
        assert (await verify(client, match=match))[0] == 422
        armed = await client.post("/_control/faults", json={"match": match, "effect": {"status": 500}})
        assert armed.status == 422
