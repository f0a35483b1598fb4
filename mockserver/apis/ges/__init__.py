"""Huawei Cloud GES: the service plane's jobs, IAM tokens, and the job calls of the management plane."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.ges.answers import STAND_INS, jobs_seen, read_answer, recorded_site
from mockserver.apis.ges.calls import cancel_call
from mockserver.apis.ges.errors import ERRORS
from mockserver.apis.ges.faults import FAULTS
from mockserver.apis.ges.handlers.unfaked import unfaked
from mockserver.apis.ges.hints import HINTS
from mockserver.apis.ges.jobs import SCENARIOS, job_spec
from mockserver.apis.ges.machine import JOB
from mockserver.apis.ges.operations import OPERATIONS
from mockserver.apis.ges.requests import resolve
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.site import read_site
from mockserver.apis.ges.walk import walk

GES = Api(
    name="ges",
    title="Huawei Cloud GES",
    bases=("/ges/v1.0", "/ges", "/v3", "/v1.0", "/v2"),
    account="token mock-token; alice of acme, password secret; MOCKACCESSKEY / mock-secret-key",
    machines={"job": JOB},
    results="result",
    operations=OPERATIONS,
    settings=GesSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    resolve=resolve,
    refuse=ERRORS,
    hints=HINTS,
    unfaked=unfaked,
    read_answer=read_answer,
    jobs_seen=jobs_seen,
    recorded_site=recorded_site,
    stand_ins=STAND_INS,
    walk=walk,
    cancel_call=cancel_call,
    faults=FAULTS,
    secrets=(
        "X-Auth-Token", "X-Subject-Token", "X-Security-Token", "Authorization", "X-Identity-Sign", "password",
        "secretKey", "accessKey", "hw_ak_sk",
    ),
    # IAM's `password` and `token` are objects, too.
    open_secrets=("user", "project", "domain", "roles", "catalog"),
    sources=(
        "Seed 002: Canceling a Job (1.0.0)",
        "github.com/huaweicloudDocs/ges @fbb02e7c",
        "support.huaweicloud.com/api-ges",
    ),
)  # fmt: skip
