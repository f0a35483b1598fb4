"""What contracts of one API have in common stands once, in `definitions.json`, and only what they have in common."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver._resources import folder
from mockserver.contracts.loader import SHARED

MOST = 2
"""How often a clause may be written out in the files of one API."""

FOLDERS = sorted(path for path in folder("contracts").iterdir() if path.is_dir())


def _documents(api: Path) -> dict[str, Any]:
    return {file.name: json.loads(file.read_text("utf-8")) for file in sorted(api.glob("*.json"))}


def _answers(name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield place and content of all that stands in a file as an answer: clauses, names of clauses, lists of groups."""
    groups = document.get("groups", {})
    sections = {section: document.get(section, {}) for section in ("responses", "clauses")}
    for section, answers in {**sections, **{f"groups/{group}": groups[group] for group in groups}}.items():
        for key, value in answers.items():
            yield f"{name} /{section}/{key}", value


def problems(documents: Mapping[str, Any]) -> list[str]:
    """Return what of an API's files, by name, is written too often or shared by too few."""
    shared = documents.get(SHARED, {})
    everything = [answer for name, document in documents.items() for answer in _answers(name, document)]
    written: dict[str, list[str]] = {}
    for place, value in everything:
        if isinstance(value, dict):
            written.setdefault(json.dumps(value, sort_keys=True), []).append(place)
    uses = Counter(
        name
        for _, value in everything
        if not isinstance(value, dict)
        for name in ([f"clause {value}"] if isinstance(value, str) else [f"group {group}" for group in value])
    )
    clauses = {json.dumps(value, sort_keys=True): name for name, value in shared.get("clauses", {}).items()}
    found = [
        f"{places[-1]}: this clause stands {len(places)} times; write it in {SHARED} and name it"
        for places in written.values()
        if len(places) > MOST
    ]
    found += [
        f"{places[-1]}: this is {clauses[text]!r} of {SHARED}; name it"
        for text, places in written.items()
        if text in clauses and MOST >= len(places) > 1
    ]
    shares = [
        *(f"clause {name}" for name in shared.get("clauses", {})),
        *(f"group {name}" for name in shared.get("groups", {})),
    ]
    found += [
        f"{SHARED}: {one} is used {uses[one]} times; write it where it is used" for one in shares if uses[one] < 2
    ]
    return found


@pytest.mark.parametrize("api", FOLDERS, ids=lambda path: path.name)
def test_no_clause_stands_a_third_time(api: Path) -> None:
    assert problems(_documents(api)) == []


ONE = {"status": 200, "content_type": None, "confidence": "documented"}
SAME = {"confidence": "documented", "content_type": None, "status": 200}
OTHER = {"status": 404, "content_type": None, "confidence": "documented"}


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param(
            {"A.json": {"responses": {"a": ONE}}, "B.json": {"responses": {"b": SAME, "c": OTHER}}}, [], id="twice"
        ),
        pytest.param(
            {f"{name}.json": {"responses": {"a": ONE if name == "A" else SAME}} for name in "ABC"},
            ["C.json /responses/a: this clause stands 3 times; write it in definitions.json and name it"],
            id="three times",
        ),
        pytest.param(
            {SHARED: {"groups": {"g": {"x": ONE, "y": ONE}}}, "A.json": {"responses": {"g": ["g"], "h": ["g"], "z": ONE}}},
            ["A.json /responses/z: this clause stands 3 times; write it in definitions.json and name it"],
            id="in a group",
        ),
        pytest.param(
            {SHARED: {"clauses": {"ok": ONE}}, "A.json": {"responses": {"a": "ok", "b": "ok", "c": SAME}}},
            ["A.json /responses/c: this is 'ok' of definitions.json; name it"],
            id="beside the shared one",
        ),
        pytest.param(
            {SHARED: {"clauses": {"ok": ONE}, "groups": {"g": {"x": OTHER}}}, "A.json": {"responses": {"a": "ok"}}},
            [
                "definitions.json: clause ok is used 1 times; write it where it is used",
                "definitions.json: group g is used 0 times; write it where it is used",
            ],
            id="shared by none",
        ),
    ],
)  # fmt: skip
def test_the_check_can_fail(documents: Mapping[str, Any], expected: list[str]) -> None:
    # Definitions come last in a folder, as lower case does.
    assert (
        problems(
            {name: documents[name] for name in sorted(documents, reverse=True)} if SHARED in documents else documents
        )
        == expected
    )
