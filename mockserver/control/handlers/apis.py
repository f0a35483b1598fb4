"""`/apis`: what is faked, and the settings of each API."""

from __future__ import annotations

from typing import Any

from mockserver.api import settings as knobs
from mockserver.api.context import Response, json_response
from mockserver.api.definition import Api
from mockserver.control.errors import Refused
from mockserver.control.requests import Ask
from mockserver.core.machine import FINAL, Machine
from mockserver.core.plan import describe_on_cancel, describe_plan


def chosen(ask: Ask, name: str) -> Api:
    """Return an API of the sandbox.

    Raises:
        Refused: there is none of that name.
    """
    api = ask.sandbox.apis.get(name)
    if api is None:
        raise Refused(
            404, "unknown-api", f"no API {name!r} here", "GET /_control/apis lists them", list(ask.sandbox.apis)
        )
    return api


async def listing(ask: Ask) -> Response:
    """List the APIs."""
    return json_response({"apis": [await describe(ask, api) for api in ask.sandbox.apis.values()]})


async def show(ask: Ask) -> Response:
    """Show one API."""
    return json_response(await describe(ask, chosen(ask, ask.values["api"])))


async def change_settings(ask: Ask) -> Response:
    """Set some settings; return all of them."""
    api = chosen(ask, ask.values["api"])
    return json_response(knobs.values(await ask.sandbox.change_settings(api.name, ask.fields)))


async def describe(ask: Ask, api: Api) -> dict[str, Any]:
    """Return an API as JSON, with the addresses and settings of the sandbox."""
    return {
        **facts(api),
        "urls": [ask.base + base for base in api.bases],
        "settings": knobs.values(await ask.sandbox.settings(api.name)),
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
        "settings_described": knobs.describe(api.settings),
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
