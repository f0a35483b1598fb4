"""What each operation does: account, owner, then a verb over the jobs. Nothing here knows a protocol.

An exception of the service is a `ClrException` with a sentence of ours: CasJobs' own have not been
published (casjobs.md §4.6), so each is a setting.
"""

from __future__ import annotations

import re
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.apis.casjobs import conditions, quick
from mockserver.apis.casjobs.clr import KEY_NOT_FOUND, ClrException, query_failed
from mockserver.apis.casjobs.conditions import BadCondition, Conditions, Key
from mockserver.apis.casjobs.jobs import API, MYDB, QUERY, cjjob, full_job, searched
from mockserver.apis.casjobs.machine import STATUS, CasEvent, CasState
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.site import Account, Site, squeezed
from mockserver.core.errors import DuplicateJob, UnknownJob
from mockserver.core.job import Job
from mockserver.core.machine import Machine

CasContext = RequestContext[CasSettings, Site]

SERVICE_CYCLE = 5.0
"""Seconds until a service that is told to suspend or wake has done so [inferred]."""

_SERVICE_STATES = {"SUSPENDING": "SUSPENDED", "WAKING": "RUNNING"}
_TABLE_LIST = re.compile(r"\binformation_schema\s*\.\s*tables\b", re.IGNORECASE)


