"""Who may do what: tokens are looked for here, and services and operations guarded."""

from __future__ import annotations

from mockserver.apis.arcgis.content import Content, Service
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.call import Call

GpCall = Call[ArcgisSettings, Content]


async def authorize(call: GpCall, service: Service) -> str | None:
    """Return the name of the caller, or None for somebody nameless who may use the service.

    Raises:
        RestError: 499, 498 or 403.
    """
    return None


async def visible(call: GpCall, service: Service) -> bool:
    """Tell whether a catalogue shows this service to the caller."""
    return True
