"""The control API as a tester uses it: jobs, clock, journal, settings, reset, and every kind of bad input."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mockserver import MockServer
from mockserver.core.errors import Unavailable
from tests.drivers.server import Client, Serve

JOBS = "/_control/jobs"


async def add(client: Client, **fields: Any) -> dict[str, Any]:
    response = await client.post(JOBS, json={"api": "ges", "graph": "movie", "kind": "execute-algorithm", **fields})
    assert response.status == 201, await response.text()
    record: dict[str, Any] = await response.json()
    return record


async def error(client: Client, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
    response = await client.request(method, path, **options)
    body = await response.json()
    assert set(body) <= {"error", "record"}
    assert response.headers["Content-Type"] == "application/json"
    return response.status, body["error"]


# --- jobs ---------------------------------------------------------------------------------------------


async def test_a_list_is_added_whole_or_not_at_all(client: Client) -> None:
    good = {"api": "ges", "graph": "movie", "id": "a"}
    status, _ = await error(client, "POST", JOBS, json=[good, good])
    assert status == 409
    assert (await client.get(f"{JOBS}/ges/a")).status == 404
    response = await client.post(JOBS, json=[good, {**good, "id": "b"}])
    assert [one["id"] for one in await response.json()] == ["a", "b"]
    status, said = await error(client, "POST", JOBS, json=[{**good, "id": one} for one in ("c", "d", "e", "d", "a")])
    assert (status, said["message"]) == (409, "ges already has a job 'd'")


@pytest.mark.parametrize("steps", [0, 1])
async def test_a_list_is_added_whole_or_not_at_all_whenever_the_store_goes_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    store, done = client.services.store, 0

    def until_away(name: str) -> None:
        step = getattr(store, name)

        async def taken(*args: Any) -> Any:
            nonlocal done
            if done == steps:
                raise Unavailable("the store has gone")
            done += 1
            return await step(*args)

        monkeypatch.setattr(store, name, taken)

    for name in ("add_all", "add", "remove"):
        until_away(name)
    given = [{"api": "ges", "graph": "movie", "id": f"whole{number}"} for number in range(3)]
    answer = await client.post(JOBS, json=given)
    monkeypatch.undo()
    there = [(await client.get(f"{JOBS}/ges/{one['id']}")).status for one in given]
    assert (answer.status, there) == ((201, [200] * 3) if steps else (503, [404] * 3))


async def test_jobs_are_listed_newest_first_page_by_page(client: Client) -> None:
    for number in range(7):
        await add(client, id=f"n{number}", owner="me" if number % 2 else "you")
    seen: list[str] = []
    cursor = ""
    while True:
        page = await (await client.get(f"{JOBS}?limit=3{cursor}")).json()
        seen += [job["id"] for job in page["jobs"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert len(seen) == len(set(seen)) == page["total"]
    assert [job_id for job_id in seen if job_id.startswith("n")] == [f"n{number}" for number in reversed(range(7))]
    mine = await (await client.get(f"{JOBS}?owner=me")).json()
    assert [job["id"] for job in mine["jobs"]] == ["n5", "n3", "n1"]


@pytest.mark.parametrize("others", ["", "&api=ges", "&state=running"])
async def test_a_listing_goes_on_whatever_comes_and_goes_between_its_pages(client: Client, others: str) -> None:
    """A place stays what it is: neither is a job left out because another went, nor is one listed twice."""
    for number in range(9):
        await add(client, id=f"n{number}", state="running", hold=True)
    first = await (await client.get(f"{JOBS}?limit=3{others}")).json()
    assert [job["id"] for job in first["jobs"]] == ["n8", "n7", "n6"]
    for gone in ("n8", "n7", "n5", "n1"):
        assert (await client.delete(f"{JOBS}/ges/{gone}")).status == 200
    await add(client, id="later", state="running", hold=True)
    second = await (await client.get(f"{JOBS}?limit=3{others}&cursor={first['cursor']}")).json()
    assert [job["id"] for job in second["jobs"]] == ["n4", "n3", "n2"]
    third = await (await client.get(f"{JOBS}?limit=500{others}&cursor={second['cursor']}")).json()
    assert (third["jobs"][0]["id"], third["cursor"]) == ("n0", None)
    assert "later" not in {job["id"] for job in third["jobs"]}


@pytest.mark.parametrize("word", ["canceling", "CANCELING", "Canceling"])
async def test_force_takes_any_spelling_and_holds(client: Client, word: str) -> None:
    await add(client, id="x")
    response = await client.put(f"{JOBS}/ges/x/state", json={"state": word})
    record = await response.json()
    assert (record["state"], record["phase"], record["held"]) == ("canceling", "CANCELING", True)
    assert record["history"][-1]["cause"] == "control"


async def test_a_forced_state_can_go_on_with_the_plan(client: Client) -> None:
    await add(client, id="x", hold=True)
    record = await (await client.put(f"{JOBS}/ges/x/state", json={"state": "running", "hold": False})).json()
    assert record["next"]["state"] == "complete"
    fired = (await (await client.post("/_control/clock/advance", json={"until_next": True})).json())["fired"]
    assert ("x", "running", "complete") in [(move["id"], move["from"], move["to"]) for move in fired]


async def test_hold_and_release(client: Client) -> None:
    await add(client, id="x", state="running")
    await client.post("/_control/clock/advance", json={"seconds": 3600})
    assert (await (await client.get(f"{JOBS}/ges/x")).json())["state"] == "running"
    await client.post(f"{JOBS}/ges/x/release")
    await client.post("/_control/clock/advance", json={"seconds": "1h"})
    assert (await (await client.get(f"{JOBS}/ges/x")).json())["phase"] == "SUCCEEDED"


async def test_change_leaves_the_state_alone(client: Client) -> None:
    await add(client, id="x", state="running")
    record = await (
        await client.patch(f"{JOBS}/ges/x", json={"owner": "bob", "messages": ["one"], "on_cancel": "ignores"})
    ).json()
    assert (record["owner"], record["state"], record["on_cancel"]["mode"]) == ("bob", "running", "ignores")
    assert record["messages"] == [{"text": "one", "level": ""}]


@pytest.mark.parametrize("plan", ["succeeds", {"looks": 2}, {"steps": [{"state": "running"}], "end": "SUCCEEDED"}])
async def test_a_new_plan_keeps_the_word_for_success_of_the_job(client: Client, plan: object) -> None:
    before = await add(client, id="x", state="running")
    after = await (await client.patch(f"{JOBS}/ges/x", json={"plan": plan})).json()
    assert after["plan"]["end"] == before["plan"]["end"] == "complete"


async def test_results_go_by_that_name_in_every_api_that_has_them(client: Client) -> None:
    await add(client, id="x", state="running")
    answer = await client.put(f"{JOBS}/ges/x/state", json={"state": "succeeded", "results": {"pagerank": []}})
    assert (await answer.json())["result"] == {"pagerank": []}
    answer = await client.patch(f"{JOBS}/ges/x", json={"results": {"runtime": 1}})
    assert (await answer.json())["result"] == {"runtime": 1}


async def test_delete_forgets(client: Client) -> None:
    await add(client, id="x")
    assert (await client.delete(f"{JOBS}/ges/x")).status == 200
    status, problem = await error(client, "GET", f"{JOBS}/ges/x")
    assert (status, problem["code"]) == (404, "unknown-job")


# --- until --------------------------------------------------------------------------------------------


async def test_until_wakes_when_a_test_forces_the_state(client: Client) -> None:
    await add(client, id="x", state="running")
    waiting = asyncio.create_task(client.get(f"{JOBS}/ges/x?until=CANCELED&timeout=30"))
    await asyncio.sleep(0)
    while not client.sandbox.listeners:
        await asyncio.sleep(0)
    await client.put(f"{JOBS}/ges/x/state", json={"state": "cancelled"})
    assert (await (await waiting).json())["state"] == "cancelled"


async def test_until_sees_a_state_the_job_only_passes_through(client: Client) -> None:
    await add(client, id="x", state="pending", hold=False)
    waiting = asyncio.create_task(client.get(f"{JOBS}/ges/x?until=running&timeout=30"))
    while not client.sandbox.listeners:
        await asyncio.sleep(0)
    await client.post("/_control/clock/advance", json={"seconds": 100})
    assert (await waiting).status == 200


async def test_until_follows_a_running_clock(serve: Serve) -> None:
    client = await serve(clock="real")
    await add(client, id="x", plan={"steps": [{"state": "running", "for": "50ms"}], "end": "success"})
    assert (await client.get(f"{JOBS}/ges/x?until=SUCCEEDED&timeout=10")).status == 200


async def test_until_gives_up_with_the_record(client: Client) -> None:
    await add(client, id="x", state="running")
    response = await client.get(f"{JOBS}/ges/x?until=CANCELED&timeout=0.01")
    assert response.status == 408
    body = await response.json()
    assert (body["error"]["code"], body["record"]["state"]) == ("not-yet", "running")


@pytest.mark.parametrize(
    ("operation", "unanswered"),
    [("ges.CreateToken", "POST /v3/auth/tokens"), ("ges.CancelJob", "DELETE {graph}/jobs/x")],
)
async def test_a_cancel_as_the_client_that_gets_no_answer_says_to_what(
    client: Client, operation: str, unanswered: str
) -> None:
    account = {"user": "u", "domain": "d", "password": "p", "project_id": "p1"}
    job = {"id": "x", "graph": "g", "state": "running"}
    fixture = {"accounts": [account], "graphs": [{"name": "g", "project_id": "p1"}], "jobs": [job]}
    assert (await client.put("/_control/sandboxes/t", json={"fixtures": [{"ges": fixture}]})).status == 201
    fault = {"match": {"operation": operation}, "effect": {"connection": "reset"}}
    assert (await client.post("/~t/_control/faults", json=fault)).status == 201
    answer = await client.post(f"/~t{JOBS}/ges/x/cancel")
    assert answer.status == 200, await answer.text()
    shown = await answer.json()
    assert f"{shown['method']} {shown['path']}" == unanswered.format(graph="/ges/v1.0/p1/graphs/g")
    assert (shown["status"], shown["request"], shown["body"]) == (0, None, "")
    assert shown["problem"].startswith("no answer: ")


# --- clock --------------------------------------------------------------------------------------------


async def test_the_clock_stands_goes_on_and_jumps(client: Client) -> None:
    assert (await (await client.get("/_control/clock")).json()) == {"now": "2026-01-02T12:00:00.000Z", "frozen": True}
    later = await (await client.put("/_control/clock", json={"now": "2026-01-02T13:00:00+00:00"})).json()
    assert later["now"] == "2026-01-02T13:00:00.000Z"
    running = await (await client.put("/_control/clock", json={"frozen": False})).json()
    assert running["frozen"] is False
    assert running["now"].startswith("2026-01-02T13:00:0")


async def test_advance_lists_what_came_due_in_order(client: Client) -> None:
    for name, pause in (("slow", 20), ("quick", 10)):
        await add(client, id=name, plan={"steps": [{"state": "running", "for": pause}], "end": "success"})
    fired = (await (await client.post("/_control/clock/advance", json={"seconds": 30})).json())["fired"]
    mine = [(move["id"], move["at"]) for move in fired if move["id"] in ("slow", "quick")]
    assert mine == [("quick", "2026-01-02T12:00:10.000Z"), ("slow", "2026-01-02T12:00:20.000Z")]


async def test_of_moves_of_the_clock_at_once_none_is_lost(client_of_each: Client) -> None:
    async def advance(how: dict[str, Any]) -> list[str]:
        answer = await client_of_each.post("/_control/clock/advance", json=how)
        return [move["id"] for move in (await answer.json())["fired"] if move["id"].startswith("c-")]

    for number in range(6):
        plan = {"steps": [{"state": "running", "for": 10 * (number + 1)}], "end": "success"}
        await add(client_of_each, id=f"c-{number}", plan=plan)
    fired = await asyncio.gather(*(advance({"seconds": 10}) for _ in range(3)))
    assert (await (await client_of_each.get("/_control/clock")).json())["now"] == "2026-01-02T12:00:30.000Z"
    fired += await asyncio.gather(*(advance({"until_next": True}) for _ in range(3)))
    assert (await (await client_of_each.get("/_control/clock")).json())["now"] == "2026-01-02T12:01:00.000Z"
    # What came due by one move is told by that alone.
    assert sorted(fired) == [[f"c-{number}"] for number in range(6)]


# --- journal ------------------------------------------------------------------------------------------


async def test_the_journal_filters_exports_and_forgets(serve: Serve) -> None:
    client = await serve(journal_size=3)
    for number in range(5):
        await client.get(f"/ges/nothing/{number}", headers={"X-Auth-Token": "top-secret"})
    listing = await (await client.get("/_control/requests")).json()
    assert [one["number"] for one in listing["requests"]] == [5, 4, 3]
    assert (listing["total"], listing["dropped"]) == (3, 2)
    since = await (await client.get("/_control/requests?since=4")).json()
    assert [one["number"] for one in since["requests"]] == [5]
    none = await (await client.get("/_control/requests?status=2xx")).json()
    assert none["requests"] == []
    har = await (await client.get("/_control/requests?format=har")).text()
    assert [entry["_mockserver"]["number"] for entry in json.loads(har)["log"]["entries"]] == [3, 4, 5]
    curl = await (await client.get("/_control/requests?format=curl")).text()
    assert curl.count("curl -X GET http://") == 3
    assert "top-secret" not in har + curl + json.dumps(listing)
    assert (await (await client.delete("/_control/requests")).json()) == {"removed": 3}
    assert (await (await client.get("/_control/requests")).json()) == {"requests": [], "total": 0, "dropped": 0}
    await client.get("/ges/again")
    assert (await (await client.get("/_control/requests")).json())["dropped"] == 0


async def test_headers_that_are_no_utf8_can_be_listed(client: Client) -> None:
    url = client.make_url("/")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"GET /nowhere/%ff HTTP/1.1\r\nHost: h\r\nX-Odd: \xff\xe9\r\nConnection: close\r\n\r\n")
    await reader.read()
    writer.close()
    for form in ("json", "har", "curl"):
        response = await client.get(f"/_control/requests?format={form}")
        assert response.status == 200
        assert "X-Odd" in await response.text()


# --- reset and snapshot -------------------------------------------------------------------------------


async def test_reset_restores_everything_and_says_what_it_did(client: Client) -> None:
    before = await (await client.get("/_control/snapshot")).json()
    await add(client, id="x", state="running")
    await client.put(f"{JOBS}/ges/x/state", json={"state": "canceling"})
    await client.patch("/_control/apis/ges/settings", json={"edition": "persistent"})
    await client.put("/_control/clock", json={"now": "2030-01-01T00:00:00Z"})
    await client.get("/nowhere")
    done = await (await client.post("/_control/reset")).json()
    assert done["requests"] == 1
    assert done["clock"] == "frozen"
    assert done["forced_unseen"] == [{"api": "ges", "kind": "job", "id": "x", "state": "canceling"}]
    after = await (await client.get("/_control/snapshot")).json()
    assert {**after, "version": ""} == {**before, "version": ""}


async def test_reset_keeps_what_it_is_told(client: Client) -> None:
    await client.patch("/_control/apis/ges/settings", json={"edition": "persistent"})
    await client.get("/nowhere")
    done = await (await client.post("/_control/reset", json={"keep": ["settings", "requests"]})).json()
    assert (done["kept"], done["requests"]) == (["settings", "requests"], 0)
    assert (await (await client.get("/_control/apis/ges")).json())["settings"]["edition"] == "persistent"
    assert (await (await client.get("/_control/requests")).json())["total"] == 1


async def test_a_snapshot_restores_another_server(serve: Serve) -> None:
    one, other = await serve(), await serve()
    await add(one, id="x", state="running", owner="bob")
    document = await (await one.get("/_control/snapshot")).json()
    assert "accounts" in document["note"]
    response = await other.put("/_control/snapshot", json=document)
    assert response.status == 200, await response.text()
    same = await (await other.get(f"{JOBS}/ges/x")).json()
    assert same == await (await one.get(f"{JOBS}/ges/x")).json()


@pytest.mark.parametrize(
    ("collection", "values", "word"),
    [
        ("settings", {"prime": {"server_zone": "UTC"}}, "server_zone"),
        ("settings", {"ges": {"no_such": 1}}, "no_such"),
        ("settings", {"ges": 7}, "/documents/settings/ges"),
        ("clock", {"clock": {"frozen_at": "noon", "offset": 0.0}}, "noon"),
        ("clock", {"clock": {"frozen_at": 1e18, "offset": 0.0}}, "253402300799"),
        ("clock", {"clock": {"hands": 2}}, "frozen_at"),
    ],
)
async def test_a_snapshot_that_nothing_could_be_answered_from_changes_nothing(
    client: Client, collection: str, values: Any, word: str
) -> None:
    await add(client, id="x", state="running")
    before = await (await client.get("/_control/snapshot")).json()
    broken = {**before, "jobs": [], "documents": {**before["documents"], collection: values}}
    response = await client.put("/_control/snapshot", json=broken)
    problem = (await response.json())["error"]
    assert (response.status, problem["code"]) == (422, "bad-snapshot")
    assert word in problem["message"]
    assert await (await client.get("/_control/snapshot")).json() == before


# --- bad input ----------------------------------------------------------------------------------------

DEEP = b"[" * 5000 + b"]" * 5000
BAD = [
    ("POST", JOBS, b"{", 400),
    ("POST", JOBS, b"\xff\xfe", 400),
    ("POST", JOBS, DEEP, 400),
    ("POST", JOBS, b"", 422),
    ("POST", JOBS, b"7", 422),
    ("POST", JOBS, b"[]", 422),
    ("POST", JOBS, b'{"api": 1}', 422),
    ("POST", JOBS, b'{"api": "nope"}', 422),
    ("POST", JOBS, b'{"api": "ges", "state": 3}', 422),
    ("POST", JOBS, b'{"api": "ges", "graph": "movie", "state": "nope"}', 422),
    ("POST", JOBS, b'{"api": "ges", "graph": "movie", "created": "nope"}', 422),
    ("POST", JOBS, b'{"api": "ges", "graph": "movie", "plan": "nope"}', 422),
    ("PUT", JOBS + "/ges/x/state", b'{"state": 7}', 422),
    ("PUT", JOBS + "/ges/x/state", b'{"state": "running", "hold": "yes"}', 422),
    ("PUT", JOBS + "/ges/x/state", b'{"state": "running", "id": "y"}', 422),
    ("PUT", JOBS + "/ges/x/state", b"[1]", 422),
    ("PUT", JOBS + "/ges/none/state", b'{"state": "running"}', 404),
    ("PUT", JOBS + "/nope/x/state", b'{"state": "running"}', 404),
    ("PATCH", JOBS + "/ges/x", b'{"created": null}', 422),
    ("PATCH", JOBS + "/ges/x", b'{"plan": {"steps": []}, "hold": 3}', 422),
    ("GET", JOBS + "?limit=0", None, 422),
    ("GET", JOBS + "?limit=x", None, 422),
    ("GET", JOBS + "?cursor=%ff", None, 422),
    ("GET", JOBS + "?cursor=e30x", None, 422),
    ("GET", JOBS + "?sort=up", None, 422),
    ("GET", JOBS + "?api=nope", None, 404),
    ("GET", JOBS + "/ges/x?until=nope", None, 422),
    ("GET", JOBS + "/ges/x?until=running&timeout=nan", None, 422),
    ("GET", JOBS + "/ges/x?until=running&timeout=1e9", None, 422),
    ("GET", JOBS + "/ges/%ff%00", None, 404),
    ("PUT", "/_control/clock", b'{"now": "0000-01-01"}', 422),
    ("PUT", "/_control/clock", b'{"now": 1e300}', 422),
    ("POST", "/_control/clock/advance", b'{"seconds": -1}', 422),
    ("POST", "/_control/clock/advance", b'{"seconds": 1, "until_next": true}', 422),
    ("POST", "/_control/clock/advance", b"{}", 422),
    ("POST", "/_control/reset", b'{"keep": "faults"}', 422),
    ("PUT", "/_control/snapshot", b'{"format": 1, "fixtures": 3}', 422),
    ("PATCH", "/_control/apis/ges/settings", b'{"edition": 7}', 422),
    ("GET", "/_control/requests?status=99", None, 422),
    ("GET", "/_control/requests?since=yesterday", None, 422),
    ("GET", "/_control/nothing", None, 404),
    ("DELETE", "/_control/clock", None, 405),
    ("GET", "/_control/sandboxes/none/jobs", None, 404),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD)
async def test_bad_input_is_refused_in_one_shape(
    client: Client, method: str, path: str, body: bytes | None, status: int
) -> None:
    await add(client, id="x", state="running")
    from yarl import URL

    url = URL(str(client.make_url("/")).rstrip("/") + path, encoded=True)
    async with client.session.request(method, url, data=body) as response:
        problem = (await response.json())["error"]
        assert response.status == status, problem
    assert problem["message"]
    assert (await (await client.get(f"{JOBS}/ges/x")).json())["state"] == "running"


async def test_a_body_over_the_limit(client: Client) -> None:
    status, problem = await error(client, "POST", JOBS, data=b" " * (1024 * 1024 + 1))
    assert (status, problem["code"]) == (413, "too-large")

    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 65536

    status, _ = await error(client, "POST", JOBS, data=chunks())
    assert status == 413


async def test_the_words_that_would_do_are_named(client: Client) -> None:
    await add(client, id="x")
    _, problem = await error(client, "PUT", f"{JOBS}/ges/x/state", json={"state": "TIMED_OUT"})
    assert problem["code"] == "unknown-state"
    assert "running" in problem["allowed"]
    assert "CANCELED" in problem["allowed"]


# --- addresses ----------------------------------------------------------------------------------------


async def test_other_sandboxes_by_path_prefix_and_header(client: Client) -> None:
    assert (await client.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    await client.post("/~t1/_control/jobs", json={"api": "ges", "graph": "movie", "id": "x"})
    ways = [
        client.get("/_control/sandboxes/t1/jobs/ges/x"),
        client.get("/~t1/_control/jobs/ges/x"),
        client.get("/_control/jobs/ges/x", headers={"X-Mockserver-Sandbox": "t1"}),
    ]
    assert [(await way).status for way in ways] == [200, 200, 200]
    assert (await client.get("/_control/jobs/ges/x")).status == 404


async def test_the_start_page_is_for_programs_and_people(client: Client) -> None:
    known = await (await client.get("/")).json()
    assert [api["name"] for api in known["apis"]] == list(client.sandbox.apis)
    response = await client.get("/", headers={"Accept": "text/html"})
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "/_control/" in await response.text()
    assert (await client.head("/_control/health")).status == 200


async def test_a_browser_gets_a_page_where_a_program_gets_json(client: Client) -> None:
    for path in ("/", "/_control/"):
        page = await client.get(path, headers={"Accept": "text/html"})
        assert (page.status, page.content_type) == (200, "text/html")
        assert (await client.get(path)).content_type == "application/json"


# --- owners -------------------------------------------------------------------------------------------


async def test_an_owner_is_given_as_in_fixtures_and_is_one_that_jobs_can_have(client: Client) -> None:
    path = f"{JOBS}/casjobs/1001"
    before = await (await client.get(path)).json()
    for nobody in ("x", "9" * 19, ""):
        for method, place, more in (("PATCH", path, {}), ("PUT", f"{path}/state", {"state": "Started"})):
            status, said = await error(client, method, place, json={**more, "owner": nobody})
            assert status == 422
            assert f"no account {nobody!r}" in said["message"]
    assert await (await client.get(path)).json() == before
    changed = await (await client.patch(path, json={"owner": "ROOT"})).json()
    assert changed["owner"] == "99"
    listed = "/CasJobs/services/jobs.asmx/GetJobs?owner_wsid=99&owner_pw=secret&conditions=&includeSystem=true"
    assert (await client.get(listed)).status == 200


# --- the ends of time ---------------------------------------------------------------------------------


async def test_a_clock_that_has_come_to_its_end_stands_there_and_everything_is_answered() -> None:
    real = 1.7e9
    async with MockServer(apis=("arcgis",), real_time=lambda: real) as server, Client(server) as client:
        for beyond in ("9999-12-31T23:59:58Z", "1969-12-31T23:59:59Z"):
            status, said = await error(client, "PUT", "/_control/clock", json={"now": beyond})
            assert (status, said["code"]) == (422, "bad-moment")
        assert (await client.put("/_control/clock", json={"now": "8000-01-01T00:00:00Z"})).status == 200
        real += 2e9
        end = {"now": "8000-01-01T00:00:00.000Z", "frozen": False}
        assert await (await client.get("/_control/clock")).json() == end
        moved = await (await client.post("/_control/clock/advance", json={"seconds": 1e9})).json()
        assert {**moved, "fired": []} == {**end, "fired": []}
        taken = await client.get("/_control/snapshot")
        assert taken.status == 200
        assert (await client.put("/_control/snapshot", json=await taken.json())).status == 200
