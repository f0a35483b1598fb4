"""`/metrics`: Prometheus text, from a registry of its own."""

from __future__ import annotations

from mockserver.call import Reply
from mockserver.control.ask import Ask
from mockserver.sandboxes import Sandboxes


class Metrics:
    """Counts what the exchange tells it."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes


async def metrics(ask: Ask) -> Reply:
    """Return the metrics."""
    return Reply(data="", body=b"", content_type="text/plain")
