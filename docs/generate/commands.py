"""The pages about the command line: all commands, and the options of `serve`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from generate import markdown as md
from mockserver.cli.examples import text_of
from mockserver.cli.group import main
from mockserver.cli.serve import ServerCommand

_EVERYWHERE = ("as_json", "url", "sandbox", "token", "ca")
"""Parameters that many commands share; they are described once."""


def cli() -> str:
    """Write the page of all commands."""
    context = click.Context(main, info_name="mockserver")
    shared: dict[str, click.Option] = {}
    parts = []
    for command, here in _walk(main, context):
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name in _EVERYWHERE:
                shared.setdefault(str(parameter.name), parameter)
        parts.append(_command(command, here))
    intro = (
        f"{md.text(md.summary(main.callback))}\n\n"
        "Exit codes: 0 done, 1 a check failed or the server refused, 2 the command cannot be followed as it was typed. "
        "An error takes one line that says what to do.\n\n"
        "`mockserver --version` prints the version, `--help` after any command describes it."
    )
    rows = [_option_row(option) for option in shared.values()]
    common = "## Options of many commands\n\n" + md.table(("Option", "Variable", "Default", "Meaning"), rows)
    return md.page("Commands", intro, common, *parts)


def options() -> str:
    """Write the page of the options of `serve`."""
    serve = main.get_command(click.Context(main), "serve")
    assert serve is not None
    rows = [
        _option_row(option)
        for option in serve.params
        if isinstance(option, click.Option) and option.name not in _EVERYWHERE
    ]
    return md.page(
        "Options of `mockserver serve`",
        "Each is also an environment variable, which a container takes. An empty variable counts as not set. "
        "A flag takes `1` or `0`; `MOCKSERVER_FIXTURES` takes several paths with `:` between them (`;` on Windows), "
        "`MOCKSERVER_ALLOWED_HOST` several names with blanks or commas. "
        "The command line wins over the environment.",
        md.table(("Option", "Variable", "Default", "Meaning"), rows),
        "## In the container\n\n"
        "The image sets `MOCKSERVER_HOST=0.0.0.0`, `MOCKSERVER_PORT=8080` and `MOCKSERVER_TLS_PORT=8443`; publish the "
        "ports on 127.0.0.1. `/state` is a volume for `MOCKSERVER_STATE`.",
    )


def _walk(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        here = click.Context(command, info_name=name, parent=context)
        yield command, here
        if isinstance(command, click.Group):
            yield from _walk(command, here)


def _command(command: click.Command, context: click.Context) -> str:
    level = "##" if context.parent is not None and context.parent.parent is None else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    heading = f"{level} `{context.command_path}`"
    if context.command_path == "mockserver serve":
        return f"{heading}\n\n{_help(command)}\n\nIts options are on [a page of their own](options.md)."
    # `run` takes the options of `serve`, which are described once.
    of_serve = isinstance(command, ServerCommand)
    own = [
        _option_row(option)
        for option in command.params
        if isinstance(option, click.Option)
        and option.name not in _EVERYWHERE
        and not (of_serve and isinstance(option.envvar, str))
    ]
    parts = [heading, _help(command)]
    if not isinstance(command, click.Group):
        parts.insert(1, f"```text\n{usage}\n```")
    if (example := text_of(context.command_path.partition(" ")[2])) is not None:
        parts.append(f"For example:\n\n```bash\n{example}\n```")
    parts.append(md.table(("Option", "Variable", "Default", "Meaning"), own))
    if of_serve:
        parts.append("It also takes [the options of `serve`](options.md); ports are free ones unless they are given.")
    return "\n\n".join(part for part in parts if part)


def _help(command: click.Command) -> str:
    # A paragraph that starts with \b keeps its lines: click prints them as they are, and so does the page.
    paragraphs = []
    for paragraph in (command.help or "").replace("\r", "").split("\n\n"):
        if paragraph.startswith("\b"):
            paragraphs.append("```text\n" + paragraph.removeprefix("\b").strip("\n") + "\n```")
        else:
            paragraphs.append(md.text(" ".join(paragraph.split())))
    return "\n\n".join(paragraphs)


def _option_row(option: click.Option) -> tuple[str, str, str, str]:
    words = ", ".join([*option.opts, *option.secondary_opts])
    if not option.is_flag:
        metavar = option.metavar or _kind(option.type)
        words += f" {metavar}"
    variable = option.envvar if isinstance(option.envvar, str) else ""
    return md.code(words), md.code(variable) if variable else "", _default(option), md.text(option.help or "")


def _kind(kind: click.ParamType[Any]) -> str:
    if isinstance(kind, click.Choice):
        return "|".join(str(choice) for choice in kind.choices)
    return {"integer range": "INTEGER", "path": "PATH"}.get(kind.name, kind.name.upper())


def _default(option: click.Option) -> str:
    value: Any = option.default
    # An unset default is a sentinel of click's own, which has no public name.
    if value is None or callable(value) or option.multiple or type(value).__module__.startswith("click"):
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return md.code(value) if value != "" else ""
