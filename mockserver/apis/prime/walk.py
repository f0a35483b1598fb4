"""A walk through a live Prime: directories, jobs and runs in each version and format, writes, refusals."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from mockserver.api.walk import Fact, LiveRequest, LiveSystem, Seen, claim_inside
from mockserver.apis.prime.address import VERSIONS
from mockserver.apis.prime.machine import JobState, RunState
from mockserver.core.clock import instant

_URLS = "API reference: @url, @requestUrl and @rootUrl repeat the address that was asked"
_DOMAIN = "API reference: version 4 names the virtual domain"
_SUMMARY = "API reference: JobSummary"
_SERVICE = "API reference: op/jobService/"
_UNKNOWN = 999_999_999
_FORMATS = ("json", "xml")


class _Prime:
    """One user, over Basic, and the versions and formats to be asked for."""

    def __init__(self, system: LiveSystem) -> None:
        self.system = system
        account = system.account
        self.versions = tuple(one for one in VERSIONS if one in account.get("versions", VERSIONS))
        self.login = self._basic(str(account.get("password", "")))

    def _basic(self, password: str) -> str:
        pair = f"{self.system.account.get('username', '')}:{password}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    async def get(
        self, operation: str, version: int, path: str, form: str = "json", *, login: str | None = None, **query: Any
    ) -> Seen:
        headers = {"Authorization": login or self.login}
        ask = LiveRequest(path=f"/webacs/api/v{version}/{path}.{form}", query=query, headers=headers)
        seen = await self.system.call(operation, ask)
        claim_inside(self.system, seen, _URLS)
        root = seen.find("queryResponse")
        if isinstance(root, Mapping) and form == "json":
            expected = "a @domain" if version == 4 else "no @domain"
            fact = Fact(
                pointer="/queryResponse/@domain", expected=expected, got=str(root.get("@domain")), source=_DOMAIN
            )
            self.system.claim(seen, ("@domain" in root) == (version == 4), fact)
        return seen

    async def put(self, operation: str, version: int, path: str, payload: Any) -> Seen:
        headers = {"Authorization": self.login}
        ask = LiveRequest(method="PUT", path=f"/webacs/api/v{version}/{path}.json", json=payload, headers=headers)
        return await self.system.call(operation, ask)

    def wrong(self) -> str:
        """Return a login that is none."""
        return self._basic("no such password")


async def walk(system: LiveSystem) -> None:
    """Walk through a Prime."""
    prime = _Prime(system)
    if "username" not in system.account:
        system.skip("the account names no username", "JobSummary", "RunHistory", "EntityTypes", "Operations")
        return
    await _directories(prime)
    for version in prime.versions:
        for form in _FORMATS:
            await _reads(prime, version, form)
    await _refusals(prime)
    if system.may_write:
        await _writes(prime)
    else:
        system.skip(
            "needs --write", "Suspend", "Resume", "Cancel", "CancelRunning", "DeployTemplateThroughJob", "BulkImport"
        )
    system.skip("a page for browsers", "LoginPage")


async def _directories(prime: _Prime) -> None:
    version = prime.versions[-1]
    for form in _FORMATS:
        await prime.get("EntityTypes", version, "data", form)
        await prime.get("Operations", version, "op", form)
        if version == 4:
            await prime.get("RateLimits", version, "op/rateService/rateLimits", form)


async def _reads(prime: _Prime, version: int, form: str) -> None:
    system, account = prime.system, prime.system.account
    await prime.get("JobSummary", version, "data/JobSummary", form, **{".maxResults": "2"})
    full = await prime.get("JobSummary", version, "data/JobSummary", form, **{".full": "true", ".maxResults": "2"})
    for number, entity in enumerate(full.find("queryResponse", "entity") or ()):
        record = entity.get("jobSummaryDTO") if isinstance(entity, Mapping) else None
        if isinstance(record, Mapping):
            url = str(entity.get("@url", ""))
            fact = Fact(
                pointer=f"/queryResponse/entity/{number}/@url", expected=f"…/{record.get('@id')}", got=url, source=_URLS
            )
            system.claim(full, url.rpartition("/")[2] == str(record.get("@id")), fact)
            _in_order(system, full, f"/queryResponse/entity/{number}/jobSummaryDTO", record)
    if "job" not in account:
        return
    job = account["job"]
    one = await prime.get("JobSummary", version, f"data/JobSummary/{job}", form)
    history = await prime.get("RunHistory", version, "op/jobService/runhistory", form, jobId=str(job))
    shown = one.find("queryResponse", "entity", 0, "jobSummaryDTO", "jobStatus")
    found = history.find("mgmtResponse", "job")
    first = found[0] if isinstance(found, list) and found else found
    if isinstance(first, Mapping):
        told = first.get("jobStatus")
        fact = Fact(pointer="/mgmtResponse/job", expected=str(shown), got=str(told), source=f"{_SERVICE}runhistory")
        system.claim(history, shown is None or told == shown, fact)
        runs = first.get("runInstances")
        inside = runs.get("runInstance") if isinstance(runs, Mapping) else None
        for run in inside if isinstance(inside, list) else [inside]:
            if isinstance(run, Mapping):
                _in_order(system, history, "/mgmtResponse/job/0/runInstances", run)


def _in_order(system: LiveSystem, seen: Seen, pointer: str, record: Mapping[str, Any]) -> None:
    """Claim that what has ended began before."""
    begin, end = record.get("lastStartTime"), record.get("completionTime")
    try:
        holds = begin is None or end is None or instant(str(begin)) <= instant(str(end))
    except ValueError:
        return  # the form is the schema's business
    expected = "lastStartTime no later than completionTime"
    system.claim(seen, holds, Fact(pointer=pointer, expected=expected, got=f"{begin}, {end}", source=_SUMMARY))


async def _refusals(prime: _Prime) -> None:
    version = prime.versions[-1]
    await prime.get("JobSummary", version, "data/JobSummary", login=prime.wrong())
    for form in _FORMATS:
        await prime.get("JobSummary", version, f"data/JobSummary/{_UNKNOWN}", form)
    headers = {"Authorization": prime.login, "Accept": "image/png"}
    await prime.system.call("EntityTypes", LiveRequest(path=f"/webacs/api/v{version}/data", headers=headers))


async def _writes(prime: _Prime) -> None:
    system, account = prime.system, prime.system.account
    for version in prime.versions:
        seen = await prime.put("Cancel", version, "op/jobService/cancel", _jobs(_UNKNOWN))
        _claim_entry(system, seen, "failure", _UNKNOWN)
        seen = await prime.put("CancelRunning", version, "op/jobService/cancelrunning", _runs(_UNKNOWN))
        _claim_entry(system, seen, "failure", _UNKNOWN)
    version = prime.versions[-1]
    if "write_job" in account:
        job = account["write_job"]
        for operation, state in (
            ("Suspend", JobState.SUSPENDED),
            ("Resume", JobState.SCHEDULED),
            ("Cancel", JobState.CANCELLED),
        ):
            seen = await prime.put(operation, version, f"op/jobService/{operation.lower()}", _jobs(job))
            _claim_entry(system, seen, "success", job)
            shown = await prime.get("JobSummary", version, f"data/JobSummary/{job}")
            told = shown.find("queryResponse", "entity", 0, "jobSummaryDTO", "jobStatus")
            fact = Fact(
                pointer="/queryResponse/entity/0/jobSummaryDTO/jobStatus",
                expected=f"{state} after {operation.lower()}",
                got=str(told),
                source=_SERVICE + operation.lower(),
            )
            system.claim(shown, told == state, fact)
    else:
        system.skip("the account names no write_job, a scheduled job that may be cancelled", "Suspend", "Resume")
    if "write_run" in account and "write_run_job" in account:
        await _cancel_running(prime, version)
    if "template" in account:
        await prime.put(
            "DeployTemplateThroughJob",
            version,
            "op/cliTemplateConfiguration/deployTemplateThroughJob",
            account["template"],
        )
    else:
        system.skip("the account names no template to deploy", "DeployTemplateThroughJob")
    system.skip("imports devices", "BulkImport")


async def _cancel_running(prime: _Prime, version: int) -> None:
    system, account = prime.system, prime.system.account
    run, job = account["write_run"], account["write_run_job"]
    seen = await prime.put("CancelRunning", version, "op/jobService/cancelrunning", _runs(run))
    _claim_entry(system, seen, "success", run)

    def state(history: Seen) -> Any:
        found = history.find("mgmtResponse", "job", 0, "runInstances", "runInstance")
        return next((one.get("runStatus") for one in found or () if str(one.get("runId")) == str(run)), None)

    shown = await system.until(
        lambda: prime.get("RunHistory", version, "op/jobService/runhistory", jobId=str(job)),
        lambda history: state(history) != RunState.RUNNING,
    )
    fact = Fact(
        pointer="/mgmtResponse/job/0/runInstances/runInstance",
        expected="a run that runs no more, after an accepted cancelrunning",
        got=str(state(shown)),
        source=_SERVICE + "cancelrunning",
    )
    system.claim(shown, state(shown) not in (RunState.RUNNING, None), fact)


def _jobs(job: Any) -> dict[str, Any]:
    return {"jobOperationPayload": {"jobIds": {"jobId": [job]}}}


def _runs(run: Any) -> dict[str, Any]:
    return {"jobRunOperationPayload": {"runIds": {"runId": [run]}}}


def _claim_entry(system: LiveSystem, seen: Seen, side: str, number: Any) -> None:
    """Claim that the answer to a write lists the one id, and on which side."""
    found = seen.find("mgmtResponse", "operationResult")
    result = found[0] if isinstance(found, list) and found else found
    lists = result.get(side) if isinstance(result, Mapping) else None
    entries = lists.get(side) if isinstance(lists, Mapping) else None
    ids = [
        str(one.get("id")) for one in (entries if isinstance(entries, list) else [entries]) if isinstance(one, Mapping)
    ]
    pointer = f"/mgmtResponse/operationResult/{side}"
    fact = Fact(
        pointer=pointer, expected=f"id {number} under {side}", got=str(ids), source=_SERVICE + "*: success and failure"
    )
    system.claim(seen, ids == [str(number)], fact)
