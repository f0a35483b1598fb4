"""A walk through a live site: directory, tokens, a job to its end, a cancel, refusals, the Administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.walk import Fact, LiveRequest, LiveSystem, Seen, claim_end, claim_inside
from mockserver.apis.arcgis.machine import GpState
from mockserver.core.machine import Confidence

_GP_JOB = "https://developers.arcgis.com/rest/services-reference/enterprise/gp-job/"
_CANCEL = "https://developers.arcgis.com/rest/services-reference/enterprise/cancel-gp-job/"
_TOKEN = "https://developers.arcgis.com/rest/services-reference/enterprise/generate-token/"  # noqa: S105 (an address)
_ERRORS = "setting http_errors: real"
_ENDED = (GpState.SUCCEEDED, GpState.FAILED, GpState.CANCELLED, GpState.TIMED_OUT)
_UNDER_WAY = (GpState.NEW, GpState.SUBMITTED, GpState.WAITING, GpState.EXECUTING, GpState.CANCELLING)
_UNKNOWN_JOB = "j00000000000000000000000000000000"
_FORMATS = ("json", "pjson", "html")


class _Site:
    """The addresses of a site, and how it is asked."""

    def __init__(self, system: LiveSystem) -> None:
        self.system = system
        account = system.account
        segments = [one for one in system.mount.split("/") if one]
        self.root = "/" + (segments[0] if segments else "arcgis")
        name = str(account.get("service", ""))
        self.service_name = name.removesuffix(".GPServer")
        self.service = f"{self.root}/rest/services/{self.service_name}/GPServer"
        self.admin_service = f"{self.root}/admin/services/{self.service_name}.GPServer"
        self.task = f"{self.service}/{account.get('task', '')}"
        self.token: str | None = None
        self.admin_token: str | None = None

    async def ask(
        self, operation: str, path: str, method: str = "GET", *, f: str = "json", token: str | None = None, **given: Any
    ) -> Seen:
        values = {"f": f, **given}
        token = token or (self.admin_token if operation.startswith("Admin") else self.token)
        if token is not None:
            values["token"] = token
        ask = LiveRequest(method=method, path=path, query=values)
        if method != "GET":
            ask = LiveRequest(method=method, path=path, form=values)
        seen = await self.system.call(operation, ask)
        code = seen.find("error", "code") if seen.find("code") is None else seen.find("code")
        if seen.status >= 400 and code is not None:
            # A site that has statuses of errors at all has the envelope's own code for it.
            fact = Fact(
                expected=f"the status of its code, {code}",
                got=str(seen.status),
                source=_ERRORS,
                confidence=Confidence.INFERRED,
            )
            self.system.claim(seen, code == seen.status, fact)
        return seen


async def walk(system: LiveSystem) -> None:
    """Walk through a site."""
    site = _Site(system)
    await _directory(site)
    await _tokens(site)
    await _service(site)
    await _jobs(site)
    await _administrator(site)
    federated = "only a federated site has them, and a walk cannot tell where its portal is"
    system.skip(federated, "PortalRoot", "PortalInfo", "PortalSelf", "CommunitySelf", "CommunityUser")
    system.skip(federated, "PortalGenerateToken", "OAuthAuthorize", "OAuthSignIn")
    system.skip("pages for browsers, whose markup is no contract", "Login", "Logout", "AdminLogin", "AdminLogout")


async def _directory(site: _Site) -> None:
    info = await site.ask("Info", f"{site.root}/rest/info")
    for f in _FORMATS:
        await site.ask("Catalog", f"{site.root}/rest/services", f=f)
    if info.find("authInfo", "isTokenBasedSecurity") and info.find("owningSystemUrl") is None:
        claim_inside(site.system, info, "Server Info: a site of its own gives tokens itself", below="/authInfo")


async def _tokens(site: _Site) -> None:
    system, account = site.system, site.system.account
    form: dict[str, Any] = {"username": account.get("username"), "client": "requestip"}
    if account.get("username") is None:
        system.skip("the account names no username", "GenerateToken", "AdminGenerateToken")
        return
    path = account.get("token_url", f"{site.root}/tokens/generateToken")
    await site.ask("GenerateToken", path, "POST", **form, password="no such password")  # noqa: S106 (none)
    seen = await site.ask("GenerateToken", path, "POST", **form, password=account.get("password"), expiration="60")
    site.token = _token(system, seen)


def _token(system: LiveSystem, seen: Seen) -> str | None:
    found = seen.find("token")
    if not isinstance(found, str):
        return None
    expires = seen.find("expires")
    # The Administrator writes the number as a text.
    later = str(expires).isdecimal() and 0 < int(expires) / 1000 - system.now() < 400 * 86400
    expected = "milliseconds since 1970, later than now"
    system.claim(seen, later, Fact(pointer="/expires", expected=expected, got=str(expires), source=_TOKEN))
    return found


async def _service(site: _Site) -> None:
    system, account = site.system, site.system.account
    missing = f"{site.root}/rest/services/NoSuchServiceHere/GPServer"
    await site.ask("Service", missing)
    if not site.service_name:
        system.skip("the account names no service", "Folder", "Task", "SubmitJob", "JobStatus", "CancelJob")
        return
    folder, _, name = site.service_name.rpartition("/")
    if folder:
        await site.ask("Folder", f"{site.root}/rest/services/{folder}")
    else:
        system.skip("the account's service lies in no folder", "Folder")
        catalog = await site.ask("Catalog", f"{site.root}/rest/services")
        listed = [one.get("name") for one in catalog.find("services") or () if isinstance(one, Mapping)]
        fact = Fact(
            pointer="/services",
            expected=f"{name} among the services",
            got=", ".join(map(str, listed)),
            source="Catalog",
        )
        system.claim(catalog, name in listed, fact)
    for f in _FORMATS:
        seen = await site.ask("Service", site.service, f=f)
        if f == "json" and "task" in account:
            fact = Fact(
                pointer="/tasks",
                expected=f"{account['task']} among the tasks",
                got=str(seen.find("tasks")),
                source="GP Service",
            )
            system.claim(seen, account["task"] in (seen.find("tasks") or ()), fact)
        if "task" in account:
            await site.ask("Task", site.task, f=f)
    if seen_type := (await site.ask("Service", site.service)).find("executionType"):
        if seen_type == "esriExecutionTypeSynchronous" and system.may_write and "task" in account:
            await site.ask("ExecuteTask", f"{site.task}/execute", "POST", **account.get("parameters", {}))
        else:
            system.skip("the account's service is asynchronous, or nothing may be written", "ExecuteTask")


async def _jobs(site: _Site) -> None:
    system, account = site.system, site.system.account
    if not site.service_name or "task" not in account:
        system.skip(
            "the account names no service and task", "SubmitJob", "JobStatus", "CancelJob", "JobResult", "JobInput"
        )
        return
    await site.ask("JobStatus", f"{site.task}/jobs/{_UNKNOWN_JOB}")
    await site.ask("CancelJob", f"{site.task}/jobs/{_UNKNOWN_JOB}/cancel")
    if "job" in account:
        for f in _FORMATS:
            await site.ask("JobStatus", f"{site.task}/jobs/{account['job']}", f=f)
        await site.ask("JobStatus", f"{site.task}/jobs/{account['job']}", returnMessages="false")
    if not system.may_write:
        system.skip(
            "needs --write, for it makes a job", "SubmitJob", "JobResult", "JobInput", "JobResults", "JobInputs"
        )
        return
    await _to_the_end(site)
    await _cancelled(site)


async def _submitted(site: _Site) -> str | None:
    seen = await site.ask("SubmitJob", f"{site.task}/submitJob", "POST", **site.system.account.get("parameters", {}))
    job = seen.find("jobId")
    return f"{site.task}/jobs/{job}" if isinstance(job, str) else None


async def _to_the_end(site: _Site) -> None:
    system = site.system
    job = await _submitted(site)
    if job is None:
        system.skip("the submit was refused", "JobResult", "JobInput", "JobResults", "JobInputs")
        return
    seen = await system.until(lambda: site.ask("JobStatus", job), _has_ended)
    ended = Fact(
        pointer="/jobStatus",
        expected="an end",
        got=str(seen.find("jobStatus")),
        source=_GP_JOB,
        confidence=Confidence.OBSERVED,
    )
    claim_end(system, seen, _has_ended(seen), ended, under_way=seen.find("jobStatus") in _UNDER_WAY)
    again = await site.ask("JobStatus", job)
    fact = Fact(
        pointer="/jobStatus",
        expected=f"{seen.find('jobStatus')} for good",
        got=str(again.find("jobStatus")),
        source=_GP_JOB,
    )
    system.claim(again, again.find("jobStatus") == seen.find("jobStatus"), fact)
    for kind, operation in (("results", "JobResult"), ("inputs", "JobInput")):
        for name, where in (again.find(kind) or {}).items():
            url = where.get("paramUrl") if isinstance(where, Mapping) else None
            relative = isinstance(url, str) and url == f"{kind}/{name}"
            system.claim(
                again,
                relative,
                Fact(pointer=f"/{kind}/{name}/paramUrl", expected=f"{kind}/{name}", got=str(url), source=_GP_JOB),
            )
            shown = await site.ask(operation, f"{job}/{kind}/{name}")
            system.claim(
                shown,
                shown.find("paramName") == name,
                Fact(pointer="/paramName", expected=name, got=str(shown.find("paramName")), source="GP Result"),
            )
    if seen.find("jobStatus") != GpState.SUCCEEDED:
        system.skip("the account's task did not succeed, so it has no results", "JobResult")
    await site.ask("JobResult", f"{job}/results/NoSuchParameter")
    await site.ask("CancelJob", f"{job}/cancel")
    await site.ask("JobResults", f"{job}/results")
    await site.ask("JobInputs", f"{job}/inputs")


async def _cancelled(site: _Site) -> None:
    """Submit, cancel while it runs, and see what becomes of it."""
    system = site.system
    job = await _submitted(site)
    if job is None:
        return
    running = await system.until(
        lambda: site.ask("JobStatus", job), lambda seen: _has_ended(seen) or seen.find("jobStatus") == GpState.EXECUTING
    )
    if _has_ended(running):
        return  # too quick to be cancelled: the task has said all there is to say
    seen = await site.ask("CancelJob", f"{job}/cancel")
    told = seen.find("jobStatus")
    fact = Fact(
        pointer="/jobStatus", expected=f"{GpState.CANCELLING} or {GpState.CANCELLED}", got=str(told), source=_CANCEL
    )
    system.claim(seen, told in (GpState.CANCELLING, GpState.CANCELLED) or seen.find("error") is not None, fact)
    end = await system.until(lambda: site.ask("JobStatus", job), _has_ended)
    if "error" not in (seen.data or {}):
        fact = Fact(
            pointer="/jobStatus",
            expected=f"an end after an accepted cancel: {GpState.CANCELLED}, or the end that was quicker",
            got=str(end.find("jobStatus")),
            source=_CANCEL,
        )
        claim_end(system, end, _has_ended(end), fact, under_way=end.find("jobStatus") == GpState.CANCELLING)


def _has_ended(seen: Seen) -> bool:
    return seen.find("jobStatus") in _ENDED


async def _administrator(site: _Site) -> None:
    system, account = site.system, site.system.account
    names = ("AdminSite", "AdminServices", "AdminFolder", "AdminService", "AdminJobs", "AdminQueryJobs", "AdminJob",
             "AdminJobStatistics", "AdminCancelJob", "AdminDeleteJob", "AdminPurgeQueue")  # fmt: skip
    if not account.get("admin") or account.get("username") is None:
        system.skip("the account is no administrator's (`admin: true`)", *names)
        return
    form: dict[str, Any] = {"username": account["username"], "password": account.get("password"), "client": "requestip"}
    await site.ask("AdminJobs", f"{site.admin_service}/jobs")  # without a token: refused
    seen = await site.ask("AdminGenerateToken", f"{site.root}/admin/generateToken", "POST", **form)
    site.admin_token = _token(system, seen)
    if site.admin_token is None:
        return
    await site.ask("AdminSite", f"{site.root}/admin")
    await site.ask("AdminServices", f"{site.root}/admin/services")
    system.skip("purges the jobs of others", "AdminPurgeQueue")
    if not site.service_name:
        system.skip("the account names no service", *names[3:10])
        return
    if folder := site.service_name.rpartition("/")[0]:
        await site.ask("AdminFolder", f"{site.root}/admin/services/{folder}")
    else:
        system.skip("the account's service lies in no folder", "AdminFolder")
    await site.ask("AdminService", site.admin_service)
    jobs = f"{site.admin_service}/jobs"
    await site.ask("AdminJobs", jobs)
    await site.ask(
        "AdminQueryJobs", f"{jobs}/query", start="1", number="10", startTime="", endTime="", userName="", machineName=""
    )
    await site.ask("AdminJobStatistics", f"{jobs}/statistics")
    await site.ask("AdminJob", f"{jobs}/{_UNKNOWN_JOB}")
    if "job" in account:
        await site.ask("AdminJob", f"{jobs}/{account['job']}")
    if not system.may_write or "task" not in account:
        system.skip("needs --write and a task", "AdminCancelJob", "AdminDeleteJob")
        return
    made = await _submitted(site)
    if made is not None:
        mine = f"{jobs}/{made.rpartition('/')[2]}"
        await site.ask("AdminJob", mine)
        await site.ask("AdminCancelJob", f"{mine}/cancel", "POST")
        await system.until(lambda: site.ask("JobStatus", made), _has_ended)
        await site.ask("AdminCancelJob", f"{mine}/cancel", "POST")
        await site.ask("AdminDeleteJob", f"{mine}/delete", "POST")
