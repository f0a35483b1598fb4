"""A fault's wait that lasts until the test ends it: nobody really waits."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.http import fault_transport


class Waiting:
    """Takes the place of the waiting: stands still until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        self.began = asyncio.Event()
        self.end = asyncio.Event()
        monkeypatch.setattr(fault_transport, "wait", self._wait)

    async def _wait(self, seconds: float, _: asyncio.Event) -> None:
        if not seconds:
            return
        self.seconds.append(seconds)
        self.began.set()
        await self.end.wait()
