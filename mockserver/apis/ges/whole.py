"""The whole record of the API, imported when somebody first asks it: its beginning, and what answers requests."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.ges.answers import STAND_INS, jobs_seen, read_answer, recorded_site
from mockserver.apis.ges.beginning import BEGINNING
from mockserver.apis.ges.calls import cancel_call
from mockserver.apis.ges.errors import ERRORS
from mockserver.apis.ges.faults import FAULTS
from mockserver.apis.ges.handlers.unfaked import unfaked
from mockserver.apis.ges.hints import HINTS
from mockserver.apis.ges.operations import OPERATIONS
from mockserver.apis.ges.requests import resolve
from mockserver.apis.ges.walk import walk

WHOLE = Api(
    **BEGINNING,
    results="result",
    operations=OPERATIONS,
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
    sources=(
        "Seed 002: Canceling a Job (1.0.0)",
        "github.com/huaweicloudDocs/ges @fbb02e7c",
        "support.huaweicloud.com/api-ges",
    ),
)
