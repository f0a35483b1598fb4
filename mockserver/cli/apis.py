"""`mockserver apis` and `mockserver states`: what is faked, read from the package; no server is asked."""

from __future__ import annotations

from typing import Any

import click

from mockserver.api import Api
from mockserver.cli.output import json_option, print_json, table


@click.command()
@click.argument("api", required=False)
@json_option
def apis(api: str | None, as_json: bool) -> None:
    """Show what is faked: operations, states with phases, faults and settings of each API."""
    found = [_describe(one) for one in _chosen(api)]
    if as_json:
        print_json(found)
        return
    click.echo("\n\n".join(_text(one) for one in found))


@click.command()
@click.argument("api", required=False)
@json_option
def states(api: str | None, as_json: bool) -> None:
    """Show the states of each API, with the portable phase of each."""
    found = [row for one in _chosen(api) for row in _states(one)]
    if as_json:
        print_json(found)
        return
    click.echo(
        table(("API", "KIND", "STATE", "PHASE", "SHOWN", "FINAL", "CONFIDENCE"), [list(row.values()) for row in found])
    )


def _chosen(name: str | None) -> tuple[Api, ...]:
    from mockserver.apis import APIS

    if name is None:
        return APIS
    found = tuple(api for api in APIS if api.name == name.casefold())
    if not found:
        raise click.UsageError(f"no API {name!r}; there are {', '.join(api.name for api in APIS)}")
    return found


def _describe(api: Api) -> dict[str, Any]:
    from mockserver import knobs

    return {
        "name": api.name,
        "title": api.title,
        "bases": list(api.bases),
        "account": api.account,
        "operations": [
            {
                "name": f"{api.name}.{operation.name}",
                "title": operation.title,
                "methods": list(operation.methods),
                "paths": list(operation.paths),
                # An operation without a path of its own is answered by an endpoint that serves several.
                "faked": operation.handler is not None or not operation.paths,
            }
            for operation in api.operations
        ],
        "states": _states(api),
        "plans": {kind: sorted(machine.plans) for kind, machine in api.machines.items()},
        "faults": [{"name": fault.name, "title": fault.title} for fault in api.faults],
        "settings": knobs.describe(api.settings),
    }


def _states(api: Api) -> list[dict[str, Any]]:
    from mockserver.core.machine import FINAL

    return [
        {
            "api": api.name,
            "kind": kind,
            "state": state.name,
            "phase": str(state.phase),
            "shown": state.word,
            "final": state.phase in FINAL,
            "confidence": str(state.confidence),
        }
        for kind, machine in api.machines.items()
        for state in machine.states
    ]


def _text(api: dict[str, Any]) -> str:
    operations = [
        (one["name"], ",".join(one["methods"]), one["title"] + ("" if one["faked"] else " (501: not faked)"))
        for one in api["operations"]
    ]
    found = [(one["kind"], one["state"], one["phase"]) for one in api["states"]]
    settings = [(one["name"], one["default"], one["confidence"], one["doc"]) for one in api["settings"]]
    parts = [
        f"{api['name']}: {api['title']}\n  at {', '.join(api['bases'])}; account {api['account'] or 'none'}",
        table(("OPERATION", "METHODS", "TITLE"), operations),
        table(("KIND", "STATE", "PHASE"), found),
    ]
    if api["faults"]:
        parts.append(table(("FAULT", "TITLE"), [(one["name"], one["title"]) for one in api["faults"]]))
    if settings:
        parts.append(table(("SETTING", "DEFAULT", "CONFIDENCE", "MEANING"), settings))
    return "\n\n".join(parts)
