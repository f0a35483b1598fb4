"""`/openapi.json`: the control API, or one of the faked APIs, as OpenAPI 3.1."""

from __future__ import annotations

from mockserver.api.context import Reply, json_reply
from mockserver.contracts import openapi
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import Ask


async def document(ask: Ask) -> Reply:
    """Return the document."""
    name = ask.values.get("api", "control")
    if name == "control":
        contracts = ask.house.control_contracts.by_operation
        return json_reply(openapi.document("mockserver: the control API", contracts.values(), ask.base))
    api = chosen(ask, name)
    found = [one for one in ask.house.contracts.by_operation.values() if one.operation.startswith(f"{api.name}.")]
    return json_reply(openapi.document(f"mockserver: {api.title}", found, ask.base))
