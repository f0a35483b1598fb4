"""Answers that list very much: put together in pieces, they are what is put together at once."""

from __future__ import annotations

import json

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


async def test_of_the_usual_text_not_even_a_byte_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "PIECE", 3)
    answer = await long_json_response({"now": "Ä"}, "fired", list(range(8)), lambda one: {"id": one})
    assert answer == json_response({"now": "Ä", "fired": [{"id": one} for one in range(8)]})
