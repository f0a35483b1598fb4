"""The whole record of the API, imported when somebody first asks it: its beginning, and what answers requests."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.casjobs import answers, documents, errors, operations, requests
from mockserver.apis.casjobs.beginning import BEGINNING
from mockserver.apis.casjobs.calls import cancel_call
from mockserver.apis.casjobs.faults import FAULTS
from mockserver.apis.casjobs.hints import HINTS
from mockserver.apis.casjobs.walk import walk

WHOLE = Api(
    **BEGINNING,
    operations=operations.OPERATIONS,
    entrances=(operations.SERVICE_ENTRANCE, operations.METHOD_ENTRANCE),
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
    sources=(
        "casjobs.sdss.org/CasJobs/services/jobs.asmx (help pages)",
        "github.com/sciserver/SkyServerWS (genuine WSDL)",
        "Microsoft .NET reference source, System.Web.Services",
    ),
)
