"""All addresses of the control API."""

from __future__ import annotations

from mockserver.control import apis, clock, contracts, health, jobs, requests, sandboxes, state
from mockserver.control.ask import Way

_JOB = "/jobs/{api}/{id}"
_RUN = _JOB + "/runs/{run}"

WAYS: tuple[Way, ...] = (
    Way(name="Index", method="GET", path="/", handler=health.index, public=True),
    Way(name="Health", method="GET", path="/health", handler=health.health, public=True),
    Way(name="Ready", method="GET", path="/ready", handler=health.ready, public=True),
    Way(name="Certificate", method="GET", path="/ca.pem", handler=health.certificate, public=True),
    Way(name="ListApis", method="GET", path="/apis", handler=apis.listing),
    Way(name="ShowApi", method="GET", path="/apis/{api}", handler=apis.show),
    Way(name="ChangeSettings", method="PATCH", path="/apis/{api}/settings", handler=apis.change_settings),
    Way(name="ListJobs", method="GET", path="/jobs", handler=jobs.listing),
    Way(name="AddJobs", method="POST", path="/jobs", handler=jobs.add),
    Way(name="ShowJob", method="GET", path=_JOB, handler=jobs.show),
    Way(name="ChangeJob", method="PATCH", path=_JOB, handler=jobs.change),
    Way(name="DeleteJob", method="DELETE", path=_JOB, handler=jobs.delete),
    Way(name="ForceJob", method="PUT", path=_JOB + "/state", handler=jobs.force),
    Way(name="ReleaseJob", method="POST", path=_JOB + "/release", handler=jobs.release),
    Way(name="ListRuns", method="GET", path=_JOB + "/runs", handler=jobs.runs),
    Way(name="ShowRun", method="GET", path=_RUN, handler=jobs.show),
    Way(name="ChangeRun", method="PATCH", path=_RUN, handler=jobs.change),
    Way(name="DeleteRun", method="DELETE", path=_RUN, handler=jobs.delete),
    Way(name="ForceRun", method="PUT", path=_RUN + "/state", handler=jobs.force),
    Way(name="ReleaseRun", method="POST", path=_RUN + "/release", handler=jobs.release),
    Way(name="ShowClock", method="GET", path="/clock", handler=clock.show),
    Way(name="SetClock", method="PUT", path="/clock", handler=clock.change),
    Way(name="AdvanceClock", method="POST", path="/clock/advance", handler=clock.advance),
    Way(name="ListRequests", method="GET", path="/requests", handler=requests.listing),
    Way(name="ClearRequests", method="DELETE", path="/requests", handler=requests.clear),
    Way(name="ShowRequest", method="GET", path="/requests/{n}", handler=requests.show),
    Way(name="ListContracts", method="GET", path="/contracts", handler=contracts.listing),
    Way(name="ShowContract", method="GET", path="/contracts/{operation}", handler=contracts.show),
    Way(name="ListSandboxes", method="GET", path="/sandboxes", handler=sandboxes.listing),
    Way(name="CreateSandbox", method="POST", path="/sandboxes", handler=sandboxes.create),
    Way(name="ShowSandbox", method="GET", path="/sandboxes/{name}", handler=sandboxes.show),
    Way(name="DeleteSandbox", method="DELETE", path="/sandboxes/{name}", handler=sandboxes.delete),
    Way(name="Reset", method="POST", path="/reset", handler=state.reset),
    Way(name="TakeSnapshot", method="GET", path="/snapshot", handler=state.take),
    Way(name="RestoreSnapshot", method="PUT", path="/snapshot", handler=state.restore, large=True),
)
