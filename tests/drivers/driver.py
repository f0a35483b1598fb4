"""What the drivers of all APIs share: an answer, the control API beside the vendor's, and how a poll looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lxml import etree

from tests.drivers.server import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; `data` is the body as JSON, or None where it is empty."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def xml(self) -> Any:
        return etree.fromstring(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One API's status query, as races and isolation are tested with it.

    Attributes:
        job: a job of the default fixtures' form, to be added.
        path: the query about it.
        states: two states that a client can tell apart.
        operation: what the contract calls the query.
    """

    job: Mapping[str, Any]
    path: str
    states: tuple[str, str]
    operation: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Driver:
    """One API by the hands of its client, with `submit`, `status`, `cancel` and `result` in the API's own terms.

    `add`, `force`, `advance` and `set` are the tester's: they go through the control API.
    """

    api: ClassVar[str]

    def __init__(self, client: Client) -> None:
        self.client = client

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        """Ask for a path."""
        async with self.client.request(method, path, **options) as answer:
            return Answer(status=answer.status, headers=answer.headers, body=await answer.read())

    async def control(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask the control API."""
        return await Driver.send(self, method, f"/_control{path}", json=body)

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control API for something that it does; return what it says."""
        answer = await self.control(method, path, body)
        assert answer.status < 300, answer.text
        return answer.data

    async def add(self, **fields: Any) -> str:
        """Add a job in the fixture's form; return its id."""
        record = await self.done("POST", "/jobs", {"api": self.api, **fields})
        return str((record[0] if isinstance(record, list) else record)["id"])

    async def record(self, job_id: object) -> dict[str, Any]:
        """Return a job as a tester sees it."""
        record: dict[str, Any] = await self.done("GET", f"/jobs/{self.api}/{job_id}")
        return record

    async def force(self, job_id: object, state: str, **more: Any) -> dict[str, Any]:
        """Put a job into a state; return its record."""
        record: dict[str, Any] = await self.done("PUT", f"/jobs/{self.api}/{job_id}/state", {"state": state, **more})
        return record

    async def advance(self, seconds: float) -> None:
        """Move the frozen clock."""
        await self.done("POST", "/clock/advance", {"seconds": seconds})

    async def at(self, moment: str) -> None:
        """Set the frozen clock to an ISO moment."""
        await self.done("PUT", "/clock", {"now": moment, "frozen": True})

    async def set(self, **settings: Any) -> None:
        """Change settings of the API."""
        await self.done("PATCH", f"/apis/{self.api}/settings", settings)

    async def arm(self, name: str, *, times: int | None = None, **match: Any) -> None:
        """Arm a named fault of the API."""
        limit = {} if times is None else {"times": times}
        match = {"match": {"api": self.api, **match}, "effect": {"named": name}, **limit}
        await self.done("POST", "/faults", match)
