"""`/faults`: what goes wrong on purpose."""

from __future__ import annotations

from mockserver.api.context import Reply, json_reply
from mockserver.control.requests import Ask
from mockserver.faults.registry import catalogue


async def listing(ask: Ask) -> Reply:
    """List the faults; with `unused`, only those that nothing has hit yet."""
    return json_reply({"faults": await ask.sandbox.faults.all(unused=ask.values.get("unused", False))})


async def arm(ask: Ask) -> Reply:
    """Arm a fault."""
    return json_reply(await ask.sandbox.faults.arm(ask.fields), 201)


async def show(ask: Ask) -> Reply:
    """Show one fault."""
    return json_reply(await ask.sandbox.faults.get(ask.values["id"]))


async def disarm(ask: Ask) -> Reply:
    """Remove one fault; its last record is the answer."""
    return json_reply(await ask.sandbox.faults.disarm(ask.values["id"]))


async def disarm_all(ask: Ask) -> Reply:
    """Remove all faults."""
    removed = [await ask.sandbox.faults.disarm(fault["id"]) for fault in await ask.sandbox.faults.all()]
    return json_reply({"removed": len(removed), "unused": sum(fault["hits"] == 0 for fault in removed)})


async def listed(ask: Ask) -> Reply:
    """List what a fault may match and do, and the named faults of each API."""
    return json_reply(catalogue(ask.sandbox.apis))
