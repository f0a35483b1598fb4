"""For which sandbox a request is, and what answers there: by prefix, header, port and first path segment."""

from __future__ import annotations

import ipaddress
import re
from time import perf_counter
from typing import NamedTuple

from aiohttp import web
from multidict import istr

from mockserver.core.errors import Unavailable
from mockserver.http.mounts import BadHost, Mount, Mounts
from mockserver.sandbox.registry import Sandboxes, UnknownSandbox
from mockserver.sandbox.sandbox import Sandbox
from mockserver.store.base import Over

_HOST = istr("Host")
_NAME = re.compile(r"(?:\[([0-9a-fA-F:.%\w-]+)\]|[\w.~%!$&'()*+,;=-]*)(?::\d{0,5})?", re.ASCII)
"""A host by RFC 3986, 3.2.2, and a port; an address may have a zone. Both may be empty."""

_REMEMBERED = 100
"""How many Host headers that are in order are remembered."""

_SANDBOX_HEADER = istr("X-Mockserver-Sandbox")


class Accepted(NamedTuple):
    """A request of which nothing is known but its address.

    Attributes:
        sandbox: the life of it that the request belongs to.
        mount: what answers there, beside the APIs.
        raw: the path as sent, with prefix and query.
        path: without them.
        prefix: what addresses in the answer begin with, so that they stay in the sandbox.
        began: by `perf_counter`.
        refusal: why it cannot be carried out.
    """

    sandbox: Sandbox
    mount: Mount | None
    raw: str
    path: str
    prefix: str
    query_string: str
    began: float
    refusal: Exception | None


class Addresses:
    """All sandboxes and mounts of a server, by the addresses they have.

    Attributes:
        ports: sandbox name by port, for sandboxes with a port of their own.
    """

    def __init__(self, sandboxes: Sandboxes, mounts: Mounts) -> None:
        self.ports: dict[int, str] = {}
        self._sandboxes = sandboxes
        self._mounts = mounts
        self._segments = mounts.segments
        self._shared = sandboxes.store.shared is not None
        self._hosts: set[str] = set()

    def usual(self, request: web.BaseRequest) -> Accepted | None:
        """As `accept`, at once: for a request to an API in the default sandbox, by a known Host; None for others."""
        began = perf_counter()
        raw, headers, sandbox = request.raw_path, request.headers, self._sandboxes.default.living
        path, _, query_string = raw.partition("?")
        if (
            sandbox is None
            or self.ports
            or path[:1] != "/"
            or path[:2] == "/~"
            or path.split("/", 2)[1] in self._segments
            or _SANDBOX_HEADER in headers
            or headers.get(_HOST, "") not in self._hosts
        ):
            return None
        return Accepted(sandbox, None, raw, path, sandbox.prefix, query_string, began, None)

    async def accept(self, request: web.BaseRequest) -> Accepted:
        """Find out for which sandbox and mount a request is; from here on it belongs to this life of the sandbox."""
        began = perf_counter()
        raw = request.raw_path
        if not raw.startswith("/"):
            raw = request.rel_url.raw_path_qs
        path, _, query_string = raw.partition("?")
        if not path.startswith("/"):
            # `OPTIONS *` asks about the whole server, CONNECT names a host: neither is a path of anything here.
            path = f"/{path}"

        refusal: Exception | None = None
        mount: Mount | None = None
        own_port = False
        try:
            if path.startswith("/~") or _SANDBOX_HEADER in request.headers or self.ports:
                sandbox, path, own_port = self._addressed(request, path)
            else:
                sandbox = self._sandboxes.default
            segment = path.split("/", 2)[1]
            if segment in self._segments and (segment or path == "/"):
                mount = self._mounts.made.get(segment) or self._mounts.at(segment)
                entered, path = mount.enter(sandbox, path)
                own_port, sandbox = own_port and entered is sandbox, entered
        except UnknownSandbox as error:
            try:
                await self._sandboxes.find(error.name)
            except (UnknownSandbox, Unavailable) as problem:
                refusal, sandbox = problem, self._sandboxes.default
            else:
                return await self.accept(request)  # another process has made it
        host = request.headers.get(_HOST, "")
        if host not in self._hosts and not self._is_host(host):
            refusal = BadHost()
        try:
            # Who only reads the store by a life would not hear from it that another process has ended that.
            known = None if mount is not None and self._shared else sandbox.living
            sandbox = known or await self._sandboxes.enter(sandbox)
        except Over:
            # The default one may be asked before it is filled.
            if sandbox is not self._sandboxes.default:
                refusal, sandbox = UnknownSandbox(sandbox.name), self._sandboxes.default
        except Unavailable as problem:
            # What stands beside the APIs may have something to say all the same.
            refusal = problem if mount is None else refusal
        return Accepted(sandbox, mount, raw, path, "" if own_port else sandbox.prefix, query_string, began, refusal)

    def _is_host(self, host: str) -> bool:
        """Tell whether addresses in answers may begin with what a Host header says; remember it when they may."""
        found = _NAME.fullmatch(host)
        if found is None or (found[1] is not None and not _is_ipv6(found[1])):
            return False
        if len(self._hosts) > _REMEMBERED:
            self._hosts.clear()
        self._hosts.add(host)
        return True

    def _addressed(self, request: web.BaseRequest, path: str) -> tuple[Sandbox, str, bool]:
        """Return the sandbox that a request is for, the path in it, and whether it came by that sandbox's own port.

        A client that was given a port knows of no prefix: it is told addresses without one.
        """
        if path.startswith("/~"):
            name, _, rest = path[2:].partition("/")
            return self._sandboxes.get(name), "/" + rest, False
        owner = None
        if self.ports and request.transport is not None:
            owner = self.ports.get(request.transport.get_extra_info("sockname")[1])
        named = request.headers.get(_SANDBOX_HEADER, owner)
        if named is None:
            return self._sandboxes.default, path, False
        return self._sandboxes.get(named), path, named == owner


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
