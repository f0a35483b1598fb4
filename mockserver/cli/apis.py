"""`mockserver apis` and `mockserver states`: what is faked, read from the package; no server is asked."""

from __future__ import annotations

from typing import Any

import click

from mockserver.api.definition import Api
from mockserver.cli.output import json_option, print_json, table
from mockserver.core.errors import unknown_name


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
        raise click.UsageError(unknown_name("API", name, (api.name for api in APIS)))
    return found


def _describe(api: Api) -> dict[str, Any]:
    from mockserver.cli.contracts import load
    from mockserver.control.handlers.apis import facts

    found = facts(api)
    # What an operation is for stands in its contract.
    titles = {contract.operation: contract.title for contract in load(None, [api.name])}
    for one in found["operations"]:
        one["title"] = one["title"] or titles.get(one["name"], "")
    return {**found, "bases": list(api.bases)}


def _states(api: Api) -> list[dict[str, Any]]:
    return [
        {
            "api": api.name,
            "kind": kind,
            "state": state["name"],
            "phase": state["phase"],
            "shown": state["shown"],
            "final": state["final"],
            "confidence": state["confidence"],
        }
        for kind, machine in _describe(api)["kinds"].items()
        for state in machine["states"]
    ]


def _text(api: dict[str, Any]) -> str:
    operations = [
        (one["name"], ",".join(one["methods"]), one["title"] + ("" if one["faked"] else " (501: not faked)"))
        for one in api["operations"]
    ]
    found = [(kind, one["name"], one["phase"]) for kind, machine in api["kinds"].items() for one in machine["states"]]
    settings = [(one["name"], one["default"], one["confidence"], one["doc"]) for one in api["settings_described"]]
    parts = [
        f"{api['name']}: {api['title']}\n  at {', '.join(api['bases'])}; account {api['account'] or 'none'}",
        table(("OPERATION", "METHODS", "TITLE"), operations),
        table(("KIND", "STATE", "PHASE"), found),
    ]
    if api["faults"]:
        parts.append("faults: " + ", ".join(api["faults"]))
    if settings:
        parts.append(table(("SETTING", "DEFAULT", "CONFIDENCE", "MEANING"), settings))
    return "\n\n".join(parts)
