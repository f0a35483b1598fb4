"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import click

from mockserver.settings import is_plain

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

PHASES = {
    "SUBMITTED": "blue",
    "EXECUTING": "cyan",
    "SUSPENDED": "magenta",
    "CANCELING": "yellow",
    "SUCCEEDED": "green",
    "FAILED": "red",
    "CANCELED": "bright_black",
    "TIMED_OUT": "red",
}
"""The colour of each phase. It only repeats the word."""

_PHASE = re.compile(rf"\b(?:{'|'.join(PHASES)})\b")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def write_whole() -> None:
    """Put a buffer under our outputs where `python -u` or PYTHONUNBUFFERED has left none.

    Without one, Python's text layer does not look how much of a long text the system took: a signal in the middle of
    the write (SIGCHLD, say) cut a report of `exercise --json -` at the size of a pipe, with exit status 0.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        ours = stream is getattr(sys, f"__{name}__")  # and not what some test has put there
        if ours and isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
            buffer = io.BufferedWriter(stream.buffer)
            setattr(sys, name, io.TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=True))


def progress(every: Sequence[T], label: str) -> AbstractContextManager[Iterable[T]]:
    """Return what goes through a long list with a bar on a terminal; elsewhere just goes through it."""
    if not sys.stderr.isatty():
        return nullcontext(every)
    return click.progressbar(every, label=label, file=sys.stderr)


def print_json(value: Any, *, one_line: bool = False) -> None:
    """Print a value as JSON; on one line for programs that read line by line."""
    click.echo(json.dumps(value, indent=None if one_line else 2, ensure_ascii=False))


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as aligned columns under their headers; None is shown as `-`."""
    lines = [list(headers), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headers))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def print_table(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Print rows as a table, or a sentence when there is none."""
    found = list(rows)
    echo_painted(table(headers, found) if found else empty)


def echo_painted(text: str) -> None:
    """Print text with phases in colour where the output is a terminal that wants colour."""
    painted = _PHASE.sub(lambda found: click.style(found[0], fg=PHASES[found[0]]), text)
    click.echo(painted, color=False if is_plain() else None)


def print_record(record: dict[str, Any], *, first: Sequence[str] = ()) -> None:
    """Print a record as `name: value` lines, some names first; nested values as JSON."""
    names = [*(name for name in first if name in record), *(name for name in record if name not in first)]
    width = max(map(len, names), default=0)
    for name in names:
        echo_painted(f"{name.ljust(width)}  {_cell(record[name])}")


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
