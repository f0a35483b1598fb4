"""Events of other processes' sandboxes, told to those who listen here.

Rules a maintainer must keep:

1. Telling costs who tells one command that it does not wait for; hearing costs only a process in which somebody
   listens.
2. What an event is about is not sent along: who hears of it reads it in the store.
3. Anybody may tell anything: what is no event is passed by, and nothing that is told ends the hearing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from mockserver.core.errors import Unavailable
from mockserver.sandbox.events import STOP, Event, is_event
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store import json_text
from mockserver.store.base import Over, SharedStore

log = logging.getLogger("mockserver")

PATIENCE = 5.0
"""Real seconds that one who begins to listen waits for the store."""


class Relay:
    """Tells others what happens here, and those who listen here what happens elsewhere."""

    def __init__(
        self, store: SharedStore, sandboxes: Mapping[str, Sandbox], recheck: Callable[[Sandbox], Awaitable[None]]
    ) -> None:
        """Stand between the processes of a store.

        Args:
            sandboxes: those that this process knows of, by name.
            recheck: finds out whether one has ended.
        """
        self._store = store
        self._sandboxes = sandboxes
        self._recheck = recheck
        self._own = uuid4().hex
        self._hearing: asyncio.Task[None] | None = None
        self._attends = asyncio.Event()
        self._has_heard_nonsense = False

    def join(self, sandbox: Sandbox) -> None:
        """Let what happens in a sandbox be told to others, and what they do in it be heard."""
        here = sandbox.publish

        def publish(event: Event) -> None:
            here(event)
            if event is not STOP:
                self.tell(sandbox.name, {name: value for name, value in event.items() if name != "subject"})

        sandbox.publish, sandbox.attend = publish, self.attend

    def tell(self, name: str, event: Event) -> None:
        """Tell others of an event, without its subject."""
        self._store.announce(name, json_text.dumps({**event, "by": self._own}))

    async def attend(self) -> None:
        """Return once events of other processes are heard, too; not at all later than some seconds."""
        if self._hearing is None or self._hearing.done():
            self._attends.clear()
            self._hearing = asyncio.create_task(self._store.listen(self._attends.set, self._hear))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._attends.wait()

    async def close(self) -> None:
        """Hear no more."""
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])

    async def _hear(self, name: str, text: bytes) -> None:
        sandbox = self._sandboxes.get(name)
        if sandbox is None or not sandbox.events.listeners:
            return
        event = _event_of(text)
        if event is None:
            if not self._has_heard_nonsense:
                log.warning("what is told of the sandbox %r by somebody else is no event, and passed by", name)
            self._has_heard_nonsense = True
            return
        if event.pop("by") == self._own:
            return
        event["subject"] = None
        try:
            if event["event"] == STOP["event"]:
                await self._recheck(sandbox)
                return
            if event["event"] == "request":
                event["subject"] = await self._store.entry(name, event["number"])
            elif "kind" in event:
                event["subject"] = await self._store.get(name, event["api"], event["kind"], event["id"])
        except (Over, Unavailable, UnicodeEncodeError):
            pass  # it is not there, or not to be had
        except Exception:
            # Whatever is wrong with this one, others are to be heard.
            log.exception("an event of the sandbox %r is told without what it is about", name)
        sandbox.events.publish(event)


def _event_of(text: bytes) -> dict[str, Any] | None:
    """Return what another server has told (`Relay.tell`); None: it was somebody else, for anybody may."""
    try:
        said = json_text.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if is_event(said) and isinstance(said.get("by"), str) else None
