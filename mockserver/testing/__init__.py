"""For tests of clients: handles of a sandbox, and the pytest plugin.

pytest loads the plugin before coverage starts; so this package imports nothing until a name is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.testing.handles import (
        Sandbox as Sandbox,
    )
    from mockserver.testing.handles import (
        SandboxApi as SandboxApi,
    )
    from mockserver.testing.handles import (
        SandboxClock as SandboxClock,
    )
    from mockserver.testing.handles import (
        SandboxFaults as SandboxFaults,
    )
    from mockserver.testing.handles import (
        Server as Server,
    )


def __getattr__(name: str) -> Any:
    import importlib

    handles = importlib.import_module("mockserver.testing.handles")
    try:
        return getattr(handles, name)
    except AttributeError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
