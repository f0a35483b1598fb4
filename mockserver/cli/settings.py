"""`mockserver settings …`: an API's settings in a running server."""

from __future__ import annotations

import click

from mockserver.cli.output import print_json, print_table
from mockserver.cli.remote import fields, remote
from mockserver.client import Control, Record


@click.group()
def settings() -> None:
    """Show and set the settings of an API in a running server."""


@settings.command()
@click.argument("api")
@remote
def show(control: Control, api: str, as_json: bool) -> None:
    """Show an API's settings: value, default, meaning."""
    _print(control.api(api), as_json)


@settings.command("set")
@click.argument("api")
@click.argument("words", metavar="[NAME=VALUE | JSON]...", nargs=-1, required=True)
@remote
def change(control: Control, api: str, words: tuple[str, ...], as_json: bool) -> None:
    """Set some of an API's settings; a misspelt one is refused with the nearest name."""
    changed = control.change_settings(api, fields(words))
    if as_json:
        print_json(changed)
    else:
        _print(control.api(api), as_json)


def _print(api: Record, as_json: bool) -> None:
    values = api["settings"]
    if as_json:
        print_json(values)
        return
    rows = [(one["name"], values.get(one["name"]), one["default"], one["doc"]) for one in api["settings_described"]]
    print_table(("SETTING", "VALUE", "DEFAULT", "MEANING"), rows, empty="this API has no settings")
