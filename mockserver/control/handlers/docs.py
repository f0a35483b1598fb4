"""`/docs`: the OpenAPI documents for people. Its files are public, for they hold nothing of a sandbox."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.control.requests import ControlRequest
from mockserver.control.viewer.files import FILES, PAGE


async def page(request: ControlRequest) -> Response:
    """Return the page."""
    return FILES.answer(PAGE)


async def file(request: ControlRequest) -> Response:
    """Return one file of the page."""
    return FILES.answer(str(request.values["file"]))
