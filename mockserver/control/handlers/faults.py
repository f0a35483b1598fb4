"""`/faults`: what goes wrong on purpose."""

from __future__ import annotations

from mockserver.api.context import Response, json_response
from mockserver.control.requests import Ask
from mockserver.faults.catalogue import catalogue


async def listing(ask: Ask) -> Response:
    """List the faults; with `unused`, only those that nothing has hit yet."""
    return json_response({"faults": await ask.sandbox.faults.all(unused=ask.values.get("unused", False))})


async def arm(ask: Ask) -> Response:
    """Arm a fault."""
    return json_response(await ask.sandbox.faults.arm(ask.fields), 201)


async def show(ask: Ask) -> Response:
    """Show one fault."""
    return json_response(await ask.sandbox.faults.get(ask.values["id"]))


async def disarm(ask: Ask) -> Response:
    """Remove one fault; its last record is the answer."""
    return json_response(await ask.sandbox.faults.disarm(ask.values["id"]))


async def disarm_all(ask: Ask) -> Response:
    """Remove all faults."""
    removed = [await ask.sandbox.faults.disarm(fault["id"]) for fault in await ask.sandbox.faults.all()]
    return json_response({"removed": len(removed), "unused": sum(fault["hits"] == 0 for fault in removed)})


async def listed(ask: Ask) -> Response:
    """List what a fault may match and do, and the named faults of each API."""
    return json_response(catalogue(ask.sandbox.apis.values()))
