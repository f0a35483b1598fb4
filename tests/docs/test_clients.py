"""The page that leads to all clients names every one that the pages of the APIs name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
_ROW = re.compile(r"^\| (?P<client>[^|]+) \|", re.MULTILINE)
_NAME = re.compile(r"`([^`]+)`|\[([^\]]+)\]")


def named(text: str, heading: str) -> Iterator[str]:
    """The clients in the first cells of the first table of a text."""
    table = text.partition(heading)[2].split("\n\n", 1)[0]
    for row in _ROW.finditer(table):
        quoted = [one or other for one, other in _NAME.findall(row["client"])]
        yield from [one.rpartition("/")[2] for one in quoted] or [row["client"].split()[0]]


PAGES = sorted((HOW_TO / "clients").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_client_of_a_page_is_on_the_page_of_all(page: Path) -> None:
    joined = (HOW_TO / "connect-your-client.md").read_text("utf-8")
    names = [one for one in named(page.read_text("utf-8"), "| Client | Set |") if one != "---"]

    assert len(names) > 3
    assert [one for one in names if one not in joined] == []
    assert f"(clients/{page.name})" in joined
