"""JSON in files: where a value stands, and what a program may have written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.wire.json_document import BadJson, line_of, read_written

NAMES = st.text("ab0/~", max_size=3)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('a"[{:,\\\n', max_size=5),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=4),
    max_leaves=12,
)


def numbered(value: Any, lines: list[str], pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, int]]:
    """Write a value into lines, one a value; yield each pointer and its line."""
    yield pointer, len(lines)
    if not isinstance(value, dict | list):
        lines[-1] += json.dumps(value)
        return
    lines[-1] += "{" if isinstance(value, dict) else "["
    for place, one in enumerate(value.items() if isinstance(value, dict) else value):
        lines[-1] += "," if place else ""
        step, below = one if isinstance(value, dict) else (place, one)
        lines.append(f"{json.dumps(step)} : " if isinstance(value, dict) else " ")
        yield from numbered(below, lines, (*pointer, step))
    lines.append("}" if isinstance(value, dict) else "]")


@given(DOCUMENTS)
def test_the_line_of_each_value(document: Any) -> None:
    lines = [""]
    places = list(numbered(document, lines))
    text = "\n".join(lines)
    assert json.loads(text) == document
    assert [(pointer, line_of(text, pointer)) for pointer, _ in places] == places


@pytest.mark.parametrize(("pointer", "line"), [(("a", "x"), 2), (("a", 1, "x"), 3), (("a", 7), 2), (("b", 0), 4)])
def test_what_is_not_there_is_where_it_should_be(pointer: tuple[str | int, ...], line: int) -> None:
    assert line_of('{\n"a": [1,\n{"y": [2]}],\n"b": 3}', pointer) == line


@pytest.mark.parametrize(
    "text", [b'{"a": 1, "a": 2}', b'"\\ud800"', b"1e999", b"null", b"[" * 100 + b"]" * 100, b"\xef\xbb\xbf{}"]
)
def test_what_a_program_wrote_is_taken_as_it_is(text: bytes) -> None:
    assert read_written(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"", 1, "Expecting value"),
        (b"[\n1,]", 2, ""),
        (b"\xff\xfe\xfd", 1, ""),
        (b"9" * 5000, 1, "integer string conversion"),
        (b"[\n" * 101 + b"]" * 101, 101, "nested more than 100 deep"),
        (b'{"a":\n' * 100_000, 101, "nested more than 100 deep"),
    ],
    ids=repr,
)
def test_what_no_program_wrote_is_refused_with_its_line(text: bytes, line: int, says: str) -> None:
    with pytest.raises(BadJson) as caught:
        read_written(text)
    assert (caught.value.line, says in caught.value.reason) == (line, True)
