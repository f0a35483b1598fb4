"""Fixture fields to what a job and its runs are; submits of clients have the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.job_builder import JobSpec, NewId, SpecContext
from mockserver.apis.prime.listings import VISIBLE_AT
from mockserver.apis.prime.machine import JOB, RUN, JobState, RunState
from mockserver.apis.prime.moments import name_stamp
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.job_document import COMMON, BadFields, api_fields, read_moment
from mockserver.core.plan import Plan, Step, Wait, describe_plan, seconds

DEPLOY_TYPE = "CliTemplateDeployIOSDevices"
DEPLOY_DESCRIPTION = "Cli Template Deploy for IOS devices"
"""Type and description of the jobs in v1_runhistory.json."""

FIRST_JOB, FIRST_RUN = 273700000, 282900000
"""Where new ids begin: two sequences of the size the capture shows, beyond those of the fixtures."""

_OF_RUNS_ONLY = frozenset(RUN.plans) - frozenset(JOB.plans)
"""Plans that a job may name, but that only its runs can follow: a trigger does not fail."""

_OF_RUNS = ("results", "results_after", "result_status")
_INHERITED = ("owner", "hold", "on_cancel", "started", "ended", "created", *_OF_RUNS)


SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "succeeds": {"plan": "succeeds"},
    "fails": {"plan": "fails"},
    "aborts": {"plan": "aborts"},
    "stuck": {"plan": "stuck"},
    "expires": {"plan": "times-out"},
    "cancel-ignored": {"plan": "stuck", "on_cancel": "ignores"},
    "cancel-too-late": {"plan": "stuck", "on_cancel": "loses"},
    "cancel-fails": {"plan": "stuck", "on_cancel": "fails"},
    "cancel-stuck": {"plan": "stuck", "on_cancel": "stuck"},
    "late-results": {"plan": "succeeds", "results_after": 30.0},
    "missing-results": {"plan": "succeeds", "results": []},
    "lost-after-submit": {"plan": "succeeds", "visible_after": 1e9},
}
"""What the `scenario` of a job stands for, for itself and its runs; fields given beside it win."""


def job_spec(fields: Mapping[str, Any], context: SpecContext[PrimeSettings, Any]) -> JobSpec:
    """Return what a job and its runs are.

    A job that names neither a state nor runs is a live one: it gets a run, as if a client had submitted it.

    Raises:
        BadFields: an id is no number, or a moment none.
        BadPlan: how long it stays unseen is no duration.
    """
    settings = context.settings
    if isinstance(fields.get("plan"), str) and fields["plan"] in _OF_RUNS_ONLY:
        run_plan, fields = fields["plan"], {name: value for name, value in fields.items() if name != "plan"}
    else:
        run_plan = fields.get("plan")
    live = "state" not in fields
    due = seconds(fields["starts_after"]) if "starts_after" in fields else None
    delayed = live and due is not None and (run_plan is None or isinstance(run_plan, str))
    if delayed:
        fields = {name: value for name, value in fields.items() if name != "plan"}
    # What waits for an approval has not begun.
    given = fields.get("runs", ({},) if live and run_plan != "times-out" else ())
    kind = fields.get("type", DEPLOY_TYPE)
    data = {
        "name": fields.get("name"),
        "type": kind,
        "description": fields.get("description", DEPLOY_DESCRIPTION if kind == DEPLOY_TYPE else None),
        "runs": [],
    }
    known = {*COMMON, *_OF_RUNS, *data, "visible_after", "starts_after"}
    own = {name: value for name, value in fields.items() if name not in known}
    if due is not None:
        own["starts_after"] = due
    read_moment(own, "next_run_time")
    if (domain := own.get("domain")) is not None and domain not in {settings.domain, *context.site.domains}:
        raise BadFields("domain", f"no virtual domain {domain!r}; name it in the fixture's domains")
    hidden = seconds(fields["visible_after"]) if "visible_after" in fields else None
    at_next_run = {
        "steps": [{"state": JobState.SCHEDULED, "for": settings.recurrence}],
        "end": JobState.COMPLETED,
    }

    def born(now: float) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "name" not in fields:
            found["name"] = job_name(f"Job{kind}", now, settings.server_zone)
        if hidden is not None:
            found[VISIBLE_AT] = now + hidden
        return found

    return JobSpec(
        machine=JOB,
        id=_id(fields, "job", FIRST_JOB),
        fields=fields,
        data=data | own,
        born=None if "name" in fields and hidden is None else born,
        default_plan=_trigger_plan(run_plan, due) if delayed and due is not None else None if live else at_next_run,
        parts=tuple(
            _run_spec(run_fields, fields, run_plan, due if delayed else None, settings) for run_fields in given
        ),
        parts_field="runs",
    )


def _trigger_plan(name: str | None, due: float) -> Mapping[str, Any]:
    """Return a trigger's plan: it is spent soon after the run has begun (SCHEDULED/RUNNING, then COMPLETED/RUNNING)."""
    plan = JOB.plans.get(name or JOB.plan, JOB.plans[JOB.plan])
    steps = tuple(
        Step(state=step.state, wait=Wait(seconds=due + step.wait.seconds))
        if step.state == JobState.SCHEDULED and step.wait.seconds is not None
        else step
        for step in plan.steps
    )
    return describe_plan(Plan(steps=steps, end=plan.end))


def _delayed_plan(name: str | None, due: float, settings: PrimeSettings) -> Mapping[str, Any]:
    """Return the plan of a run that is due in a while, in place of that name."""
    plan = RUN.plans.get(name or RUN.plan, RUN.plans[RUN.plan])
    takes = Wait(seconds=settings.run_takes)
    steps = (
        Step(state=RunState.DUE, wait=Wait(seconds=due)),
        *(
            Step(state=step.state, wait=takes if step.wait.seconds is not None else step.wait)
            for step in plan.steps
            if step.state != RunState.CREATED
        ),
    )
    return describe_plan(Plan(steps=steps, end=plan.end))


def _run_spec(
    fields: Mapping[str, Any], job: Mapping[str, Any], plan: Any, due: float | None, settings: PrimeSettings
) -> JobSpec:
    # Only a plan by name can be meant for the runs too; steps speak of the job's own states.
    named = plan if isinstance(plan, str) and plan in RUN.plans else None
    inherited = {name: job[name] for name in _INHERITED if name in job and not (name == "hold" and "state" in fields)}
    fields = {**inherited, **fields}
    return JobSpec(
        machine=RUN,
        id=_id(fields, "run", FIRST_RUN),
        fields=fields,
        data=api_fields(fields),
        default_plan=named if due is None or "state" in fields else _delayed_plan(named, due, settings),
        default_cancel={"after": settings.cancel_takes},
    )


def job_name(prefix: str, at: float, zone: str) -> str:
    """Return a name as Prime makes it: `JobCliTemplateDeployIOSDevices06_19_01_477_PM_05_16_2017`."""
    return f"{prefix}{name_stamp(at, zone)}"


def _id(fields: Mapping[str, Any], counter: str, first: int) -> str | NewId:
    value = fields.get("id")
    if value is None:
        return NewId(counter=counter, write=lambda number: str(first + number))
    if not (isinstance(value, str) and value.isascii() and value.isdecimal() and int(value) < 1 << 63):
        raise BadFields("id", f"id: Prime's ids are numbers, {value!r} is none")
    return str(int(value))
