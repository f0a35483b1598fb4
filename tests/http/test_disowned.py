"""A sandbox that ended is over: who asked it before gets 404 or 409, and leaves nothing in what came after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import pytest

from mockserver.sandbox import registry
from tests.drivers.server import Client
from tests.drivers.waiting import Waiting

GRAPH = "ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
CASJOBS = "CasJobs/services/jobs.asmx/SubmitJob"
ECHO = "arcgis/rest/services/Demo/GPServer/Echo/submitJob"
PRIME = "webacs/api/v4/op/cliTemplateConfiguration/deployTemplateThroughJob.json"
SUBMITS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "arcgis": ("POST", ECHO, {"data": {"f": "json"}}),
    "casjobs": (
        "POST",
        CASJOBS,
        {"data": {"wsid": "1", "pw": "secret", "qry": "select 1", "context": "DR7", "taskname": "t", "estimate": "30"}},
    ),
    "ges": (
        "POST",
        f"{GRAPH}/action?action_id=execute-algorithm",
        {"json": {"algorithmName": "pagerank"}, "headers": {"X-Auth-Token": "mock-token"}},
    ),
    "prime": (
        "PUT",
        PRIME,
        {
            "json": {
                "cliTemplateCommand": {"templateName": "t", "targetDevices": {"targetDevice": {"targetDeviceID": "1"}}}
            },
            "headers": {"Authorization": "Basic bmJpOnNlY3JldA=="},
        },
    ),
}

End = Callable[[Client], Awaitable[tuple[int, str]]]


async def renewed(client: Client) -> tuple[int, str]:
    assert (await client.delete("/_control/sandboxes/t1")).status == 200
    assert (await client.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    return 404, "unknown-sandbox"


async def reset(client: Client) -> tuple[int, str]:
    assert (await client.post("/~t1/_control/reset")).status == 200
    return 409, "reset"


async def restored(client: Client) -> tuple[int, str]:
    snapshot = await (await client.get("/~t1/_control/snapshot")).json()
    snapshot["documents"].pop("faults", None)
    assert (await client.put("/~t1/_control/snapshot", json=snapshot)).status == 200
    return 409, "reset"


async def expired(client: Client) -> tuple[int, str]:
    # As the sweep of the application does it, had nobody counted the calls.
    await client.services.sandboxes.delete("t1")
    await client.services.sandboxes.create("t1")
    return 404, "unknown-sandbox"


ENDS = [renewed, reset, restored, expired]


@pytest.fixture
def client(client_of_each: Client) -> Client:
    return client_of_each


@pytest.fixture
async def box(client: Client) -> Client:
    assert (await client.post("/_control/sandboxes", json={"name": "t1"})).status == 201
    return client


@pytest.fixture
async def waiting(monkeypatch: pytest.MonkeyPatch) -> Waiting:
    return Waiting(monkeypatch)


async def jobs_of(client: Client) -> dict[tuple[str, str], int]:
    return dict(await client.services.store.size("t1"))


async def untouched(client: Client, jobs: dict[tuple[str, str], int]) -> None:
    """Fail when something of a call from before is in the sandbox."""
    assert await jobs_of(client) == jobs
    listed = await (await client.get("/~t1/_control/requests")).json()
    assert (listed["requests"], listed["total"], listed["dropped"]) == ([], 0, 0)
    assert (await (await client.get("/~t1/_control/violations")).json())["violations"] == []
    covered = await (await client.get("/~t1/_control/coverage")).json()
    assert {part["exercised"] for part in covered["summary"].values()} == {0}
    assert not [name for name in await client.services.store.sandboxes() if name not in ("default", "t1")]


async def refused(answer: Any, expected: tuple[int, str]) -> None:
    assert (answer.status, (await answer.json())["error"]["code"]) == expected
    assert "X-Mockserver-Request" not in answer.headers


@pytest.mark.parametrize("api", sorted(SUBMITS))
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("before", ["work", "answer"])
async def test_a_delayed_call(box: Client, waiting: Waiting, api: str, end: End, before: str) -> None:
    jobs = await jobs_of(box)
    await box.post("/~t1/_control/faults", json={"effect": {"delay": "30m", "before": before}})
    method, path, options = SUBMITS[api]
    call = asyncio.create_task(box.session.request(method, box.make_url(f"/~t1/{path}"), **options))
    await waiting.began.wait()
    if end is restored:
        # The snapshot is taken when the work may be done already.
        jobs = await jobs_of(box)

    expected = await end(box)
    waiting.end.set()

    await refused(await call, expected)
    if end is restored:
        assert await jobs_of(box) == jobs
        assert (await (await box.get("/~t1/_control/requests")).json())["requests"] == []
    else:
        await untouched(box, jobs)


@pytest.mark.parametrize("api", sorted(SUBMITS))
async def test_each_submit_of_these_makes_a_job(box: Client, api: str) -> None:
    before = sum((await jobs_of(box)).values())
    method, path, options = SUBMITS[api]
    answer = await box.session.request(method, box.make_url(f"/~t1/{path}"), **options)
    assert answer.status == 200, await answer.text()
    assert sum((await jobs_of(box)).values()) > before


async def half_sent(client: Client, path: str, body: bytes, *headers: str) -> tuple[asyncio.StreamReader, Any]:
    """Send a request but for the second half of its body, and wait until the server has begun to read it."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    calls = client.services.sandboxes.get("t1").calls
    head = [f"POST /~t1/{path} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {len(body)}", *headers]
    writer.write("\r\n".join([*head, "", ""]).encode() + body[: len(body) // 2])
    await writer.drain()
    while client.services.sandboxes.get("t1").calls == calls:
        await asyncio.sleep(0)
    return reader, writer


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        (ECHO, "application/x-www-form-urlencoded", b"f=json&Input_Text=hello"),
        (
            "_control/jobs",
            "application/json",
            b'{"api":"ges","id":"late","graph":"movie","kind":"execute-algorithm"}',
        ),
    ],
    ids=["of an API", "of the control API"],
)
async def test_a_call_whose_body_was_half_sent(
    box: Client, end: End, path: str, content_type: str, body: bytes
) -> None:
    jobs = await jobs_of(box)
    reader, writer = await half_sent(box, path, body, f"Content-Type: {content_type}")

    status, code = await end(box)
    writer.write(body[len(body) // 2 :])

    answer = (await reader.read()).decode()
    writer.close()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert f'"{code}"' in answer
    await untouched(box, jobs)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "requests/verify", {"match": {"operation": "ges.CancelJob"}, "timeout": 60}),
        ("GET", "jobs/ges/waited?until=success&timeout=60", None),
    ],
    ids=["verify", "until"],
)
async def test_one_who_waits(box: Client, end: End, method: str, path: str, body: Any) -> None:
    job = {"api": "ges", "id": "waited", "graph": "movie", "kind": "execute-algorithm", "state": "running"}
    assert (await box.post("/~t1/_control/jobs", json=job)).status == 201
    sandbox = box.services.sandboxes.get("t1")
    url = box.make_url(f"/~t1/_control/{path}")
    call = asyncio.create_task(box.session.request(method, url, json=body))
    while not sandbox.events.listeners:
        await asyncio.sleep(0)

    expected = await end(box)

    await refused(await call, expected)


