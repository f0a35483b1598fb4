"""How a geoprocessing job is made from its fields: fixtures, submitJob and the control API share this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.apis.arcgis.content import Content, Service, Task
from mockserver.apis.arcgis.machine import JOB, GpState
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.core.job import Job
from mockserver.core.plan import Plan, Step, Wait, describe_plan, seconds
from mockserver.jobform import COMMON, BadFields, Birth

NOTEBOOK = "notebook"
"""The flavour of services whose jobs are those of Notebook Server (seed 001)."""


async def make_job(birth: Birth[ArcgisSettings, Content], fields: Mapping[str, Any]) -> tuple[Job, ...]:
    """Make a job; `service` and `task` name where, `inputs` and `results` what it knows.

    Raises:
        BadFields: no such service or task.
    """
    service, task = _place(birth.content, fields)
    number = await birth.count("job") if fields.get("id") is None else 0
    job_id = fields.get("id") or new_id(birth, service, number)
    own = {name: value for name, value in fields.items() if name not in COMMON}
    own["service"] = service.key
    own["task"] = task.name if task is not None else fields.get("task")
    if task is not None:
        own.setdefault("inputs", {one.name: one.default for one in task.inputs if one.default is not None})
        own.setdefault("results", resolve_results(task, own["inputs"]))
        if task.results_delay is not None:
            own.setdefault("results_delay", task.results_delay)
        if task.error is not None and "error" not in fields:
            fields = {**fields, "error": task.error}
    job = birth.job(
        JOB,
        fields,
        job_id=job_id,
        data=own,
        default_plan=_plan(birth.settings, task),
        default_cancel=_on_cancel(birth.settings, task),
        retention=birth.settings.job_max_age,
    )
    return (job,)


def new_id(birth: Birth[ArcgisSettings, Content], service: Service, number: int) -> str:
    """Return `j` and 32 hexadecimal digits, or a dashed UUID for a notebook's job."""
    if service.flavour == NOTEBOOK:
        return "j" + birth.ids.uuid("arcgis.job", number)
    return "j" + birth.ids.hex("arcgis.job", number)


def resolve_results(task: Task, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job of this task will show, with inputs that are handed through filled in."""
    found = {}
    for name, result in task.results.items():
        value = result.get("value")
        if "input" in result and inputs.get(result["input"]) is not None:
            value = inputs[result["input"]]
        found[name] = {"dataType": result.get("dataType", "GPString"), "value": value}
    return found


def _place(content: Content, fields: Mapping[str, Any]) -> tuple[Service, Task | None]:
    key = fields.get("service")
    service = content.services.get(key) if isinstance(key, str) else None
    if service is None and isinstance(key, str):
        service = content.services.get(f"{key}.GPServer")
    if service is None:
        known = ", ".join(content.services)
        raise BadFields("service", f"service: no service {key!r}; there are {known}")
    name = fields.get("task")
    if name is None and len(service.tasks) >= 1:
        return service, next(iter(service.tasks.values()))
    if name is None or name in service.tasks:
        return service, service.tasks.get(name) if name is not None else None
    raise BadFields("task", f"task: {service.key} has no task {name!r}; there are {', '.join(service.tasks)}")


def _plan(settings: ArcgisSettings, task: Task | None) -> str | Mapping[str, Any]:
    plan = JOB.plan if task is None or task.plan is None else task.plan
    if not isinstance(plan, str):
        return plan
    return describe_plan(timed(JOB.read_plan(plan), settings.queue, _run(settings, task)))


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


def _run(settings: ArcgisSettings, task: Task | None) -> float:
    return settings.run if task is None or task.run is None else seconds(task.run)


def _on_cancel(settings: ArcgisSettings, task: Task | None) -> Mapping[str, Any]:
    default = {"mode": "honours" if settings.tool_honours_cancel else "ignores", "after": settings.cancel_check}
    if task is None or task.on_cancel is None:
        return default
    return {**default, **({"mode": task.on_cancel} if isinstance(task.on_cancel, str) else task.on_cancel)}
