"""Sockets that a server listens on, and what is said of one that cannot be had."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import ssl
import sys

from aiohttp import web

log = logging.getLogger("mockserver")

SPARE = 32
"""File descriptors that no connection gets: modules, templates and the state are read while requests are answered."""


class CannotListen(OSError):
    """An address that cannot be had; the message names the option to change."""


def most_files() -> int:
    """Return the number that the file descriptors of connections and of sandboxes' own ports stay below.

    The system gives the lowest that is free, so that as many are taken as its number says.
    """
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit - SPARE


class Site(web.SockSite):
    """A listening socket that has no more patience with a TLS handshake than with anything else."""

    def __init__(
        self, runner: web.ServerRunner, sock: socket.socket, context: ssl.SSLContext | None, patience: float
    ) -> None:
        super().__init__(runner, sock, ssl_context=context)
        self._patience = None if context is None else patience

    async def start(self) -> None:
        await web.BaseSite.start(self)
        assert self._runner.server is not None
        self._server = await asyncio.get_running_loop().create_server(
            self._runner.server,
            sock=self._sock,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=self._patience,
        )


def bind(host: str, port: int, options: str = "", *, shared: bool = False) -> socket.socket:
    """Return a socket bound to an address.

    Args:
        options: the prefix of the options that say where, to be named when it cannot be.
        shared: other processes of ours listen there, too; the system gives each its part of the connections.

    Raises:
        CannotListen: it cannot be had.
        OSError: this process has no file descriptor left for it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    if sock.fileno() >= most_files():
        sock.close()
        raise OSError(errno.EMFILE, f"{os.strerror(errno.EMFILE)}; raise the limit of this process (ulimit -n)")
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        # TLS has no address of its own.
        wrong = f"--{options}port" if taken else "--control-host" if options == "control-" else "--host"
        raise CannotListen(
            error.errno, f"cannot listen on {host}:{port}: {error.strerror}; choose another {wrong}"
        ) from None
    return sock


def bind_again(host: str, port: int, sandbox: str) -> socket.socket:
    """Return a socket bound to the port that a sandbox had, or to any free one when that is taken."""
    try:
        return bind(host, port)
    except OSError:
        if not port:
            raise
        log.warning("port %d of sandbox %s is taken by now; it gets another one", port, sandbox)
        return bind(host, 0)


def in_url(host: str) -> str:
    """Return an address as it stands in a URL by which it is reached."""
    if host in ("0.0.0.0", "::"):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
