"""How the tests talk to Prime: raw paths, Basic login, and the sandbox behind it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from lxml import etree
from yarl import URL

from mockserver.app import SERVICES
from mockserver.core.clock import Clock, instant
from mockserver.sandbox.sandbox import Sandbox

API = "/webacs/api"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def xml(self) -> Any:
        return etree.fromstring(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Prime:
    """Prime as a client sees it, and its sandbox."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client
        self.services = client.app[SERVICES]
        self.sandbox: Sandbox = self.services.sandboxes.default
        self.base = str(client.make_url("/")).rstrip("/")

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "nbi:secret",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()} if user else {}
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        elif body is not None:
            sent["Content-Type"] = "application/xml"
        self.client.session.cookie_jar.clear()
        async with self.client.session.request(
            method,
            URL(self.base + path, encoded=True),
            data=body,
            headers={**sent, **(headers or {})},
            allow_redirects=False,
            skip_auto_headers=("Content-Type", "Accept"),
        ) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", API + path, **options)

    async def put(self, path: str, body: Any, **options: Any) -> Answer:
        return await self.ask("PUT", API + path, body, **options)

    async def add(self, **fields: Any) -> None:
        await self.sandbox.jobs.add(*await self.sandbox.build_job("prime", fields))

    async def advance(self, seconds: float) -> None:
        now = await self.sandbox.now()
        await self.sandbox.set_clock(Clock(frozen_at=now + seconds))

    async def at(self, moment: str) -> None:
        await self.sandbox.set_clock(Clock(frozen_at=instant(moment)))

    async def set(self, **settings: Any) -> None:
        await self.sandbox.change_settings("prime", settings)

    async def run(self, job_id: object) -> dict[str, Any]:
        """The latest run of a job as runhistory shows it (v4)."""
        found = (await self.get(f"/v4/op/jobService/runhistory.json?jobId={job_id}")).json
        run: dict[str, Any] = found["mgmtResponse"]["job"][0]["runInstances"]["runInstance"][-1]
        return run

    async def job(self, job_id: object) -> dict[str, Any]:
        """A job as JobSummary shows it (v4)."""
        found = (await self.get(f"/v4/data/JobSummary/{job_id}.json")).json
        job: dict[str, Any] = found["queryResponse"]["entity"][0]["jobSummaryDTO"]
        return job

    async def cancel_run(self, *runs: int) -> dict[str, Any]:
        """The operationResult of a cancelrunning (v4)."""
        payload = {"jobRunOperationPayload": {"runIds": {"runId": list(runs)}}}
        answer = await self.put("/v4/op/jobService/cancelrunning.json", payload)
        assert answer.status == 200, answer.text
        result: dict[str, Any] = answer.json["mgmtResponse"]["operationResult"][0]
        return result


@pytest.fixture
async def prime(serve: Any) -> Prime:
    """Prime alone, strict, the clock standing at noon."""
    return Prime(await serve(apis=("prime",)))


@pytest.fixture
def bare(serve: Any) -> Any:
    """Start Prime with fixtures of the test's own."""

    async def start(tmp_path: Path, section: Mapping[str, Any]) -> Prime:
        file = tmp_path / "fixture.json"
        file.write_text(json.dumps({"prime": section}), "utf-8")
        return Prime(await serve(apis=("prime",), fixtures=(file,)))

    return start
