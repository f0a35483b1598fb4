"""CasJobs jobs from the fixture's form: what each is, and what its `scenario` stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockserver.api.job_builder import JobSpec, NewId, SpecContext
from mockserver.apis.casjobs.machine import JOB
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.site import Site
from mockserver.core.job_document import BadFields, api_fields

API = "casjobs"
FIRST_ID = 5_000_000
"""Ids of submitted jobs come after this; fixtures are free to use the smaller ones."""

_WSID, _LONGEST = re.compile(r"0|[1-9][0-9]{0,18}"), 2**63 - 1

QUERY = "QUERY"
MYDB = "MYDB"

SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "late-results": {"output_after": 5},
    "missing-results": {"output": None},
    "stuck": {"plan": "stuck"},
    "never-starts": {"plan": "queued"},
    "lost-after-submit": {"lost": True},
    "times-out": {"plan": "times-out"},
    "fails": {"plan": "fails"},
    "cancel-ignored": {"on_cancel": "ignores"},
    "cancel-too-late": {"on_cancel": "loses"},
    "cancel-fails": {"on_cancel": "fails"},
    "cancel-stuck": {"on_cancel": "stuck"},
}
"""Ready combinations of plan, cancel behaviour and output, by the fixture's `scenario`."""


def job_spec(fields: Mapping[str, Any], context: SpecContext[CasSettings, Site]) -> JobSpec:
    """Return what a job is.

    Raises:
        BadFields: the id is no number, or the owner no account.
    """
    if fields.get("owner") is not None:
        fields = {**fields, "owner": owner(context.site, fields["owner"])}
    job_id = fields.get("id")
    if job_id is not None and (not job_id.isascii() or not job_id.isdecimal() or str(int(job_id[:30])) != job_id):
        raise BadFields("id", f"a CasJobs job's id is a decimal number, not {job_id!r}")
    own = api_fields(fields)
    if fields.get("plan") == "times-out":
        own["timed_out"] = True
    return JobSpec(
        machine=JOB, id=NewId(counter="job", write=new_id) if job_id is None else job_id, fields=fields, data=own
    )


def owner(site: Site, named: str) -> str:
    """Return the WebServicesID of a job's owner, who may be named by it or by the userid of an account.

    Raises:
        BadFields: it is no number that an answer can say, and no account either.
    """
    if _WSID.fullmatch(named) and int(named) <= _LONGEST:
        return named
    account = site.account_named(named)
    if account is None:
        raise BadFields("owner", f"no account {named!r}; name a wsid or a userid of the fixture's accounts")
    return account.wsid


def new_id(number: int) -> str:
    """Return the id of the n-th job that is given one."""
    return str(FIRST_ID + number)
