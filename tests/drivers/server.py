"""An HTTP client of a server that runs in the tests' own event loop as `serve` runs it, and that server's inside."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import aiohttp
from yarl import URL

from mockserver import MockServer
from mockserver.http.services import Services
from mockserver.sandbox.sandbox import DEFAULT, Sandbox

NOON = "2026-01-02T12:00:00Z"
"""Where the frozen clock of the tests stands."""


class Client:
    """Asks one server; follows cookies and redirects as aiohttp's client does.

    Attributes:
        base: where the sandbox under test is reached: scheme, host and port, without a trailing slash.
        session: what asks; for requests that are no path of the server's.
    """

    def __init__(self, server: MockServer) -> None:
        self.server = server
        self.base = server.url
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        root = URL(server.url)
        assert root.host is not None and root.port is not None
        self.host: str = root.host
        self.port: int = root.port

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    @property
    def services(self) -> Services:
        """The parts of the server."""
        return self.server.services

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that a path without a prefix belongs to."""
        return self.services.sandboxes.default

    def make_url(self, path: str | URL) -> URL:
        """Return the address of a path; a URL of yarl's stays encoded as it is."""
        return URL(self.base).join(URL(path))

    def request(self, method: str, path: str | URL, **options: Any) -> Any:
        """Ask; the answer can be awaited, or entered with `async with`."""
        return self.session.request(method, self.make_url(path), **options)

    def get(self, path: str | URL, **options: Any) -> Any:
        """Ask with GET."""
        return self.request("GET", path, **options)

    def head(self, path: str | URL, **options: Any) -> Any:
        """Ask with HEAD, without following redirects."""
        return self.request("HEAD", path, **{"allow_redirects": False, **options})

    def options(self, path: str | URL, **options: Any) -> Any:
        """Ask with OPTIONS."""
        return self.request("OPTIONS", path, **options)

    def post(self, path: str | URL, **options: Any) -> Any:
        """Ask with POST."""
        return self.request("POST", path, **options)

    def put(self, path: str | URL, **options: Any) -> Any:
        """Ask with PUT."""
        return self.request("PUT", path, **options)

    def patch(self, path: str | URL, **options: Any) -> Any:
        """Ask with PATCH."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str | URL, **options: Any) -> Any:
        """Ask with DELETE."""
        return self.request("DELETE", path, **options)


Serve = Callable[..., Awaitable[Client]]
"""Starts a server with the given options, and returns a client of it."""


async def renew(server: MockServer) -> None:
    """End every sandbox of a server and make the default one anew, so that the next test finds what a start leaves."""
    sandboxes = server.services.sandboxes
    for sandbox in sandboxes.all():
        await sandboxes.delete(sandbox.name)
    await server.services.close_ports_of_ended()
    sandboxes.default = await sandboxes.create(DEFAULT)


def beginning_of(server: MockServer) -> str:
    """Return in words what each new sandbox of a server is made from, and what a new one holds besides its jobs."""
    sandboxes = server.services.sandboxes
    text = repr((sandboxes.fixtures.sections, sandboxes.default.sites))
    return re.sub(r" at 0x[0-9a-f]+", "", text)
