"""The whole record of the API, imported when somebody first asks it: its beginning, and what answers requests."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.prime.answers import STAND_INS, jobs_seen, read_answer, recorded_site
from mockserver.apis.prime.beginning import BEGINNING
from mockserver.apis.prime.calls import cancel_call
from mockserver.apis.prime.documents import own_fields, parts
from mockserver.apis.prime.errors import ERRORS
from mockserver.apis.prime.faults import FAULTS
from mockserver.apis.prime.hints import HINTS
from mockserver.apis.prime.operations import OPERATIONS
from mockserver.apis.prime.requests import resolve
from mockserver.apis.prime.walk import walk

WHOLE = Api(
    **BEGINNING,
    operations=OPERATIONS,
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
    sources=(
        "Cisco Prime Infrastructure API references 2.2 to 3.10",
        "EPN Manager API references 3.1 to 7.1",
    ),
)
