"""How a client of each API asks how a job stands: what races and isolation are tested with."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.definition import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One API's status query.

    Attributes:
        job: a job of the default fixtures' form, to be added.
        path: the query about it.
        states: two states that a client can tell apart.
    """

    job: Mapping[str, Any]
    path: str
    states: tuple[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


_PROJECT = "0123456789abcdef0123456789abcdef"
_BASIC = base64.b64encode(b"nbi:secret").decode()

POLLS = {
    "ges": Poll(
        job={"api": "ges", "id": "race", "graph": "movie", "kind": "execute-algorithm"},
        path=f"/ges/v1.0/{_PROJECT}/graphs/movie/jobs/race/status",
        headers={"X-Auth-Token": "mock-token"},
        states=("pending", "running"),
    ),
    "arcgis": Poll(
        job={"api": "arcgis", "id": "jrace", "service": "Demo.GPServer", "task": "Echo"},
        path="/arcgis/rest/services/Demo/GPServer/Echo/jobs/jrace?f=json",
        states=("esriJobSubmitted", "esriJobExecuting"),
    ),
    "casjobs": Poll(
        job={"api": "casjobs", "id": "777", "owner": "1", "query": "select 1", "context": "DR7", "type": "QUERY"},
        path="/CasJobs/services/jobs.asmx/GetJobStatus?wsId=1&pw=secret&jobId=777",
        states=("Ready", "Started"),
    ),
    "prime": Poll(
        job={"api": "prime", "id": "777", "name": "Race", "type": "CliTemplateDeployIOSDevices", "owner": "nbi"},
        path="/webacs/api/v1/op/jobService/runhistory.json?jobId=777",
        headers={"Authorization": f"Basic {_BASIC}"},
        states=("SCHEDULED", "SUSPENDED"),
    ),
}


def poll_of(api: Api) -> Poll:
    """Return an API's status query; an API without one has not been thought of here."""
    return POLLS[api.name]
