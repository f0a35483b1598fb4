"""Results and inputs of a job, one by one and all together."""

from __future__ import annotations

from mockserver.api import Operation

OPERATIONS: tuple[Operation, ...] = ()
