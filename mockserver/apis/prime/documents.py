"""Stored jobs and runs as plain data: the model's classes, and the control API's own fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from mockserver.apis.prime import deployment
from mockserver.apis.prime.jobs import DEPLOY_TYPE
from mockserver.apis.prime.listings import VISIBLE_AT
from mockserver.apis.prime.machine import JOB, RESULTS, RUN, RUN_KIND, UNBEGUN, JobState, RunState
from mockserver.apis.prime.model import (
    EntityId,
    HistoryJob,
    JobEntity,
    JobSummary,
    ManagementResponse,
    Result,
    RunInstance,
)
from mockserver.apis.prime.moments import stamp
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.clock import LATEST, instant
from mockserver.core.ids import Ids
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Phase
from mockserver.core.plan import seconds

M = TypeVar("M", bound=ManagementResponse)

TYPE = "JobSummary"
DTO = "jobSummaryDTO"

_OWN_ENDS = frozenset({RunState.COMPLETED, RunState.FAILED})


# --- facts --------------------------------------------------------------------------------------------


def run_status(run: Job, settings: PrimeSettings) -> str:
    """Return the WorkState a client sees."""
    if run.state == RunState.CANCELLED:
        return settings.cancelled_run_status
    if run.state == RunState.CANCELFAILED:
        return settings.cancel_failed_run_status
    if run.state == RunState.DUE:
        return settings.run_before_start
    return str(RUN.by_name[run.state].word)


def is_listed(run: Job, settings: PrimeSettings) -> bool:
    """Tell whether runhistory lists a run: one that has begun, or is due."""
    if run.state == RunState.DUE:
        return settings.run_before_start != "absent"
    return run.state not in UNBEGUN


def result_status(run: Job) -> str | None:
    """Return the ResultState; None while there is no result."""
    given: str | None = run.data.get("result_status")
    # What the fixture says holds for the end the run comes to by itself, or for the state it was put in.
    if given is not None and (run.state in _OWN_ENDS or (not run.history and RUN.final(run))):
        return given
    found = RESULTS.get(RunState(run.state))
    return None if found is None else str(found)


def started(run: Job) -> float | None:
    """Return when a run started, epoch seconds; None before that."""
    if run.started is not None:
        return run.started
    return None if RUN.phase(run) is Phase.SUBMITTED else run.created


def completed(run: Job) -> float | None:
    """Return when a run ended, epoch seconds; None while it has not."""
    return run.ended if RUN.phase(run) in FINAL else None


def duration(run: Job) -> int | None:
    """Return how many seconds a run took; None before its end.

    A clock that was set back, or a test that named the moments, may let it end before it started: it took no time then.
    """
    begin, end = started(run), completed(run)
    return None if begin is None or end is None else max(int(end - begin), 0)


def next_run(job: Job, settings: PrimeSettings) -> float | None:
    """Return when a job's next run is due, epoch seconds; only scheduled jobs have one."""
    if job.state != JobState.SCHEDULED:
        return None
    given = job.data.get("next_run_time")
    if given is not None and not job.history:
        with suppress(ValueError):
            return instant(given)
    due = job.data.get("starts_after")
    if due is not None:
        # It is kept while the run already runs: v1_runhistory.json, 18:20:53.279 beside a start at 18:20:55.473.
        return min(job.since + seconds(due), LATEST)
    planned = JOB.next(job)
    return planned.at if planned is not None and planned.at is not None else job.since + settings.recurrence


def results(job: Job, run: Job, now: float) -> tuple[Result, ...]:
    """Return what a run reports at a moment: what its fixture says, or a success on each device and on all."""
    if not RUN.results_visible(run, now):
        return ()
    given = run.data.get("results")
    if given is not None:
        return tuple(Result(property=str(one["property"]), value=str(one["value"])) for one in given)
    if run.error is not None:
        return (Result(property=job.data["name"], value=run.error),)
    if RUN.phase(run) is not Phase.SUCCEEDED:
        return ()
    devices = job.data.get("devices", deployment.NO_DEVICE if job.data["type"] == DEPLOY_TYPE else ())
    commands = job.data.get("commands", deployment.NO_COMMANDS)
    # Recorded in either order (24 and 35): a client that indexes meets both.
    return deployment.results(job.data["name"], devices, commands, outputs_first=int(run.id) % 2 == 1)


def _shown(at: float | None, settings: PrimeSettings) -> str | None:
    return None if at is None else stamp(at, settings.server_zone)


# --- answers ------------------------------------------------------------------------------------------


def management(kind: type[M], request: PrimeRequest, **content: Any) -> M:
    """Return the root of an answer below `op`."""
    return kind(response_type="operation", request_url=request.request_url, root_url=request.root_url, **content)


def run_instance(job: Job, run: Job, settings: PrimeSettings, now: float) -> RunInstance:
    """Show a run in runhistory."""
    return RunInstance(
        completion_time=_shown(completed(run), settings),
        last_start_time=_shown(started(run), settings),
        result_status=result_status(run),
        results=results(job, run, now),
        run_id=int(run.id),
        run_status=run_status(run, settings),
    )


def history_job(job: Job, runs: Iterable[Job], settings: PrimeSettings, now: float) -> HistoryJob:
    """Show a job in runhistory."""
    return HistoryJob(
        description=job.data["description"],
        job_id=int(job.id),
        job_name=job.data["name"],
        job_status=str(job.state),
        job_type=job.data["type"],
        next_run_time=_shown(next_run(job, settings), settings),
        run_instances=tuple(run_instance(job, run, settings, now) for run in runs),
    )


def summary(job: Job, run: Job | None, settings: PrimeSettings, ids: Ids) -> JobSummary:
    """Show a job and its latest run in JobSummary."""
    return JobSummary(
        display_name=job.id,
        id=int(job.id),
        completion_time=None if run is None else _shown(completed(run), settings),
        description=job.data["description"],
        duration=None if run is None else duration(run),
        instance_uuid=ids.uuid("prime.instance", int(job.id)) if settings.instance_uuid else None,
        job_name=job.data["name"],
        job_status=str(job.state),
        job_type=job.data["type"],
        last_start_time=None if run is None else _shown(started(run), settings),
        next_run_time=_shown(next_run(job, settings), settings),
        result_status=None if run is None else result_status(run),
        run_id=None if run is None else int(run.id),
        run_status=None if run is None else run_status(run, settings),
        username=job.owner,
    )


def entity(shown: JobSummary, root_url: str) -> JobEntity:
    """Show a job as a whole entity."""
    return JobEntity(dto_type=DTO, type=TYPE, url=f"{root_url}/{TYPE}/{shown.id}", job_summary=shown)


def entity_id(job: Job, root_url: str) -> EntityId:
    """Show a job as an id. A client takes what follows the display name's last comma for the status."""
    name = f"{job.data['name']},{job.data['type']},{job.state}"
    return EntityId(type=TYPE, url=f"{root_url}/{TYPE}/{job.id}", display_name=name, id=job.id)


# --- the control API ----------------------------------------------------------------------------------


def own_fields(job: Job) -> Mapping[str, Any]:
    """Return what the control API's record of a job or run has besides the common fields."""
    if job.kind == RUN_KIND:
        return {**job.data, "result_status": result_status(job)}
    return {name: value for name, value in job.data.items() if name != VISIBLE_AT}


def parts(job: Job) -> Sequence[tuple[str, str]]:
    """Return kind and id of a job's runs, oldest first."""
    return [(RUN_KIND, run["id"]) for run in job.data.get("runs", ())] if job.kind == JOB.kind else ()
