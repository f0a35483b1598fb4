"""The page on fidelity and the operations agree on what exists at a vendor and is not faked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.api.definition import Api
from mockserver.apis import APIS

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "fidelity.md").read_text("utf-8")
WRITTEN_OUT = ("arcgis",)
"""APIs whose section lists the operations that are not faked; for the others the reference does."""


def section(api: Api) -> str:
    """Return what the page says of an API."""
    parts = re.split(r"^##+ ", PAGE, flags=re.MULTILINE)
    (found,) = [part for part in parts if f"apis/{api.name}/NOTES.md" in part]
    return found


@pytest.mark.parametrize("api", [one for one in APIS if one.name in WRITTEN_OUT], ids=lambda api: api.name)
def test_the_list_is_that_of_the_operations(api: Api) -> None:
    listed = re.findall(r"`([A-Z][A-Za-z]+)`", section(api))
    missing = [one.name for one in api.operations if one.handler is None]
    assert sorted(listed) == sorted(missing), "write docs/explanation/fidelity.md anew"
    assert not set(listed) & {one.name for one in api.operations if one.handler is not None}
