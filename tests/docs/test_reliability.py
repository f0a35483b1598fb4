"""The page of what was tried: each row says by what anyone can try it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/reliability.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| Tried", "| ---"))
]
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
VARIABLES = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def is_there(name: str) -> bool:
    if name.startswith("make "):
        return name.split()[1] in TARGETS
    if name.startswith("MOCKSERVER_"):
        return name in VARIABLES
    return (ROOT / name).is_file() and name.startswith(("tests/", "benchmarks/", "mockserver/"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_row_names_what_shows_it(row: list[str]) -> None:
    assert len(row) == 3, "tried, held, shown by"
    names = re.findall(r"`([^`]+)`", row[2])
    assert names
    assert [name for name in names if not is_there(name)] == []


def test_there_are_rows() -> None:
    assert len(ROWS) > 50
