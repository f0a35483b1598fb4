"""`/contracts`: what each operation may receive and answer, with source and confidence of each clause."""

from __future__ import annotations

from typing import Any

from mockserver.api.response import Response, json_response
from mockserver.contracts.model import Contract
from mockserver.control.errors import ControlError
from mockserver.control.handlers.apis import chosen
from mockserver.control.requests import ControlRequest
from mockserver.core.errors import meant


async def listing(request: ControlRequest) -> Response:
    """List the contracts of all APIs and of the control API."""
    found = _all(request)
    if "api" in request.values:
        name = (
            request.values["api"] if request.values["api"] == "control" else chosen(request, request.values["api"]).name
        )
        found = {operation: one for operation, one in found.items() if operation.startswith(f"{name}.")}
    return json_response({"contracts": [_summary(one) for one in found.values()]})


async def show(request: ControlRequest) -> Response:
    """Show one contract: the file as it was written, shared definitions with it."""
    operation = request.values["operation"]
    one = _all(request).get(operation)
    if one is None:
        every = _all(request)
        known = [name for name in every if name.casefold().endswith(f".{operation.casefold().split('.')[-1]}")]
        hint = f"{meant(operation, every)}GET /_control/contracts lists them"
        raise ControlError(404, "unknown-operation", f"no contract {operation!r}", hint, known)
    return json_response(dict(one.document))


def _all(request: ControlRequest) -> dict[str, Contract]:
    return {**request.services.contracts.by_operation, **request.services.control_contracts.by_operation}


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
