"""`mockserver faults …`: what goes wrong on purpose."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.output import print_json, print_table
from mockserver.cli.remote import json_object, remote
from mockserver.client import Control


@click.group()
def faults() -> None:
    """List, add and remove faults of a running server."""


@faults.command("list")
@click.option("--unused", is_flag=True, help="Only those that nothing has hit yet.")
@remote
def list_faults(control: Control, unused: bool, as_json: bool) -> None:
    """List armed faults and how often each acted."""
    found = control.faults(unused=unused or None)
    if as_json:
        print_json(found)
        return
    rows = [(one["id"], one.get("hits"), one.get("times"), one["match"], one["effect"]) for one in found]
    print_table(("ID", "HITS", "TIMES", "MATCH", "EFFECT"), rows, empty="no fault is armed")


@faults.command()
@click.argument("document", metavar="[JSON]", required=False)
@click.option("--api", help="Match this API's requests.")
@click.option("--operation", help="Match this operation, such as prime.CancelRunning.")
@click.option("--job", help="Match requests about this job.")
@click.option("--named", metavar="NAME", help="One of the API's own failures (see `faults catalogue`).")
@click.option("--status", type=click.IntRange(100, 599), help="Answer this status.")
@click.option("--body", help="With this body.")
@click.option("--delay", metavar="DURATION", help="Answer so late: 250ms, 2s.")
@click.option("--connection", type=click.Choice(["close-before", "close-mid-body", "reset"]), help="Break it.")
@click.option(
    "--garble", type=click.Choice(["truncate", "not-utf8", "wrong-content-type", "empty"]), help="Spoil the answer."
)
@click.option("--times", type=click.IntRange(1), help="Act so often.")
@click.option("--after", type=click.IntRange(0), help="Let so many pass first.")
@click.option("--probability", type=click.FloatRange(0, 1), help="Act by chance, drawn from the seed.")
@click.option("--ttl", type=float, help="Seconds after which it is disarmed.")
@remote
def add(control: Control, document: str | None, as_json: bool, **options: Any) -> None:
    """Arm a fault: by options, or as the JSON of POST /_control/faults (`-`: from standard input)."""
    fault = {} if document is None else json_object(document)
    given = {name: value for name, value in options.items() if value is not None}
    match = {
        **fault.pop("match", {}),
        **{name: given.pop(name) for name in ("api", "operation", "job") if name in given},
    }
    effect = dict(fault.pop("effect", {}))
    for name in ("named", "status", "body", "delay", "connection", "garble"):
        if name in given:
            effect[name] = given.pop(name)
    if not effect:
        raise click.UsageError("say what goes wrong: --named, --status, --delay, --connection, --garble, or JSON")
    armed = control.add_fault(effect, match, **fault, **given)
    if as_json:
        print_json(armed)
    else:
        click.echo(f"armed {armed['id']}")


@faults.command()
@click.argument("fault_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Disarm all.")
@remote
def remove(control: Control, fault_id: str | None, everything: bool, as_json: bool) -> None:
    """Disarm one fault, or all of them."""
    if (fault_id is None) != everything:
        raise click.UsageError("name the fault's id, or --all")
    if fault_id is None:
        control.remove_faults()
    else:
        control.remove_fault(fault_id)
    if as_json:
        print_json({"removed": fault_id or "all"})
    else:
        click.echo("all faults are disarmed" if fault_id is None else f"{fault_id} is disarmed")


@faults.command()
@remote
def catalogue(control: Control, as_json: bool) -> None:
    """Show the effects and each API's named faults."""
    del as_json
    print_json(control.fault_catalogue())
