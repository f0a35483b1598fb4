"""`mockserver sandboxes …`: isolated copies of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mockserver.cli import documents
from mockserver.cli.output import print_json, print_record, print_table
from mockserver.cli.remote import remote
from mockserver.client import Control


@click.group()
def sandboxes() -> None:
    """List, create and delete sandboxes of a running server."""


@sandboxes.command("list")
@remote
def list_sandboxes(control: Control, as_json: bool) -> None:
    """List sandboxes."""
    found = control.sandboxes()
    if as_json:
        print_json(found)
        return
    rows = [(one["name"], one.get("url"), one.get("ttl")) for one in found]
    print_table(("NAME", "URL", "TTL"), rows, empty="no sandbox")


@sandboxes.command()
@click.argument("name", required=False)
@click.option("--fixtures", multiple=True, metavar="FILE|NAME", help="A fixture file, or the name of a loaded one.")
@click.option("--ttl", type=click.FloatRange(0, min_open=True), help="Seconds without a request after which it ends.")
@click.option("--port", is_flag=True, help="Give it a port of its own.")
@click.option("--submits", metavar="FILE", help='What jobs that clients submit are like: {"ges": {"plan": "fails"}}.')
@click.option("--replace", is_flag=True, help="Make one that is there anew; what began in it before is disowned.")
@remote
def create(
    control: Control,
    name: str | None,
    fixtures: tuple[str, ...],
    ttl: float | None,
    port: bool,
    submits: str | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Make a sandbox and print its addresses."""
    given = [_fixture(one) for one in fixtures] or None
    fields = None if submits is None else documents.read(submits)
    if not replace:
        made = control.create_sandbox(name, fixtures=given, ttl=ttl, port=port, submits=fields)
    elif name is None:
        raise click.UsageError("--replace makes a sandbox anew by its name; give one")
    else:
        made = control.replace_sandbox(name, fixtures=given, ttl=ttl, port=port, submits=fields)
    if as_json:
        print_json(made)
    else:
        print_record(made, first=("name", "url"))


@sandboxes.command()
@click.argument("name")
@remote
def delete(control: Control, name: str, as_json: bool) -> None:
    """End a sandbox."""
    control.delete_sandbox(name)
    if as_json:
        print_json({"deleted": name})
    else:
        click.echo(f"sandbox {name} is gone")


def _fixture(word: str) -> str | dict[str, Any]:
    path = Path(word)
    if not path.is_file():
        return word
    value = documents.read(word)
    if not isinstance(value, dict):
        raise click.UsageError(f"{word}: a fixture is an object whose keys are the APIs")
    return value
