"""A system that is changed in one place: a proxy before our server that plants a single change into its answers."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from mockserver import MockServer
from mockserver.apis import APIS
from mockserver.core.clock import Clock
from mockserver.drift.interpreter import Judged
from mockserver.drift.live import Patience
from mockserver.drift.report import Report
from mockserver.drift.verification import Verification, verify

STEP = 0.7
"""Seconds by which the sandbox's clock moves with each request, so that jobs end without waiting."""

SCHEDULED, RUNNING_RUN, RUNNING_JOB = "9001", "9003", "9002"

ACCOUNTS: Mapping[str, Mapping[str, Any]] = {
    "arcgis": {
        "username": "siteadmin",
        "password": "secret",
        "service": "Demo",
        "task": "Echo",
        "parameters": {"Input_Text": "hi"},
        "admin": True,
        "job": "jver",
    },
    "casjobs": {
        "wsid": 1,
        "password": "secret",
        "userid": "alice",
        "job": 1005,
        "query": "select 1",
        "context": "DR7",
    },
    "ges": {
        "user": "alice",
        "domain": "acme",
        "password": "secret",
        "project": "cn-north-4",
        "project_id": "0123456789abcdef0123456789abcdef",
        "graph": "movie",
        "graph_id": "4b5aa3a0000040008000000000000002",
        "management_job": "ff80808167f09aaa0167f19b35ec0305",
        "labels": ["movies"],
    },
    "prime": {
        "username": "nbi",
        "password": "secret",
        "job": 26,
        "write_job": SCHEDULED,
        "write_run": RUNNING_RUN,
        "write_run_job": RUNNING_JOB,
        "template": {
            "cliTemplateCommand": {"targetDevices": {"targetDevice": {"targetDeviceID": "1"}}, "templateName": "T"}
        },
    },
}

JOBS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "arcgis": ({"id": "jver", "service": "Demo.GPServer", "task": "Echo", "state": "esriJobSucceeded"},),
    "casjobs": (),
    "ges": (),
    "prime": (
        {"id": SCHEDULED, "name": "Write", "type": "T", "state": "SCHEDULED", "owner": "nbi", "hold": True},
        {
            "id": RUNNING_JOB,
            "name": "Runs",
            "type": "T",
            "state": "COMPLETED",
            "owner": "nbi",
            "runs": [{"id": RUNNING_RUN, "state": "RUNNING", "hold": True}],
        },
    ),
}

MOUNTS = {"arcgis": "/arcgis", "casjobs": "/CasJobs/services/jobs.asmx", "ges": "", "prime": ""}


class Answer:
    """An answer on its way, to be changed in place."""

    def __init__(self, request: str, sent: bytes, status: int, headers: CIMultiDict[str], body: bytes) -> None:
        self.request, self.sent = request, sent
        self.status, self.headers, self.body = status, headers, body


Change = Callable[[Answer], bool]
"""Changes an answer; tells whether it did."""


def at(pattern: str, change: Change, *, always: bool = False, body: str = "", nth: int = 1) -> Callable[[], Change]:
    """Plant a change into the first answer to such a request that can be so changed.

    Args:
        pattern: of `METHOD path?query`, and the request's body after a blank line.
        body: of the answer.
        nth: which of these answers.
        always: into all of them.
    """
    wanted, holding = re.compile(pattern, re.DOTALL), re.compile(body.encode())

    def begin() -> Change:
        seen = 0

        def plant(answer: Answer) -> bool:
            nonlocal seen
            if not wanted.search(answer.request) or not holding.search(answer.body):
                return False
            if not always and seen >= nth:
                return False
            seen += 1
            if seen < nth:
                return False
            if change(answer):
                return True
            seen -= 1
            return False

        return plant

    return begin


def status(number: int) -> Change:
    """Answer with another status."""

    def change(answer: Answer) -> bool:
        changed = answer.status != number
        answer.status = number
        return changed

    return change


def header(name: str, value: str | None) -> Change:
    """Answer with another header, or without it."""

    def change(answer: Answer) -> bool:
        if name not in answer.headers:
            return False
        answer.headers.popall(name)
        if value is not None:
            answer.headers[name] = value
        return True

    return change


