"""Quick jobs: a query is run at once, and its rows are the answer. Nothing here knows a protocol."""

from __future__ import annotations

import re
from typing import Any

from mockserver.apis.casjobs.auth import login, login_by_oid
from mockserver.apis.casjobs.errors import query_failed
from mockserver.apis.casjobs.handlers.jobs import query_fields
from mockserver.apis.casjobs.jobs import API
from mockserver.apis.casjobs.machine import CasState
from mockserver.apis.casjobs.quick_jobs import typed_csv
from mockserver.apis.casjobs.service_types import CasContext
from mockserver.apis.casjobs.site import Account, squeezed

_TABLE_LIST = re.compile(r"\binformation_schema\s*\.\s*tables\b", re.IGNORECASE)


async def execute_quick_job(
    context: CasContext,
    wsid: int,
    pw: str | None,
    qry: str | None,
    database: str | None,
    taskname: str | None,
    system: bool,
) -> str | None:
    """Run a query at once; return typed CSV, which `quick_jobs.dataset` writes as a DataSet for ExecuteQuickJobDS."""
    return await _run(context, login(context, wsid, pw), query_fields(qry, database, taskname), system)


async def execute_quick_job_oid(
    context: CasContext,
    oid: str | None,
    md5: str | None,
    qry: str | None,
    database: str | None,
    taskname: str | None,
    system: bool,
) -> str | None:
    """As `execute_quick_job`, for an account by object id and MD5 of the password [inferred]."""
    return await _run(context, login_by_oid(context, oid, md5), query_fields(qry, database, taskname), system)


async def _run(context: CasContext, account: Account, fields: dict[str, Any], system: bool) -> str | None:
    site = context.site
    found = site.quick_results.get(squeezed(fields["query"] or ""))
    limits = site.limits(fields["context"] or "")
    outcome: dict[str, Any] = {"state": CasState.FINISHED}
    if found is not None and found.error is not None:
        outcome = {"state": CasState.FAILED, "error": found.error.partition(" ---> ")[0]}
    given = {**fields, **outcome, "quick": True, "system": system, "queue": limits[0] if limits else 1}
    await context.create({**given, "started": context.now, "ended": context.now}, owner=account.wsid)
    if found is not None and found.error is not None:
        raise query_failed(found.error)
    if found is not None:
        return found.result
    if _TABLE_LIST.search(fields["query"] or ""):
        tables = await context.sandbox.documents(API).all("tables")
        mine = [(table["name"],) for table in tables.values() if table["wsid"] == account.wsid]
        return typed_csv((("TABLE_NAME", "varchar"),), mine)
    return context.settings.default_quick_result
