"""A recorder in a thread of its own, before a server: what a test's synchronous client is pointed at."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mockserver.apis import APIS
from mockserver.contracts.loader import Contracts
from mockserver.drift.recorder import Recorder, Upstream, recorder
from mockserver.drift.recording import Recording
from tests.drivers.contracts import shipped

CONTRACTS: Contracts = shipped()


@contextmanager
def recording_of(
    api: str, root: str, *, tls: ssl.SSLContext | None = None, trusted: ssl.SSLContext | None = None, **more: bool
) -> Iterator[tuple[str, Recording]]:
    """Run a recorder; yield its address and what it records, which is whole when the block has ended.

    Args:
        tls: with which it listens.
        trusted: with which it checks the server.
    """
    made = Recording(next(one for one in APIS if one.name == api), CONTRACTS, root)
    started, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()
    running: list[Recorder] = []

    async def main() -> None:
        async with recorder(Upstream(root=root, ssl=trusted, **more), made.keep, tls=tls) as one:
            running.append(one)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield running[0].url, made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def breaches(recording: Recording) -> list[str]:
    """Return the breaches of the system, and what was not judged, in words."""
    found = []
    for one in recording.judged:
        if one.verdict is None:
            found.append(f"{one.exchange.method} {one.path}: {one.why}")
        else:
            found += [f"{one.operation}: {each.message}" for each in one.verdict.violations if each.side == "server"]
    return found
