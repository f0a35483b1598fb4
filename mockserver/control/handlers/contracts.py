"""`/contracts`: what each operation may receive and answer, with source and confidence of each clause."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import Response, json_response
from mockserver.contracts.model import Contract
from mockserver.control.errors import Refused
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import Ask


async def listing(ask: Ask) -> Response:
    """List the contracts of all APIs and of the control API."""
    found = _all(ask)
    if "api" in ask.values:
        name = ask.values["api"] if ask.values["api"] == "control" else chosen(ask, ask.values["api"]).name
        found = {operation: one for operation, one in found.items() if operation.startswith(f"{name}.")}
    return json_response({"contracts": [_summary(one) for one in found.values()]})


async def show(ask: Ask) -> Response:
    """Show one contract: the file as it was written, shared definitions with it."""
    operation = ask.values["operation"]
    one = _all(ask).get(operation)
    if one is None:
        known = [name for name in _all(ask) if name.casefold().endswith(f".{operation.casefold().split('.')[-1]}")]
        message = f"no contract {operation!r}"
        raise Refused(404, "unknown-operation", message, "GET /_control/contracts lists them", known)
    return json_response(dict(one.document))


def _all(ask: Ask) -> dict[str, Contract]:
    return {**ask.services.contracts.by_operation, **ask.services.control_contracts.by_operation}


def _summary(one: Contract) -> dict[str, Any]:
    return {
        "operation": one.operation,
        "title": one.title,
        "methods": list(one.methods),
        "paths": list(one.paths),
        "responses": {
            response.name: {
                "status": response.status,
                "content_type": response.content_type,
                "confidence": str(response.confidence),
                "source": response.source,
            }
            for response in one.responses
        },
        "sources": [dict(source) for source in one.sources],
        "examples": len(one.examples),
    }
