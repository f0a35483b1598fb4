"""A job from its fields, in three pure steps: an API's `JobSpec`, a `JobTemplate` without a time, and the job itself.

Fixtures, the control API and the submits of clients share them. A template holds nothing of the sandbox or the moment
in which its job is made, so the templates of fixtures are made once and built for each new sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mockserver.core.errors import unknown_name
from mockserver.core.ids import Ids
from mockserver.core.job import Job, evolve
from mockserver.core.job_document import BadFields, read_messages, read_moment
from mockserver.core.machine import FINAL, Machine
from mockserver.core.plan import on_cancel

S = TypeVar("S")
C = TypeVar("C")

Scenarios = Mapping[str, Mapping[str, Any]]
"""What a job's `scenario` stands for, by name: fields in the fixture's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecContext(Generic[S, C]):
    """What an API may know when it reads a job's fields.

    Attributes:
        settings, site: the sandbox's, for this API.
        ids: the seeded source of new ids.
    """

    settings: S
    site: C
    ids: Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class NewId:
    """An id that must be made: the next number of a sequence of the API, and how that number is written."""

    counter: str
    write: Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What an API makes of a job's fields.

    Attributes:
        fields: the common ones, in the fixture's form; others are not looked at.
        data: the API's own.
        born: sandbox time (epoch seconds) -> own fields that depend on when the job is made; they win over `data`.
        default_plan, default_cancel: in the fixture's form, when the fields name none; None: the machine's.
        retention: seconds a finished job is remembered; None for ever, 0 not at all.
        parts: jobs that belong to this one, in order.
        parts_field: the own field that lists the parts, as `[{"id": …}, …]`; it stands in `data` already.
    """

    machine: Machine
    id: str | NewId
    fields: Mapping[str, Any]
    data: Mapping[str, Any]
    born: Callable[[float], Mapping[str, Any]] | None = None
    default_plan: str | Mapping[str, Any] | None = None
    default_cancel: str | Mapping[str, Any] | None = None
    retention: float | None = None
    parts: tuple[JobSpec, ...] = ()
    parts_field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTemplate:
    """A job that has been read but not made yet.

    Attributes:
        job: all of it but the id where that is new, and the moments that come from when it is made.
        created_now, started_now, ended_now: it has happened, and the fields did not say when.
    """

    job: Job
    new_id: NewId | None
    created_now: bool
    started_now: bool
    ended_now: bool
    born: Callable[[float], Mapping[str, Any]] | None
    parts: tuple[JobTemplate, ...]
    parts_field: str | None

    def counters(self) -> tuple[str, ...]:
        """Return the sequences that the ids of the job and its parts are drawn from, a name for each id."""
        own = () if self.new_id is None else (self.new_id.counter,)
        return (*own, *(name for part in self.parts for name in part.counters())) if self.parts else own

    def build(self, now: float, numbers: Iterator[int], parent: str | None = None) -> tuple[Job, ...]:
        """Return the job and its parts, made at a moment (epoch seconds).

        Args:
            numbers: one for each of `counters`, in that order.
            parent: the id of the job it is a part of.
        """
        job = self.job
        changes: dict[str, Any] = {"since": now, "parent": parent}
        if self.new_id is not None:
            changes["id"] = self.new_id.write(next(numbers))
        if self.created_now:
            changes["created"] = now
        if self.started_now:
            changes["started"] = now
        if self.ended_now:
            changes["ended"] = now if self.created_now else max(now, job.created)
        if self.born is not None:
            changes["data"] = {**job.data, **self.born(now)}
        if not self.parts:
            return (evolve(job, **changes),)
        own_id = changes.get("id", job.id)
        parts = [one for part in self.parts for one in part.build(now, numbers, own_id)]
        if self.parts_field is not None:
            data = changes.get("data", job.data)
            changes["data"] = {**data, self.parts_field: [{"id": part.id} for part in parts]}
        return (evolve(job, **changes), *parts)


def with_scenario(scenarios: Scenarios, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return fields with those that their `scenario` stands for beneath them.

    Raises:
        BadFields: no such scenario.
    """
    name = fields.get("scenario")
    if name is None:
        return fields
    if name not in scenarios:
        raise BadFields("scenario", unknown_name("scenario", name, scenarios))
    return {**scenarios[name], **fields}


def template_of(api: str, spec: JobSpec) -> JobTemplate:
    """Read the common fields of a job and its parts.

    Raises:
        UnknownState, BadPlan, BadFields: a field cannot be followed.
    """
    machine, fields = spec.machine, spec.fields
    plan = machine.read_plan(fields.get("plan", spec.default_plan or machine.plan))
    cancel = on_cancel(spec.default_cancel, machine.on_cancel) if spec.default_cancel else machine.on_cancel
    if "on_cancel" in fields:
        cancel = on_cancel(fields["on_cancel"], cancel)
    word = fields.get("state")
    # A job that names no state begins where its plan begins.
    first = plan.steps[0].state if plan.steps else machine.initial
    state = machine.find(word, plan) if word is not None else machine.by_name[first]
    final = state.phase in FINAL
    created = read_moment(fields, "created")
    started = read_moment(fields, "started")
    ended = read_moment(fields, "ended")
    begun = state.phase is not machine.by_name[machine.initial].phase
    job = Job(
        api=api,
        kind=machine.kind,
        id=spec.id if isinstance(spec.id, str) else "",
        owner=fields.get("owner"),
        state=state.name,
        plan=plan,
        on_cancel=cancel,
        held=bool(fields.get("hold", word is not None)) and not final,
        created=created or 0.0,
        since=0.0,
        started=created if started is None and begun else started,
        ended=ended if final else None,
        retention=spec.retention,
        messages=read_messages(fields.get("messages") or ()),
        error=fields.get("error"),
        progress=fields.get("progress"),
        data=spec.data,
    )
    return JobTemplate(
        job=job,
        new_id=None if isinstance(spec.id, str) else spec.id,
        created_now=created is None,
        started_now=begun and started is None and created is None,
        ended_now=final and ended is None,
        born=spec.born,
        parts=tuple(template_of(api, part) for part in spec.parts),
        parts_field=spec.parts_field,
    )
