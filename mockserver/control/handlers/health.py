"""`/health`, `/ready`, the CA, and the index of all addresses."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver._version import __version__
from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.handlers import console
from mockserver.control.page import start_page, wants_html
from mockserver.control.requests import ControlOperation, ControlRequest
from mockserver.core.errors import Unavailable


async def health(request: ControlRequest) -> Response:
    """Say that the process answers."""
    return json_response(
        {
            "status": "healthy",
            "version": __version__,
            "uptime_seconds": round(time.monotonic() - request.services.started, 3),
            "seed": request.services.settings.seed,
        }
    )


async def ready(request: ControlRequest) -> Response:
    """Say whether fixtures are loaded and the store can be reached."""
    try:
        store = await request.services.store.ping()
    except Unavailable:
        store = False
    fixtures = request.sandbox.seeded
    facts = {"fixtures": fixtures, "store": store}
    return json_response(
        {"status": "ready" if store and fixtures else "starting", **facts}, 200 if store and fixtures else 503
    )


async def certificate(request: ControlRequest) -> Response:
    """Return the certificate of the CA that a client must trust."""
    pem = request.services.ports.ca_pem
    if pem is None:
        raise ControlError(404, "no-tls", "this server made no CA", "start it with --tls-port")
    return Response(data=None, body=pem, content_type="application/x-pem-file")


async def index(operations: Sequence[ControlOperation], request: ControlRequest) -> Response:
    """List what the control API offers; a browser gets the console."""
    if wants_html(request.peer):
        return console.page(request)
    listed = [
        {"method": one.methods[0], "path": f"/_control{path}", "operation": f"control.{one.name}"}
        for one in operations
        for path in one.paths
    ]
    return json_response({**addresses(request), "operations": listed})


async def start(request: ControlRequest) -> Response:
    """Answer `GET /`: what is where, JSON for a program and a page for a browser."""
    known = addresses(request)
    return start_page(known) if wants_html(request.peer) else json_response(known)


def addresses(request: ControlRequest) -> Mapping[str, Any]:
    """Return what is at which address in the sandbox, as the asker reaches it."""
    base, control = request.api_base, f"{request.control_base}/_control"
    return {
        "name": "mockserver",
        "version": __version__,
        "apis": [
            {
                "name": api.name,
                "title": api.title,
                "urls": [base + path for path in api.bases],
                "pages": [base + path for path in api.pages],
                "account": api.account,
            }
            for api in request.services.apis
        ],
        "control": control,
        "console": f"{control}/",
        "openapi": f"{control}/openapi.json",
        "docs": f"{control}/docs",
    }
