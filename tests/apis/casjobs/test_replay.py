"""Recorded exchanges with a real ASMX runtime, replayed: status, Content-Type, Cache-Control and body.

`exchanges/details` was recorded with ASP.NET's customErrors Off, `exchanges/messages` with it On.
Set aside is only what casjobs.md §8 lists, and the job ids that each server draws for itself:

* line ends, message arguments left as `{0}`, the newer sentence of KeyNotFoundException;
* stack lines other than those of System.Web.Services, which is built from Microsoft's source: of these the names count;
* HTML pages are compared by status and media type, so that only their heads are kept; the page for `?op=` crashes and is
  left out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from mockserver import MockServer
from mockserver.apis import APIS
from mockserver.apis.casjobs.machine import CasEvent
from mockserver.sandbox.fixtures import merge as fixtures

EXCHANGES = Path(__file__).parent / "exchanges"
MODES = {"details": True, "messages": False}
NAMES = sorted(file.name.removesuffix(".request.txt") for file in (EXCHANGES / "details").glob("*.request.txt"))
LEFT_OUT = {"doc_help_op_CancelJob": "the runtime's help page crashes on this service (casjobs.md §8)"}

WHEN = "2014-06-03T12:34:56.789Z"
QUERY = {
    "query": "select top 1 ra from PhotoObj where a < 1",
    "context": "DR7",
    "taskname": "t1",
    "type": "QUERY",
    "queue": 30,
}
EXTRACT = {"query": "t", "context": "MYDB", "taskname": "t", "type": "CSV", "queue": 0}
ONE = {"query": "select 1", "context": "DR7", "taskname": "t", "type": "QUERY", "queue": 30}
JOBS = [
    {"id": str(1001 + number), "owner": "1", "state": "Ready", "created": WHEN, **fields}
    for number, fields in enumerate((QUERY, EXTRACT, QUERY, EXTRACT, ONE, ONE))
]
# How many of the jobs the runtime had when it was asked.
LISTED = {"s11_getjobs_ok": 1, "s12_getjobs_ok": 3, "post_getjobs_ok": 6}
# Afterwards it had been asked to cancel the first.
NOT_YET_CANCELLED = "s11_status_ok"
BARE_JOB = {"id": "1", "owner": "0", "state": "Ready", "created": WHEN, "type": ""}

QUICK = [
    {"query": "weird", "result": "[ra]:Float,[dec]:Float\n1.5,2.5\n<&>\r\nx"},
    {"query": "null", "result": None},
    {"query": "empty", "result": ""},
    {"query": "bad", "error": "Query failed: Incorrect syntax near 'bad' & <x>. ---> Incorrect syntax near 'bad'."},
    {"query": "x", "result": '[ra]:float,[objid]:bigint,[name]:varchar\n1.5,7,"a<b"\n2.5,8,null\n'},
]


def fixture(name: str, details: bool) -> dict[str, Any]:
    jobs = JOBS[: LISTED.get(name, 6)]
    bare = name.endswith("getjobsjob_ok")
    return {
        "casjobs": {
            "settings": {
                "error_details": details,
                "request_validation": name == "get_f_html",
                "dataset_inserted": True,
                "service_state_admin_only": False,
            },
            "accounts": [
                {"wsid": 1, "userid": "alice", "password": "secret", "admin": bare},
                {"wsid": 2, "userid": "bob", "password": "x"},
            ],
            "queues": [{"context": "MYDB", "timeout": 1}, {"context": "DR7", "timeout": 500}],
            "types": [{"type": "QUERY"}, {"type": "CSV", "description": "Comma Separated Values"}],
            "quick_results": QUICK,
            "jobs": [BARE_JOB] if bare else [*jobs, {"id": "900", "owner": "2", "state": "Started"}],
        }
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One answer, taken apart."""

    status: int
    headers: Mapping[str, str]
    body: str


