"""`/faults`: what goes wrong on purpose."""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response, json_response
from mockserver.control.requests import ControlRequest
from mockserver.faults.catalogue import catalogue


async def listing(request: ControlRequest) -> Response:
    """List the faults; with `unused`, only those that nothing has hit yet."""
    return json_response({"faults": await request.sandbox.faults.all(unused=request.values.get("unused", False))})


async def arm(request: ControlRequest) -> Response:
    """Arm a fault."""
    armed = await request.sandbox.faults.arm(request.fields)
    request.sandbox.publish({"event": "fault-armed", "fault": armed})
    return json_response(armed, 201)


async def show(request: ControlRequest) -> Response:
    """Show one fault."""
    return json_response(await request.sandbox.faults.get(request.values["id"]))


async def disarm(request: ControlRequest) -> Response:
    """Remove one fault; its last record is the answer."""
    removed = await request.sandbox.faults.disarm(request.values["id"])
    _tell(request, removed)
    return json_response(removed)


async def disarm_all(request: ControlRequest) -> Response:
    """Remove all faults."""
    removed = await request.sandbox.faults.disarm_all()
    for fault in removed:
        _tell(request, fault)
    return json_response({"removed": len(removed), "unused": sum(fault["hits"] == 0 for fault in removed)})


def _tell(request: ControlRequest, removed: dict[str, Any]) -> None:
    request.sandbox.publish({"event": "fault-removed", "id": removed["id"]})


async def listed(request: ControlRequest) -> Response:
    """List what a fault may match and do, and the named faults of each API."""
    return json_response(catalogue(request.sandbox.apis.values()))
