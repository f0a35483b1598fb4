"""What contracts of one API have in common stands once, in `definitions.json`, and only what they have in common."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver._resources import folder
from mockserver.contracts.layout import laid_out
from mockserver.contracts.sharing import SHARED

MOST = 2
"""How often a clause, or another part of more than one line, may be written out in the files of one API."""

PARTS = ("given", "request", "response")

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


def _parts(name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield kind, place and content of what else contracts may name: sources, parameters, bodies, parts of examples."""
    for number, source in enumerate(document.get("sources", ())):
        yield "source", f"{name} /sources/{number}", source
    for kind in ("parameters", "body"):
        if kind in document:
            yield kind, f"{name} /{kind}", document[kind]
    for number, example in enumerate(document.get("examples", ())):
        yield from ((part, f"{name} /examples/{number}/{part}", example[part]) for part in PARTS if part in example)


def _names(shared: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield kind and name of what stands in a `definitions.json` for contracts to name."""
    yield from (("source", name) for name in shared.get("sources", {}))
    yield from (("parameters", name) for name in shared.get("parameters", {}))
    yield from ((part, name) for part, known in shared.get("examples", {}).items() for name in known)


def problems_of_parts(documents: Mapping[str, Any]) -> list[str]:
    """Return what of an API's files, by name, is written out a third time, or shared by too few, besides clauses."""
    contracts = {name: document for name, document in documents.items() if "operation" in document}
    parts = [one for name, document in contracts.items() for one in _parts(name, document)]
    written: dict[tuple[str, str], list[str]] = {}
    for kind, place, value in parts:
        # As the files have it: at its depth, after its name.
        if isinstance(value, dict) and laid_out({"examples": [{"response": value}]}).count("\n") > 7:
            written.setdefault((kind, json.dumps(value, sort_keys=True)), []).append(place)
    uses = Counter((kind, value) for kind, _, value in parts if isinstance(value, str))
    found = [
        f"{places[-1]}: this {kind} stands {len(places)} times; write it in {SHARED} and name it"
        for (kind, _), places in written.items()
        if len(places) > MOST
    ]
    found += [
        f"{SHARED}: {kind} {name} is used {uses[kind, name]} times; write it where it is used"
        for kind, name in _names(documents.get(SHARED, {}))
        if uses[kind, name] < 2
    ]
    for name, document in contracts.items():
        schemas: dict[str, list[str]] = {}
        for key, clause in document["responses"].items():
            schema = clause.get("schema") if isinstance(clause, dict) else None
            if isinstance(schema, dict) and laid_out({"responses": {key: {"schema": schema}}}).count("\n") > 7:
                schemas.setdefault(json.dumps(schema, sort_keys=True), []).append(key)
        found += [
            f"{name} /responses/{keys[-1]}/schema: this is that of {keys[0]}; write it in the contract's $defs"
            for keys in schemas.values()
            if len(keys) > 1
        ]
    return found


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


@pytest.mark.parametrize("api", FOLDERS, ids=lambda path: path.name)
def test_nothing_else_that_has_a_name_stands_a_third_time(api: Path) -> None:
    assert problems_of_parts(_documents(api)) == []


@pytest.mark.parametrize("api", FOLDERS, ids=lambda path: path.name)
def test_what_a_contract_defines_for_itself_has_a_name_of_its_own(api: Path) -> None:
    # OpenAPI has one namespace an API.
    names = Counter(name for document in _documents(api).values() for name in document.get("$defs", {}))
    assert [name for name, count in names.items() if count > 1] == []


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


LONG = {"type": "object", "properties": {f"parameter_{number}": {"type": "string"} for number in range(9)}}
GIVEN = {"jobs": [{"id": f"job-{number}", "state": "esriJobSucceeded", "owner": "pages"} for number in range(4)]}


def _contract(**more: Any) -> dict[str, Any]:
    return {"operation": "toy.A", "sources": [], "responses": {}, "examples": [], **more}


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param({f"{name}.json": _contract(parameters=LONG) for name in "AB"}, [], id="twice"),
        pytest.param(
            {f"{name}.json": _contract(parameters=LONG) for name in "ABC"},
            ["C.json /parameters: this parameters stands 3 times; write it in definitions.json and name it"],
            id="three times",
        ),
        pytest.param(
            {"A.json": _contract(examples=[{"given": GIVEN}, {"given": GIVEN}, {"given": dict(GIVEN)}])},
            ["A.json /examples/2/given: this given stands 3 times; write it in definitions.json and name it"],
            id="in one contract",
        ),
        pytest.param(
            {f"{name}.json": _contract(examples=[{"response": {"name": "ok", "status": 200}}]) for name in "ABC"},
            [],
            id="on one line",
        ),
        pytest.param(
            {
                "A.json": _contract(parameters="page", sources=["book", "book"], examples=[{"request": "status"}]),
                SHARED: {"sources": {"book": {}}, "parameters": {"page": {}}, "examples": {"request": {"other": {}}}},
            },
            [
                "definitions.json: parameters page is used 1 times; write it where it is used",
                "definitions.json: request other is used 0 times; write it where it is used",
            ],
            id="shared by none",
        ),
        pytest.param(
            {"A.json": _contract(responses={"a": {**ONE, "schema": LONG}, "b": {**OTHER, "schema": LONG}, "c": "ok"})},
            ["A.json /responses/b/schema: this is that of a; write it in the contract's $defs"],
            id="one schema in one contract",
        ),
    ],
)
def test_the_check_of_parts_can_fail(documents: Mapping[str, Any], expected: list[str]) -> None:
    assert problems_of_parts(documents) == expected