def sentence(template: str, **values: object) -> str:
    """Fill a setting's sentence; braces that name nothing stay as they are."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", str(value))
    return template


def login(request: CasContext, wsid: int, password: str | None) -> Account:
    """Return the account of a WebServicesID.

    Raises:
        ClrException: there is none, or the password is another.
    """
    account = request.site.accounts.get(str(wsid))
    if account is None or password != account.password:
        raise ClrException(sentence(request.settings.login_error, wsid=wsid))
    return account


# --- jobs -----------------------------------------------------------------------------------------


async def submit_job(
    request: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    context: str | None,
    taskname: str | None,
    estimate: int,
) -> int:
    """Put a query into the queue nearest to the estimate; return the job id."""
    account = login(request, wsid, pw)
    return await _submit(request, account, {**_query(qry, context, taskname), "estimate": estimate})


async def submit_job_into(
    request: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    context: str | None,
    table: str | None,
    taskname: str | None,
    estimate: int,
) -> int:
    """As `submit_job`, with a table for the rows."""
    account = login(request, wsid, pw)
    # "If no table is specified then a new table with a unique name is created"; how it is named is a guess.
    target = table or f"MyTable_{await request.sandbox.count('casjobs.table')}"
    return await _submit(request, account, {**_query(qry, context, taskname), "estimate": estimate, "target": target})


async def submit_extract_job(
    request: CasContext, wsid: int, pw: str | None, table_name: str | None, kind: str | None
) -> int:
    """Have a table written to a file; return the job id."""
    account = login(request, wsid, pw)
    known = {name.casefold(): name for name, _ in request.site.types if name != QUERY}
    spelled = known.get((kind or "").casefold())
    if spelled is None:
        raise ClrException(sentence(request.settings.job_type_error, type=kind or ""))
    # guess: what such a job shows as query, task and context is nowhere said.
    fields = {"query": table_name, "taskname": table_name, "context": MYDB, "type": spelled, "queue": 0}
    return await _submit(request, account, fields)


def _query(qry: str | None, context: str | None, taskname: str | None) -> dict[str, Any]:
    return {"query": qry, "context": context, "taskname": taskname, "type": QUERY}


async def _submit(request: CasContext, account: Account, fields: dict[str, Any]) -> int:
    site = request.site
    if "queue" not in fields:
        fields["queue"] = _queue(site, fields["context"] or "", fields["estimate"])
    failure = site.quick_results.get(squeezed(fields["query"] or ""))
    if failure is not None and failure.error is not None:
        fields = {**fields, "plan": "fails", "error": failure.error}
    fields = {**fields, **site.outcome(fields)}
    while True:
        try:
            job = await request.create(fields, owner=account.wsid)
        except DuplicateJob:
            continue  # the id is a fixture's; the next one may be free
        return int(job.id)


def _queue(site: Site, context: str, estimate: int) -> int:
    """Return the time limit nearest to the estimate, among the queues longer than the shortest."""
    limits = site.limits(context)
    if not limits:
        return max(estimate, 0)
    longer = [limit for limit in limits if limit > limits[0]] or limits
    return min(longer, key=lambda limit: (abs(limit - estimate), limit))


async def cancel_job(request: CasContext, wsid: int, pw: str | None, job_id: int) -> None:
    """Answer once the job is Canceling: own jobs only, silent for an unknown id, nothing for quick jobs."""
    account = login(request, wsid, pw)
    settings = request.settings

    def cancel(machine: Machine, job: Job, now: float) -> Job:
        if job.owner != account.wsid:
            raise ClrException(sentence(settings.foreign_job_error, job=job_id, wsid=wsid))
        if job.data.get("quick"):
            return job
        if machine.final(job) and settings.cancel_ended == "exception":
            raise ClrException(sentence(settings.cancel_ended_error, job=job_id, wsid=wsid))
        return machine.fire(job, CasEvent.CANCEL, now, request.number)

    try:
        await request.jobs.change(API, str(job_id), cancel)
    except UnknownJob:
        return


async def get_job_status(request: CasContext, wsid: int, pw: str | None, job_id: int) -> int:
    """Return the status as a number; counts as a look."""
    account = login(request, wsid, pw)
    try:
        job = await request.jobs.get(API, str(job_id), look=True)
    except UnknownJob:
        if request.settings.unknown_job_status == "ready":
            return STATUS[CasState.READY]
        raise ClrException(
            sentence(request.settings.unknown_job_error, job=job_id, wsid=wsid), kind=KEY_NOT_FOUND
        ) from None
    if job.owner != account.wsid and not account.admin:
        raise ClrException(sentence(request.settings.foreign_job_error, job=job_id, wsid=wsid))
    return STATUS[job.state]


async def get_jobs(
    request: CasContext, owner_wsid: int, owner_pw: str | None, text: str | None, include_system: bool
) -> list[dict[str, Any]] | None:
    """Return the jobs that fit the conditions, as CJJob."""
    jobs = await _found(request, login(request, owner_wsid, owner_pw), text, include_system)
    return None if jobs is None else [cjjob(job, request.settings, request.base, request.now) for job in jobs]


async def get_jobs_job(
    request: CasContext, owner_wsid: int, owner_pw: str | None, text: str | None, include_system: bool
) -> list[dict[str, Any]] | None:
    """Return the jobs that fit the conditions, as Job."""
    jobs = await _found(request, login(request, owner_wsid, owner_pw), text, include_system)
    return None if jobs is None else [full_job(job, request.settings, request.base, request.now) for job in jobs]


async def _found(request: CasContext, account: Account, text: str | None, include_system: bool) -> list[Job] | None:
    settings = request.settings
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
        return mine and (include_system or not job.data.get("system"))

    ids = conditions.exact_ids(wanted)
    if ids is None:
        candidates = [job async for job in request.jobs.each(API, newest=False, where=visible)]
    else:
        candidates = await _asked_by_id(request, ids, visible)
    return [job for job in candidates if conditions.fits(wanted, searched(job, settings))]


async def _asked_by_id(request: CasContext, ids: list[int], visible: Any) -> list[Job]:
    """Return jobs asked for by name. It is how some clients poll, so it counts as a look at them."""
    found = []
    for number in ids:
        try:
            if visible(await request.jobs.get(API, str(number))):
                found.append(await request.jobs.get(API, str(number), look=True))
        except UnknownJob:
            continue
    return found


# --- quick jobs -----------------------------------------------------------------------------------


async def execute_quick_job(
    request: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    context: str | None,
    taskname: str | None,
    system: bool,
) -> str | None:
    """Run a query at once; return typed CSV."""
    return await _run(request, login(request, wsid, pw), _query(qry, context, taskname), system)


async def execute_quick_job_oid(
    request: CasContext,
    oid: str | None,
    md5: str | None,
    qry: str | None,
    context: str | None,
    taskname: str | None,
    system: bool,
) -> str | None:
    """As `execute_quick_job`, for an account by object id and MD5 of the password [inferred]."""
    account = next((one for one in request.site.accounts.values() if one.oid == oid), None)
    if account is None or (md5 or "").lower() != account.md5:
        raise ClrException(sentence(request.settings.login_error, wsid=oid or ""))
    return await _run(request, account, _query(qry, context, taskname), system)


async def execute_quick_job_ds(
    request: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    context: str | None,
    taskname: str | None,
    system: bool,
) -> str | None:
    """As `execute_quick_job`; the protocol writes the rows as a DataSet."""
    # The contract speaks of the rows as CSV; `dataset` writes them in the other form.
    return await _run(request, login(request, wsid, pw), _query(qry, context, taskname), system)


async def _run(request: CasContext, account: Account, fields: dict[str, Any], system: bool) -> str | None:
    site = request.site
    found = site.quick_results.get(squeezed(fields["query"] or ""))
    limits = site.limits(fields["context"] or "")
    outcome: dict[str, Any] = {"state": CasState.FINISHED}
    if found is not None and found.error is not None:
        outcome = {"state": CasState.FAILED, "error": found.error.partition(" ---> ")[0]}
    given = {**fields, **outcome, "quick": True, "system": system, "queue": limits[0] if limits else 1}
    await request.create({**given, "started": request.now, "ended": request.now}, owner=account.wsid)
    if found is not None and found.error is not None:
        raise query_failed(found.error)
    if found is not None:
        return found.result
    if _TABLE_LIST.search(fields["query"] or ""):
        tables = await request.sandbox.documents(API).all("tables")
        mine = [(table["name"],) for table in tables.values() if table["wsid"] == account.wsid]
        return quick.typed_csv((("TABLE_NAME", "varchar"),), mine)
    return request.settings.default_quick_result


# --- queues, types, tables, services ------------------------------------------------------------


async def get_queues(request: CasContext, wsid: int, pw: str | None) -> list[dict[str, Any]]:
    """Return contexts and their limits in minutes."""
    login(request, wsid, pw)
    return [{"Context": context, "Timeout": timeout} for context, timeout in request.site.queues]


async def get_job_types(request: CasContext, wsid: int, pw: str | None) -> list[dict[str, Any]]:
    """Return the types of job."""
    login(request, wsid, pw)
    return [
        {"Type": name, "Description": doc} if doc is not None else {"Type": name} for name, doc in request.site.types
    ]


async def upload_data(
    request: CasContext, wsid: int, pw: str | None, table: str | None, data: str | None, exists: bool = False
) -> None:
    """Store CSV text as a table."""
    account = login(request, wsid, pw)
    records, key = request.sandbox.documents(API), f"{account.wsid}/{(table or '').casefold()}"
    while True:
        old = await records.get("tables", key)
        # guess: rows are added to a table that exists; otherwise it is made anew.
        kept = [] if old is None or not exists else old["data"]
        new = {"wsid": account.wsid, "name": table or "", "data": [*kept, data or ""]}
        if await records.replace("tables", key, old, new):
            return


async def set_service_state(
    request: CasContext, wsid: int, pw: str | None, name: str | None, state: str | None
) -> None:
    """Suspend or wake a service; admins only."""
    _admin(request, login(request, wsid, pw))
    if state not in _SERVICE_STATES:
        raise ClrException(sentence(request.settings.service_state_error, state=state or ""))
    await request.sandbox.documents(API).put("services", name or "", {"state": state, "since": request.now})


async def get_service_state(request: CasContext, wsid: int, pw: str | None, name: str | None) -> str:
    """Return the state of a service; admins only."""
    _admin(request, login(request, wsid, pw))
    told = await request.sandbox.documents(API).get("services", name or "")
    if told is None:
        return request.site.services.get(name or "", "RUNNING")
    # "on next cycle": when that is, is a guess.
    return _SERVICE_STATES[told["state"]] if request.now >= told["since"] + SERVICE_CYCLE else str(told["state"])


def _admin(request: CasContext, account: Account) -> None:
    if request.settings.service_state_admin_only and not account.admin:
        raise ClrException(sentence(request.settings.admin_error, wsid=account.wsid))
