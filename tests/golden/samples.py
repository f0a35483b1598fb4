"""Requests of each kind that the server knows, and what is made of them: scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.golden.player import SANDBOX
from tests.golden.wire_bytes import Headers, Request, request

PREFIX = f"/~{SANDBOX}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is sent to one sandbox.

    Attributes:
        connections: one after the other, each with its requests.
        faults: armed before, in the control API's form.
        own_port: the sandbox's own port is asked.
        family: scenarios in a row of one family have one sandbox, from which armed faults are removed in between.
    """

    name: str
    connections: Sequence[Sequence[Request]]
    faults: Sequence[Mapping[str, Any]] = ()
    own_port: bool = False
    family: str = ""

    @property
    def elsewhere(self) -> bool:
        """Whether other sandboxes may be asked, too."""
        lines = [asked.line for requests in self.connections for asked in requests]
        return any(f" {PREFIX}/" not in line or "/_control/sandboxes" in line for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request that is fine, of which variants are sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None

    def asked(self, *, prefix: str = PREFIX, more: Headers = (), **options: Any) -> Request:
        """Return it as a request, with other headers (`more`) and whatever else `request` takes."""
        headers = [*self.headers.items(), *(more.items() if isinstance(more, Mapping) else more)]
        given = {"method": self.method, "body": self.body, **options}
        return request(given.pop("method"), prefix + self.path, headers, given.pop("body"), **given)

    def typed(self, kind: str, body: bytes | None) -> Sample:
        """Return it with another body of another type."""
        headers = {name: value for name, value in self.headers.items() if name != "Content-Type"}
        return replace(self, headers={**headers, "Content-Type": kind}, body=body)


SOAP = (
    '<?xml version="1.0" encoding="{charset}"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<CancelJob xmlns="http://Services.Cas.jhu.edu"><wsId>1</wsId><pw>secret</pw><jobId>1001</jobId></CancelJob>'
    "</soap:Body></soap:Envelope>"
)
SOAP12 = SOAP.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
ACTION = {"SOAPAction": '"http://Services.Cas.jhu.edu/CancelJob"'}
GRAPH = "/ges/v1.0/0123456789abcdef0123456789abcdef/graphs/movie"
TOKEN = {"X-Auth-Token": "mock-token"}
NBI = {"Authorization": "Basic bmJpOnNlY3JldA=="}
FORM = "application/x-www-form-urlencoded"
PAYLOAD = b'{"jobOperationPayload":{"jobIds":{"jobId":[15]}}}'

READS = {
    "arcgis job": Sample(method="GET", path="/arcgis/rest/services/Demo/GPServer/Echo/jobs/jnope?f=json", headers={}),
    "arcgis page": Sample(method="GET", path="/arcgis/rest/services/Demo/GPServer/Echo", headers={}),
    "arcgis admin": Sample(method="GET", path="/arcgis/admin/services?f=json", headers={}),
    "arcgis portal": Sample(method="GET", path="/portal/sharing/rest/info?f=json", headers={}),
    "casjobs get": Sample(
        method="GET", path="/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=1001", headers={}
    ),
    "casjobs no content": Sample(
        method="GET", path="/CasJobs/services/jobs.asmx/CancelJob?wsId=1&pw=secret&jobId=999999", headers={}
    ),
    "casjobs wsdl": Sample(method="GET", path="/CasJobs/services/jobs.asmx?disco", headers={}),
    "ges status": Sample(method="GET", path=f"{GRAPH}/jobs/none/status", headers=TOKEN),
    "ges management": Sample(
        method="GET", path="/v1.0/0123456789abcdef0123456789abcdef/graphs/jobs?limit=1", headers=TOKEN
    ),
    "prime json": Sample(method="GET", path="/webacs/api/v4/op/jobService/runhistory.json?jobId=51", headers=NBI),
    "prime xml": Sample(method="GET", path="/webacs/api/v2/data/JobSummary?jobName=JobCompleted", headers=NBI),
    "control": Sample(method="GET", path="/_control/clock", headers={}),
    "unmatched": Sample(method="GET", path="/nowhere/at/all", headers={}),
}
WRITES = {
    "arcgis submit": Sample(
        method="POST",
        path="/arcgis/rest/services/Demo/GPServer/Echo/submitJob",
        headers={"Content-Type": FORM},
        body=b"f=json&Input_Text=hi",
    ),
    "casjobs soap": Sample(
        method="POST",
        path="/CasJobs/services/jobs.asmx",
        headers={**ACTION, "Content-Type": "text/xml; charset=utf-8"},
        body=SOAP.format(charset="utf-8").encode(),
    ),
    "casjobs soap12": Sample(
        method="POST",
        path="/CasJobs/services/jobs.asmx",
        headers={"Content-Type": "application/soap+xml; charset=utf-8"},
        body=SOAP12.format(charset="utf-8").encode(),
    ),
    "casjobs post": Sample(
        method="POST",
        path="/CasJobs/services/jobs.asmx/CancelJob",
        headers={"Content-Type": FORM},
        body=b"wsId=1&pw=secret&jobId=1001",
    ),
    "ges algorithm": Sample(
        method="POST",
        path=f"{GRAPH}/action?action_id=execute-algorithm",
        headers={**TOKEN, "Content-Type": "application/json"},
        body=b'{"algorithmName":"pagerank"}',
    ),
    "prime cancel": Sample(
        method="PUT",
        path="/webacs/api/v3/op/jobService/cancel.json",
        headers={**NBI, "Content-Type": "application/json"},
        body=PAYLOAD,
    ),
    "control": Sample(
        method="PUT",
        path="/_control/clock",
        headers={"Content-Type": "application/json"},
        body=b'{"now":"2027-01-01T00:00:00Z"}',
    ),
    "unmatched": Sample(method="POST", path="/nowhere/at/all", headers={}, body=b"who=me"),
}
ALL = {**READS, **{f"{name}, with a body": sample for name, sample in WRITES.items()}}


def one(name: str, *requests: Request, **options: Any) -> Scenario:
    """Return a scenario of one connection."""
    return Scenario(name=name, connections=[requests], **options)
