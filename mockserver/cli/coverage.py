"""`mockserver coverage`: what the client has exercised of the APIs."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.output import print_json, print_table
from mockserver.cli.remote import remote
from mockserver.client import Control
from mockserver.core.errors import unknown_name


@click.command()
@click.option("--api", help="Only this API's.")
@click.option("--all", "everything", is_flag=True, help="Operations that were never asked for, too.")
@remote
def coverage(control: Control, api: str | None, everything: bool, as_json: bool) -> None:
    """Show which operations, answers and states were exercised since the last reset."""
    found = control.coverage()
    if api is not None and api not in found["states"]:
        raise click.UsageError(unknown_name("API", api, found["states"]))
    if as_json:
        print_json(found if api is None else _only(found, api))
        return
    rows = [
        (name, one["requests"], f"{_seen(one)} of {len(one['responses'])}")
        for name, one in found["operations"].items()
        if (everything or one["requests"]) and (api is None or name.startswith(f"{api}."))
    ]
    print_table(("OPERATION", "REQUESTS", "ANSWERS"), rows, empty="no operation was asked for")
    told = [
        (name, kind, state, times)
        for name, kinds in found["states"].items()
        if api in (None, name)
        for kind, states in kinds.items()
        for state, times in states.items()
        if everything or times
    ]
    if told:
        click.echo()
        print_table(("API", "KIND", "STATE", "TOLD"), told, empty="")
    click.echo()
    for what, one in found["summary"].items():
        click.echo(f"{what}: {one['exercised']} of {one['of']}")


def _seen(operation: dict[str, Any]) -> int:
    return sum(times > 0 for times in operation["responses"].values())


def _only(found: dict[str, Any], api: str) -> dict[str, Any]:
    operations = {name: one for name, one in found["operations"].items() if name.startswith(f"{api}.")}
    return {"operations": operations, "states": {api: found["states"][api]}}
