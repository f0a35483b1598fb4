"""The control API from Python: force a job, move the clock, arm a fault, ask what the client did.

Blocking, standard library only, no server code: the pytest plugin, the command line and any test use it
against a server in this process or in a container.
"""

from __future__ import annotations

from mockserver.client.control import Control
from mockserver.client.journal import NotVerified
from mockserver.client.records import (
    ClockRecord,
    FaultRecord,
    Health,
    JobRecord,
    Record,
    RequestRecord,
    ResetRecord,
    SandboxRecord,
)
from mockserver.client.transport import ControlError

__all__ = [
    "ClockRecord",
    "Control",
    "ControlError",
    "FaultRecord",
    "Health",
    "JobRecord",
    "NotVerified",
    "Record",
    "RequestRecord",
    "ResetRecord",
    "SandboxRecord",
]
