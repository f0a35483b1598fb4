"""Addresses of one server written as another's, in a stream of bytes: so that clients stay on the recorder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

_PORTS = {"http": 80, "https": 443}


class Rewriter:
    """Replaces an origin (scheme, host, port, path prefix) wherever a text writes it, JSON- or percent-encoded too.

    It may be fed in pieces: what might be the beginning of an address is held back until the rest has come.
    """

    def __init__(self, old: str, new: str) -> None:
        forms = dict(_forms(old, new))
        # The longest first: the address with its port goes before the one without.
        names = sorted(forms, key=len, reverse=True)
        self._forms = {name.lower(): value for name, value in forms.items()}
        self._wanted = re.compile(
            b"(?:" + b"|".join(re.escape(name) for name in names) + rb")(?![\w.:-]|%3[Aa]\d)", re.IGNORECASE
        )
        self._longest = len(names[0]) + 4
        self._held = b""

    def feed(self, chunk: bytes, *, last: bool = False) -> bytes:
        """Take a piece; return what is certain by now."""
        data = self._held + chunk
        limit = len(data) if last else max(0, len(data) - self._longest)
        made, at = [], 0
        for found in self._wanted.finditer(data):
            if found.start() >= limit:
                break
            made += [data[at : found.start()], self._forms[found[0].lower()]]
            at = found.end()
        cut = max(at, limit)
        self._held = data[cut:]
        made.append(data[at:cut])
        return b"".join(made)

    def whole(self, data: bytes) -> bytes:
        """Rewrite a text that is complete, whatever was fed before."""
        return self._wanted.sub(lambda found: self._forms[found[0].lower()], data)

    def text(self, text: str) -> str:
        """Rewrite a header."""
        return self.whole(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _forms(old: str, new: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield each way of writing the old address, and the new one written likewise."""
    for spelled in _spelled(old):
        yield spelled.encode(), new.encode()
        yield spelled.replace("/", r"\/").encode(), new.replace("/", r"\/").encode()
        for encode in (quote(spelled, safe=""), quote(spelled, safe="").lower()):
            yield encode.encode(), quote(new, safe="").encode()


def _spelled(address: str) -> Iterator[str]:
    """Yield an address without its port and with it, where the port is the usual one."""
    yield address
    parts = urlsplit(address)
    usual = _PORTS.get(parts.scheme)
    host = parts.netloc
    if parts.port is None and usual is not None:
        yield f"{parts.scheme}://{host}:{usual}{parts.path}"
    elif parts.port == usual:
        yield f"{parts.scheme}://{host.rpartition(':')[0]}{parts.path}"
