"""A walk through a live service: its documents, what it lists, a job to its end, a cancel, in all four protocols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from mockserver.api.walk import Fact, LiveRequest, LiveSystem, Seen, claim_end
from mockserver.apis.casjobs.machine import STATUS, CasState
from mockserver.apis.casjobs.operations import BY_NAME
from mockserver.apis.casjobs.protocols import SOAP12_MEDIA, Version
from mockserver.apis.casjobs.service_types import NAMESPACE
from mockserver.core.clock import instant
from mockserver.core.machine import Confidence
from mockserver.wire import xml

_PAGE = "casjobs.sdss.org, help page of "
_ENDED = tuple(STATUS[one] for one in (CasState.CANCELLED, CasState.FAILED, CasState.FINISHED))
_UNDER_WAY = tuple(STATUS[one] for one in (CasState.READY, CasState.STARTED, CasState.CANCELING))
_WSDL = "WSDL of sciserver/SkyServerWS, 2014"
_ALL = ("soap11", "soap12", "get", "post")
_UNKNOWN_JOB = 2_000_000_001


class _Service:
    """The service, and how it is called in each protocol."""

    def __init__(self, system: LiveSystem) -> None:
        self.system = system
        account = system.account
        mount = system.mount or "/CasJobs/services/jobs.asmx"
        self.path = mount if mount.casefold().endswith(".asmx") else f"{mount}/services/jobs.asmx"
        self.site = self.path.rsplit("/services/", 1)[0]
        self.wsid, self.password = account.get("wsid"), str(account.get("password", ""))
        self.protocols = [one for one in _ALL if one in account.get("protocols", _ALL)]

    def login(self, name: str) -> dict[str, Any]:
        """Return the two values by which an operation knows who calls."""
        (wsid, _), (password, _), *_ = BY_NAME[name].parameters
        return {wsid: self.wsid, password: self.password}

    async def call(self, name: str, protocol: str, values: Mapping[str, Any]) -> Seen:
        return await self.system.call(name, self.ask(name, protocol, values))

    def ask(self, name: str, protocol: str, values: Mapping[str, Any]) -> LiveRequest:
        texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in values.items()}
        if protocol == "get":
            return LiveRequest(path=f"{self.path}/{name}", query=texts)
        if protocol == "post":
            return LiveRequest(method="POST", path=f"{self.path}/{name}", form=texts)
        version = Version.SOAP11 if protocol == "soap11" else Version.SOAP12
        content = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in texts.items())
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{version}"><soap:Body>'
            f'<{name} xmlns="{NAMESPACE}">{content}</{name}></soap:Body></soap:Envelope>'
        )
        return LiveRequest(method="POST", path=self.path, body=body.encode(), headers=self.headers(name, version))

    @staticmethod
    def headers(name: str, version: Version) -> dict[str, str]:
        action = f"{NAMESPACE}/{name}"
        if version is Version.SOAP11:
            return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        return {"Content-Type": f'{SOAP12_MEDIA}; charset=utf-8; action="{action}"'}


async def walk(system: LiveSystem) -> None:
    """Walk through the service."""
    service = _Service(system)
    await _documents(service)
    await _refusals(service)
    if service.wsid is None:
        reason = "the account names no wsid"
        system.skip(reason, *BY_NAME)
        return
    await _reads(service)
    if system.may_write:
        for protocol in service.protocols:
            await _to_the_end(service, protocol)
        await _cancelled(service)
        await _quick(service)
    else:
        system.skip("needs --write, for it makes a job", "SubmitJob", "SubmitJobInto", "SubmitExtractJob", "CancelJob")
        system.skip("needs --write, for it runs a query", "ExecuteQuickJob", "ExecuteQuickJobDS", "ExecuteQuickJobOID")
    system.skip("changes the service for everybody", "SetServiceState")
    system.skip("needs a table of the account's own", "UploadData")
    system.skip("the address of a file is found in OutputLoc, which no walk can foresee", "Output")


async def _documents(service: _Service) -> None:
    system = service.system
    described = await system.call("ServiceDescription", LiveRequest(path=f"{service.path}?WSDL"))
    text = described.body.decode("utf-8", "replace")
    names = [name for name in BY_NAME if f'name="{name}"' not in text]
    expected = f"the operations {', '.join(BY_NAME)}"
    got = f"no {', '.join(names)}" if names else "all"
    missing = Fact(expected=expected, got=got, source=_WSDL, confidence=Confidence.OBSERVED)
    system.claim(described, not names, missing)
    try:
        space = xml.parse(described.body).get("targetNamespace")
    except xml.BadXml:
        space = None  # the contract has said so
    system.claim(
        described,
        space in (NAMESPACE, None),
        Fact(expected=f"targetNamespace {NAMESPACE}", got=str(space), source=_WSDL, confidence=Confidence.OBSERVED),
    )
    inside = f"//{system.host}/".casefold() in text.casefold()
    system.claim(
        described,
        inside,
        Fact(
            expected=f"an address of {system.host}",
            got="another host",
            source="ASMX writes the host that it was asked by",
            confidence=Confidence.OBSERVED,
        ),
    )
    await system.call("Discovery", LiveRequest(path=f"{service.path}?disco"))
    await system.call("HelpPage", LiveRequest(path=service.path))
    account = system.account
    if "userid" in account:
        ask = LiveRequest(
            path=f"{service.site}/casusers.asmx/GetWebServiceId",
            query={"userid": account["userid"], "password": service.password},
        )
        await system.call("GetWebServiceId", ask)
    else:
        system.skip("the account names no userid", "GetWebServiceId")


async def _refusals(service: _Service) -> None:
    """See what is said to a message that cannot be read, and to a wrong password."""
    for protocol, version in (("soap11", Version.SOAP11), ("soap12", Version.SOAP12)):
        if protocol not in service.protocols:
            continue
        headers = service.headers("GetJobStatus", version)
        ask = LiveRequest(method="POST", path=service.path, body=b"<soap:Envelope", headers=headers)
        await service.system.call("GetJobStatus", ask)
    wrong = {"wsId": service.wsid or 1, "pw": "no such password", "jobId": _UNKNOWN_JOB}
    for protocol in service.protocols:
        await service.call("GetJobStatus", protocol, wrong)


async def _reads(service: _Service) -> None:
    system, account = service.system, service.system.account
    for protocol in service.protocols:
        await service.call("GetQueues", protocol, service.login("GetQueues"))
        await service.call("GetJobTypes", protocol, service.login("GetJobTypes"))
        await service.call("GetJobStatus", protocol, {**service.login("GetJobStatus"), "jobId": _UNKNOWN_JOB})
        for name in ("GetJobs", "GetJobsJob"):
            seen = await service.call(
                name, protocol, {**service.login(name), **_condition(account.get("job", _UNKNOWN_JOB))}
            )
            for number, record in enumerate(seen.data if isinstance(seen.data, list) else ()):
                _in_order(system, seen, number, record)
        if "job" in account:
            status = await service.call(
                "GetJobStatus", protocol, {**service.login("GetJobStatus"), "jobId": account["job"]}
            )
            listed = await service.call("GetJobs", protocol, {**service.login("GetJobs"), **_condition(account["job"])})
            _same(system, status, listed, account["job"])
    if account.get("admin"):
        for protocol in service.protocols:
            await service.call(
                "GetServiceState",
                protocol,
                {**service.login("GetServiceState"), "serviceName": account.get("service_name", "")},
            )
    else:
        system.skip("the account is no administrator's (`admin: true`)", "GetServiceState")


def _condition(job: object) -> dict[str, Any]:
    return {"conditions": f"jobid : {job}", "includeSystem": False}


def _same(system: LiveSystem, status: Seen, listed: Seen, job: object) -> None:
    """Claim that the list has the job, in a state no earlier than the one just told."""
    if not isinstance(status.data, int) or not isinstance(listed.data, list):
        return
    ids = [one.get("JobID") for one in listed.data]
    expected = f"the one job {job}"
    fact = Fact(expected=expected, got=str(ids), source=_PAGE + "GetJobs")
    system.claim(listed, [str(one) for one in ids] == [str(job)], fact)
    if listed.data and status.data in _ENDED:
        told = listed.data[0].get("Status")
        fact = Fact(pointer="/0/Status", expected=str(status.data), got=str(told), source=_PAGE + "GetJobStatus")
        system.claim(listed, told == status.data, fact)


def _in_order(system: LiveSystem, seen: Seen, number: int, record: Mapping[str, Any]) -> None:
    """Claim that a job that has ended began before that, and was submitted before it began."""
    if record.get("Status") not in _ENDED:
        return
    try:
        moments = [instant(record[name]) for name in ("TimeSubmit", "TimeStart", "TimeEnd")]
    except (KeyError, ValueError):
        return  # the form is the schema's business
    set_ones = [one for one in moments if one > 0]  # .NET's first moment stands for "never"
    got = ", ".join(str(record[name]) for name in ("TimeSubmit", "TimeStart", "TimeEnd"))
    fact = Fact(
        pointer=f"/{number}", expected="TimeSubmit, TimeStart, TimeEnd in this order", got=got, source=_PAGE + "GetJobs"
    )
    system.claim(seen, set_ones == sorted(set_ones), fact)


async def _submitted(service: _Service, protocol: str) -> int | None:
    account = service.system.account
    values = {
        **service.login("SubmitJob"),
        "qry": account.get("query", "select 1"),
        "context": account.get("context", "MYDB"),
        "taskname": "mockserver verify",
        "estimate": account.get("estimate", 1),
    }
    seen = await service.call("SubmitJob", protocol, values)
    return seen.data if isinstance(seen.data, int) else None


async def _to_the_end(service: _Service, protocol: str) -> None:
    job = await _submitted(service, protocol)
    if job is None:
        return
    system, values = service.system, {**service.login("GetJobStatus"), "jobId": job}
    fact = Fact(expected="a number above 0", got=str(job), source=_PAGE + "SubmitJob")
    seen = await system.until(lambda: service.call("GetJobStatus", protocol, values), _has_ended)
    system.claim(seen, job > 0, fact)
    fact = Fact(expected="an end", got=str(seen.data), source=_PAGE + "GetJobStatus")
    claim_end(system, seen, _has_ended(seen), fact, under_way=seen.data in _UNDER_WAY)
    listed = await service.call("GetJobs", protocol, {**service.login("GetJobs"), **_condition(job)})
    _same(system, seen, listed, job)
    for number, record in enumerate(listed.data if isinstance(listed.data, list) else ()):
        _in_order(system, listed, number, record)


async def _cancelled(service: _Service) -> None:
    """Submit, cancel at once, and see what becomes of it; in each protocol."""
    system = service.system
    for protocol in service.protocols:
        job = await _submitted(service, protocol)
        if job is None:
            continue
        values = {**service.login("CancelJob"), "jobId": job}
        await service.call("CancelJob", protocol, values)
        seen = await system.until(lambda p=protocol, v=values: service.call("GetJobStatus", p, v), _has_ended)  # type: ignore[misc]
        expected = "an end after an accepted cancel: 3 (Cancelled), or the end that was quicker"
        fact = Fact(expected=expected, got=str(seen.data), source=_PAGE + "CancelJob")
        claim_end(system, seen, _has_ended(seen), fact, under_way=seen.data == STATUS[CasState.CANCELING])
    await service.call("CancelJob", service.protocols[0], {**service.login("CancelJob"), "jobId": _UNKNOWN_JOB})


def _has_ended(seen: Seen) -> bool:
    return seen.data in _ENDED


async def _quick(service: _Service) -> None:
    account = service.system.account
    for name in ("ExecuteQuickJob", "ExecuteQuickJobDS"):
        for protocol in service.protocols:
            values = {
                **service.login(name),
                "qry": account.get("quick_query", "select 1"),
                "context": account.get("context", "MYDB"),
                "taskname": "mockserver verify",
                "isSystem": False,
            }
            await service.call(name, protocol, values)
    service.system.skip("needs an object id and an MD5", "ExecuteQuickJobOID")
    service.system.skip("the account names no table for the rows", "SubmitJobInto", "SubmitExtractJob")
