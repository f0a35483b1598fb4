"""The viewer's files, with the headers that keep everything but them and this server out."""

from __future__ import annotations

from pathlib import Path

from mockserver.control.static_files import GUARDED, TYPES, StaticFiles

PAGE = "index.html"

FILES = StaticFiles(
    folder=Path(__file__).parent / "static",
    page="the page",
    address="/_control/docs",
    types={**TYPES, ".html": "text/html; charset=utf-8"},
    headers={
        # Swagger UI writes styles into elements, and draws small pictures as data.
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        **GUARDED,
    },
)
