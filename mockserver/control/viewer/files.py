"""The viewer's files, with the headers that keep everything but them and this server out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

STATIC = Path(__file__).parent / "static"

PAGE = "index.html"

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
    }
)
"""What is served, by the end of its name."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # Swagger UI writes styles into elements, and draws small pictures as data.
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)


@cache
def file(name: str) -> tuple[bytes, str] | None:
    """Return a file's bytes and content type, or None: there is none of that name."""
    known = {path.name for path in STATIC.iterdir() if path.suffix in TYPES}
    if name not in known:
        return None
    return (STATIC / name).read_bytes(), TYPES[Path(name).suffix]
