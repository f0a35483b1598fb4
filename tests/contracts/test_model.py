"""A contract judges a request and an answer, and says in words what is wrong and by which clause."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from mockserver._resources import folder
from mockserver.contracts.loader import LAYOUT, load
from mockserver.contracts.model import Contract
from mockserver.core.machine import Confidence

JSON = "application/json"
DOCUMENT: dict[str, Any] = {
    "operation": "toy.Show",
    "title": "Show",
    "sources": [{"title": "a book", "url": "https://docs.example/book"}, {"title": "another"}],
    "methods": ["GET"],
    "path": "/toy",
    "parameters": {"type": "object", "required": ["page"]},
    "body": {"type": ["object", "null"]},
    "responses": {
        "near": {
            "status": 200,
            "content_type": JSON,
            "confidence": "observed",
            "source": "a capture",
            "schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
        },
        "far": {
            "status": 200,
            "content_type": JSON,
            "confidence": "inferred",
            "schema": {"type": "object", "required": ["x", "y", "z"], "properties": {"a": {"type": "boolean"}}},
        },
        "text": {"status": 200, "content_type": "text/plain", "confidence": "documented", "schema": {"type": "string"}},
        "gone": {"status": 404, "content_type": None, "confidence": "documented"},
    },
    "examples": [
        {"name": "one", "request": {"method": "GET", "path": "/toy"}, "response": {"name": "near", "status": 200}}
    ],
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    root = tmp_path_factory.mktemp("contracts")
    (root / "toy").mkdir()
    shutil.copy(folder("contracts") / LAYOUT, root / LAYOUT)
    (root / "toy" / "Show.json").write_text(json.dumps(DOCUMENT))
    found = load(root, ["toy"]).get("toy.Show")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(
            (500, JSON, {}),
            {
                "message": "toy.Show never answers 500; its contract knows 200, 404",
                "expected": "status 200, 404",
                "got": "status 500",
                "clause": "",
                "source": "a book https://docs.example/book",
                "confidence": None,
                "pointer": "",
            },
            id="a status that it has not",
        ),
        pytest.param(
            (200, "text/html", "x"),
            {
                "message": f"toy.Show answers 200 as {JSON}, not text/html",
                "expected": f"Content-Type {JSON}",
                "got": "text/html",
                "clause": "near",
                "source": "a capture",
                "confidence": Confidence.OBSERVED,
                "pointer": "",
            },
            id="another type",
        ),
        pytest.param((200, None, None), {"got": "None", "clause": "near"}, id="no type"),
        pytest.param(
            (200, JSON, {"a": "one"}),
            {
                "message": "'one' is not of type 'integer'",
                "pointer": "/a",
                "expected": "integer",
                "got": '"one"',
                "clause": "near",
                "source": "a capture",
                "confidence": Confidence.OBSERVED,
            },
            id="the clause that it is least unlike",
        ),
        pytest.param(
            (200, "text/plain", 7),
            {"clause": "text", "source": "a book https://docs.example/book", "confidence": Confidence.DOCUMENTED},
            id="of its type only",
        ),
    ],
)
def test_an_answer_that_is_none_of_those_named_is_explained(
    toy: Contract, answer: tuple[int, str | None, object], expected: dict[str, Any]
) -> None:
    assert toy.response(*answer) is None
    found = toy.explain(*answer)
    assert (found.side, found.part) == ("server", "response")
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    "answer",
    [(200, JSON, {"a": 1}), (200, JSON, {"x": 1, "y": 2, "z": 3}), (200, "text/plain", "x"), (404, None, None)],
)
def test_an_answer_that_is_named_breaks_nothing(toy: Contract, answer: tuple[int, str | None, object]) -> None:
    assert toy.response(*answer) is not None


def test_a_request_is_judged_by_parameters_and_body(toy: Contract) -> None:
    assert toy.breaches_of_request({"page": "1"}, None) == []
    parameters, body = toy.breaches_of_request({}, [])
    assert (parameters.side, parameters.part, parameters.pointer) == ("client", "parameters", "")
    assert parameters.message == "'page' is a required property"
    assert parameters.source == body.source == "a book https://docs.example/book"
    assert (body.part, body.expected, body.got) == ("body", "object or null", "[]")
