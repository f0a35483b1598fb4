"""A GES client: one project, one graph, one token."""

from __future__ import annotations

from typing import Any

from tests.drivers.driver import Answer, Driver, Poll
from tests.drivers.server import Client

PROJECT = "0123456789abcdef0123456789abcdef"
GRAPHS = f"/ges/v1.0/{PROJECT}/graphs"
GRAPH = f"{GRAPHS}/movie"
TOKEN = {"X-Auth-Token": "mock-token"}

POLL = Poll(
    job={"api": "ges", "id": "race", "graph": "movie", "kind": "execute-algorithm"},
    path=f"{GRAPH}/jobs/race/status",
    headers=TOKEN,
    states=("pending", "running"),
    operation="JobStatus",
)


class Ges(Driver):
    """Calls on one graph with one token.

    Attributes:
        token: None sends none.
    """

    api = "ges"

    def __init__(
        self, client: Client, graph: str = "movie", project: str = PROJECT, token: str | None = "mock-token"
    ) -> None:
        super().__init__(client)
        self.graph = graph
        self.project = project
        self.token = token

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        headers = {**({"X-Auth-Token": self.token} if self.token else {}), **options.pop("headers", {})}
        return await super().send(method, path, headers=headers, **options)

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """Ask for something below the graph."""
        return await self.send(method, f"/ges/v1.0/{self.project}/graphs/{self.graph}/{path}", **options)

    async def submit(self, name: str = "pagerank", **fields: Any) -> str:
        got = await self.call("POST", "action?action_id=execute-algorithm", json={"algorithmName": name, **fields})
        assert got.status == 200, got
        return str(got.data["jobId"])

    async def status(self, job_id: str, query: str = "") -> Answer:
        return await self.call("GET", f"jobs/{job_id}/status{query}")

    async def cancel(self, job_id: str) -> Answer:
        return await self.call("DELETE", f"jobs/{job_id}")

    async def result(self, job_id: str) -> Any:
        """Return what the status query shows of the result."""
        return (await self.status(job_id)).data["data"]

    async def add(self, **fields: Any) -> str:
        return await super().add(**{"graph": self.graph, **fields})
