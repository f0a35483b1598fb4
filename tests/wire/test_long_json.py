"""A document that is read a stretch at a time is what it would be read whole, or refused with the same words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.wire import json_document, long_json
from mockserver.wire.json_document import BadJson, read_document
from mockserver.wire.long_json import NotRead, has_surrogates, read_long

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=60)
@given(_VALUES, st.integers(1, 9), st.sampled_from([None, 1]), st.booleans())
def test_it_is_what_it_would_be_whole(value: object, stretch: int, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "STRETCH", stretch)
        assert read_long(text.encode(), json.JSONDecoder()) == json.loads(text)


@settings(max_examples=60)
@given(_VALUES, st.data(), st.integers(1, 9))
def test_what_is_cut_or_spoilt_is_read_as_the_whole_would_be(value: object, data: st.DataObject, stretch: int) -> None:
    text = json.dumps(value)
    at = data.draw(st.integers(0, len(text)))
    spoilt = text[:at] + data.draw(st.sampled_from(["", "]", ",", ":", '"', "0", "x"])) + text[at + 1 :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "STRETCH", stretch)
        try:
            whole = json.loads(spoilt)
        except json.JSONDecodeError:
            with pytest.raises(NotRead):
                read_long(spoilt.encode(), json.JSONDecoder())
        else:
            try:
                assert read_long(spoilt.encode(), json.JSONDecoder()) == whole
            except NotRead:
                assert spoilt.count('"') > 2  # a key that stands twice is left to who complains of it


@pytest.mark.parametrize(
    "number", ["0", "-0", "12", "-1.25", "1e5", "1E+05", "123456789012345678901234567890", "1.7976931348623157e+308"]
)
@pytest.mark.parametrize("stretch", range(1, 9))
def test_a_number_across_a_border_is_one(number: str, stretch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_json, "STRETCH", stretch)
    assert read_long(f"[{number} ,{number}]".encode(), json.JSONDecoder()) == [json.loads(number)] * 2
    assert read_long(number.encode(), json.JSONDecoder()) == json.loads(number)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1,\n "b": 2, "a": 3}', "2:10: a second "),
        ('{"a": 1,\n "b": 1e999}', "2:7: 1e999 is a number that cannot be kept"),
        ('{"a": 1,\n "b": "\\ud800"}', "2:7: half of a surrogate pair"),
        ('{"a": 1,\n "b": NaN}', "2:7: NaN is a number that cannot be kept"),
        ('{"a": 1,\n "b" 2}', "2:6: Expecting ':' delimiter"),
        ('{"a": 1,\n "b": 2} 3', "2:10: Extra data"),
        ("[" * 101 + "]" * 101, "1:101: nested more than 100 deep"),
    ],
)
def test_what_is_wrong_with_a_long_document_is_said_with_its_place(
    text: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _complaint(text.encode())
    assert place in whole
    monkeypatch.setattr(long_json, "STRETCH", 4)
    monkeypatch.setattr(json_document, "STRETCH", 4)
    assert _complaint(text.encode()) == whole


def test_bytes_that_are_no_text_are_refused_with_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_json, "STRETCH", 4)
    monkeypatch.setattr(json_document, "STRETCH", 4)
    assert _complaint(b'{"a":\n  "\xff"}').startswith("2:4: not UTF-8")


@pytest.mark.parametrize("stretch", range(1, 12))
def test_an_escaped_surrogate_on_a_border_is_seen(stretch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_json, "STRETCH", stretch)
    assert has_surrogates(b'"abcde\\uDe00"')
    assert not has_surrogates(b'"abcde\\u00dd"')


def _complaint(raw: bytes) -> str:
    with pytest.raises(BadJson) as caught:
        read_document(raw)
    return str(caught.value)