def sub(pattern: str, replacement: str) -> Change:
    """Write something else, once."""
    wanted = re.compile(pattern.encode(), re.DOTALL)

    def change(answer: Answer) -> bool:
        answer.body, count = wanted.subn(replacement.encode(), answer.body, count=1)
        return count > 0

    return change


def every(pattern: str, replacement: str) -> Change:
    """Write something else throughout the answer."""
    wanted = re.compile(pattern.encode(), re.DOTALL)

    def change(answer: Answer) -> bool:
        answer.body, count = wanted.subn(replacement.encode(), answer.body)
        return count > 0

    return change


def data(edit: Callable[[Any], Any]) -> Change:
    """Change the JSON of an answer; what the edit raises means that this answer has no such place."""

    def change(answer: Answer) -> bool:
        try:
            document = json.loads(answer.body)
            edit(document)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            return False
        answer.body = json.dumps(document).encode()
        return True

    return change


def put(*path: Any) -> Change:
    """Set the value at a path of keys: `put("a", 0, "b", value)`."""
    *keys, last, value = path

    def edit(document: Any) -> None:
        for key in keys:
            document = document[key]
        document[last]
        document[last] = value

    return data(edit)


def drop(*path: Any) -> Change:
    """Leave out what stands at a path of keys."""
    *keys, last = path

    def edit(document: Any) -> None:
        for key in keys:
            document = document[key]
        del document[last]

    return data(edit)


def cut(answer: Answer) -> bool:
    """Break off."""
    answer.body = answer.body[: len(answer.body) * 2 // 3]
    return True


def not_utf8(answer: Answer) -> bool:
    """Say a byte that is no UTF-8."""
    answer.body = answer.body[:-2] + b"\xff" + answer.body[-2:]
    return True


_names = itertools.count(1)


@asynccontextmanager
async def planted(server: MockServer, change: Change) -> Any:
    """Run the proxy before a fresh sandbox; yield its address, and what it has planted."""
    name = f"planted-{next(_names)}"
    sandbox = await server.services.sandboxes.create(name)
    clock = time.time()
    await sandbox.set_clock(Clock(frozen_at=clock))
    for api, jobs in JOBS.items():
        for fields in jobs:
            await sandbox.jobs.add(*await sandbox.build_job(api, fields))
    found: list[str] = []

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as session:

        async def forward(request: web.BaseRequest) -> web.StreamResponse:
            nonlocal clock
            sent = await request.read()
            url = URL(server.url + request.raw_path, encoded=True)
            # The Host header stays the proxy's: the addresses in answers are those that the client sees.
            async with session.request(
                request.method, url, headers=request.headers, data=sent or None, allow_redirects=False,
                skip_auto_headers=("Content-Type", "Accept", "User-Agent"),
            ) as got:  # fmt: skip
                answer = Answer(
                    f"{request.method} {request.raw_path}\n\n{sent.decode('utf-8', 'replace')}",
                    sent,
                    got.status,
                    CIMultiDict(got.headers),
                    await got.read(),
                )
            if change(answer):
                found.append(answer.request.partition("\n")[0])
            clock += STEP
            await sandbox.set_clock(Clock(frozen_at=clock))
            answer.headers.pop("Content-Length", None)
            response = web.Response(status=answer.status, body=answer.body or None)
            response.headers.popall("Content-Type", None)
            response.headers.extend(answer.headers)
            return response

        runner = web.ServerRunner(web.Server(forward))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}/~{name}", found
        finally:
            await runner.cleanup()
            await server.services.sandboxes.delete(name)


async def verified(
    server: MockServer, api: str, change: Change, contracts: Any
) -> tuple[Report, list[Judged], list[str]]:
    """Verify an API through the proxy; return report and exchanges, and the requests whose answers were changed."""
    async with planted(server, change) as (url, found):
        what = Verification(
            url=url + MOUNTS[api],
            api=next(one for one in APIS if one.name == api),
            account=ACCOUNTS[api],
            may_write=True,
            patience=Patience(interval=0, polls=20),
        )
        report, judged = await verify(what, contracts)
    return report, judged, found
