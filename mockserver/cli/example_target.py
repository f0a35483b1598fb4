"""Where `mockserver contracts check` runs an example: in a sandbox of this process, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from mockserver.contracts.examples import NOON, Answer
from mockserver.core.clock import Clock, instant
from mockserver.sandbox.sandbox import Sandbox


class SandboxTarget:
    """An `ExampleTarget` that is a sandbox nothing else uses.

    Args:
        root: where the server is reached, without a sandbox's prefix.
        session: must keep no cookies from one example to the next.
    """

    def __init__(self, sandbox: Sandbox, root: str, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self._session = session
        self.base = root.rstrip("/") + sandbox.prefix

    async def prepare(self, api: str, given: Mapping[str, Any]) -> None:
        """Set clock, settings and jobs as an example's `given` asks; raises `DomainError`."""
        await self._sandbox.set_clock(Clock(frozen_at=instant(given.get("now", NOON))))
        if "settings" in given:
            await self._sandbox.change_settings(api, given["settings"])
        for fields in given.get("jobs", ()):
            await self._sandbox.jobs.add(*await self._sandbox.build_job(api, fields))
        if "fault" in given:
            await self._sandbox.faults.arm({"match": {"api": api}, "effect": {"named": given["fault"]}})

    async def answered(self) -> str | None:
        """Return the contract's name for the last answer, as the journal has it; None: it has none."""
        last = (await self._sandbox.store.entries(self._sandbox.name, newest=True, limit=1)).entries
        return last[0].response if last else None

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Send one request, with no header that the example does not name, and follow no redirect."""
        async with self._session.request(
            method,
            URL(self.base + path, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            skip_auto_headers=("Content-Type", "Accept", "User-Agent"),
        ) as response:
            return Answer(status=response.status, headers=response.headers, body=await response.read())
