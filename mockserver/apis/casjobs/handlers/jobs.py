"""Jobs in queues: submit, cancel, poll, list. Nothing here knows a protocol.

An exception of the service is a `ClrException` with a sentence of ours: CasJobs' own have not been
published (casjobs.md §4.6), so each is a setting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.apis.casjobs import conditions
from mockserver.apis.casjobs.auth import login, sentence
from mockserver.apis.casjobs.conditions import BadCondition, Conditions, Key
from mockserver.apis.casjobs.documents import cjjob, full_job, searched
from mockserver.apis.casjobs.errors import KEY_NOT_FOUND, ClrException
from mockserver.apis.casjobs.jobs import API, MYDB, QUERY
from mockserver.apis.casjobs.listings import of_owner
from mockserver.apis.casjobs.machine import STATUS, CasEvent, CasState
from mockserver.apis.casjobs.service_types import CasContext
from mockserver.apis.casjobs.site import Account, Site, squeezed
from mockserver.core.errors import DuplicateJob, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine


async def submit_job(
    context: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    database: str | None,
    taskname: str | None,
    estimate: int,
) -> int:
    """Put a query into the queue nearest to the estimate; return the job id."""
    account = login(context, wsid, pw)
    return await _submit(context, account, {**query_fields(qry, database, taskname), "estimate": estimate})


async def submit_job_into(
    context: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    database: str | None,
    table: str | None,
    taskname: str | None,
    estimate: int,
) -> int:
    """As `submit_job`, with a table for the rows."""
    account = login(context, wsid, pw)
    # "If no table is specified then a new table with a unique name is created"; how it is named is a guess.
    target = table or f"MyTable_{await context.sandbox.count('casjobs.table')}"
    return await _submit(
        context, account, {**query_fields(qry, database, taskname), "estimate": estimate, "target": target}
    )


async def submit_extract_job(
    context: CasContext, wsid: int, pw: str | None, table_name: str | None, kind: str | None
) -> int:
    """Have a table written to a file; return the job id."""
    account = login(context, wsid, pw)
    known = {name.casefold(): name for name, _ in context.site.types if name != QUERY}
    spelled = known.get((kind or "").casefold())
    if spelled is None:
        raise ClrException(sentence(context.settings.job_type_error, type=kind or ""))
    # guess: what such a job shows as query, task and context is nowhere said.
    fields = {"query": table_name, "taskname": table_name, "context": MYDB, "type": spelled, "queue": 0}
    return await _submit(context, account, fields)


def query_fields(qry: str | None, database: str | None, taskname: str | None) -> dict[str, Any]:
    """Return the fields of a job that runs a query; a database is what CasJobs calls a context."""
    return {"query": qry, "context": database, "taskname": taskname, "type": QUERY}


async def _submit(context: CasContext, account: Account, fields: dict[str, Any]) -> int:
    site = context.site
    if "queue" not in fields:
        fields["queue"] = _queue(site, fields["context"] or "", fields["estimate"])
    failure = site.quick_results.get(squeezed(fields["query"] or ""))
    if failure is not None and failure.error is not None:
        fields = {**fields, "plan": "fails", "error": failure.error}
    fields = {**fields, **site.outcome(fields)}
    while True:
        try:
            job = await context.create(fields, owner=account.wsid)
        except DuplicateJob:
            continue  # the id is a fixture's; the next one may be free
        return int(job.id)


def _queue(site: Site, database: str, estimate: int) -> int:
    """Return the time limit nearest to the estimate, among the queues longer than the shortest."""
    limits = site.limits(database)
    if not limits:
        return max(estimate, 0)
    longer = [limit for limit in limits if limit > limits[0]] or limits
    return min(longer, key=lambda limit: (abs(limit - estimate), limit))


async def cancel_job(context: CasContext, wsid: int, pw: str | None, job_id: int) -> None:
    """Answer once the job is Canceling: own jobs only, silent for an unknown id, nothing for quick jobs."""
    account = login(context, wsid, pw)
    settings = context.settings

    def cancel(machine: Machine, job: Job, now: float) -> Job:
        if job.owner != account.wsid:
            raise ClrException(sentence(settings.foreign_job_error, job=job_id, wsid=wsid))
        if job.data.get("quick") or job.data.get("lost"):
            return job
        if settings.cancel_ended == "exception" and machine.final(job):
            raise ClrException(sentence(settings.cancel_ended_error, job=job_id, wsid=wsid))
        return machine.fire(job, CasEvent.CANCEL, now, context.number)

    try:
        await context.jobs.change(API, str(job_id), cancel)
    except UnknownJob:
        return


async def get_job_status(context: CasContext, wsid: int, pw: str | None, job_id: int) -> int:
    """Return the status as a number; counts as a look."""
    account = login(context, wsid, pw)
    try:
        job = await context.jobs.get(API, str(job_id), look=True)
        if job.data.get("lost"):
            raise UnknownJob(API, str(job_id))
    except UnknownJob:
        if context.settings.unknown_job_status == "ready":
            return STATUS[CasState.READY]
        raise ClrException(
            sentence(context.settings.unknown_job_error, job=job_id, wsid=wsid), clr_type=KEY_NOT_FOUND
        ) from None
    if job.owner != account.wsid and not account.admin:
        raise ClrException(sentence(context.settings.foreign_job_error, job=job_id, wsid=wsid))
    return STATUS[job.state]


async def get_jobs(
    context: CasContext, owner_wsid: int, owner_pw: str | None, text: str | None, include_system: bool
) -> list[dict[str, Any]] | None:
    """Return the jobs that fit the conditions, as CJJob."""
    jobs = await _found(context, login(context, owner_wsid, owner_pw), text, include_system)
    return None if jobs is None else [cjjob(job, context.settings, context.base, context.now) for job in jobs]


async def get_jobs_job(
    context: CasContext, owner_wsid: int, owner_pw: str | None, text: str | None, include_system: bool
) -> list[dict[str, Any]] | None:
    """Return the jobs that fit the conditions, as Job."""
    jobs = await _found(context, login(context, owner_wsid, owner_pw), text, include_system)
    return None if jobs is None else [full_job(job, context.settings, context.base, context.now) for job in jobs]


async def _found(context: CasContext, account: Account, text: str | None, include_system: bool) -> list[Job] | None:
    settings = context.settings
    if text and text == settings.null_conditions:
        return None
    try:
        wanted: Conditions = conditions.read(text)
    except BadCondition as problem:
        if settings.bad_conditions == "exception":
            raise ClrException(sentence(settings.conditions_error, condition=problem)) from None
        return []
    if not account.admin:
        wanted = {key: spans for key, spans in wanted.items() if key is not Key.WSID}

    def visible(job: Job) -> bool:
        mine = account.admin or job.owner == account.wsid
        return mine and (include_system or not job.data.get("system")) and not job.data.get("lost")

    ids = conditions.exact_ids(wanted)
    if ids is None:
        listing = None if account.admin else of_owner(account.wsid)
        candidates = [job async for job in context.jobs.each(API, newest=False, listing=listing, where=visible)]
    else:
        candidates = await _asked_by_id(context, ids, visible)
    return [job for job in candidates if conditions.fits(wanted, searched(job, settings))]


async def _asked_by_id(context: CasContext, ids: list[int], visible: Callable[[Job], bool]) -> list[Job]:
    """Return jobs asked for by name. It is how some clients poll, so it counts as a look at them."""
    found = []
    for number in ids:
        try:
            if visible(await context.jobs.get(API, str(number))):
                found.append(await context.jobs.get(API, str(number), look=True))
        except UnknownJob:
            continue
    return found
