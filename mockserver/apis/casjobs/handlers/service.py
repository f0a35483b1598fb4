"""What the service says of itself: queues, types of job, states of its parts. Nothing here knows a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockserver.apis.casjobs.auth import login, sentence, service_admin
from mockserver.apis.casjobs.errors import ClrException
from mockserver.apis.casjobs.jobs import API
from mockserver.apis.casjobs.service_types import CasContext

SERVICE_CYCLE = 5.0
"""Seconds until a service that is to suspend or wake has done so [inferred]."""

_SETTLED: Mapping[str, str] = MappingProxyType({"SUSPENDING": "SUSPENDED", "WAKING": "RUNNING"})


async def get_queues(context: CasContext, wsid: int, pw: str | None) -> list[dict[str, Any]]:
    """Return contexts and their limits in minutes."""
    login(context, wsid, pw)
    return [{"Context": name, "Timeout": timeout} for name, timeout in context.site.queues]


async def get_job_types(context: CasContext, wsid: int, pw: str | None) -> list[dict[str, Any]]:
    """Return the types of job."""
    login(context, wsid, pw)
    return [
        {"Type": name, "Description": doc} if doc is not None else {"Type": name} for name, doc in context.site.types
    ]


async def set_service_state(
    context: CasContext, wsid: int, pw: str | None, name: str | None, state: str | None
) -> None:
    """Suspend or wake a service; admins only."""
    service_admin(context, wsid, pw)
    if state not in _SETTLED:
        raise ClrException(sentence(context.settings.service_state_error, state=state or ""))
    await context.sandbox.documents(API).put("services", name or "", {"state": state, "since": context.now})


async def get_service_state(context: CasContext, wsid: int, pw: str | None, name: str | None) -> str:
    """Return the state of a service; admins only."""
    service_admin(context, wsid, pw)
    changed = await context.sandbox.documents(API).get("services", name or "")
    if changed is None:
        return context.site.services.get(name or "", "RUNNING")
    # "on next cycle": when that is, is a guess.
    settled = context.now >= changed["since"] + SERVICE_CYCLE
    return _SETTLED[changed["state"]] if settled else str(changed["state"])
