"""SDSS CasJobs: `jobs.asmx`, an ASP.NET web service in SOAP 1.1, SOAP 1.2, HTTP GET and HTTP POST."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.casjobs import answers, documents, errors, jobs, operations, requests, site
from mockserver.apis.casjobs.calls import cancel_call
from mockserver.apis.casjobs.faults import FAULTS
from mockserver.apis.casjobs.hints import HINTS
from mockserver.apis.casjobs.machine import JOB
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.walk import walk

CASJOBS = Api(
    name=jobs.API,
    title="SDSS CasJobs",
    bases=("/CasJobs/services/jobs.asmx", *operations.SITES),
    account="wsid 1, password secret",
    pages=("/CasJobs/services/jobs.asmx", "/CasJobs/services/jobs.asmx?WSDL"),
    machines={"job": JOB},
    operations=operations.OPERATIONS,
    entrances=(operations.SERVICE_ENTRANCE, operations.METHOD_ENTRANCE),
    settings=CasSettings,
    read_site=site.read_site,
    scenarios=jobs.SCENARIOS,
    job_spec=jobs.job_spec,
    own_fields=documents.own_fields,
    prepare=requests.prepare,
    resolve=requests.resolve,
    refuse=errors.refuse,
    hints=HINTS,
    read_answer=answers.read_answer,
    jobs_seen=answers.jobs_seen,
    recorded_site=answers.recorded_site,
    stand_ins=answers.STAND_INS,
    walk=walk,
    cancel_call=cancel_call,
    faults=FAULTS,
    secrets=("pw", "owner_pw", "admin_pw", "md5", "password"),
    sources=(
        "casjobs.sdss.org/CasJobs/services/jobs.asmx (help pages)",
        "github.com/sciserver/SkyServerWS (genuine WSDL)",
        "Microsoft .NET reference source, System.Web.Services",
    ),
)
