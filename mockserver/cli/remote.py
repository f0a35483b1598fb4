"""Options of every command that talks to a running server."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mockserver.cli.output import json_option
from mockserver.client import Control
from mockserver.settings import PREFIX
from mockserver.wire.json_document import BadJson, read_document

LOCAL = "http://127.0.0.1:8080"


def remote(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options `--url --sandbox --token --ca --json`, and a `Control` as its first argument."""

    @click.option(
        "--url", default=LOCAL, envvar=f"{PREFIX}URL", show_default=True, show_envvar=True, help="The server."
    )
    @click.option("--sandbox", metavar="NAME", help="The sandbox; none: the default one.")
    @click.option("--token", envvar=f"{PREFIX}CONTROL_TOKEN", show_envvar=True, help="What --control-token asks for.")
    @click.option(
        "--ca",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The certificate to trust for an https address.",
    )
    @json_option
    @functools.wraps(command)
    def with_control(url: str, sandbox: str | None, token: str | None, ca: Path | None, **options: Any) -> None:
        try:
            control = Control(url, sandbox=sandbox, token=token, ca=ca)
        except ValueError as error:
            raise click.UsageError(f"--url: {error}") from None
        command(control, **options)

    return with_control


run_option = click.option("--run", metavar="RUN", help="A run of the job (Prime).")


def fields(words: tuple[str, ...]) -> dict[str, Any]:
    """Read `FIELD=VALUE` words and JSON objects into one object. A value is JSON where it can be, otherwise text.

    Raises:
        click.UsageError: a word is neither.
    """
    found: dict[str, Any] = {}
    for word in words:
        if word.lstrip().startswith("{"):
            found |= json_object(word)
            continue
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{word!r} is no FIELD=VALUE; write state=running, or a JSON object")
        found[name] = _value(name, value)
    return found


def json_object(text: str) -> dict[str, Any]:
    """Read a JSON object from an argument; `-` reads it from standard input.

    Raises:
        click.UsageError: it is none.
    """
    if text == "-":
        text = sys.stdin.read()
    try:
        value = read_document(text.encode("utf-8", "surrogatepass"))
    except BadJson as error:
        raise click.UsageError(f"{text[:60]!r}: {error}") from None
    if not isinstance(value, dict):
        raise click.UsageError(f"{text[:60]!r} is no JSON object; write {{…}}")
    return value


def _value(name: str, text: str) -> Any:
    # Ids and owners are text even where they look like numbers.
    if name in ("id", "owner", "error"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
