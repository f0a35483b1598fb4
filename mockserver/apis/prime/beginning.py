"""How the record of the API begins: what a server needs before anybody has asked it anything."""

from __future__ import annotations

from mockserver.api.definition import Beginning
from mockserver.apis.prime.jobs import SCENARIOS, job_spec
from mockserver.apis.prime.machine import JOB, RUN
from mockserver.apis.prime.settings import PrimeSettings
from mockserver.apis.prime.site import read_site
from mockserver.apis.prime.state import PrimeState

BEGINNING = Beginning(
    name="prime",
    title="Cisco Prime Infrastructure",
    bases=("/webacs/api/v1", "/webacs/api", "/webacs"),
    account="nbi / secret",
    machines={JOB.kind: JOB, RUN.kind: RUN},
    settings=PrimeSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    state=PrimeState,
    secrets=("Authorization", "Cookie", "Set-Cookie", "JSESSIONID"),
)
