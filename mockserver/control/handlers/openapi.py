"""`/openapi.json`: the control API, or one of the faked APIs, as OpenAPI 3.1."""

from __future__ import annotations

import asyncio

from mockserver.api.response import Response, json_response
from mockserver.contracts import openapi
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import ControlRequest


async def document(request: ControlRequest) -> Response:
    """Return the document."""
    name = request.values.get("api", "control")
    if name == "control":
        known, title, base = request.services.control_contracts, "the control API", request.control_base
    else:
        api = chosen(request, name)
        known, name, title, base = request.services.contracts, api.name, api.title, request.api_base
    found = [one for one in known.by_operation.values() if one.operation.startswith(f"{name}.")]
    about = {name: known.description(name)}
    # In a thread: the largest takes half a second, in which the loop answers others.
    made = await asyncio.to_thread(openapi.document, f"mockserver: {title}", found, about, base)
    return json_response(made)
