"""How the record of the API begins: what a server needs before anybody has asked it anything."""

from __future__ import annotations

from mockserver.api.definition import Beginning
from mockserver.apis.ges.jobs import SCENARIOS, job_spec
from mockserver.apis.ges.machine import JOB
from mockserver.apis.ges.settings import GesSettings
from mockserver.apis.ges.site import read_site

BEGINNING = Beginning(
    name="ges",
    title="Huawei Cloud GES",
    bases=("/ges/v1.0", "/ges", "/v3", "/v1.0", "/v2"),
    account="token mock-token; alice of acme, password secret; MOCKACCESSKEY / mock-secret-key",
    machines={"job": JOB},
    settings=GesSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    secrets=(
        "X-Auth-Token", "X-Subject-Token", "X-Security-Token", "Authorization", "X-Identity-Sign", "password",
        "secretKey", "accessKey", "hw_ak_sk", "passcode",
    ),
    # IAM's `password` and `token` are objects, too.
    open_secrets=("user", "project", "domain", "roles", "catalog"),
)  # fmt: skip
