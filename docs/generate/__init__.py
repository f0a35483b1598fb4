"""The reference pages of the documentation, written from the code.

`PYTHONPATH=docs python -m generate docs/reference` writes them; a test asserts that the committed files are what
it would write. Everything walks the same tables as the server does, so a new API, option or address is
described the day it is registered.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from generate import apis, commands, control, fixtures, hints, python, real_clients, scenarios

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands.cli,
    "options.md": commands.options,
    "control-api.md": control.page,
    "settings.md": apis.settings,
    "states.md": apis.states,
    "operations.md": apis.operations,
    "faults.md": control.faults,
    "hints.md": hints.page,
    "fixtures.md": fixtures.page,
    "plugin.md": python.page,
    "scenarios.md": scenarios.page,
    "real-clients.md": real_clients.page,
}
"""File -> what writes its text."""


def write(folder: Path) -> list[Path]:
    """Write all pages into a folder; return those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in PAGES.items():
        file, wanted = folder / name, text()
        if not file.exists() or file.read_text("utf-8") != wanted:
            file.write_text(wanted, "utf-8")
            changed.append(file)
    return changed
