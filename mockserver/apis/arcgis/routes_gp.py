"""The Services Directory: site, catalogue, service, task, and the jobs of its tasks."""

from __future__ import annotations

from mockserver.api import Operation

OPERATIONS: tuple[Operation, ...] = ()
