"""`/openapi.json`: the control API, or one of the faked APIs, as OpenAPI 3.1."""

from __future__ import annotations

from mockserver.api.context import Response, json_response
from mockserver.contracts import openapi
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import Ask


async def document(ask: Ask) -> Response:
    """Return the document."""
    name = ask.values.get("api", "control")
    if name == "control":
        contracts = ask.services.control_contracts.by_operation
        return json_response(openapi.document("mockserver: the control API", contracts.values(), ask.base))
    api = chosen(ask, name)
    found = [one for one in ask.services.contracts.by_operation.values() if one.operation.startswith(f"{api.name}.")]
    return json_response(openapi.document(f"mockserver: {api.title}", found, ask.base))
