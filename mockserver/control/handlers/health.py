"""`/health`, `/ready`, the CA, and the index of all addresses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from mockserver import __version__
from mockserver.api.context import Response, json_response
from mockserver.control.errors import Refused
from mockserver.control.page import start_page, wants_html
from mockserver.control.requests import Ask
from mockserver.http.services import Services


async def health(ask: Ask) -> Response:
    """Say that the process answers."""
    return json_response(
        {
            "status": "healthy",
            "version": __version__,
            "uptime_seconds": round(time.monotonic() - ask.services.started, 3),
            "seed": ask.services.settings.seed,
        }
    )


async def ready(ask: Ask) -> Response:
    """Say whether fixtures are loaded and the store can be reached."""
    try:
        store = await ask.services.store.ping()
    except OSError:
        store = False
    fixtures = ask.sandbox.seeded
    facts = {"fixtures": fixtures, "store": store}
    return json_response(
        {"status": "ready" if store and fixtures else "starting", **facts}, 200 if store and fixtures else 503
    )


async def certificate(ask: Ask) -> Response:
    """Return the certificate of the CA that a client must trust."""
    pem = ask.services.ports.ca_pem
    if pem is None:
        raise Refused(404, "no-tls", "this server made no CA", "start it with --tls-port")
    return Response(data=None, body=pem, content_type="application/x-pem-file")


async def index(ask: Ask) -> Response:
    """List what the control API offers; a browser gets the start page, until there is a console."""
    from mockserver.control.operations import WAYS

    if wants_html(ask.request):
        return start_page(addresses(ask.services, ask.base))
    ways = [{"method": way.method, "path": f"/_control{way.path}", "operation": f"control.{way.name}"} for way in WAYS]
    return json_response({**addresses(ask.services, ask.base), "operations": ways})


def addresses(services: Services, base: str) -> Mapping[str, Any]:
    """Return what is at which address, for a base that ends with the sandbox's prefix."""
    return {
        "name": "mockserver",
        "version": __version__,
        "apis": [
            {"name": api.name, "title": api.title, "urls": [base + path for path in api.bases], "account": api.account}
            for api in services.apis
        ],
        "control": f"{base}/_control",
        "console": f"{base}/_control/",
        "openapi": f"{base}/_control/openapi.json",
    }
