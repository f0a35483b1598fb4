"""`/docs`: the OpenAPI documents for people. Its files are public, for they hold nothing of a sandbox."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.control.errors import ControlError
from mockserver.control.requests import ControlRequest
from mockserver.control.viewer import files


async def page(request: ControlRequest) -> Response:
    """Return the page."""
    return _answer(files.PAGE)


async def file(request: ControlRequest) -> Response:
    """Return one file of the page."""
    return _answer(str(request.values["file"]))


def _answer(name: str) -> Response:
    found = files.file(name)
    if found is None:
        raise ControlError(404, "unknown-file", "the page has no such file", "open /_control/docs in a browser")
    return Response(body=found[0], content_type=found[1], headers=files.HEADERS)
