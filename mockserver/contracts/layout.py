"""How contract files are laid out: two blanks a level, and on one line what fits on one."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 150
"""The longest line, in characters, that holds more than one value."""


def laid_out(document: Any) -> str:
    """Return a JSON document as contract files have it."""
    return _lines(document, indent=0, before=0) + "\n"


def _lines(value: Any, *, indent: int, before: int) -> str:
    """Return the text of a value.

    Args:
        indent: blanks before the line that it begins on.
        before: characters before it on that line.
    """
    short = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or before + len(short) + len(",") <= WIDTH:
        return short
    inside = indent + 2
    names = [f"{json.dumps(name, ensure_ascii=False)}: " for name in value] if isinstance(value, dict) else []
    items = list(value.values()) if isinstance(value, dict) else value
    lines = [
        " " * inside + name + _lines(item, indent=inside, before=inside + len(name))
        for name, item in zip(names or [""] * len(items), items, strict=True)
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(lines) + f"\n{' ' * indent}{closing}"
