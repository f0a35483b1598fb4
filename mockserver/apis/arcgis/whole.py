"""The whole record of the API, imported when somebody first asks it: its beginning, and what answers requests."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.arcgis.answers import STAND_INS, jobs_seen, read_answer, recorded_site
from mockserver.apis.arcgis.beginning import BEGINNING
from mockserver.apis.arcgis.calls import cancel_call
from mockserver.apis.arcgis.errors import refuse
from mockserver.apis.arcgis.faults import FAULTS
from mockserver.apis.arcgis.handlers.unfaked import unfaked
from mockserver.apis.arcgis.hints import HINTS
from mockserver.apis.arcgis.operations import ENTRANCES, OPERATIONS, resolve
from mockserver.apis.arcgis.requests import mounted
from mockserver.apis.arcgis.walk import walk

WHOLE = Api(
    **BEGINNING,
    operations=OPERATIONS,
    entrances=ENTRANCES,
    resolve=resolve,
    refuse=refuse,
    hints=HINTS,
    unfaked=unfaked,
    mounted=mounted,
    mounts={"context": "arcgis", "portal": "portal"},
    read_answer=read_answer,
    jobs_seen=jobs_seen,
    recorded_site=recorded_site,
    stand_ins=STAND_INS,
    walk=walk,
    cancel_call=cancel_call,
    faults=FAULTS,
    sources=(
        "https://developers.arcgis.com/rest/",
        "recordings of PyPI arcgis, @esri/arcgis-rest-request and @arcgis/core",
    ),
)
