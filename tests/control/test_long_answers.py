"""Answers that list very much: put together in pieces, they are what is put together at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.api.response import json_response
from mockserver.control import long_answers
from mockserver.control.long_answers import long_json_response


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7, 9])
@pytest.mark.parametrize("text", ["plain", 'quoted "x" ]}', "lone \ud800"])
async def test_an_answer_in_pieces_is_the_one_in_one_go(monkeypatch: pytest.MonkeyPatch, count: int, text: str) -> None:
    monkeypatch.setattr(long_answers, "PIECE", 3)
    items = list(range(count))
    answer = await long_json_response(
        {"now": text, "frozen": True}, "fired", [*items], lambda one: {"id": one, "x": text}
    )
    whole = json_response({"now": text, "frozen": True, "fired": [{"id": one, "x": text} for one in items]})
    assert json.loads(answer.body) == answer.data == whole.data
    assert answer._replace(body=b"") == whole._replace(body=b"")


@pytest.mark.parametrize("long", [-1.0, 1e9])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
@pytest.mark.parametrize("before", [{}, {"now": 1}])
@pytest.mark.parametrize("after", [{}, {"total": 7, "b": []}])
@pytest.mark.parametrize("judged", [True, False])
async def test_what_stands_around_the_list_and_pieces_that_take_long(
    monkeypatch: pytest.MonkeyPatch,
    long: float,
    count: int,
    before: dict[str, Any],
    after: dict[str, Any],
    judged: bool,
) -> None:
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", long)
    answer = await long_json_response(
        before, "list", list(range(count)), lambda one: {"id": one}, after=after, judged=judged
    )
    whole = json_response({**before, "list": [{"id": one} for one in range(count)], **after})
    assert answer.body == whole.body
    assert answer.data in ((whole.data,) if judged else (whole.data, None))


async def test_of_the_usual_text_not_even_a_byte_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "PIECE", 3)
    answer = await long_json_response({"now": "Ä"}, "fired", list(range(8)), lambda one: {"id": one})
    assert answer == json_response({"now": "Ä", "fired": [{"id": one} for one in range(8)]})
