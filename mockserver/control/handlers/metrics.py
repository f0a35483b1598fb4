"""`/metrics`: Prometheus text about this process, or about all that share its store."""

from __future__ import annotations

from collections import Counter

from mockserver.api.response import Response
from mockserver.control.requests import ControlRequest
from mockserver.http.metrics import of_all
from mockserver.sandbox.turns import in_time


async def metrics(request: ControlRequest) -> Response:
    """Return the metrics."""
    services = request.services
    found, shared = services.metrics, services.store.shared
    if shared is not None:
        found = await of_all(shared, services.process, services.metrics)
    sandboxes = await request.services.sandboxes.everyone()
    jobs: Counter[tuple[str, str]] = Counter()
    async for sandbox in in_time(sandboxes):
        jobs.update(await sandbox.store.size(sandbox.name))
    found.jobs, found.sandboxes = jobs, len(sandboxes)
    body = found.text()
    return Response(data=body.decode(), body=body, content_type="text/plain; version=0.0.4; charset=utf-8")
