"""What happens in a sandbox, told to whoever listens; and waiting until something has happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mockserver.core.errors import DomainError

Event = Mapping[str, Any]
"""`event` says which kind it is: job, job-added, job-deleted, request, fault, clock, reset, stop."""

STOP: Event = {"event": "stop"}
"""The last event there is: the sandbox, or the server, ends."""

BACKLOG = 1000
"""Events kept for a listener that does not keep up."""

RECHECK = 1.0
"""Real seconds after which one who waits looks again by itself: another process may have moved something."""

Look = Callable[[Callable[[], list[Event]]], Awaitable[float | None]]
"""Told how to get the events since it last asked: None when what is waited for is there, otherwise the real seconds
after which to look again even if nothing happens."""


class Stopped(DomainError):
    """The sandbox, or the server, ends; there is nothing more to wait for."""

    def __init__(self) -> None:
        super().__init__("the server or the sandbox ends")


class Events:
    """The events of one sandbox.

    Attributes:
        listeners: a queue for each who listens.
    """

    def __init__(self) -> None:
        self.listeners: set[asyncio.Queue[Event]] = set()

    def listen(self) -> asyncio.Queue[Event]:
        """Return a queue that gets every event from now on; hand it to `ignore` when done."""
        queue: asyncio.Queue[Event] = asyncio.Queue(BACKLOG)
        self.listeners.add(queue)
        return queue

    def ignore(self, queue: asyncio.Queue[Event]) -> None:
        """Stop filling a queue."""
        self.listeners.discard(queue)

    def publish(self, event: Event) -> None:
        """Tell all listeners; one that does not keep up loses its oldest events."""
        for queue in self.listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    async def wait_until(self, look: Look, seconds: float) -> bool:
        """Tell whether something came true within some real seconds. It is looked at once at least.

        Raises:
            Stopped: the sandbox, or the server, ended first.
            Whatever `look` raises.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        queue = self.listen()
        heard: deque[Event] = deque(maxlen=BACKLOG)

        def hear(event: Event) -> None:
            if event is STOP:
                raise Stopped
            heard.append(event)

        def news() -> list[Event]:
            while not queue.empty():
                hear(queue.get_nowait())
            found = list(heard)
            heard.clear()
            return found

        try:
            while True:
                pause = await look(news)
                if pause is None:
                    return True
                left = deadline - loop.time()
                if left <= 0:
                    return False
                try:
                    async with asyncio.timeout(min(left, pause)):
                        hear(await queue.get())
                except TimeoutError:
                    continue
                # One look for all that has happened, and none when the end is among it.
                while not queue.empty():
                    hear(queue.get_nowait())
        finally:
            self.ignore(queue)
