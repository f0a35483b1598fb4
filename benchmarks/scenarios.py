"""What is measured: one request each, and the fixtures it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

CHANGING = 150_000
"""Jobs seeded for a scenario that changes the state of a new one with each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One request. `{n}` in path and body counts up when each request changes another job.

    Attributes:
        route: the yardstick's route.
        reads: the element of an XML body that the yardstick looks for.
        goals: the least ratio to the yardstick, by number of connections.
        p99: the most that the p99 may be at 64 connections, as a ratio to the yardstick's; None: no goal.
        fixture: (jobs that are there to be changed) -> what is seeded beside the default fixtures.
    """

    name: str
    api: str
    path: str
    route: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    reads: str = ""
    goals: Mapping[int, float] = field(default_factory=dict)
    p99: float | None = None
    first: int = 0
    fixture: Callable[[int], Mapping[str, Any]] = field(default=lambda _: {})


def _ges(_: int) -> Mapping[str, Any]:
    return {"ges": {"jobs": [{"id": "bench", "graph": "movie", "kind": "query-vertices", "state": "running"}]}}


def _arcgis(_: int) -> Mapping[str, Any]:
    job = {"id": "jbench", "service": "Demo.GPServer", "task": "Echo", "state": "esriJobExecuting", "owner": None}
    return {"arcgis": {"jobs": [job]}}


def _casjobs(jobs: int) -> Mapping[str, Any]:
    return {"casjobs": {"jobs": [_query(str(number)) for number in range(1_000_000, 1_000_000 + jobs)]}}


def _query(number: str) -> Mapping[str, Any]:
    return {"id": number, "owner": "1", "state": "Started", "query": "select 1", "context": "DR7", "type": "QUERY",
            "on_cancel": "stuck"}  # fmt: skip


def _prime(count: int) -> Mapping[str, Any]:
    runs = [
        {"id": str(number), "state": "RUNNING", "on_cancel": "stuck"} for number in range(5_000_000, 5_000_000 + count)
    ]
    jobs = [
        {"id": str(8_000_000 + at), "name": f"bench{at}", "type": "Bench", "state": "COMPLETED", "owner": "nbi",
         "runs": runs[at : at + 100]}
        for at in range(0, count, 100)
    ]  # fmt: skip
    return {"prime": {"jobs": jobs}}


_SOAP = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    '<soap:Body><CancelJob xmlns="http://Services.Cas.jhu.edu"><wsId>1</wsId><pw>secret</pw><jobId>{n}</jobId>'
    "</CancelJob></soap:Body></soap:Envelope>"
)
_ENVELOPE, _SERVICE = "{http://schemas.xmlsoap.org/soap/envelope/}", "{http://Services.Cas.jhu.edu}"
_RUNS = "<jobRunOperationPayload><runIds><runId>{n}</runId></runIds></jobRunOperationPayload>"
_NBI = "Basic bmJpOnNlY3JldA=="
_PROJECT = "0123456789abcdef0123456789abcdef"
_ARCGIS = "/arcgis/rest/services/Demo/GPServer/Echo/jobs/jbench"

SCENARIOS = (
    Scenario(
        name="GES job status",
        goals={16: 1.05, 64: 1.0},
        p99=1.3,
        api="ges",
        path=f"/ges/v1.0/{_PROJECT}/graphs/movie/jobs/bench/status",
        route="/ges/v1.0/{project}/graphs/{graph}/jobs/{job}/status",
        headers={"X-Auth-Token": "mock-token"},
        fixture=_ges,
    ),
    Scenario(
        name="ArcGIS job status, json",
        goals={16: 1.05, 64: 1.0},
        p99=1.3,
        api="arcgis",
        path=f"{_ARCGIS}?f=json",
        route="/arcgis/rest/services/{service}/GPServer/{task}/jobs/{job}",
        fixture=_arcgis,
    ),
    Scenario(
        name="ArcGIS job status, pjson",
        goals={16: 0.9},
        api="arcgis",
        path=f"{_ARCGIS}?f=pjson",
        route="/arcgis/rest/services/{service}/GPServer/{task}/jobs/{job}",
        fixture=_arcgis,
    ),
    Scenario(
        name="ArcGIS job status, html",
        goals={16: 0.7},
        api="arcgis",
        path=_ARCGIS,
        route="/arcgis/rest/services/{service}/GPServer/{task}/jobs/{job}",
        fixture=_arcgis,
    ),
    Scenario(
        name="CasJobs CancelJob, SOAP 1.1, changes state",
        goals={16: 0.95, 64: 0.9},
        api="casjobs",
        method="POST",
        path="/CasJobs/services/jobs.asmx",
        route="/CasJobs/services/jobs.asmx",
        headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"http://Services.Cas.jhu.edu/CancelJob"'},
        body=_SOAP,
        reads=f"{_ENVELOPE}Body/{_SERVICE}CancelJob/{_SERVICE}jobId",
        first=1_000_000,
        fixture=_casjobs,
    ),
    Scenario(
        name="CasJobs GetJobStatus, GET",
        goals={16: 1.0},
        api="casjobs",
        path="/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=999999",
        route="/CasJobs/services/jobs.asmx/GetJobStatus",
        fixture=lambda _: {"casjobs": {"jobs": [_query("999999")]}},
    ),
    Scenario(
        name="Prime cancelrunning, XML, changes state",
        goals={16: 0.85, 64: 0.8},
        api="prime",
        method="PUT",
        path="/webacs/api/v4/op/jobService/cancelrunning",
        route="/webacs/api/v4/op/jobService/cancelrunning",
        headers={"Content-Type": "application/xml", "Authorization": _NBI},
        body=_RUNS,
        reads="runIds/runId",
        first=5_000_000,
        fixture=_prime,
    ),
)
