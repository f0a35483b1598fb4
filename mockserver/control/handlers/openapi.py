"""`/openapi.json`: the control API, or one of the faked APIs, as OpenAPI 3.1."""

from __future__ import annotations

from mockserver.api.response import Response, json_response
from mockserver.contracts import openapi
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import ControlRequest


async def document(request: ControlRequest) -> Response:
    """Return the document."""
    name = request.values.get("api", "control")
    if name == "control":
        contracts = request.services.control_contracts.by_operation
        return json_response(openapi.document("mockserver: the control API", contracts.values(), request.base))
    api = chosen(request, name)
    found = [
        one for one in request.services.contracts.by_operation.values() if one.operation.startswith(f"{api.name}.")
    ]
    return json_response(openapi.document(f"mockserver: {api.title}", found, request.base))
