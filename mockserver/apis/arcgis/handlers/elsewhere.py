"""What no operation of the site claims: preflights of browsers, services that are not there, and the rest."""

from __future__ import annotations

import re

from mockserver.api.errors import NoRoute
from mockserver.api.response import Response
from mockserver.apis.arcgis.errors import service_not_found
from mockserver.apis.arcgis.requests import GpContext
from mockserver.apis.arcgis.responses import cors

_SERVICE = re.compile(r"/services/((?:(?P<folder>[^/]+)/)?(?P<name>[^/]+)/(?P<type>[A-Z][A-Za-z]*Server))(?:/|$)")


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