@pytest.mark.parametrize("before", ["work", "answer"])
async def test_a_journal_that_is_kept_has_no_entry_of_it(box: Client, waiting: Waiting, before: str) -> None:
    for path in ("first", "second"):
        await box.get(f"/~t1/{path}")
    fault = {"effect": {"delay": "30m", "before": before}, "match": {"operation": "arcgis.SubmitJob"}}
    await box.post("/~t1/_control/faults", json=fault)
    method, path, options = SUBMITS["arcgis"]
    call = asyncio.create_task(box.session.request(method, box.make_url(f"/~t1/{path}"), **options))
    await waiting.began.wait()

    assert (await box.post("/~t1/_control/reset", json={"keep": ["requests"]})).status == 200
    none = {"match": {"operation": "arcgis.SubmitJob"}, "count": 0}
    assert (await box.post("/~t1/_control/requests/verify", json=none)).status == 200
    waiting.end.set()

    await refused(await call, (409, "reset"))
    assert (await box.post("/~t1/_control/requests/verify", json=none)).status == 200
    listed = await (await box.get("/~t1/_control/requests")).json()
    assert ([one["path"].rpartition("/")[2] for one in listed["requests"]], listed["dropped"]) == (
        ["second", "first"],
        0,
    )


async def test_numbers_in_the_journal_never_repeat(box: Client, waiting: Waiting) -> None:
    seen: list[int] = []

    async def ask(times: int) -> None:
        for _ in range(times):
            answer = await box.get("/~t1/nowhere")
            seen.extend([int(answer.headers["X-Mockserver-Request"])])

    await ask(2)
    await box.post("/~t1/_control/faults", json={"effect": {"delay": "30m", "before": "work"}, "times": 1})
    late = asyncio.create_task(box.session.get(box.make_url("/~t1/nowhere")))
    await waiting.began.wait()
    await reset(box)
    await ask(1)
    waiting.end.set()
    assert (await late).status == 409
    await ask(1)
    await restored(box)
    await ask(2)
    await box.delete("/~t1/_control/requests")
    await ask(1)

    assert seen == sorted(set(seen))
    listed = await (await box.get("/~t1/_control/requests")).json()
    assert ([one["number"] for one in listed["requests"]], listed["dropped"]) == (seen[-1:], 0)


