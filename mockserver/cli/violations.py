"""`mockserver violations`: breaches of contract by either side."""

from __future__ import annotations

from typing import Literal

import click

from mockserver.cli.output import print_json, print_table
from mockserver.cli.remote import remote
from mockserver.client import Control


@click.command()
@click.option("--side", type=click.Choice(["client", "server"]), help="Only the client's, or only our own.")
@remote
def violations(control: Control, side: Literal["client", "server"] | None, as_json: bool) -> None:
    """List the breaches of contract since the last reset."""
    found = control.violations(side)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["request"],
            one["side"],
            one["operation"],
            " ".join(filter(None, (one["part"], one["pointer"]))),
            one["message"],
        )
        for one in found
    ]
    print_table(("REQUEST", "SIDE", "OPERATION", "WHERE", "MESSAGE"), rows, empty="no contract was broken")
