"""A server that runs until a signal ends it, in the foreground or as one of several workers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.server import MockServer


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
        spare_the_collector()
        yield server, stop


def ending_signals() -> list[signal.Signals]:
    """Return the signals that end a server: a closed terminal too, unless (`nohup`) it is to outlive that."""
    found = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        found.append(hangup)
    return found


def spare_the_collector() -> None:
    """Keep the garbage collector from walking what stays for good, and from running for each hundred requests.

    The journal's ring keeps young objects alive, which the collector takes for a sign to look at everything; a
    request leaves no cycles behind, so there is next to nothing to find. What it does look at is little at a time:
    50,000 objects take it ten milliseconds, for which everybody waits.
    """
    gc.freeze()
    gc.enable()
    # Where the collector takes the old ones in steps (3.14), a larger second number makes the steps shorter.
    gc.set_threshold(2_000, 4 if sys.version_info < (3, 14) else 20, 5_000)


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