def take_apart(answer: bytes) -> Recorded:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Recorded(status=int(first.split()[1]), headers=headers, body=body.decode("utf-8", "replace"))


def comparable(text: str) -> str:
    text = text.replace("\r\n", "\n")
    text = re.sub(r"\n +at [^\n]*?(?=\n|</|$)", "", text)
    text = re.sub(r"The given key .*?was not present", "The given key was not present", text)
    return re.sub(r"(<long [^>]*>|<Submit\w+Result>)\d+<", r"\1ID<", text)


def web_services(text: str) -> list[str]:
    """Return what the stack lines of System.Web.Services name, without parameters."""
    found = re.findall(r"^ +at (System\.Web\.Services\.[\w.+]+)", text, re.MULTILINE)
    return [name.replace("+", ".") for name in found]  # a class within another


def same(expected: str, found: str) -> bool:
    pattern = re.sub(r"\\\{[01]\\\}", ".*?", re.escape(comparable(expected)))
    return re.fullmatch(pattern, comparable(found), re.DOTALL) is not None


def differences(expected: Recorded, found: Recorded) -> list[str]:
    problems = []
    if expected.status != found.status:
        problems.append(f"status {found.status} instead of {expected.status}")
    left, right = expected.headers.get("content-type"), found.headers.get("content-type")
    html = left is not None and left.startswith("text/html")
    if html:
        left, right = "text/html", (right or "").partition(";")[0]
    if left != right:
        problems.append(f"Content-Type {right} instead of {left}")
    if expected.headers["cache-control"] != found.headers["cache-control"]:
        problems.append(f"Cache-Control {found.headers['cache-control']}, not {expected.headers['cache-control']}")
    if not html and not same(expected.body, found.body):
        problems.append(f"body\n  {comparable(found.body)!r}\ninstead of\n  {comparable(expected.body)!r}")
    stacks = web_services(expected.body), web_services(found.body)
    if not html and stacks[0] != stacks[1]:
        problems.append(f"stack\n  {stacks[1]}\ninstead of\n  {stacks[0]}")
    return problems


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def replay() -> AsyncIterator[Any]:
    # The listening server itself: what aiohttp's router would do for a test server, nobody does for this one.
    server = MockServer(strict=True, clock="2026-01-02T12:00:00Z")
    await server.start()
    services = server.services
    port = int(server.url.rpartition(":")[2])

    async def play(mode: str, name: str) -> list[str]:
        request = (EXCHANGES / mode / f"{name}.request.txt").read_bytes()
        sandbox = f"{mode}-{NAMES.index(name)}"
        given = fixtures.merge(fixtures.inline([fixture(name, MODES[mode])]), APIS)
        made = await services.sandboxes.create(sandbox, given)
        if name != NOT_YET_CANCELLED and not name.endswith("getjobsjob_ok"):
            await made.jobs.fire("casjobs", "1001", CasEvent.CANCEL)
        request = request.replace(b"\r\n", f"\r\nX-Mockserver-Sandbox: {sandbox}\r\n".encode(), 1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        await services.sandboxes.delete(sandbox)
        expected = take_apart((EXCHANGES / mode / f"{name}.response.txt").read_bytes())
        # Inside a sandbox that is not the default one, addresses carry its prefix.
        found = take_apart(answer.replace(f"/~{sandbox}".encode(), b""))
        return differences(expected, found)

    yield play
    await server.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("mode", MODES)
async def test_the_runtime_would_have_answered_the_same(
    mode: str, replay: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    compared = [name for name in NAMES if name not in LEFT_OUT]
    wrong = {name: problems for name in compared if (problems := await replay(mode, name))}
    with capsys.disabled():
        print(f"\nreplayed {len(compared)} of {len(NAMES)} exchanges ({mode}): {len(compared) - len(wrong)} equal")
        for name, problems in wrong.items():
            print(f"  {name}: {'; '.join(problems)}")

    assert wrong == {}
