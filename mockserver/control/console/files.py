"""The page and its files, with the headers that keep everything but them out."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path

from mockserver._version import __version__
from mockserver.control.static_files import GUARDED, StaticFiles

FILES = StaticFiles(
    folder=Path(__file__).parent / "static",
    page="the console",
    address="/_control/",
    headers={
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        **GUARDED,
    },
)


@cache
def _page() -> str:
    return (FILES.folder / "index.html").read_text("utf-8")


def page(prefix: str, sandbox: str) -> bytes:
    """Return the page as a sandbox serves it.

    Args:
        prefix: what the addresses of this sandbox begin with, for this asker.
        sandbox: its name.
    """
    text = _page()
    for name, value in (("prefix", prefix), ("sandbox", sandbox), ("version", __version__)):
        text = text.replace(f"{{{{ {name} }}}}", html.escape(value))
    return text.encode()
