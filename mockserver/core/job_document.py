"""A job's common fields in JSON, as fixtures and the control API write them: read, and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mockserver.core.clock import instant
from mockserver.core.errors import DomainError
from mockserver.core.job import Job, Message
from mockserver.core.machine import Machine
from mockserver.core.plan import on_cancel

COMMON = frozenset(
    {
        "id", "owner", "state", "hold", "plan", "on_cancel", "messages", "error", "progress",
        "created", "started", "ended", "scenario",
    }
)  # fmt: skip
"""Fields every job has; the rest are the API's own."""


class BadFields(DomainError):
    """A job's fields cannot be followed; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def api_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that are the API's own, in the order given."""
    return {name: value for name, value in fields.items() if name not in COMMON}


def read_moment(fields: Mapping[str, Any], name: str) -> float | None:
    """Return a moment of the fields (epoch seconds), None where there is none.

    Raises:
        BadFields: it is no moment.
    """
    value = fields.get(name)
    if value is None:
        return None
    try:
        return instant(value)
    except ValueError as error:
        raise BadFields(name, f"{name}: {error}") from None


def read_messages(values: Sequence[Any]) -> tuple[Message, ...]:
    """Read messages: plain texts, or objects with `text` (or `description`) and `level` (or `type`)."""
    messages = []
    for value in values:
        if isinstance(value, str):
            messages.append(Message(text=value))
        else:
            text = value.get("text", value.get("description", ""))
            messages.append(Message(text=text, level=value.get("level", value.get("type", ""))))
    return tuple(messages)


def amend(machine: Machine, job: Job, fields: Mapping[str, Any], now: float) -> Job:
    """Return the job with some fields set, in the fixture's form; its state is left alone.

    Args:
        now: sandbox time (epoch seconds); the waits of a new plan count from here.

    Raises:
        BadPlan, UnknownState, BadFields: a field cannot be followed.
    """
    changes: dict[str, Any] = {}
    if "plan" in fields:
        changes["plan"] = machine.read_plan(fields["plan"], job.plan)
        changes["since"], changes["looks"] = now, 0
    if "on_cancel" in fields:
        changes["on_cancel"] = on_cancel(fields["on_cancel"], job.on_cancel)
    if "messages" in fields:
        changes["messages"] = read_messages(fields["messages"] or ())
    for name in ("owner", "error", "progress"):
        if name in fields:
            changes[name] = fields[name]
    for name in ("created", "started", "ended"):
        if name in fields:
            changes[name] = read_moment(fields, name)
    own = api_fields(fields)
    if own:
        changes["data"] = {**job.data, **own}
    if changes.get("created", 0.0) is None:
        raise BadFields("created", "a job has a time of creation")
    if changes:
        job = replace(job, **changes, version=job.version + 1)
    if "hold" in fields:
        job = machine.hold(job) if fields["hold"] else machine.release(job, now)
    return job
