"""`/faults`: what goes wrong on purpose."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from mockserver.api.response import Response, json_response
from mockserver.control.requests import ControlRequest
from mockserver.faults.catalogue import catalogue
from mockserver.faults.errors import UnknownFault


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
    return json_response(await _disarm(request, request.values["id"]))


async def disarm_all(request: ControlRequest) -> Response:
    """Remove all faults; those that somebody else removes meanwhile are not counted."""
    removed: list[dict[str, Any]] = []
    for fault in await request.sandbox.faults.all():
        with suppress(UnknownFault):
            removed.append(await _disarm(request, fault["id"]))
    return json_response({"removed": len(removed), "unused": sum(fault["hits"] == 0 for fault in removed)})


async def _disarm(request: ControlRequest, fault: str) -> dict[str, Any]:
    removed = await request.sandbox.faults.disarm(fault)
    request.sandbox.publish({"event": "fault-removed", "id": fault})
    return removed


async def listed(request: ControlRequest) -> Response:
    """List what a fault may match and do, and the named faults of each API."""
    return json_response(catalogue(request.sandbox.apis.values()))
