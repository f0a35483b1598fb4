"""Who may ask the control API: by the name they call this server, the page they come from, and the token.

Rules a maintainer must keep:

1. Nothing a page of another site sends is carried out, and without a token it reads nothing: neither from another
   address nor by a name of its own that resolves to this machine (DNS rebinding).
2. What is refused here is refused before anything of it is read; the remedy is in the hint.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

from mockserver.api.accounts import read_bearer, same_secret
from mockserver.api.context import Peer, host_of
from mockserver.api.operation import Entrance, Operation
from mockserver.control.errors import ControlError
from mockserver.control.requests import ControlOperation
from mockserver.settings import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}
_PRIVATE = (".localhost", ".internal")
"""Ends of names that no public DNS may answer (RFC 6761; ICANN's resolution of 2024-07-29)."""

_REMEMBERED = 100
"""How many Host headers that are in order are remembered."""

_HOST = re.compile(r"(\[[0-9a-f:.%a-z]+\]|[^:\[\]@/?#\\\s]+)(?::(\d{1,5}))?", re.IGNORECASE)


class Door:
    """Lets requests in, or says why not."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.control_token
        given = (*settings.allowed_host, settings.host, settings.control_host or settings.host, socket.gethostname())
        self._names = _Names(("localhost", *given))
        # A client of before HTTP/1.1 sends none; no browser is one.
        self._good: set[str | None] = {None}

    def admit(self, peer: Peer, route: Operation | Entrance | None) -> None:
        """Let a request in by its peer.

        Raises:
            ControlError: it came by a name that is none of ours, a page of another site asks for a change, or the
                token is missing.
        """
        headers = peer.headers
        if self._token is None and headers.get("Host") not in self._good:
            self._look_at(headers["Host"])
        if peer.method not in _SAFE and ("Origin" in headers or "Sec-Fetch-Site" in headers):
            _ask_for_own_page(peer)
        if self._token is not None and not (isinstance(route, ControlOperation) and route.public):
            _ask_for_token(self._token, headers.get("Authorization"))

    def _look_at(self, host: str) -> None:
        """Remember a Host header that names this server, or raise ControlError."""
        if not self._names.have(host):
            raise _misdirected(host)
        if len(self._good) > _REMEMBERED:
            self._good = {None}
        self._good.add(host)


class _Names:
    """What this server may be called."""

    def __init__(self, names: Iterable[str]) -> None:
        folded = [name.casefold().rstrip(".") for name in names]
        self._names = frozenset(name for name in folded if not name.startswith("."))
        self._ends = (*_PRIVATE, *(name for name in folded if name.startswith(".")))

    def have(self, host: str) -> bool:
        """Tell whether a Host header names this server, by a name that nobody's public DNS can point here."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].casefold()
        if "." not in name or _is_address(name):
            # A name of one word is a service of a compose file, `localhost`, a machine of this network.
            return True
        name = name.rstrip(".")
        return name in self._names or name.endswith(self._ends)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _misdirected(host: str) -> ControlError:
    found = _HOST.fullmatch(host)
    hint = "ask by an address, or start the server with --allowed-host " + (found[1] if found else "NAME")[:100]
    message = f"the control API does not answer to the name {host[:100]!r}, which any page may have made up"
    return ControlError(421, "unknown-host", message, hint)


def _ask_for_own_page(peer: Peer) -> None:
    """Raise ControlError when a browser says that a page of another site asks."""
    own = _place(f"{peer.scheme}://{host_of(peer)}")
    for name, value in peer.headers.items():
        folded = name.casefold()
        if folded == "sec-fetch-site" and value not in ("same-origin", "none"):
            break
        if folded == "origin" and (own is None or _place(value) != own):
            break
    else:
        return
    raise ControlError(
        403,
        "cross-site",
        "a page of another site may not change anything here",
        "call it from a program, or from /_control/",
    )


def _place(origin: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an origin, default ports filled in; None for what is none."""
    scheme, _, host = origin.partition("://")
    found = _HOST.fullmatch(host)
    scheme = scheme.casefold()
    if found is None or scheme not in _PORTS:
        return None
    return scheme, found[1].casefold(), int(found[2]) if found[2] else _PORTS[scheme]


def _ask_for_token(token: str, authorization: str | None) -> None:
    if not same_secret(read_bearer(authorization), token):
        hint = "send Authorization: Bearer and the value of --control-token"
        raise ControlError(
            401, "token", "the control API asks for its token", hint, headers={"WWW-Authenticate": "Bearer"}
        )
