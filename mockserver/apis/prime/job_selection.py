"""Selecting jobs by the fields of jobSummaryDTO: what each is compared as, which jobs match, in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.apis.prime import documents
from mockserver.apis.prime.filters import Condition, FieldType, hold
from mockserver.apis.prime.job_search import candidates, latest_run
from mockserver.apis.prime.listings import SYSTEM, is_system, is_visible
from mockserver.apis.prime.ordering import Order, in_order
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import PrimeContext
from mockserver.apis.prime.virtual_domains import sees_job
from mockserver.core.job import Job


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of jobSummaryDTO as filters and sorting see it; moments are epoch seconds."""

    field_type: FieldType
    of_job: Callable[[Job, PrimeSettings], Any] | None = None
    of_run: Callable[[Job, PrimeSettings], Any] | None = None


_FIELDS: Mapping[str, _Field] = {
    "completionTime": _Field(FieldType.MOMENT, of_run=lambda run, _: documents.completed(run)),
    "description": _Field(FieldType.TEXT, of_job=lambda job, _: job.data["description"]),
    "duration": _Field(FieldType.NUMBER, of_run=lambda run, _: documents.duration(run)),
    "jobName": _Field(FieldType.TEXT, of_job=lambda job, _: job.data["name"]),
    "jobStatus": _Field(FieldType.TEXT, of_job=lambda job, _: str(job.state)),
    "jobType": _Field(FieldType.TEXT, of_job=lambda job, _: job.data["type"]),
    "lastStartTime": _Field(FieldType.MOMENT, of_run=lambda run, _: documents.started(run)),
    "nextRunTime": _Field(FieldType.MOMENT, of_job=documents.next_run),
    "resultStatus": _Field(FieldType.TEXT, of_run=lambda run, _: documents.result_status(run)),
    "runId": _Field(FieldType.NUMBER, of_run=lambda run, _: int(run.id)),
    "runStatus": _Field(FieldType.TEXT, of_run=documents.run_status),
    "username": _Field(FieldType.TEXT, of_job=lambda job, _: job.owner),
}
FIELDS: Mapping[str, FieldType] = MappingProxyType({name: one.field_type for name, one in _FIELDS.items()})
"""What filters and sorting may name."""


async def select(context: PrimeContext, found: Sequence[Condition], order: Order, domain: str) -> list[Job]:
    """Look through the jobs of a virtual domain for those that match, in the order asked for."""
    any_of_them = context.parameters.get(".or_filter") == "true"
    system = any(one.field == "username" and one.holds(SYSTEM) for one in found)
    names = {one.field for one in found} | {name for name, _ in order}
    needs_run = any(_FIELDS[name].of_run is not None for name in names)
    kept: list[_Row] = []
    async for job in candidates(context, () if any_of_them else found):
        if not is_visible(job, context.now) or (is_system(job) and not system):
            continue
        if not sees_job(context, domain, job):
            continue
        run = await latest_run(context.jobs, job) if needs_run else None
        values = {name: _value(job, run, name, context.settings) for name in names}
        if not found or hold(found, values.__getitem__, any_of_them=any_of_them):
            kept.append(_Row(job, values))
    return [row.job for row in in_order(kept, order, lambda row, name: row.values[name])]


class _Row(NamedTuple):
    """A job, and its values by field as far as they are asked for."""

    job: Job
    values: Mapping[str, Any]


def _value(job: Job, run: Job | None, name: str, settings: PrimeSettings) -> Any:
    field = _FIELDS[name]
    if field.of_job is not None:
        return field.of_job(job, settings)
    return None if run is None or field.of_run is None else field.of_run(run, settings)
