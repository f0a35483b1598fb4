"""The reference pages are what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from generate import PAGES, write
from generate import markdown as md
from generate.apis import diagram

from mockserver._resources import folder
from mockserver.apis import APIS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_would_be_written_now(name: str) -> None:
    same = (FOLDER / name).read_text("utf-8") == PAGES[name]()
    assert same, f"docs/reference/{name} is stale; run `make reference` and commit it"


def test_there_is_no_page_that_nothing_writes() -> None:
    assert {file.name for file in FOLDER.glob("*.md")} == {*PAGES, "index.md"}


def test_what_a_contract_describes_is_on_the_pages() -> None:
    pages = {name: (FOLDER / name).read_text("utf-8") for name in ("operations.md", "control-api.md")}
    others = ("definitions", "variants", "openapi")
    contracts = [file for file in folder("contracts").glob("*/*.json") if file.stem not in others]
    assert len(contracts) > 100
    for file in contracts:
        if file.parent.name == "control":
            assert f"`control.{file.stem}`" in pages["control-api.md"]
        else:
            section = section_of(pages["operations.md"], file.parent.name)
            assert f"`{file.stem}`" in section, file


def test_what_a_fixture_job_may_be_is_on_the_pages() -> None:
    page = (FOLDER / "states.md").read_text("utf-8")
    for file in folder("fixtures").glob("*.json"):
        for api, content in json.loads(file.read_text("utf-8")).items():
            if not isinstance(content, dict):
                continue
            for job in content.get("jobs", ()):
                if "state" in job:
                    assert f"`{job['state']}`" in section_of(page, api), job


def section_of(page: str, api: str) -> str:
    """Return what a page says of one API, in one section or several."""
    parts = re.split(r"(?m)^## ", page)[1:]
    return "".join(part for part in parts if re.match(rf"{api}\b", part))


def test_pages_are_written_only_when_they_change(tmp_path: Path) -> None:
    assert len(write(tmp_path)) == len(PAGES)
    (tmp_path / "cli.md").write_text("stale", "utf-8")
    assert write(tmp_path) == [tmp_path / "cli.md"]


def test_a_diagram_draws_calls_plans_and_cancels() -> None:
    ges = next(api for api in APIS if api.name == "ges").machines["job"]
    lines = diagram(ges).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert '    state "running" as s2' in lines
    assert "    s2 --> s3 : cancel" in lines
    assert "    s3 --> s7 : honours" in lines
    assert "    class s4,s5,s6,s7 final" in lines


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (True, "anything"),
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "integer", "minimum": 1}, "integer ≥ 1"),
        ({"enum": ["a", None]}, '`"a"`, `null`'),
        ({"const": 3}, "`3`"),
        ({"type": "array", "items": {"$ref": "#/$defs/job"}}, "list of [job](#shape-job)"),
        ({"oneOf": [{"type": "string"}, {"$ref": "#/$defs/wait"}]}, "string or number"),
        ({"type": "object", "properties": {"x": True, "y": True}}, "object: `x`, `y`"),
        ({"$ref": "urn:elsewhere#/$defs/unknown"}, "unknown"),
    ],
)
def test_a_schema_in_words(schema: md.Schema, words: str) -> None:
    definitions = {"job": {"type": "object"}, "wait": {"type": "number"}}
    assert md.Words({"job": "#shape-job"}, definitions).of(schema) == words


def test_a_table_keeps_its_columns() -> None:
    assert md.table(("A", "B"), [("x|y", "one\ntwo")]) == "| A | B |\n| --- | --- |\n| x\\|y | one two |"
    assert md.table(("A",), []) == ""
