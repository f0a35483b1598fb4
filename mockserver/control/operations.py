"""All addresses of the control API."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.control.handlers import (
    apis,
    client_calls,
    clock,
    console,
    contracts,
    docs,
    events,
    faults,
    health,
    jobs,
    metrics,
    openapi,
    requests,
    sandboxes,
    state,
    verify,
)
from mockserver.control.requests import (
    BODY_LIMIT,
    SNAPSHOT_LIMIT,
    ControlHandler,
    ControlOperation,
    ControlRequest,
    handled,
)

_JOB = "/jobs/{api}/{id}"
_RUN = _JOB + "/runs/{run}"


def _row(
    name: str,
    method: str,
    path: str,
    handler: ControlHandler,
    *more: str,
    public: bool = False,
    large: bool = False,
) -> ControlOperation:
    """Return one operation; `more`: further paths; `large`: its body may be as large as a snapshot."""
    return ControlOperation(
        name=name,
        methods=("GET", "HEAD") if method == "GET" else (method,),
        paths=(path, *more),
        handler=handled(handler),
        public=public,
        large=large,
        body_limit=SNAPSHOT_LIMIT if large else BODY_LIMIT,
    )


async def index(request: ControlRequest) -> Response:
    """List these operations."""
    return await health.index(OPERATIONS, request)


OPERATIONS: tuple[ControlOperation, ...] = (
    _row("Index", "GET", "/", index, public=True),
    _row("ConsoleFile", "GET", "/console/{file}", console.file, "/console/{folder}/{file}", public=True),
    _row("Health", "GET", "/health", health.health, public=True),
    _row("Ready", "GET", "/ready", health.ready, public=True),
    _row("Certificate", "GET", "/ca.pem", health.certificate, public=True),
    _row("ListApis", "GET", "/apis", apis.listing),
    _row("ShowApi", "GET", "/apis/{api}", apis.show),
    _row("ChangeSettings", "PATCH", "/apis/{api}/settings", apis.change_settings),
    _row("ListJobs", "GET", "/jobs", jobs.listing),
    _row("AddJobs", "POST", "/jobs", jobs.add),
    _row("ShowJob", "GET", _JOB, jobs.show),
    _row("ChangeJob", "PATCH", _JOB, jobs.change),
    _row("DeleteJob", "DELETE", _JOB, jobs.delete),
    _row("ForceJob", "PUT", _JOB + "/state", jobs.force),
    _row("ReleaseJob", "POST", _JOB + "/release", jobs.release),
    _row("CancelJob", "POST", _JOB + "/cancel", client_calls.cancel),
    _row("DrawJob", "GET", _JOB + "/diagram", client_calls.draw),
    _row("ListRuns", "GET", _JOB + "/runs", jobs.runs),
    _row("ShowRun", "GET", _RUN, jobs.show),
    _row("ChangeRun", "PATCH", _RUN, jobs.change),
    _row("DeleteRun", "DELETE", _RUN, jobs.delete),
    _row("ForceRun", "PUT", _RUN + "/state", jobs.force),
    _row("ReleaseRun", "POST", _RUN + "/release", jobs.release),
    _row("CancelRun", "POST", _RUN + "/cancel", client_calls.cancel),
    _row("DrawRun", "GET", _RUN + "/diagram", client_calls.draw),
    _row("ShowClock", "GET", "/clock", clock.show),
    _row("SetClock", "PUT", "/clock", clock.change),
    _row("AdvanceClock", "POST", "/clock/advance", clock.advance),
    _row("ListRequests", "GET", "/requests", requests.listing),
    _row("ClearRequests", "DELETE", "/requests", requests.clear),
    _row("ShowRequest", "GET", "/requests/{n}", requests.show),
    _row("VerifyRequests", "POST", "/requests/verify", verify.verify),
    _row("Coverage", "GET", "/coverage", verify.covered),
    _row("ListViolations", "GET", "/violations", verify.violations),
    _row("ListFaults", "GET", "/faults", faults.listing),
    _row("ArmFault", "POST", "/faults", faults.arm),
    _row("DisarmFaults", "DELETE", "/faults", faults.disarm_all),
    _row("FaultCatalogue", "GET", "/faults/catalogue", faults.listed),
    _row("ShowFault", "GET", "/faults/{id}", faults.show),
    _row("DisarmFault", "DELETE", "/faults/{id}", faults.disarm),
    _row("ListContracts", "GET", "/contracts", contracts.listing),
    _row("ShowContract", "GET", "/contracts/{operation}", contracts.show),
    _row("OpenApi", "GET", "/openapi.json", openapi.document),
    _row("Docs", "GET", "/docs", docs.page, public=True),
    _row("DocsFile", "GET", "/docs/{file}", docs.file, public=True),
    _row("ListSandboxes", "GET", "/sandboxes", sandboxes.listing),
    _row("CreateSandbox", "POST", "/sandboxes", sandboxes.create),
    _row("ShowSandbox", "GET", "/sandboxes/{name}", sandboxes.show),
    _row("ReplaceSandbox", "PUT", "/sandboxes/{name}", sandboxes.replace),
    _row("DeleteSandbox", "DELETE", "/sandboxes/{name}", sandboxes.delete),
    _row("Reset", "POST", "/reset", state.reset),
    _row("TakeSnapshot", "GET", "/snapshot", state.take),
    _row("RestoreSnapshot", "PUT", "/snapshot", state.restore, large=True),
    _row("Events", "GET", "/events", events.events),
    _row("Metrics", "GET", "/metrics", metrics.metrics),
)
