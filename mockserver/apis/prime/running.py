"""Which requests run, at any server of a store: what the limiter of requests at a time counts.

A server says of those that it answers, again and again, that they still run. One of which nothing new was said for a
while was that of a server that was killed.

Rules a maintainer must keep:

1. Clocks of two machines are not compared: that something new was said is seen by its being another time, whichever.
2. A request that is answered soon costs the change with which it begins and the one with which it ends, no more.

While the store is away nobody can say that a request has ended: that is said as soon as it answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic, time
from typing import Any

from mockserver.api.sandbox import Documents
from mockserver.core.errors import Unavailable

COLLECTION, KEY = "limits", "running"

RENEWED = 2.0
"""Real seconds after which a server says again that its requests still run."""

LOST = 10.0
"""Real seconds without a word after which a request is taken for lost, from when somebody first looks on."""

PAUSE = 0.5
"""Real seconds before a store that was away is told again that a request has ended."""

TRIED = 300.0
"""Real seconds after which that is tried no more."""

Running = Mapping[str, Any]
"""By number: whose request it is, and the real time at which it was last said to run."""


class RunningRequests:
    """Those of one sandbox, as far as this process answers them or has looked at them.

    Attributes:
        leaving: they tell the store that requests have ended, which did not answer when they did.
    """

    __slots__ = ("_next", "_own", "_seen", "leaving")

    def __init__(self) -> None:
        self.leaving: set[asyncio.Task[None]] = set()
        self._own: dict[Documents, dict[str, str]] = {}
        self._seen: dict[str, tuple[Any, float]] = {}
        self._next: asyncio.TimerHandle | asyncio.Task[None] | None = None

    async def begin(self, documents: Documents, number: int, user: str, check: Callable[[int, int], None]) -> None:
        """Count a request among those that run; `end` must follow when this returns.

        Args:
            documents: of the life of the sandbox that it belongs to.
            check: raises what refuses it, told how many run of this user and of all.

        Raises:
            Whatever `check` raises; nothing has changed.
            Unavailable: the store is away; the request is not among those that run once it is back.
        """

        def begun(stored: Running | None) -> Running:
            running = self._present(documents, stored or {})
            check(sum(one[0] == user for one in running.values()), len(running))
            return {**running, str(number): [user, time()]}

        try:
            await documents.change(COLLECTION, KEY, begun)
        except Unavailable:
            # It may have been done, all the same.
            self._end_later(documents, number)
            raise
        self._own.setdefault(documents, {})[str(number)] = user
        if self._next is None:
            self._wait()

    async def end(self, documents: Documents, number: int) -> None:
        """Count a request no more, at once or as soon as the store answers."""
        own = self._own.get(documents, {})
        own.pop(str(number), None)
        if not own:
            self._own.pop(documents, None)
        try:
            await _take_out(documents, number)
        except Unavailable:
            self._end_later(documents, number)

    def _end_later(self, documents: Documents, number: int) -> None:
        task = asyncio.create_task(_take_out_again(documents, number))
        self.leaving.add(task)
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self.leaving.discard(task)
        # With a life of the sandbox that is over, its requests are gone.
        if not task.cancelled():
            task.exception()

    def _present(self, documents: Documents, stored: Running) -> Running:
        """Return those that are not lost."""
        now, before, own = monotonic(), self._seen, self._own.get(documents, {})
        self._seen = {
            number: before[number] if number in before and before[number][0] == one else (one, now)
            for number, one in stored.items()
        }
        return {number: one for number, one in stored.items() if number in own or now - self._seen[number][1] < LOST}

    # --- said again -------------------------------------------------------------------------------

    def _wait(self) -> None:
        self._next = asyncio.get_running_loop().call_later(RENEWED, self._renew_if_any)

    def _renew_if_any(self) -> None:
        self._next = asyncio.create_task(self._renew()) if self._own else None

    async def _renew(self) -> None:
        try:
            for documents in [*self._own]:
                try:
                    await documents.change(COLLECTION, KEY, partial(self._renewed, documents))
                except Unavailable:
                    continue
                except Exception:
                    # The life is over, and with it what is counted there.
                    self._own.pop(documents, None)
        finally:
            self._wait()

    def _renewed(self, documents: Documents, stored: Running | None) -> Running | None:
        # As they are now: one that has ended meanwhile must not come back.
        own, now = self._own.get(documents, {}), time()
        return {**(stored or {}), **{number: [user, now] for number, user in own.items()}} or None


async def _take_out(documents: Documents, number: int) -> None:
    def left(stored: Running | None) -> Running | None:
        return {other: one for other, one in (stored or {}).items() if other != str(number)} or None

    await documents.change(COLLECTION, KEY, left)


async def _take_out_again(documents: Documents, number: int) -> None:
    since = monotonic()
    while monotonic() - since < TRIED:
        await asyncio.sleep(PAUSE)
        try:
            await _take_out(documents, number)
        except Unavailable:
            continue
        return
