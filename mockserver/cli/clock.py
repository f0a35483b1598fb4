"""`mockserver clock …`: the sandbox's clock."""

from __future__ import annotations

import click

from mockserver.cli.output import print_json, print_table
from mockserver.cli.remote import remote
from mockserver.client import ClockRecord, Control


@click.group()
def clock() -> None:
    """Show, freeze, set, advance and resume a sandbox's clock."""


@clock.command()
@remote
def show(control: Control, as_json: bool) -> None:
    """Show where the clock stands."""
    _print(control.clock(), as_json)


@clock.command()
@remote
def freeze(control: Control, as_json: bool) -> None:
    """Stop the clock where it stands."""
    _print(control.freeze(), as_json)


@clock.command()
@remote
def resume(control: Control, as_json: bool) -> None:
    """Let the clock go on from where it stood."""
    _print(control.resume(), as_json)


@clock.command("set")
@click.argument("now")
@remote
def set_clock(control: Control, now: str, as_json: bool) -> None:
    """Put the clock to a moment, in ISO 8601."""
    _print(control.set_clock(now), as_json)


@clock.command()
@click.argument("duration", metavar="[SECONDS]", required=False)
@click.option("--until-next", is_flag=True, help="To the next planned change of any job.")
@remote
def advance(control: Control, duration: str | None, until_next: bool, as_json: bool) -> None:
    """Move the clock forward by seconds (or 250ms, 2m), and list what came due."""
    if (duration is None) != until_next:
        raise click.UsageError("name the seconds, or --until-next")
    _print(control.advance_to_next() if duration is None else control.advance(_seconds(duration)), as_json)


def _seconds(text: str) -> float:
    from mockserver.core.errors import BadPlan
    from mockserver.core.plan import seconds

    try:
        return seconds(text)
    except BadPlan as error:
        raise click.UsageError(str(error)) from None


def _print(record: ClockRecord, as_json: bool) -> None:
    if as_json:
        print_json(record)
        return
    click.echo(f"{record.now}  {'frozen' if record.frozen else 'running'}" if "frozen" in record else record.now)
    if record.get("fired"):
        rows = [(one["at"], one["api"], one["id"], one["from"], one["to"]) for one in record.fired]
        print_table(("AT", "API", "ID", "FROM", "TO"), rows, empty="")
