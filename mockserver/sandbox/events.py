"""What happens in a sandbox, told to whoever listens; and waiting until something has happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from mockserver.core.errors import DomainError

Event = Mapping[str, Any]
"""`event` says which kind it is: job, job-added, job-changed, job-deleted, request, requests-cleared, fault,
fault-armed, fault-removed, clock, settings, reset, stop. `subject` is the value that it is about (a job, an entry), for
those who tell more of it; it is never sent as it stands."""

STOP: Event = {"event": "stop"}
"""The last event there is: the sandbox, or the server, ends."""

_JOB = {"api": str, "kind": str, "id": str}

_FIELDS: Mapping[str, Mapping[str, type]] = {
    "job": {**_JOB, "to": str},
    "job-added": _JOB,
    "job-changed": _JOB,
    "job-deleted": _JOB,
    "request": {"number": int},
    "requests-cleared": {},
    "fault": {},
    "fault-armed": {},
    "fault-removed": {},
    "clock": {},
    "settings": {},
    "reset": {},
    "stop": {},
}
"""What an event has at least, of what those who listen look into."""

BACKLOG = 1000
"""Events kept for a listener that does not keep up."""

RECHECK = 1.0
"""Real seconds after which one who waits looks again by itself: another process may have moved something."""

GAP = 0.001
"""Real seconds between two looks of one who waits, for each who waits."""

SHARE = 20
"""A look is followed by this many times as long without one, for each who waits: together they take a twentieth."""

LONGEST_GAP = 0.25
"""Real seconds by which a look is put off at most."""

Look = Callable[[Callable[[], list[Event]]], Awaitable[float | None]]
"""Told how to get the events since it last asked: None when what is waited for is there, otherwise the real seconds
after which to look again even if nothing happens."""


class Stopped(DomainError):
    """The sandbox, or the server, ends; there is nothing more to wait for."""

    def __init__(self) -> None:
        super().__init__("the server or the sandbox ends")


class Left(DomainError):
    """The client of one who waits has gone; nobody would read an answer."""

    def __init__(self) -> None:
        super().__init__("the client has gone")


def is_event(said: object) -> bool:
    """Tell whether what somebody else has said is an event, of which those who listen can make something."""
    if not isinstance(said, Mapping) or not isinstance(said.get("event"), str) or said["event"] not in _FIELDS:
        return False
    return all(isinstance(said.get(name), kind) for name, kind in _FIELDS[said["event"]].items())


def _stays() -> bool:
    return False


class Listener(asyncio.Queue[Event]):
    """What one who listens has not yet heard.

    Attributes:
        lost: events that were dropped since it began, because it did not keep up.
    """

    def __init__(self) -> None:
        super().__init__(BACKLOG)
        self.lost = 0


class Events:
    """The events of one sandbox.

    Attributes:
        listeners: a queue for each who listens.
    """

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()

    def listen(self) -> Listener:
        """Return a queue that gets every event from now on; hand it to `ignore` when done."""
        queue = Listener()
        self.listeners.add(queue)
        return queue

    def ignore(self, queue: Listener) -> None:
        """Stop filling a queue."""
        self.listeners.discard(queue)

    def publish(self, event: Event) -> None:
        """Tell all listeners; one that does not keep up loses its oldest events."""
        for queue in self.listeners:
            if queue.full():
                queue.get_nowait()
                queue.lost += 1
            queue.put_nowait(event)

    async def wait_until(self, look: Look, seconds: float, is_left: Callable[[], bool] = _stays) -> bool:
        """Tell whether something came true within some real seconds. It is looked at once at least.

        It is looked at again when something has happened, but all who wait together look so seldom that requests
        do not notice: what happens in between is seen by the next look, at most a quarter of a second later.

        Args:
            is_left: tells that the client has gone; asked before each look but the first.

        Raises:
            Stopped: the sandbox, or the server, ended first.
            Left: the client has gone.
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
                began = loop.time()
                pause = await look(news)
                if pause is None:
                    return True
                now = loop.time()
                left = deadline - now
                if left <= 0:
                    return False
                rest = now + min(LONGEST_GAP, len(self.listeners) * max(GAP, SHARE * (now - began)), left)
                try:
                    async with asyncio.timeout(min(left, pause)):
                        hear(await queue.get())
                except TimeoutError:
                    pass
                else:
                    await asyncio.sleep(rest - loop.time())
                if is_left():
                    raise Left
                # One look for all that has happened, and none when the end is among it.
                while not queue.empty():
                    hear(queue.get_nowait())
        finally:
            self.ignore(queue)


class Elsewhere(Protocol):
    """What knows of listeners in other processes."""

    @property
    def heard(self) -> int:
        """See `SharedStore.heard`."""


class Audience:
    """Who listens in any process: empty when nobody does."""

    __slots__ = ("_elsewhere", "_here")

    def __init__(self, here: Events, elsewhere: Elsewhere) -> None:
        self._here = here.listeners
        self._elsewhere = elsewhere

    def __len__(self) -> int:
        return len(self._here) + self._elsewhere.heard
