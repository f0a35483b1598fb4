"""Contracts out of their files: what is shared, when files are read, and what is said of a broken one."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver._resources import folder
from mockserver.contracts.loader import LAYOUT, Contracts, load
from mockserver.contracts.model import Contract
from mockserver.contracts.names import check_names
from mockserver.contracts.sharing import DESCRIPTION, SHARED, BadContract
from mockserver.core.machine import Confidence

OK = {"status": 200, "content_type": "application/json", "confidence": "documented", "schema": {"type": "object"}}
GONE = {"status": 404, "content_type": None, "confidence": "observed", "source": "seen", "title": "Gone"}
LIMIT = {"status": 429, "content_type": "application/json", "confidence": "inferred"}


def contract(responses: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "operation": "toy.Show",
        "title": "Show",
        "sources": [{"title": "made up"}],
        "methods": ["GET"],
        "path": "/toy",
        "responses": responses,
        "examples": [
            {"name": "one", "request": {"method": "GET", "path": "/toy"}, "response": {"name": "ok", "status": 200}}
        ],
        **more,
    }


def lay_out(root: Path, document: Any, shared: Any = None) -> Path:
    """Write one contract and what it shares; return the folder."""
    (root / "toy").mkdir()
    shutil.copy(folder("contracts") / LAYOUT, root / LAYOUT)
    (root / "toy" / "Show.json").write_text(json.dumps(document))
    if shared is not None:
        (root / "toy" / SHARED).write_text(json.dumps(shared))
    return root


def shown(root: Path) -> Contract:
    found = load(root, ["toy"]).get("toy.Show")
    assert found is not None
    return found


SHARING = {
    "responses": {"limit": LIMIT},
    "clauses": {"gone": GONE},
    "groups": {"refusals": {"not_there": "gone", "limited": {**LIMIT, "schema": {"$ref": "#/$defs/text"}}}},
    "$defs": {"text": {"type": "string"}},
    "sources": {"book": {"title": "a book", "url": "https://docs.example/book"}},
    "parameters": {"page": {"type": "object", "required": ["page"]}},
    "examples": {
        "given": {"late": {"now": "2026-01-02T13:00:00Z"}},
        "request": {"first": {"method": "GET", "path": "/toy?page=1"}},
        "response": {"fine": {"name": "ok", "status": 200, "json": {}}},
    },
}


def test_shared_clauses_stand_where_they_are_named(tmp_path: Path) -> None:
    responses = {"first": "gone", "ok": OK, "also": ["refusals"], "last": "gone"}
    found = shown(lay_out(tmp_path, contract(responses), SHARING))
    assert [one.name for one in found.responses] == ["first", "ok", "not_there", "limited", "last"]
    assert [one.name for one in found.by_status[404]] == ["first", "not_there", "last"]
    first = found.responses[0]
    assert (first.status, first.content_type, first.confidence) == (404, None, Confidence.OBSERVED)
    assert (first.schema, first.source, first.title) == (True, "seen", "Gone")
    assert found.response(429, "application/json", "slow down") == found.responses[3]


def test_who_reads_the_document_finds_shared_clauses_written_out(tmp_path: Path) -> None:
    document = contract({"ok": OK, "also": ["refusals"]})
    spelt_out = {"ok": OK, "not_there": GONE, "limited": SHARING["groups"]["refusals"]["limited"]}
    found = shown(lay_out(tmp_path, document, SHARING))
    assert found.document == {**document, "responses": spelt_out, "$defs": SHARING["$defs"]}
    assert list(found.document["responses"]) == list(spelt_out)


def test_sources_parameters_and_parts_of_examples_stand_where_they_are_named(tmp_path: Path) -> None:
    named = {"name": "one", "given": "late", "request": "first", "response": "fine"}
    document = contract({"ok": OK}, sources=[{"title": "made up"}, "book"], parameters="page", examples=[named])
    found = shown(lay_out(tmp_path, document, SHARING))
    assert found.sources == [{"title": "made up"}, SHARING["sources"]["book"]]
    assert found.parameters == SHARING["parameters"]["page"]
    assert not found.check_parameters.is_valid({})
    parts = {part: SHARING["examples"][part][named[part]] for part in ("given", "request", "response")}
    assert found.examples == [{"name": "one", **parts}]
    assert [found.document[name] for name in ("sources", "parameters", "examples")] == [
        found.sources, found.parameters, found.examples
    ]  # fmt: skip


GIVEN = {"now": "2026-01-02T13:00:00Z", "settings": {"a": 1}}
ASKED = {"method": "POST", "path": "/toy", "headers": {"A": "1", "B": "2"}, "json": {"a": 1}}
SAID = {"name": "ok", "status": 200, "json": {"a": 1, "b": 2}}
WHOLE = {"name": "whole", "source": "seen", "breaches": True, "given": GIVEN, "request": ASKED, "response": SAID}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, {}, id="given, request and response are taken over; source and breaches are not"),
        pytest.param({"source": "told"}, {"source": "told"}, id="a source of its own"),
        pytest.param({"given": {"now": 1}}, {"given": {"now": 1}}, id="what is given is taken over or not"),
        pytest.param({"response": {"name": "ok", "status": 201}}, {"response": {"name": "ok", "status": 201}}, id="so is the answer"),
        pytest.param({"request": {"path": "/other"}}, {"request": {**ASKED, "path": "/other"}}, id="a request field by field"),
        pytest.param({"request": {"headers": {"A": "3"}}}, {"request": {**ASKED, "headers": {"A": "3"}}}, id="headers are one field"),
        pytest.param(
            {"request": {"text": "{"}},
            {"request": {"method": "POST", "path": "/toy", "headers": ASKED["headers"], "text": "{"}},
            id="who brings a body takes none over",
        ),
        pytest.param({"request": {"json": {}}}, {"request": {**ASKED, "json": {}}}, id="nor a part of one"),
        pytest.param({"request": "first"}, {"request": SHARING["examples"]["request"]["first"]}, id="a request by name is whole"),
        pytest.param({"given": "late"}, {"given": SHARING["examples"]["given"]["late"]}, id="named parts replace"),
    ],
)  # fmt: skip
def test_an_example_may_be_like_one_above(tmp_path: Path, said: Any, expected: Any) -> None:
    examples = [WHOLE, {"name": "other", "like": "whole", **said}]
    found = shown(lay_out(tmp_path, contract({"ok": OK}, examples=examples), SHARING))
    assert found.examples == [
        WHOLE,
        {"name": "other", "given": GIVEN, "request": ASKED, "response": SAID, **expected},
    ]


def test_an_answer_of_any_operation_is_none_of_the_contract(tmp_path: Path) -> None:
    found = shown(lay_out(tmp_path, contract({"ok": OK}), SHARING))
    assert [one.name for one in found.anywhere] == ["limit"]
    assert [one.name for one in found.responses] == ["ok"]
    limit = found.response(429, "application/json", [])
    assert limit is not None
    assert limit.name == "limit"
    assert found.response(500, None, None) is None
    assert found.explain(500, None, None).message == "toy.Show never answers 500; its contract knows 200"


@pytest.mark.parametrize(
    ("responses", "shared", "place", "remedy"),
    [
        ({"ok": "gnoe"}, SHARING, "Show.json: at /responses/ok", "has no clause 'gnoe'; name 'gone', or add it there"),
        ({"ok": "nothing"}, None, "Show.json: at /responses/ok", "no clause 'nothing'; write it out here, or add it"),
        ({"also": ["refusal"]}, SHARING, "Show.json: at /responses/also", "no group 'refusal'; name 'refusals'"),
        ({"ok": OK, "also": []}, SHARING, "Show.json: at /responses/also", "see contract.schema.json"),
        ({"ok": OK, "also": [1]}, SHARING, "Show.json: at /responses/also/0", "see contract.schema.json"),
        ({"ok": {**OK, "status": "200"}}, None, "Show.json: at /responses/ok/status", "see contract.schema.json"),
        ({"ok": {"status": 200}}, None, "Show.json: at /responses/ok", "see contract.schema.json"),
        ({"ok": 7}, None, "Show.json: at /responses/ok", "see contract.schema.json"),
        ({"not_there": OK, "also": ["refusals"]}, SHARING, "Show.json: at /responses", "'not_there' stands there twice"),
        ({"ok": {**OK, "schema": {"type": 1}}}, None, "Show.json: at /responses/ok/schema", "mend it"),
        ({"ok": {**OK, "schema": {"$ref": "#/$defs/no"}}}, None, "Show.json: at /responses/ok/schema", "mend it"),
        ({"ok": "bad"}, {"clauses": {"bad": {"status": 1}}}, f"{SHARED}: at /clauses/bad", "see contract.schema.json"),
        ({"ok": "bad"}, {"clauses": {"bad": {**OK, "schema": {"type": 1}}}}, f"{SHARED}: at /clauses/bad/sch", "mend"),
        ({"g": ["g"]}, {"groups": {"g": {"a": {**OK, "schema": {"type": 1}}}}}, f"{SHARED}: at /groups/g/a", "mend it"),
        ({"g": ["g"]}, {"groups": {"g": {"a": "b"}}}, f"{SHARED}: at /groups/g/a", "no clause 'b'; write it out here"),
        ({"ok": OK}, {"clause": {}}, f"{SHARED}: at /: ", "see contract.schema.json"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_named_in_one_line(
    tmp_path: Path, responses: Any, shared: Any, place: str, remedy: str
) -> None:
    with pytest.raises(BadContract) as caught:
        load(lay_out(tmp_path, contract(responses), shared), ["toy"])
    message = str(caught.value)
    assert place in message
    assert remedy in message
    assert "\n" not in message


ONE = {"name": "one", "request": {"method": "GET", "path": "/toy"}, "response": {"name": "ok", "status": 200}}


@pytest.mark.parametrize(
    ("more", "place", "remedy"),
    [
        ({"sources": ["boo"]}, "/sources/0", "has no source 'boo'; name 'book', or add it there"),
        ({"parameters": "pages"}, "/parameters", "has no parameters 'pages'; name 'page', or add it there"),
        ({"examples": [{**ONE, "given": "no"}]}, "/examples/0/given", "no given of examples 'no'; write it out here, or"),
        ({"examples": [{**ONE, "request": "fist"}]}, "/examples/0/request", "no request of examples 'fist'; name 'first'"),
        ({"examples": [ONE, {"name": "two", "like": "ones"}]}, "/examples/1/like", "'ones' is written out above; name 'one'"),
        ({"examples": [{"name": "two", "like": "one"}, ONE]}, "/examples/0/like", "'one' is written out above; write this one"),
        (
            {"examples": [ONE, {"name": "two", "like": "one"}, {"name": "three", "like": "two"}]},
            "/examples/2/like",
            "'two' is written out above; write this one out",
        ),
        ({"examples": [{"name": "one"}]}, "/examples/0", "see contract.schema.json"),
        ({"examples": [{**ONE, "request": {"path": "/toy"}}]}, "/examples/0", "see contract.schema.json"),
        ({"examples": [ONE, {"name": "two", "like": "one", "request": {"content": 1}}]}, "/examples/1", "see contract.sch"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_there_is_named_in_one_line(tmp_path: Path, more: Any, place: str, remedy: str) -> None:
    with pytest.raises(BadContract) as caught:
        load(lay_out(tmp_path, contract({"ok": OK}, **more), SHARING), ["toy"])
    message = str(caught.value)
    assert f"Show.json: at {place}" in message
    assert remedy in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{", ":1:2: "),
        (b'"\xff"', ":1:2: not UTF-8; save it as UTF-8"),
        (b"\xef\xbb\xbf{}", ":1:1: it begins with a byte order mark; save it as UTF-8 without one"),
        (b'{\n "title": "a", "title": "b"}', ':2:16: a second "title"; mend the JSON'),
        (b"[" * 100_000, ":1:101: nested more than 100 deep; mend the JSON"),
        (b"9" * 5000, ":1:1: 99999999999999999999… (5000 characters) is a number that cannot be kept"),
        (b"[]", "at /: "),
    ],
)
@pytest.mark.parametrize("name", ["Show.json", SHARED])
def test_a_file_that_is_no_contract_is_named_in_one_line(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    file = lay_out(tmp_path, contract({"ok": OK})) / "toy" / name
    file.write_bytes(content)
    with pytest.raises(BadContract) as caught:
        load(tmp_path, ["toy"])
    assert str(caught.value).startswith(f"{file}{expected}" if expected[0] == ":" else f"{file}: {expected}")
    assert "\n" not in str(caught.value)


def test_a_layout_that_is_none_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path, contract({"ok": OK}))
    (tmp_path / LAYOUT).write_text('{"type": "none"}')
    with pytest.raises(BadContract, match=f"{LAYOUT}: not a usable JSON Schema"):
        load(tmp_path, ["toy"])


def test_a_layout_without_that_of_definitions_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path, contract({"ok": OK}))
    (tmp_path / LAYOUT).write_text("{}")
    with pytest.raises(BadContract, match=f"{LAYOUT}: not a usable JSON Schema .*take the one of the package"):
        load(tmp_path, ["toy"])


@pytest.mark.parametrize("layout", ["{", "[]", "true", '{"type": 5}', ""])
def test_a_layout_that_is_none_is_named_where_no_contract_is(tmp_path: Path, layout: str) -> None:
    (tmp_path / LAYOUT).write_text(layout)
    with pytest.raises(BadContract, match=LAYOUT) as caught:
        load(tmp_path, ["toy"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["Show.json", SHARED, DESCRIPTION])
@pytest.mark.parametrize("content", ["[]", "7", '{"operation": "toy.Show"}'])
def test_what_a_layout_of_ones_own_lets_pass_is_named(tmp_path: Path, name: str, content: str) -> None:
    lay_out(tmp_path, contract({"ok": OK}))
    (tmp_path / LAYOUT).write_text('{"$defs": {"definitions": {}, "description": {}}}')
    (tmp_path / "toy" / name).write_text(content)
    if name != "Show.json" and content[0] == "{":
        return  # nothing of it is looked for
    with pytest.raises(BadContract, match=f"{name}: not usable .*, though {LAYOUT} lets it pass; mend both") as caught:
        load(tmp_path, ["toy"])
    assert "\n" not in str(caught.value)


def test_what_stands_beside_contracts_is_checked_with_them(tmp_path: Path) -> None:
    lay_out(tmp_path, contract({"ok": OK}))
    (tmp_path / "toy" / DESCRIPTION).write_text("{")
    with pytest.raises(BadContract, match=rf"{DESCRIPTION}:1:2: "):
        load(tmp_path, ["toy"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    lay_out(tmp_path, contract({"ok": OK}))
    os.mkfifo(tmp_path / "toy" / "Other.json")
    with pytest.raises(BadContract, match=r"Other\.json: no file"):
        load(tmp_path, ["toy"])


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"toy": ["Shoe"]}, r"Show\.json: toy has no operation 'Show'; name it Shoe\.json"),
        ({"toy": []}, r"Show\.json: toy has no operation 'Show'; take it out"),
        ({"other": ["Show"], "another": ["Show"]}, "no contract in other, another; put them there"),
    ],
)
def test_each_contract_has_an_operation_and_some_api_has_contracts(
    tmp_path: Path, known: dict[str, list[str]], said: str
) -> None:
    contracts = load(lay_out(tmp_path, contract({"ok": OK})), ["toy"])
    check_names(contracts, {"toy": ["Show"], "other": ["Show"]})
    with pytest.raises(BadContract, match=said):
        check_names(contracts, known)


def test_files_are_read_at_the_start_and_never_again(tmp_path: Path) -> None:
    contracts = Contracts(lay_out(tmp_path, contract({"ok": "gone"}), SHARING), ["toy"])
    shutil.rmtree(tmp_path)
    found = contracts.get("toy.Show")
    assert found is not None
    assert [one.name for one in found.responses] == ["ok"]


def test_a_file_that_cannot_be_read_is_named_at_the_start(tmp_path: Path) -> None:
    lay_out(tmp_path, contract({"ok": OK}))
    (tmp_path / "toy" / "Other.json").mkdir()
    with pytest.raises(BadContract, match=r"Other\.json: Is a directory"):
        load(tmp_path, ["toy"])


def test_a_contract_that_is_not_asked_for_is_not_looked_at(tmp_path: Path) -> None:
    contracts = load(lay_out(tmp_path, contract({"ok": "nothing"})), ["toy"], check=False)
    assert contracts.get("toy.Other") is None
    with pytest.raises(BadContract):
        contracts.load_all()


def test_a_contract_is_loaded_once(tmp_path: Path) -> None:
    contracts = load(lay_out(tmp_path, contract({"ok": OK})), ["toy"])
    assert contracts.get("toy.Show") is contracts.by_operation["toy.Show"]


def test_all_may_be_loaded_in_a_thread_while_one_is_asked_for() -> None:
    contracts = load(folder("contracts"), ["prime"], check=False)
    thread = threading.Thread(target=contracts.load_all)
    thread.start()
    asked = contracts.get("prime.Suspend")
    thread.join()
    assert asked == contracts.by_operation["prime.Suspend"]
