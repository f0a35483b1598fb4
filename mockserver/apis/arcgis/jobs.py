"""How a geoprocessing job is made from its fields: fixtures, submitJob and the control API share this."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mockserver.api.job_builder import JobSpec, NewId, SpecContext, with_scenario
from mockserver.apis.arcgis.machine import JOB, GpState
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import Service, Site, Task
from mockserver.core.ids import Ids
from mockserver.core.job_document import BadFields, api_fields
from mockserver.core.plan import Plan, Step, Wait, describe_plan, seconds

NOTEBOOK = "notebook"
"""The flavour of services whose jobs are those of Notebook Server (seed 001)."""

LOST = "lost-after-submit"
_FOR_EVER: Mapping[str, int] = {"looks": 1_000_000_000}

SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "stuck": {"plan": "stuck"},
    "queues": {"plan": "queues"},
    "times-out": {"plan": "times-out"},
    # The id is unknown at the first status query after the wait, as when arcgisjobs is cleaned up too early.
    LOST: {"plan": {"steps": [{"state": GpState.SUBMITTED, "for": "1s"}], "end": GpState.DELETED}},
    "late-results": {"plan": "succeeds", "results_delay": {"looks": 2}},
    "missing-results": {"plan": "succeeds", "results_delay": _FOR_EVER},
    "cancel-ignored": {"plan": "succeeds", "on_cancel": "ignores"},
    "cancel-too-late": {"plan": "succeeds", "on_cancel": "loses"},
    "cancel-stuck": {"plan": "stuck", "on_cancel": "stuck"},
}
"""What a job's `scenario` stands for; the job's own fields win over it."""


def job_spec(fields: Mapping[str, Any], context: SpecContext[ArcgisSettings, Site]) -> JobSpec:
    """Return what a job is; `service` and `task` name where, `inputs` and `results` what it knows.

    Raises:
        BadFields: no such service, task or scenario.
    """
    settings = context.settings
    service, task = _place(context.site, fields)
    if task is not None and task.scenario is not None and "scenario" not in fields:
        fields = with_scenario(SCENARIOS, {"scenario": task.scenario, **fields})
    own = api_fields(fields)
    own["service"] = service.key
    if task is not None:
        own["task"] = task.name
        own.setdefault("inputs", {one.name: one.default for one in task.inputs if one.default is not None})
        if task.results_delay is not None:
            own.setdefault("results_delay", task.results_delay)
    return JobSpec(
        machine=JOB,
        id=fields.get("id") or NewId(counter="job", write=partial(new_id, context.ids, service.flavour)),
        fields=fields,
        data=own,
        default_plan=_plan(settings, task),
        default_cancel=_on_cancel(settings, task),
        retention=0.0 if fields.get("scenario") == LOST else settings.job_max_age,
    )


def new_id(ids: Ids, flavour: str, number: int) -> str:
    """Return `j` and 32 hexadecimal digits, or a dashed UUID for a notebook's job."""
    return "j" + (ids.uuid("arcgis.job", number) if flavour == NOTEBOOK else ids.hex("arcgis.job", number))


def failing_plan(settings: ArcgisSettings, task: Task) -> Mapping[str, Any]:
    """Return the plan of a job whose inputs are no good: it queues, begins, and fails."""
    return describe_plan(timed(JOB.read_plan("fails"), settings.queue, run_time(settings, task)))


def resolve_results(task: Task, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job of this task shows in the end, with inputs that are handed through filled in."""
    found = {}
    for name, result in task.results.items():
        value = result.get("value")
        if "input" in result and inputs.get(result["input"]) is not None:
            value = inputs[result["input"]]
        found[name] = {"dataType": result.get("dataType", "GPString"), "value": value}
    return found


def timed(plan: Plan, queue: float, run: float) -> Plan:
    """Return a shorthand's plan with its waits in Submitted and Executing set (seconds)."""
    waits = {GpState.SUBMITTED: Wait(seconds=queue), GpState.EXECUTING: Wait(seconds=run)}
    steps = tuple(
        Step(state=step.state, wait=waits[GpState(step.state)])
        if step.state in waits and step.wait.seconds is not None
        else step
        for step in plan.steps
    )
    return Plan(steps=steps, end=plan.end)


def run_time(settings: ArcgisSettings, task: Task | None) -> float:
    """Return how many seconds a job runs by a shorthand plan."""
    return settings.run if task is None or task.run is None else seconds(task.run)


def _place(site: Site, fields: Mapping[str, Any]) -> tuple[Service, Task | None]:
    key = str(fields.get("service"))
    service = site.services.get(key) or site.services.get(f"{key}.GPServer")
    if service is None:
        raise BadFields("service", f"service: no service {key!r}; there are {', '.join(site.services)}")
    name = fields.get("task")
    if name is None:
        return service, next(iter(service.tasks.values()), None)
    if name not in service.tasks:
        raise BadFields("task", f"task: {service.key} has no task {name!r}; there are {', '.join(service.tasks)}")
    return service, service.tasks[name]


def _plan(settings: ArcgisSettings, task: Task | None) -> str | Mapping[str, Any]:
    plan = JOB.plan if task is None or task.plan is None else task.plan
    if not isinstance(plan, str):
        return plan
    return describe_plan(timed(JOB.read_plan(plan), settings.queue, run_time(settings, task)))


def _on_cancel(settings: ArcgisSettings, task: Task | None) -> Mapping[str, Any]:
    default = {"mode": "honours" if settings.tool_honours_cancel else "ignores", "after": settings.cancel_check}
    if task is None or task.on_cancel is None:
        return default
    return {**default, **({"mode": task.on_cancel} if isinstance(task.on_cancel, str) else task.on_cancel)}
