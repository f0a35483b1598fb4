"""A server that runs until a signal ends it, in the foreground or as one of several workers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from mockserver.sandbox import collector
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.server import MockServer


HANDOVER = 0.0005
"""Real seconds after which a thread that reads or writes a snapshot makes way for the requests' thread: with five
milliseconds (Python's own) for each thread and each step of a request, a poll beside two of them took fifty."""


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, signals: Sequence[signal.Signals], ca_pem: bytes | None = None
) -> AsyncIterator[tuple[MockServer, asyncio.Event]]:
    """Run a server, and let signals set the event that ends it."""
    from mockserver.server import MockServer

    stop = asyncio.Event()
    server = MockServer(settings, ca_pem=ca_pem)

    def end() -> None:
        # Who asks twice does not wait for requests in flight, but loses nothing either.
        if stop.is_set():
            server.hurry()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in signals:
        # Windows has no such handlers; Ctrl-C ends the loop there.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, end)
    async with server:
        collector.spare()
        sys.setswitchinterval(HANDOVER)
        yield server, stop


def ending_signals() -> list[signal.Signals]:
    """Return the signals that end a server: a closed terminal too, unless (`nohup`) it is to outlive that."""
    found = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        found.append(hangup)
    return found


def addresses(server: MockServer) -> dict[str, Any]:
    """Return where a server is reached, as `--json` says it."""
    return {
        "url": server.url,
        "tls_url": server.tls_url,
        "control_url": server.control_url,
        "console_url": server.control_url + "/",
        "ca_url": None if server.ca_pem is None else server.control_url + "/ca.pem",
        "pid": os.getpid(),
        "apis": [
            {
                "api": api.name,
                "url": server.url + api.bases[0],
                "tls_url": None if server.tls_url is None else server.tls_url + api.bases[0],
                "account": api.account,
            }
            for api in server.services.apis
        ],
    }
