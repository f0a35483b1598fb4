"""`/faults`: what goes wrong on purpose.

Rules a maintainer must keep:

1. Who arms a fault is told it as given; whoever else sees it, in a list, an event or the console, sees no secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.response import Response, json_response
from mockserver.control.requests import ControlRequest
from mockserver.faults.catalogue import catalogue
from mockserver.journal import masking
from mockserver.journal.masked_match import masked_match


async def listing(request: ControlRequest) -> Response:
    """List the faults; with `unused`, only those that nothing has hit yet."""
    found = await request.sandbox.faults.all(unused=request.values.get("unused", False))
    return json_response({"faults": [_masked(fault) for fault in found]})


async def arm(request: ControlRequest) -> Response:
    """Arm a fault."""
    armed = await request.sandbox.faults.arm(request.fields)
    request.sandbox.publish({"event": "fault-armed", "fault": _masked(armed)})
    return json_response(armed, 201)


async def show(request: ControlRequest) -> Response:
    """Show one fault."""
    return json_response(_masked(await request.sandbox.faults.get(request.values["id"])))


async def disarm(request: ControlRequest) -> Response:
    """Remove one fault; its last record is the answer."""
    removed = await request.sandbox.faults.disarm(request.values["id"])
    _tell(request, removed)
    return json_response(_masked(removed))


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


def _masked(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a fault without the secrets of what it matches and answers."""
    hide = masking.current()
    effect = {**fault["effect"]}
    headers = {str(name): str(value) for name, value in effect.get("headers", {}).items()}
    if headers:
        effect["headers"] = dict(hide.headers(headers))
    if "body" in effect:
        body = effect["body"]
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        effect["body"] = hide.answer(body, kind) if isinstance(body, str) else hide.data(body)
    return {**fault, "match": masked_match(fault["match"], hide), "effect": effect}
