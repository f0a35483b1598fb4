"""ArcGIS Server: geoprocessing jobs over REST, the Administrator's view of them, tokens and sign-in."""

from __future__ import annotations

from mockserver.api.definition import Api
from mockserver.apis.arcgis.answers import STAND_INS, jobs_seen, read_answer, recorded_site
from mockserver.apis.arcgis.calls import cancel_call
from mockserver.apis.arcgis.errors import refuse
from mockserver.apis.arcgis.faults import FAULTS
from mockserver.apis.arcgis.handlers.unfaked import unfaked
from mockserver.apis.arcgis.hints import HINTS
from mockserver.apis.arcgis.jobs import SCENARIOS, job_spec
from mockserver.apis.arcgis.machine import JOB
from mockserver.apis.arcgis.operations import ENTRANCES, OPERATIONS, resolve
from mockserver.apis.arcgis.requests import mounted
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import read_site
from mockserver.apis.arcgis.walk import walk

ARCGIS = Api(
    name="arcgis",
    title="ArcGIS Server geoprocessing",
    bases=("/arcgis/rest", "/arcgis", "/webadaptor", "/server", "/portal"),
    account="siteadmin / secret",
    pages=("/arcgis/rest/services", "/arcgis/admin"),
    machines={"job": JOB},
    operations=OPERATIONS,
    entrances=ENTRANCES,
    settings=ArcgisSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
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
    secrets=("token", "access_token", "refresh_token", "oauth_state", "password", "X-Esri-Authorization"),
    sources=(
        "https://developers.arcgis.com/rest/",
        "recordings of PyPI arcgis, @esri/arcgis-rest-request and @arcgis/core",
    ),
)
