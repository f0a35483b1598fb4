"""The Administrator Directory: services and their jobs."""

from __future__ import annotations

from mockserver.api import Operation

OPERATIONS: tuple[Operation, ...] = ()
