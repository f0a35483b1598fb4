"""ArcGIS Server: geoprocessing jobs over REST, the Administrator's view of them, tokens and sign-in."""

from __future__ import annotations

from mockserver.api.definition import Api, when_asked
from mockserver.apis.arcgis.beginning import BEGINNING


def _whole() -> Api:
    from mockserver.apis.arcgis.whole import WHOLE

    return WHOLE


ARCGIS = when_asked(BEGINNING, _whole)