async def test_a_reset_sandbox_answers_in_the_same_bytes(box: Client) -> None:
    async def trace() -> str:
        path = f"/~t1/{GRAPH}/jobs/none/status"
        answer = await box.get(path, headers={"X-Auth-Token": "mock-token"})
        return str(answer.headers["TraceID"])

    first = [await trace() for _ in range(3)]
    await reset(box)
    assert [await trace() for _ in range(3)] == first


async def test_the_end_of_a_sandbox_leaves_nothing_in_the_store(box: Client, waiting: Waiting) -> None:
    await box.post("/~t1/_control/faults", json={"effect": {"delay": "30m"}})
    method, path, options = SUBMITS["arcgis"]
    call = asyncio.create_task(box.session.request(method, box.make_url(f"/~t1/{path}"), **options))
    await waiting.began.wait()
    assert (await box.delete("/_control/sandboxes/t1")).status == 200
    waiting.end.set()

    await refused(await call, (404, "unknown-sandbox"))
    assert "t1" not in await box.services.store.sandboxes()


@pytest.mark.parametrize("client_of_each", ["memory", "yielding"], indirect=True)  # over Redis, Redis counts
async def test_a_ttl_counts_from_the_end_of_the_last_call(
    box: Client, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandboxes = box.services.sandboxes
    sandbox = sandboxes.get("t1")
    sandbox.ttl = 5.0
    await box.post("/~t1/_control/faults", json={"effect": {"delay": "30m"}})
    call = asyncio.create_task(box.session.get(box.make_url("/~t1/nowhere")))
    await waiting.began.wait()
    later = monotonic() + 3600

    async def nothing(name: str) -> None:
        pass

    with monkeypatch.context() as patched:
        patched.setattr(sandboxes, "delete", nothing)  # the server looks each second, too
        patched.setattr(registry, "monotonic", lambda: later)
        assert sandboxes.unused() == []

        waiting.end.set()
        assert (await call).status == 404
        while sandbox.calls:
            await asyncio.sleep(0)
        assert sandboxes.unused() == [sandbox]
        patched.setattr(registry, "monotonic", lambda: sandbox.used + 4.9)
        assert sandboxes.unused() == []
