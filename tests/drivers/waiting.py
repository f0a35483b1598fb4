"""A fault's wait that lasts until the test ends it: nobody really waits."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.sandbox.sandbox import Sandbox


class Waiting:
    """Takes the place of the waiting: stands still until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        self.began = asyncio.Event()
        self.end = asyncio.Event()
        monkeypatch.setattr(Sandbox, "pause", lambda _, seconds: self._wait(seconds))

    async def _wait(self, seconds: float) -> None:
        if not seconds:
            return
        self.seconds.append(seconds)
        self.began.set()
        await self.end.wait()
