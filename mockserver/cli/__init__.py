"""The command line: one module per group of commands, loaded when the command is used."""

from __future__ import annotations

from mockserver.cli.group import main

__all__ = ["main"]
