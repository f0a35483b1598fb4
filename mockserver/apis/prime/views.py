"""Stored jobs and runs as the model shows them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from mockserver.api.context import Jobs
from mockserver.apis.prime.job_index import API
from mockserver.apis.prime.jobs import time_zone
from mockserver.apis.prime.machine import JOB, RESULTS, RUN, RUN_KIND, JobState, RunState
from mockserver.apis.prime.model import Entity, EntityId, HistoryJob, JobSummary, Result, RunInstance
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.core.clock import instant
from mockserver.core.errors import UnknownJob
from mockserver.core.ids import Ids
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Phase
from mockserver.core.plan import seconds

TYPE = "JobSummary"
DTO = "jobSummaryDTO"

_OWN_ENDS = frozenset({RunState.COMPLETED, RunState.FAILED})
_APPLIED = "1/1 template configurations successfully applied."
"""What a run says of itself in v1_runhistory.json, under the job's name."""


@lru_cache(maxsize=4096)
def stamp(at: float, zone: str) -> str:
    """Return a moment as Prime writes it: `2017-05-16T18:20:01.680Z`, `2016-06-20T01:56:27.247+10:00`."""
    whole = round(at * 1000)
    moment = datetime.fromtimestamp(whole // 1000, time_zone(zone))
    # A year below 1000 has four digits too.
    text = f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{whole % 1000:03d}"
    offset = f"{moment:%z}"
    return text + ("Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}")


async def fresh(jobs: Jobs, job: Job) -> Job:
    """Count a client's look at a job or run, where its plan waits for looks."""
    counts = any(step.wait.looks is not None for step in job.plan.steps) or job.on_cancel.after.looks is not None
    return await jobs.get(job.api, job.id, kind=job.kind, look=True) if counts else job


async def latest_run(jobs: Jobs, job: Job) -> Job | None:
    """Return a job's latest run, or None when it has none."""
    for one in reversed(job.data["runs"]):
        try:
            return await jobs.get(API, one["id"], kind=RUN_KIND)
        except UnknownJob:
            continue
    return None


async def all_runs(jobs: Jobs, job: Job) -> list[Job]:
    """Return a job's runs, oldest first."""
    found = []
    for one in job.data["runs"]:
        try:
            found.append(await jobs.get(API, one["id"], kind=RUN_KIND))
        except UnknownJob:
            continue
    return found


# --- facts --------------------------------------------------------------------------------------------


def run_status(run: Job, settings: PrimeSettings) -> str:
    """Return the WorkState a client sees."""
    if run.state == RunState.CANCELLED:
        return settings.cancelled_run_status
    if run.state == RunState.CANCELFAILED:
        return settings.cancel_failed_run_status
    return str(RUN.by_name[run.state].word)


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


def next_run(job: Job, settings: PrimeSettings) -> float | None:
    """Return when a job's next run is due, epoch seconds; only scheduled jobs have one."""
    if job.state != JobState.SCHEDULED:
        return None
    given = job.data.get("next_run_time")
    if given is not None and not job.history:
        with suppress(ValueError):
            return instant(given)
    planned = JOB.next(job)
    return planned.at if planned is not None and planned.at is not None else job.since + settings.recurrence


def results(job: Job, run: Job, now: float) -> tuple[Result, ...]:
    """Return what a run reports at a moment: what its fixture says, or one line for a success."""
    phase = RUN.phase(run)
    if phase not in FINAL or (run.ended is not None and now < run.ended + seconds(run.data.get("results_after", 0.0))):
        return ()
    given = run.data.get("results")
    if given is not None:
        return tuple(Result(property=str(one["property"]), value=str(one["value"])) for one in given)
    if run.error is not None:
        return (Result(property=job.data["name"], value=run.error),)
    return (Result(property=job.data["name"], value=_APPLIED),) if phase is Phase.SUCCEEDED else ()


def _shown(at: float | None, settings: PrimeSettings) -> str | None:
    return None if at is None else stamp(at, settings.server_zone)


# --- views --------------------------------------------------------------------------------------------


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
    begin, end = (None, None) if run is None else (started(run), completed(run))
    return JobSummary(
        display_name=job.id,
        id=int(job.id),
        completion_time=_shown(end, settings),
        description=job.data["description"],
        duration=None if begin is None or end is None else int(end - begin),
        instance_uuid=ids.uuid("prime.instance", int(job.id)) if settings.instance_uuid else None,
        job_name=job.data["name"],
        job_status=str(job.state),
        job_type=job.data["type"],
        last_start_time=_shown(begin, settings),
        next_run_time=_shown(next_run(job, settings), settings),
        result_status=None if run is None else result_status(run),
        run_id=None if run is None else int(run.id),
        run_status=None if run is None else run_status(run, settings),
        username=job.owner,
    )


def entity(shown: JobSummary, root_url: str) -> Entity:
    """Show a job as a whole entity."""
    return Entity(dto_type=DTO, type=TYPE, url=f"{root_url}/{TYPE}/{shown.id}", job_summary=shown)


def entity_id(job: Job, root_url: str) -> EntityId:
    """Show a job as an id. A client takes what follows the display name's last comma for the status."""
    name = f"{job.data['name']},{job.data['type']},{job.state}"
    return EntityId(type=TYPE, url=f"{root_url}/{TYPE}/{job.id}", display_name=name, id=job.id)
