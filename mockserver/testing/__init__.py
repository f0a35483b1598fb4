"""For tests of clients: handles of a sandbox, the pytest plugin, and the same for `unittest` and for a `with` block.

pytest loads the plugin before coverage starts; so this package imports nothing until a name is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.testing.cases import SandboxCase, open_sandbox
    from mockserver.testing.handles import Sandbox, SandboxApi, SandboxClock, SandboxFaults, Server
    from mockserver.testing.scenarios import SandboxScenario

__all__ = [
    "Sandbox",
    "SandboxApi",
    "SandboxCase",
    "SandboxClock",
    "SandboxFaults",
    "SandboxScenario",
    "Server",
    "open_sandbox",
]

_ELSEWHERE = {"SandboxCase": "cases", "open_sandbox": "cases", "SandboxScenario": "scenarios"}


def __getattr__(name: str) -> Any:
    import importlib

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"mockserver.testing.{_ELSEWHERE.get(name, 'handles')}"), name)
