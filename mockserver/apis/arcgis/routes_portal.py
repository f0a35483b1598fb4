"""The portal of a federated site, as far as clients touch it."""

from __future__ import annotations

from mockserver.api import Operation

OPERATIONS: tuple[Operation, ...] = ()
