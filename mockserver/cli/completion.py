"""`mockserver completion`: completion of commands and options for the shell."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import get_completion_class

PLACES = {
    "bash": ".local/share/bash-completion/completions/mockserver",
    "zsh": ".local/share/zsh/site-functions/_mockserver",
    "fish": ".config/fish/completions/mockserver.fish",
}
"""Where each shell looks, below the home folder."""


@click.command()
@click.argument("shell", type=click.Choice(list(PLACES)))
@click.option("--install", is_flag=True, help="Write it where the shell looks for it, and say where.")
def completion(shell: str, install: bool) -> None:
    """Print the completion script of a shell, or install it."""
    kind = get_completion_class(shell)
    assert kind is not None
    from mockserver.cli.group import main

    script = kind(main, {}, "mockserver", "_MOCKSERVER_COMPLETE").source()
    if not install:
        click.echo(script)
        return
    file = Path.home() / PLACES[shell]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script + "\n", "utf-8")
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror}; redirect `mockserver completion {shell}` instead") from None
    click.echo(f"written to {file}; new shells complete")
    if shell == "zsh":
        click.echo("once, in ~/.zshrc before compinit: fpath+=(~/.local/share/zsh/site-functions)")
