"""How the record of the API begins: what a server needs before anybody has asked it anything."""

from __future__ import annotations

from mockserver.api.definition import Beginning
from mockserver.apis.arcgis.jobs import SCENARIOS, job_spec
from mockserver.apis.arcgis.machine import JOB
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import read_site

BEGINNING = Beginning(
    name="arcgis",
    title="ArcGIS Server geoprocessing",
    bases=("/arcgis/rest", "/arcgis", "/webadaptor", "/server", "/portal"),
    account="siteadmin / secret",
    pages=("/arcgis/rest/services", "/arcgis/admin"),
    machines={"job": JOB},
    settings=ArcgisSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    secrets=("token", "access_token", "refresh_token", "oauth_state", "password", "X-Esri-Authorization"),
)
