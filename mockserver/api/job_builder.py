"""A job's form in JSON: how fixtures and the control API write it, and how they read it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mockserver.core.clock import instant, iso
from mockserver.core.errors import DomainError
from mockserver.core.ids import Ids
from mockserver.core.job import Job, Message
from mockserver.core.machine import FINAL, Machine
from mockserver.core.plan import describe_on_cancel, describe_plan, on_cancel

if TYPE_CHECKING:
    from mockserver.api.definition import Api

S = TypeVar("S")
C = TypeVar("C")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth(Generic[S, C]):
    """What an API needs to make a job from its fields.

    Attributes:
        settings, content: the sandbox's, for this API.
        now: sandbox time in epoch seconds.
        ids: the seeded source.
        count: draws the next number of a named sequence of this API.
    """

    api: str
    settings: S
    content: C
    now: float
    ids: Ids
    count: Callable[[str], Awaitable[int]]

    def job(
        self,
        machine: Machine,
        fields: Mapping[str, Any],
        *,
        job_id: str,
        data: Mapping[str, Any],
        default_plan: str | Mapping[str, Any] | None = None,
        default_cancel: str | Mapping[str, Any] | None = None,
        parent: str | None = None,
        retention: float | None = None,
    ) -> Job:
        """Read the common fields; `data` are the API's own.

        Args:
            default_plan, default_cancel: in the fixture's form, when the fields name none.
            retention: seconds a finished job is remembered.

        Raises:
            UnknownState, BadPlan, BadFields: a field cannot be followed.
        """
        plan = machine.read_plan(fields.get("plan", default_plan or machine.plan))
        cancel = on_cancel(default_cancel, machine.on_cancel) if default_cancel else machine.on_cancel
        if "on_cancel" in fields:
            cancel = on_cancel(fields["on_cancel"], cancel)
        word = fields.get("state")
        # A job that names no state begins where its plan begins.
        first = plan.steps[0].state if plan.steps else machine.initial
        state = machine.find(word, plan) if word is not None else machine.by_name[first]
        final = state.phase in FINAL
        created = _moment(fields, "created", self.now)
        started = _moment(fields, "started", None)
        ended = _moment(fields, "ended", None)
        if final and ended is None:
            ended = max(self.now, created or self.now)
        if state.phase is not machine.by_name[machine.initial].phase and started is None:
            started = created
        return Job(
            api=self.api,
            kind=machine.kind,
            id=job_id,
            parent=parent,
            owner=fields.get("owner"),
            state=state.name,
            plan=plan,
            on_cancel=cancel,
            held=bool(fields.get("hold", word is not None)) and not final,
            created=self.now if created is None else created,
            since=self.now,
            started=started,
            ended=ended if final else None,
            retention=retention,
            messages=read_messages(fields.get("messages") or ()),
            error=fields.get("error"),
            progress=fields.get("progress"),
            data=data,
        )


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
            changes[name] = _moment(fields, name, None)
    own = {name: value for name, value in fields.items() if name not in COMMON}
    if own:
        changes["data"] = {**job.data, **own}
    if changes.get("created", 0.0) is None:
        raise BadFields("created", "a job has a time of creation")
    if changes:
        job = replace(job, **changes, version=job.version + 1)
    if "hold" in fields:
        job = machine.hold(job) if fields["hold"] else machine.release(job, now)
    return job


def describe(api: Api, job: Job) -> dict[str, Any]:
    """Return the control API's record of a job: common facts, what comes next, history, the API's own fields."""
    machine = api.machines[job.kind]
    state = machine.by_name[job.state]
    planned = machine.next(job)
    record: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "phase": str(state.phase),
        "shown": state.word,
        "possible_states": list(machine.by_name),
        "held": job.held,
        "owner": job.owner,
        "plan": describe_plan(job.plan),
        "on_cancel": describe_on_cancel(job.on_cancel),
        "next": None,
        "created": iso(job.created),
        "started": None if job.started is None else iso(job.started),
        "ended": None if job.ended is None else iso(job.ended),
        "messages": [{"text": message.text, "level": message.level} for message in job.messages],
        "error": job.error,
        "progress": job.progress,
        "history": [
            {"from": move.source, "to": move.to, "at": iso(move.at), "cause": str(move.cause), "request": move.request}
            for move in job.history
        ],
    }
    if job.parent is not None:
        record["parent"] = job.parent
    if planned is not None:
        record["next"] = {"state": planned.to, "phase": str(machine.by_name[planned.to].phase)}
        if planned.at is not None:
            record["next"]["at"] = iso(planned.at)
        else:
            record["next"]["looks"] = planned.looks
    # An API may have a `kind` of its own among the fixture's fields (GES does): that is the one its users know.
    return {"api": job.api, "kind": job.kind, **api.own_fields(job), **record}


def _moment(fields: Mapping[str, Any], name: str, default: float | None) -> float | None:
    value = fields.get(name)
    if value is None:
        return default
    try:
        return instant(value)
    except ValueError as error:
        raise BadFields(name, f"{name}: {error}") from None
