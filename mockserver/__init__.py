"""A sandbox of four real asynchronous job APIs: unmodified clients cannot tell it from the vendors' systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver._version import __version__

if TYPE_CHECKING:
    from mockserver.app import create_app
    from mockserver.server import MockServer
    from mockserver.settings import Settings

__all__ = ["MockServer", "Settings", "__version__", "create_app"]

_HOMES = {"MockServer": "server", "Settings": "settings", "create_app": "app"}


def __getattr__(name: str) -> object:
    # Late, so that the command line and the pytest plugin do not load a server they may not need.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"mockserver.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'mockserver' has no attribute {name!r}")
