"""What a server is started with. The only reader of the environment."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

PREFIX = "MOCKSERVER_"

_NAME = re.compile(r"\.?[\w-]+(\.[\w-]+)*\.?")
JUDGED = "pytest-"
"""What the names of the pytest plugin's sandboxes begin with: the plugin judges them, `mockserver run` does not."""


MEMORY = "memory:"
"""The store that is this process' own."""

STORES = ("redis://", "rediss://", "unix://")
"""What the address of a store begins with that several processes share."""


class BadOption(Exception):
    """An option that cannot be followed; one line that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of `mockserver serve`.

    Attributes:
        port, tls_port, control_port: 0 takes any free port; None (tls, control) switches it off.
        apis: names; empty for all.
        fixtures: files and folders; empty for those that came with the package.
        clock: `real`, `frozen`, or an ISO time at which it stands.
        store: `memory:`, or the address of a Redis, which may hold a password.
        state: a file to load at start, and to save to on stop and every 30 s.
        workers: processes that listen on one port; each is told so, that it shares its ports.
        allowed_host: names by which /_control may be asked besides its own; one that begins with a dot takes all below.
        journal_size: exchanges remembered per sandbox.
        max_sandboxes: how many there may be beside the default one.
        strict: an answer of ours that breaks its contract becomes a 500 that says why.
        headers: answers carry `X-Mockserver-Request`, `X-Mockserver-Violations`, `X-Mockserver-Violation` and
            `X-Mockserver-Hint`.
        body_limit: bytes an API request may have.
        patience: real seconds after which a client that stalls, in asking or in reading, is let go.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    tls_port: int | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    apis: tuple[str, ...] = ()
    fixtures: tuple[Path, ...] = ()
    contracts: Path | None = None
    seed: int = 0
    clock: str = "real"
    store: str = field(default=MEMORY, repr=False)
    state: Path | None = None
    workers: int = 1
    control_host: str | None = None
    control_port: int | None = None
    control_token: str | None = field(default=None, repr=False)
    allowed_host: tuple[str, ...] = ()
    journal_size: int = 1000
    max_sandboxes: int = 2000
    strict: bool = False
    headers: bool = True
    body_limit: int = 16 * 1024 * 1024
    patience: float = 25.0
    log_format: str = "text"
    log_level: str = "info"
    access_log: bool = False


def check(settings: Settings) -> None:
    """Refuse options that contradict each other or ask for what cannot be.

    Raises:
        BadOption: one of them; the message names it and the remedy.
    """
    if not settings.host or settings.control_host == "":
        raise BadOption("--host and --control-host name an address to listen on; 0.0.0.0 stands for all of them")
    if settings.control_token == "":
        raise BadOption("--control-token is empty, which every caller could send; give it a value, or leave it out")
    if not (isfinite(settings.patience) and settings.patience > 0):
        raise BadOption(f"--patience takes seconds above 0, not {settings.patience:g}")
    if settings.tls_port is None and (settings.tls_cert is not None or settings.tls_key is not None):
        raise BadOption("--tls-cert and --tls-key do nothing without --tls-port; give one (0: any free port)")
    if settings.control_port is None and settings.control_host is not None:
        raise BadOption("--control-host does nothing without --control-port; give one (0: any free port)")
    if settings.store != MEMORY and not settings.store.startswith(STORES):
        raise BadOption(f"--store {shown(settings.store)} is no store here; use {MEMORY} or redis://HOST:6379/0")
    if not re.fullmatch(r"(?:unix|memory):.*|rediss?://[^/?]+(?:/\d*)?(?:\?.*)?", settings.store):
        raise BadOption(f"--store {shown(settings.store)} names no database; redis://HOST:6379/0, say")
    if settings.workers > 1 and settings.store == MEMORY:
        raise BadOption(
            f"--workers {settings.workers} needs a store that processes share, and memory: is one process' own; "
            "give --store redis://HOST:6379/0, too"
        )
    if settings.workers > 1 and not hasattr(socket, "SO_REUSEPORT"):
        raise BadOption("--workers needs a system on which processes can share a port; leave it out")
    if settings.store != MEMORY and settings.state is not None:
        raise BadOption("--state saves what --store memory: holds; a Redis keeps it itself, so leave --state out")
    for name in settings.allowed_host:
        if not _NAME.fullmatch(name):
            raise BadOption(
                f"--allowed-host takes a name, without scheme and port, not {name!r}; mock.example.test, say"
            )


def shown(store: str) -> str:
    """Return the address of a store without its password."""
    # A password that should have been quoted may hold anything.
    return re.sub(r"(?<=://).*@|(?<=password=)[^&]*", "…", store)


def environment(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the environment's value of an option (`control_port` -> `MOCKSERVER_CONTROL_PORT`)."""
    return (os.environ if environ is None else environ).get(PREFIX + name.upper())


def is_plain(environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether the user wants no colours (https://no-color.org)."""
    return bool((os.environ if environ is None else environ).get("NO_COLOR"))
