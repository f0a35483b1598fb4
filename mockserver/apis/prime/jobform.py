"""From the fixture's form to a job and its runs; submits of clients use the same form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from mockserver.api.job_builder import COMMON, BadFields, Birth
from mockserver.apis.prime.content import PrimeContent
from mockserver.apis.prime.machine import JOB, RUN, JobState
from mockserver.apis.prime.scenarios import SCENARIOS
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.clock import instant
from mockserver.core.job import Job
from mockserver.core.plan import seconds

FIRST_JOB, FIRST_RUN = 273700000, 282900000
"""Where new ids begin: two sequences of the size the capture shows, beyond those of the fixtures."""

DEPLOY_TYPE = "CliTemplateDeployIOSDevices"
DEPLOY_DESCRIPTION = "Cli Template Deploy for IOS devices"
"""Type and description of the jobs in v1_runhistory.json."""

_OF_RUNS_ONLY = frozenset(RUN.plans) - frozenset(JOB.plans)
"""Plans that a job may name, but that only its runs can follow: a trigger does not fail."""

_OF_RUNS = ("results", "results_after", "result_status")
_INHERITED = ("owner", "hold", "on_cancel", "started", "ended", "created", *_OF_RUNS)


async def make(birth: Birth[PrimeSettings, PrimeContent], fields: Mapping[str, Any]) -> tuple[Job, ...]:
    """Return a job and its runs.

    A job that names neither a state nor runs is a live one: it gets a run, as if a client had submitted it.

    Raises:
        DomainError: a field cannot be followed.
    """
    settings = birth.settings
    scenario = fields.get("scenario")
    if scenario is not None:
        if scenario not in SCENARIOS:
            raise BadFields("scenario", f"no scenario {scenario!r}; there are {', '.join(SCENARIOS)}")
        fields = {**SCENARIOS[scenario], **fields}
    if isinstance(fields.get("plan"), str) and fields["plan"] in _OF_RUNS_ONLY:
        run_plan, fields = fields["plan"], {name: value for name, value in fields.items() if name != "plan"}
    else:
        run_plan = fields.get("plan")
    job_id = _number(fields, "id") or str(FIRST_JOB + await birth.count("job"))
    live = "state" not in fields
    # What waits for an approval has not begun.
    given = fields.get("runs", ({},) if live and run_plan != "times-out" else ())
    runs = [await _run(birth, run_fields, fields, job_id, run_plan) for run_fields in given]
    kind = fields.get("type", DEPLOY_TYPE)
    data = {
        "name": fields.get("name", job_name(f"Job{kind}", birth.now, settings.server_zone)),
        "type": kind,
        "description": fields.get("description", DEPLOY_DESCRIPTION if kind == DEPLOY_TYPE else None),
        "runs": [{"id": run.id} for run in runs],
    }
    known = {*COMMON, *_OF_RUNS, *data}
    own = {name: value for name, value in fields.items() if name not in known}
    _moment("next_run_time", own.get("next_run_time"))
    if "visible_after" in own:
        data["visible_at"] = birth.now + seconds(own.pop("visible_after"))
    at_next_run = {
        "steps": [{"state": JobState.SCHEDULED, "for": settings.recurrence}],
        "end": JobState.COMPLETED,
    }
    job = birth.job(JOB, fields, job_id=job_id, data=data | own, default_plan=None if live else at_next_run)
    return (job, *runs)


async def _run(
    birth: Birth[PrimeSettings, PrimeContent],
    fields: Mapping[str, Any],
    job: Mapping[str, Any],
    job_id: str,
    plan: Any,
) -> Job:
    run_id = _number(fields, "id") or str(FIRST_RUN + await birth.count("run"))
    inherited = {name: job[name] for name in _INHERITED if name in job and not (name == "hold" and "state" in fields)}
    fields = {**inherited, **fields}
    return birth.job(
        RUN,
        fields,
        job_id=run_id,
        parent=job_id,
        data={name: value for name, value in fields.items() if name not in COMMON},
        # Only a plan by name can be meant for the runs too; steps speak of the job's own states.
        default_plan=plan if isinstance(plan, str) and plan in RUN.plans else None,
        default_cancel={"after": birth.settings.cancel_takes},
    )


def job_name(prefix: str, at: float, zone: str) -> str:
    """Return a name as Prime makes it: `JobCliTemplateDeployIOSDevices06_19_01_477_PM_05_16_2017`."""
    moment = datetime.fromtimestamp(round(at * 1000) // 1000, time_zone(zone))
    return f"{prefix}{moment:%I_%M_%S}_{round(at * 1000) % 1000:03d}_{moment:%p_%m_%d_%Y}"


@lru_cache(maxsize=64)
def time_zone(zone: str) -> timezone:
    """Read the setting `server_zone`: Z, or an offset such as +10:00."""
    if zone == "Z":
        return UTC
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
    return timezone(-offset if zone[0] == "-" else offset)


def _number(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not (isinstance(value, str) and value.isascii() and value.isdecimal() and int(value) < 1 << 63):
        raise BadFields(name, f"{name}: Prime's ids are numbers, {value!r} is none")
    return str(int(value))


def _moment(name: str, value: Any) -> None:
    try:
        if value is not None:
            instant(value)
    except ValueError as error:
        raise BadFields(name, f"{name}: {error}") from None
