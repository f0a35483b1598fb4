"""A job from its fixture form: ids by edition and type, the plan of its graph, and what it will find."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from mockserver.api.job_builder import JobSpec, NewId, SpecContext
from mockserver.apis.ges.job_types import (
    EXECUTE_ALGORITHM,
    IdFormat,
    end_word,
    format_of,
    pascal_case,
    type_of,
    usual_request,
)
from mockserver.apis.ges.machine import JOB, GesState
from mockserver.apis.ges.results import found
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.site import Graph, Script, Site
from mockserver.core.errors import BadPlan
from mockserver.core.ids import Ids
from mockserver.core.job import Job, evolve
from mockserver.core.job_document import BadFields, amend, api_fields
from mockserver.core.machine import Machine, Phase
from mockserver.core.plan import CancelMode, describe_plan, wait

SCENARIOS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "succeeds": {"plan": "succeeds"},
        "fails": {"plan": "fails"},
        "stuck": {"plan": "stuck"},
        "lost": {"lost": True},
        "missing-results": {"plan": "succeeds", "result": None},
        "late-results": {"plan": "succeeds", "result_delay": 10.0},
        "cancel-ignored": {"on_cancel": "ignores"},
        "cancel-too-late": {"on_cancel": "loses"},
        "cancel-fails": {"on_cancel": "fails"},
        "cancel-stuck": {"on_cancel": "stuck"},
    }
)
"""What a job's `scenario` stands for; fields given beside it win."""


def job_spec(fields: Mapping[str, Any], context: SpecContext[GesSettings, Site]) -> JobSpec:
    """Return what a job is; the own fields are `graph`, `project_id`, `kind`, `algorithm`, `request`, `result` ….

    Raises:
        BadFields: its graph is not there.
        BadPlan, UnknownState: the plan cannot be followed.
    """
    graph = context.site.graph_named(fields.get("graph"))
    if graph is None and fields.get("graph") is not None and fields.get("project_id") is None:
        raise BadFields("graph", f"no graph {fields['graph']!r}; name one of the fixture's graphs")
    own = _own_fields(fields, graph)
    job_type = type_of(own)
    script = None if graph is None else graph.algorithms.get(own.get("algorithm") or "")
    management = own.get("plane") == "management"
    if "result" not in own and not management:
        own["result"] = found(job_type, graph, script, own)
    settings = context.settings
    id_format = IdFormat.HEX if management else format_of(settings, job_type)
    end = "success" if management else end_word(settings, job_type)
    waiting = settings.waiting_word if job_type.algorithm and not management else GesState.PENDING
    default_plan, default_cancel = _defaults(graph, script)
    plan = _plan(fields.get("plan", default_plan or JOB.plan), end, waiting)
    job_id = fields.get("id")
    return JobSpec(
        machine=JOB,
        id=NewId(counter="job", write=partial(_new_id, context.ids, id_format)) if job_id is None else job_id,
        fields={"error": _reason(graph, script), **fields, "plan": plan},
        data=own,
        default_cancel=_cancel(default_cancel, settings),
        retention=settings.remembered,
    )


def exported_by(machine: Machine, job: Job, now: float, export_id: str) -> Job:
    """Return a job that an export will take along when it succeeds."""
    return amend(machine, job, {"exports": [*job.data.get("exports", ()), export_id]}, now)


def taken_along(job: Job, export: Job) -> Job:
    """Return an exported job whose export has succeeded: it is remembered until then, and no longer."""
    retention = max(0.0, (export.ended or export.since) - job.since)
    if job.retention is not None and job.retention <= retention:
        return job
    return evolve(job, retention=retention, version=job.version + 1)


def _new_id(ids: Ids, id_format: IdFormat, number: int) -> str:
    """Return the id of the n-th job; samples of each format in ges.md §3.1."""
    name = "ges.job"
    if id_format is IdFormat.UUID:
        return ids.uuid(name, number)
    if id_format is IdFormat.UUID_DIGITS:
        return f"{ids.uuid(name, number)}{number:09d}"
    if id_format is IdFormat.DIGITS_UUID:
        # One number for the whole engine, then a UUID: 6258216312399194368 in all ids of the sample.
        return f"{int.from_bytes(ids.digest(name, 0)[:8]) % 10**19:019d}{ids.uuid(name, number)}"
    if id_format is IdFormat.HEX_DIGITS:
        return f"{ids.hex(name, number)}{number:013d}"
    return ids.hex(name, number)


def _own_fields(fields: Mapping[str, Any], graph: Graph | None) -> dict[str, Any]:
    own = api_fields(fields)
    own.setdefault("kind", EXECUTE_ALGORITHM.name)
    if graph is not None:
        own.setdefault("graph", graph.name)
        own.setdefault("project_id", graph.project_id)
    if own.get("plane") == "management":
        return {**_management_fields(own, graph), **own}
    if own["kind"] == EXECUTE_ALGORITHM.name:
        own.setdefault("algorithm", "pagerank")
    if "request" not in own:
        own["request"] = {**usual_request(own), "body": {}}
    return own


def _management_fields(own: Mapping[str, Any], graph: Graph | None) -> dict[str, Any]:
    """Return the fields that a management job has unless it says otherwise."""
    kind = str(own.get("kind") or "import-graph")
    return {
        "kind": kind,
        "job_name": pascal_case(kind),
        "job_type": "GraphManagement",
        "related_graph": None if graph is None else graph.name,
        "graph_id": None if graph is None else graph.id,
    }


def _defaults(graph: Graph | None, script: Script | None) -> tuple[Any, Any]:
    plan = (script and script.plan) or (graph and graph.plan)
    cancel = (script and script.on_cancel) or (graph and graph.on_cancel)
    return plan, cancel


def _cancel(value: Any, settings: GesSettings) -> Mapping[str, Any]:
    """Return a cancel behaviour with the delay of the setting, unless it has its own."""
    given = {"mode": value} if isinstance(value, str) else dict(value or {})
    return {"mode": CancelMode.HONOURS, "after": settings.cancel_delay, **given}


def _plan(value: Any, end: str, waiting: str) -> Any:
    """Return a plan whose end and first state are called as the edition calls them."""
    if isinstance(value, str):
        if value == "succeeds" and end == GesState.COMPLETE:
            value = "completes"
        if waiting == GesState.PENDING or value not in JOB.plans:
            return value
        value = describe_plan(JOB.plans[value])
        return {**value, "steps": [{**step, "state": waiting if step["state"] == GesState.PENDING else step["state"]}
                                   for step in value["steps"]]}  # fmt: skip
    if isinstance(value, Mapping) and "looks" in value:
        usual = _plan("succeeds", end, waiting)
        return describe_plan(JOB.read_plan(usual).counting(wait(value)))
    if not isinstance(value, Mapping):
        raise BadPlan("a plan is a shorthand, or an object with steps and end")
    if str(value.get("end") or "").casefold() == Phase.SUCCEEDED.casefold():
        return {**value, "end": end}
    return value


def _reason(graph: Graph | None, script: Script | None) -> str | None:
    """Return why a job will fail, should it fail."""
    if script is not None and script.error is not None:
        return str(script.error)
    return None if graph is None else graph.error
