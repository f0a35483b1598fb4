"""What exists at the vendor and is not faked: it says so in the envelope of its plane, after the token check."""

from __future__ import annotations

from mockserver.api.errors import NotFaked
from mockserver.api.response import Response
from mockserver.apis.arcgis.auth import caller
from mockserver.apis.arcgis.handlers.admin import for_administrators
from mockserver.apis.arcgis.handlers.resources import open_service
from mockserver.apis.arcgis.requests import GpContext, plane


async def unfaked(context: GpContext) -> Response:
    """Refuse with 501, once it is known that the caller might have asked.

    Raises:
        NotFaked: always, unless the caller may not come so far.
    """
    if plane(context) == "admin":
        return await _administrators(context)
    if "service" in context.values:
        await open_service(context)
    else:
        await caller(context)
    raise _refusal(context)


@for_administrators
async def _administrators(context: GpContext) -> Response:
    raise _refusal(context)


def _refusal(context: GpContext) -> NotFaked:
    assert context.operation is not None
    return NotFaked(context.api.name, context.operation.name, context.operation.title)
