"""`mockserver reset`."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.output import print_json
from mockserver.cli.remote import remote
from mockserver.client import Control

_KEEPABLE = ("faults", "settings", "clock", "requests")


@click.command()
@click.option("--keep", multiple=True, type=click.Choice(_KEEPABLE), help="Leave this as it is; repeatable.")
@remote
def reset(control: Control, keep: tuple[Any, ...], as_json: bool) -> None:
    """Go back to the seeded start: jobs, faults, settings, clock, ids and journal."""
    done = control.reset(keep=keep)
    if as_json:
        print_json(done)
        return
    jobs, faults = done.jobs, done.faults
    click.echo(
        f"{jobs['removed']} jobs removed, {jobs['reseeded']} seeded; {done.requests} requests forgotten; "
        f"{faults['removed']} faults removed, {faults['unused']} of them never hit; the clock is {done.clock}"
    )
