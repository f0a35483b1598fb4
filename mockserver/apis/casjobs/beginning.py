"""How the record of the API begins: what a server needs before anybody has asked it anything."""

from __future__ import annotations

from mockserver.api.definition import Beginning
from mockserver.apis.casjobs import jobs, site
from mockserver.apis.casjobs.machine import JOB
from mockserver.apis.casjobs.settings import CasSettings

BEGINNING = Beginning(
    name=jobs.API,
    title="SDSS CasJobs",
    bases=("/CasJobs/services/jobs.asmx", *site.SITES),
    account="wsid 1, password secret",
    pages=("/CasJobs/services/jobs.asmx", "/CasJobs/services/jobs.asmx?WSDL"),
    machines={"job": JOB},
    settings=CasSettings,
    read_site=site.read_site,
    scenarios=jobs.SCENARIOS,
    job_spec=jobs.job_spec,
    owner=jobs.owner,
    secrets=("pw", "owner_pw", "admin_pw", "md5", "password"),
)
