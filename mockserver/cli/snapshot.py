"""`mockserver snapshot …`: a whole sandbox as one document."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mockserver.cli import documents
from mockserver.cli.output import print_json
from mockserver.cli.remote import remote
from mockserver.client import Control

_FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.group()
def snapshot() -> None:
    """Save a whole sandbox (jobs, clock, settings, faults, journal) to a file, and put it back."""


@snapshot.command()
@click.argument("file", type=_FILE)
@remote
def save(control: Control, file: Path, as_json: bool) -> None:
    """Write the sandbox to FILE (`-`: to standard output). It holds accounts, and so secrets."""
    document = control.snapshot()
    if str(file) == "-":
        print_json(document)
        return
    try:
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror}; name a file that can be written") from None
    if as_json:
        print_json({"saved": str(file)})
    else:
        click.echo(f"saved to {file}")


@snapshot.command()
@click.argument("file", type=_FILE)
@remote
def restore(control: Control, file: Path, as_json: bool) -> None:
    """Put the sandbox back to what FILE (`-`: standard input) holds."""
    document = documents.read(str(file))
    if not isinstance(document, dict):
        raise click.UsageError(f"{file}: no snapshot; `mockserver snapshot save` writes one")
    control.restore(document)
    if as_json:
        print_json({"restored": str(file)})
    else:
        click.echo(f"restored from {file}")
