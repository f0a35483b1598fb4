"""The page and its files, with the headers that keep everything but them out."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mockserver._version import __version__

STATIC = Path(__file__).parent / "static"

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
    }
)
"""What is served, by the end of its name."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)


@cache
def _read(name: str) -> bytes:
    return (STATIC / name).read_bytes()


@cache
def names() -> frozenset[str]:
    """Return the names of all files that may be asked for, by their paths below `static/`."""
    found = (path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.suffix in TYPES)
    return frozenset(found)


def file(name: str) -> tuple[bytes, str] | None:
    """Return a file's bytes and content type, or None: there is none of that name."""
    if name not in names():
        return None
    return _read(name), TYPES[Path(name).suffix]


def page(prefix: str, sandbox: str) -> bytes:
    """Return the page as a sandbox serves it.

    Args:
        prefix: what the addresses of this sandbox begin with, for this asker.
        sandbox: its name.
    """
    text = _read("index.html").decode()
    for name, value in (("prefix", prefix), ("sandbox", sandbox), ("version", __version__)):
        text = text.replace(f"{{{{ {name} }}}}", html.escape(value))
    return text.encode()
