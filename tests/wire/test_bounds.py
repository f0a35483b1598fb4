"""What costs a stranger little costs the server little: bodies made to be slow, or large, to read."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.apis.casjobs.arguments import QUERY_READER, read_form
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.filters import FieldType, condition
from mockserver.wire import forms
from mockserver.wire.json import MOST, Malformed, read_json
from mockserver.wire.json_document import BadJson, read_document, read_written

SECONDS = 5.0
"""Of processor time, a thousand times what is needed: what grows with the square of an input takes minutes."""

HALF = 500_000


def refused(read: Callable[..., Any], *given: Any) -> None:
    with pytest.raises((BadJson, PrimeError)):
        read(*given)


SLOW: dict[str, Callable[[], Any]] = {
    "JSON, a text of quotes without an end": lambda: read_json(b"[" * 101 + b'"' + b'\\"' * HALF),
    "JSON, quotes and nothing else": lambda: read_json(b"[" * 101 + b'"' * HALF),
    "a document, a text of quotes without an end": lambda: refused(read_document, b"[" * 101 + b'"' + b'\\"' * HALF),
    "an archive, nested too deep": lambda: refused(read_written, b"[" * 200_000 + b'"' + b'\\"' * HALF),
    "a form of one name": lambda: read_form("a=x&" * HALF, (), "utf-8", QUERY_READER),
    "a form of percents": lambda: forms.read_pairs("a=%41&" * HALF),
    "a filter of blanks": lambda: refused(condition, "jobName", FieldType.TEXT, "in(" + " " * 6000 + '")', "UTC"),
}


@pytest.mark.parametrize("kind", SLOW)
def test_no_time_is_lost_on(kind: str) -> None:
    began = time.process_time()
    SLOW[kind]()
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    "body", [b"[" + b"{}," * MOST + b"{}]", b"[" + b"[]," * MOST + b"[]]"], ids=["objects", "lists"]
)
def test_a_body_of_too_many_things_is_malformed(body: bytes) -> None:
    found = read_json(body)
    assert isinstance(found, Malformed)
    assert "more than 200000 objects and lists" in found.reason


def test_brackets_in_texts_are_no_things() -> None:
    assert len(read_json(b'["' + b"{" * (MOST + 1) + b'"]')[0]) == MOST + 1


@pytest.mark.parametrize("text", ["a=1&" * 10_001 + "b=2", "a=%31&" * 10_001 + "b=2"], ids=["plain", "encoded"])
def test_of_a_form_so_many_fields_are_read_as_tomcat_reads(text: str) -> None:
    assert forms.read_pairs(text) == [("a", "1")] * 10_000


def test_a_name_that_comes_again_is_joined() -> None:
    assert forms.pairs_of("a=1&b") == ["a=1", "b"]
    assert dict(forms.read_pairs("a=1&a=2&b=%20")) == {"a": "2", "b": " "}
