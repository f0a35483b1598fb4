"""`/apis`: what is faked, and the settings of each API."""

from __future__ import annotations

from typing import Any

from mockserver.api import settings as setting_rows
from mockserver.api.definition import Api
from mockserver.api.response import Response, json_response
from mockserver.control.errors import ControlError
from mockserver.control.requests import ControlRequest
from mockserver.core.errors import meant
from mockserver.core.machine import FINAL, Machine
from mockserver.core.plan import describe_on_cancel, describe_plan


def chosen(request: ControlRequest, name: str) -> Api:
    """Return an API of the sandbox.

    Raises:
        ControlError: there is none of that name.
    """
    api = request.sandbox.apis.get(name)
    if api is None:
        raise unknown_api(request, name)
    return api


def unknown_api(request: ControlRequest, name: str) -> ControlError:
    """Return the refusal of an API that the sandbox has not."""
    known = list(request.sandbox.apis)
    hint = f"{meant(name, known)}GET /_control/apis lists them"
    return ControlError(404, "unknown-api", f"no API {name!r} here", hint, known)


async def listing(request: ControlRequest) -> Response:
    """List the APIs."""
    return json_response({"apis": [await describe(request, api) for api in request.sandbox.apis.values()]})


async def show(request: ControlRequest) -> Response:
    """Show one API."""
    return json_response(await describe(request, chosen(request, request.values["api"])))


async def change_settings(request: ControlRequest) -> Response:
    """Set some settings; return all of them."""
    api = chosen(request, request.values["api"])
    values = setting_rows.values(await request.sandbox.change_settings(api.name, request.fields))
    request.sandbox.publish({"event": "settings", "api": api.name})
    return json_response(values)


async def describe(request: ControlRequest, api: Api) -> dict[str, Any]:
    """Return an API as JSON, with the addresses and settings of the sandbox."""
    return {
        **facts(api),
        "urls": [request.api_base + base for base in api.bases],
        "settings": setting_rows.values(await request.sandbox.settings(api.name)),
    }


def facts(api: Api) -> dict[str, Any]:
    """Return what is faked of an API, whatever the sandbox."""
    return {
        "name": api.name,
        "title": api.title,
        "account": api.account,
        "operations": [
            {
                "name": f"{api.name}.{operation.name}",
                "title": operation.title,
                "methods": list(operation.methods),
                "paths": list(operation.paths),
                "faked": operation.handler is not None or not operation.paths,
            }
            for operation in api.operations
        ],
        "kinds": {kind: _machine(machine) for kind, machine in api.machines.items()},
        "states": _states(api.machines.get("job") or next(iter(api.machines.values()))),
        "faults": [fault.name for fault in api.faults],
        "settings_described": setting_rows.describe(api.settings),
        "sources": list(api.sources),
    }


def _states(machine: Machine) -> list[dict[str, Any]]:
    return [
        {
            "name": state.name,
            "phase": str(state.phase),
            "shown": state.word,
            "final": state.phase in FINAL,
            "confidence": str(state.confidence),
            "source": state.source,
        }
        for state in machine.states
    ]


def _machine(machine: Machine) -> dict[str, Any]:
    return {
        "initial": str(machine.initial),
        "states": _states(machine),
        "events": {
            str(state): {str(event): str(to) for event, to in row.items()} for state, row in machine.rows.items()
        },
        "plans": {str(name): describe_plan(plan) for name, plan in machine.plans.items()},
        "plan": machine.plan,
        "on_cancel": describe_on_cancel(machine.on_cancel),
    }
