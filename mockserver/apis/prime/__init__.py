"""Cisco Prime Infrastructure: jobService, run history and JobSummary, v1 to v4, XML and JSON."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.prime.answers import STAND_INS, jobs_seen, read_answer, recorded_site
from mockserver.apis.prime.calls import cancel_call
from mockserver.apis.prime.documents import own_fields, parts
from mockserver.apis.prime.errors import ERRORS
from mockserver.apis.prime.faults import FAULTS
from mockserver.apis.prime.hints import HINTS
from mockserver.apis.prime.jobs import SCENARIOS, job_spec
from mockserver.apis.prime.machine import JOB, RUN
from mockserver.apis.prime.operations import OPERATIONS
from mockserver.apis.prime.requests import resolve
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import read_site
from mockserver.apis.prime.state import PrimeState
from mockserver.apis.prime.walk import walk

PRIME = Api(
    name="prime",
    title="Cisco Prime Infrastructure",
    bases=("/webacs/api/v1", "/webacs/api", "/webacs"),
    account="nbi / secret",
    machines={JOB.kind: JOB, RUN.kind: RUN},
    operations=OPERATIONS,
    settings=PrimeSettings,
    read_site=read_site,
    state=PrimeState,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    own_fields=own_fields,
    parts=parts,
    resolve=resolve,
    refuse=ERRORS,
    hints=HINTS,
    read_answer=read_answer,
    jobs_seen=jobs_seen,
    recorded_site=recorded_site,
    stand_ins=STAND_INS,
    walk=walk,
    cancel_call=cancel_call,
    faults=FAULTS,
    secrets=("Authorization", "Cookie", "Set-Cookie"),
    sources=(
        "Cisco Prime Infrastructure API references 2.2 to 3.10",
        "EPN Manager API references 3.1 to 7.1",
    ),
)
