"""ArcGIS Server: geoprocessing jobs over REST, the Administrator's view of them, tokens and sign-in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from mockserver.api.context import Resolved
from mockserver.api.definition import Api
from mockserver.api.errors import NoRoute
from mockserver.api.operation import Entrance, JobPlace, Operation
from mockserver.api.response import Response
from mockserver.apis.arcgis import routes_admin, routes_gp, routes_portal, routes_results, routes_tokens
from mockserver.apis.arcgis.errors import service_not_found
from mockserver.apis.arcgis.faults import FAULTS
from mockserver.apis.arcgis.jobs import SCENARIOS, job_spec
from mockserver.apis.arcgis.machine import JOB
from mockserver.apis.arcgis.security import GpContext
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import read_site
from mockserver.apis.arcgis.wire import cors, read_parameters, refuse

_JOB = JobPlace(path="job")


def _with_job(*operations: Operation) -> tuple[Operation, ...]:
    return tuple(replace(one, job=_JOB) if any("{job}" in path for path in one.paths) else one for one in operations)


def mounted(settings: ArcgisSettings, values: Mapping[str, str]) -> bool:
    """Tell whether the site answers under the first segment of a path."""
    if "portal" in values:
        return settings.secured == "federated" and values["portal"] == settings.portal_context
    return values.get("context", settings.contexts[0] if settings.contexts else "") in settings.contexts


async def elsewhere(context: GpContext) -> Response:
    """Answer a browser's preflight anywhere; everything else that no operation claims is unknown."""
    if context.method == "OPTIONS":
        headers = {
            **cors(context),
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "X-Esri-Authorization, Content-Type, Authorization",
        }
        return Response(content_type=None, headers=headers)
    found = _SERVICE.match("/" + context.values.get("rest", ""))
    if found is not None and context.site.service(found["folder"] or "", found["name"], found["type"]) is None:
        raise service_not_found(found[1])
    raise NoRoute(context.path)


_SERVICE = re.compile(r"/services/((?:(?P<folder>[^/]+)/)?(?P<name>[^/]+)/(?P<type>[A-Z][A-Za-z]*Server))(?:/|$)")


_NAMED = Entrance(handler=elsewhere, methods=("GET", "POST"), paths=(routes_admin.NAMED,))


def resolve(context: GpContext) -> Resolved:
    """Read query and form, and tell a folder of the Administrator from a service."""
    route = context.route
    operation = routes_admin.named(context.values["name"]) if route is _NAMED else route
    return Resolved(operation if isinstance(operation, Operation) else None, read_parameters(context))


ARCGIS = Api(
    name="arcgis",
    title="ArcGIS Server geoprocessing",
    bases=("/arcgis/rest", "/arcgis", "/webadaptor", "/server", "/portal"),
    account="siteadmin / secret",
    machines={"job": JOB},
    operations=_with_job(
        *routes_gp.OPERATIONS,
        *routes_results.OPERATIONS,
        *routes_admin.OPERATIONS,
        *routes_tokens.OPERATIONS,
        *routes_portal.OPERATIONS,
    ),
    entrances=(
        _NAMED,
        Entrance(
            handler=elsewhere,
            methods=("GET", "POST", "OPTIONS"),
            paths=(
                "/{context}/rest/{rest*}",
                "/{context}/admin/{rest*}",
                "/{context}/tokens/{rest*}",
                "/{portal}/sharing/{rest*}",
            ),
        ),
    ),
    settings=ArcgisSettings,
    read_site=read_site,
    scenarios=SCENARIOS,
    job_spec=job_spec,
    resolve=resolve,
    refuse=refuse,
    mounted=mounted,
    mounts={"context": "arcgis", "portal": "portal"},
    faults=FAULTS,
    secrets=("token", "access_token", "refresh_token", "oauth_state", "password", "X-Esri-Authorization"),
    sources=("arcgis.md", "https://developers.arcgis.com/rest/"),
)
