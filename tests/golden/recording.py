"""Golden files: what was recorded, in one form, and where what is answered now differs from it.

A file holds exchanges by name, and an exchange is the list of its answers. An answer is a JSON object:

* `request`: the first line of what was asked; `interim`: the heads before the answer's own (`100 Continue`);
* `status`: the status line, null when there was none; `headers`: the header lines, in order;
* `body`: lines of text which, joined, are the body as sent; `{"latin-1": lines}` when it is not UTF-8;
* `connection`: `closed` or `reset`, when the server ended it; `too much`: what came after the answer.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "wire"

Exchanges = Mapping[str, list[dict[str, Any]]]


def path_of(name: str) -> Path:
    """Return where the exchanges of `ges/CancelJob` are kept."""
    return FOLDER / f"{name}.json"


def load(name: str) -> Exchanges:
    """Return what was recorded."""
    found: Exchanges = json.loads(path_of(name).read_text("utf-8"))
    return found


def save(name: str, exchanges: Exchanges) -> None:
    """Record anew."""
    path_of(name).parent.mkdir(parents=True, exist_ok=True)
    path_of(name).write_text(_text(exchanges) + "\n", "utf-8", newline="\n")


def differences(recorded: Exchanges, found: Exchanges) -> list[str]:
    """Return where they differ, an exchange at a time; nothing when they are the same."""
    problems = [f"{name!r} was recorded and is not played any more" for name in recorded if name not in found]
    for name, answers in found.items():
        if name not in recorded:
            problems.append(f"{name!r} was never recorded")
        elif recorded[name] != answers:
            lines = difflib.unified_diff(
                _text(recorded[name]).splitlines(), _text(answers).splitlines(), "recorded", "now", lineterm="", n=2
            )
            problems.append("\n".join((f"{name!r} is not what it was:", *lines)))
    return problems


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
