"""The command `mockserver`: finds the module of a command, and says what went wrong in one line."""

from __future__ import annotations

import difflib
import errno
import functools
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mockserver._version import __version__
from mockserver.cli.examples import text_of
from mockserver.cli.output import write_whole

COMMANDS = {
    "serve": "serve",
    "run": "run",
    "exercise": "exercise",
    "apis": "apis",
    "states": "apis",
    "jobs": "jobs",
    "clock": "clock",
    "faults": "faults",
    "requests": "requests",
    "sandboxes": "sandboxes",
    "reset": "reset",
    "violations": "violations",
    "coverage": "coverage",
    "settings": "settings",
    "snapshot": "snapshot",
    "events": "events",
    "contracts": "contracts",
    "openapi": "openapi",
    "verify": "verify",
    "check-traffic": "check_traffic",
    "record": "record",
    "completion": "completion",
    "demo": "demo",
}
"""Command -> the module of this package that holds it under the same name (with `_` for `-`)."""

FAILED, USAGE = 1, 2
"""Exit codes: a check failed or the server refused; the command cannot be followed as it was typed."""


_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
"""What a system says of an output that takes no more."""


class Commands(click.Group):
    """A group whose commands are imported when they are needed, and whose errors take one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"mockserver.cli.{COMMANDS[cmd_name]}"), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        _dress(command, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and (near := difflib.get_close_matches(args[0], COMMANDS, 1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        command: Callable[[], Any] = functools.partial(super().main, args, *rest, standalone_mode=False, **extra)
        if not standalone_mode:
            return command()
        write_whole()
        sys.exit(_run(command))


def _dress(command: click.Command, path: str) -> None:
    """Give a command and those below it their whole first sentence in lists, and an example in their help."""
    if command.short_help is None and command.help:
        command.short_help = " ".join(command.help.partition("\n\n")[0].split())
    if (example := text_of(path)) is not None:
        command.epilog = "\b\nFor example:\n" + "\n".join(f"  {line}" for line in example.splitlines())
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            _dress(below, f"{path} {name}")


def _run(command: Callable[[], Any]) -> int:
    try:
        code = command()
    except click.UsageError as error:
        return _say(error.format_message() + _help(error), USAGE)
    except click.ClickException as error:
        return _say(error.format_message(), error.exit_code)
    except click.Abort:
        return 130  # what a shell calls a command ended by Ctrl-C
    except OSError as error:
        if error.errno not in _FULL:
            raise
        return _cannot_write(error)
    except Exception as error:
        # Imported late: `serve` asks no server.
        from mockserver.client import ControlError

        if not isinstance(error, ControlError):
            raise
        return _say(str(error), USAGE if error.status in (400, 422) else FAILED)
    return code if isinstance(code, int) else 0


def _cannot_write(error: OSError) -> int:
    """Say that the output is full; one that is a broken pipe ends quietly, which click sees to."""
    # What is still in its buffer would be tried once more at the end, with a traceback.
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
    return _say(f"{error.strerror or error}; redirect the output elsewhere", FAILED)


def _help(error: click.UsageError) -> str:
    # A bare group name asks for its help, which click hands over as the error's text.
    return "" if error.ctx is None or "\n" in error.format_message() else f" (see `{error.ctx.command_path} --help`)"


def _say(message: str, code: int) -> int:
    click.echo(message if "\n" in message else f"Error: {message}", err=True)
    return code


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockserver", message="%(prog)s %(version)s")
def main() -> None:
    """A sandbox of four real asynchronous job APIs: arcgis, casjobs, ges, prime."""
