"""JSON that a command is given as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mockserver.wire.json_document import BadJson, read_document


def read(file: str) -> Any:
    """Return what a file (`-`: standard input) holds.

    Raises:
        click.UsageError: it cannot be read.
    """
    try:
        return read_document(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror}; name a file that can be read") from None
    except BadJson as error:
        raise click.UsageError(f"{file}:{error}") from None
