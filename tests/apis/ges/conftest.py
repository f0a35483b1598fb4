"""A GES client's hands: one project, one graph, one token, and a clock to move."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

PROJECT = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: status, decoded body, headers, and what the journal number says of violations."""

    status: int
    data: Any
    headers: Any


@dataclass(slots=True)
class Ges:
    """Calls on one graph with one token, and the control API beside them."""

    client: TestClient[Any, Any]
    graph: str = "movie"
    project: str = PROJECT
    token: str | None = "mock-token"

    async def send(self, method: str, path: str, **options: Any) -> Got:
        headers = {**({"X-Auth-Token": self.token} if self.token else {}), **options.pop("headers", {})}
        async with self.client.request(method, path, headers=headers, **options) as answer:
            body = await answer.read()
            return Got(answer.status, json.loads(body) if body else None, answer.headers)

    async def call(self, method: str, path: str, **options: Any) -> Got:
        return await self.send(method, f"/ges/v1.0/{self.project}/graphs/{self.graph}/{path}", **options)

    async def submit(self, name: str = "pagerank", **fields: Any) -> str:
        got = await self.call("POST", "action?action_id=execute-algorithm", json={"algorithmName": name, **fields})
        assert got.status == 200, got
        return str(got.data["jobId"])

    async def status(self, job_id: str, query: str = "") -> Got:
        return await self.call("GET", f"jobs/{job_id}/status{query}")

    async def cancel(self, job_id: str) -> Got:
        return await self.call("DELETE", f"jobs/{job_id}")

    async def control(self, method: str, path: str, body: Any = None) -> Got:
        async with self.client.request(method, f"/_control{path}", json=body) as answer:
            text = await answer.read()
            return Got(answer.status, json.loads(text) if text else None, answer.headers)

    async def advance(self, seconds: float) -> None:
        assert (await self.control("POST", "/clock/advance", {"seconds": seconds})).status == 200

    async def add(self, **fields: Any) -> str:
        got = await self.control("POST", "/jobs", {"api": "ges", "graph": self.graph, **fields})
        assert got.status == 201, got.data
        record = got.data[0] if isinstance(got.data, list) else got.data
        return str(record["id"])

    async def set(self, **settings: Any) -> None:
        got = await self.control("PATCH", "/apis/ges/settings", settings)
        assert got.status == 200, got.data


@pytest.fixture
def ges(client: TestClient[Any, Any]) -> Ges:
    return Ges(client)


@pytest.fixture
async def ges_with(serve: Callable[..., Awaitable[TestClient[Any, Any]]]) -> Callable[..., Awaitable[Ges]]:
    """Start another house, with options of its own."""

    async def start(**options: Any) -> Ges:
        return Ges(await serve(**options))

    return start
