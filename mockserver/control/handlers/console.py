"""The console's page and files: public, for they hold nothing of a sandbox; what they show needs the token."""

from __future__ import annotations

from mockserver.api.response import Response
from mockserver.control.console import files
from mockserver.control.requests import ControlRequest


def page(request: ControlRequest) -> Response:
    """Return the page of the sandbox that was asked."""
    body = files.page(request.prefix, request.sandbox.name)
    return Response(body=body, content_type="text/html; charset=utf-8", headers=files.FILES.headers)


async def file(request: ControlRequest) -> Response:
    """Return one file of the page."""
    name = "/".join(str(request.values[part]) for part in ("folder", "file") if part in request.values)
    return files.FILES.answer(name)
