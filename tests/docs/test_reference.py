"""The reference pages are what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from generate import PAGES, write
from generate import markdown as md
from generate.apis import diagram

from mockserver.apis import APIS
from mockserver.control.operations import OPERATIONS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_would_be_written_now(name: str) -> None:
    same = (FOLDER / name).read_text("utf-8") == PAGES[name]()
    assert same, f"docs/reference/{name} is stale; run `make reference` and commit it"


def test_there_is_no_page_that_nothing_writes() -> None:
    assert {file.name for file in FOLDER.glob("*.md")} == {*PAGES, "index.md"}


def test_everything_is_described() -> None:
    operations, states = PAGES["operations.md"](), PAGES["states.md"]()
    for api in APIS:
        for operation in api.operations:
            assert f"`{operation.name}`" in operations
        for machine in api.machines.values():
            for state in machine.states:
                assert f"`{state.name}`" in states
    control = PAGES["control-api.md"]()
    for way in OPERATIONS:
        assert f"`control.{way.name}`" in control


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
