"""Parameter values: what each data type takes, and what it makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.arcgis.values import LONG_LIMIT, BadValue, read_value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("GPString", " as it is ", " as it is "),
        ("GPBoolean", "True", True),
        ("GPBoolean", "false", False),
        ("GPLong", "-5", -5),
        ("GPLong", str(LONG_LIMIT), LONG_LIMIT),
        ("GPDouble", "1e3", 1000.0),
        ("GPDate", "1671214531000", 1671214531000),
        ("GPDate", "2022-12-16T18:15:31Z", 1671214531000),
        ("GPDate", '{"date":"2022-12-16 18:15:31","format":"yyyy-MM-dd HH:mm:ss"}', 1671214531000),
        ("GPArealUnit", "3 SquareKilometers", {"area": 3, "units": "esriSquareKilometers"}),
        ("GPArealUnit", '{"area":50,"units":"esriSquareMiles"}', {"area": 50, "units": "esriSquareMiles"}),
        ("GPLinearUnit", '{"distance":1,"units":"esriMiles"}', {"distance": 1, "units": "esriMiles"}),
        ("GPDataFile", "https://example.com/a.zip", {"url": "https://example.com/a.zip"}),
        ("GPDataFile", '{"itemID":"i1"}', {"itemID": "i1"}),
        ("GPMultiValue:GPString", '["a","b"]', ["a", "b"]),
        ("GPMultiValue:GPLong", "[1,2]", [1, 2]),
        ("GPValueTable", '[["a",1]]', [["a", 1]]),
        ("GPRecordSet", '{"features":[]}', {"features": []}),
    ],
)
def test_a_value_is_read(kind: str, text: str, value: Any) -> None:
    assert read_value(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("GPBoolean", "yes"),
        ("GPLong", "1.5"),
        ("GPLong", str(LONG_LIMIT + 1)),
        ("GPDouble", "nan"),
        ("GPDouble", "inf"),
        ("GPDouble", "one"),
        ("GPDate", "yesterday"),
        ("GPDate", '{"date":"x","format":"yyyy"}'),
        ("GPDate", '{"date":"2022"}'),
        ("GPLinearUnit", '{"distance":1}'),
        ("GPArealUnit", "three"),
        ("GPDataFile", "{}"),
        ("GPMultiValue:GPLong", '["a"]'),
        ("GPMultiValue:GPString", "a;b"),
        ("GPValueTable", "{}"),
        ("GPFeatureRecordSetLayer", "[]"),
    ],
)
def test_what_is_no_value_is_said_so(kind: str, text: str) -> None:
    with pytest.raises(BadValue):
        read_value(kind, text)


KINDS = [
    "GPString", "GPBoolean", "GPLong", "GPDouble", "GPDate", "GPLinearUnit", "GPArealUnit", "GPDataFile",
    "GPRasterDataLayer", "GPFeatureRecordSetLayer", "GPRecordSet", "GPMultiValue:GPDate", "GPValueTable",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_any_text_is_a_value_or_a_bad_value(kind: str, text: str) -> None:
    try:
        value = read_value(kind, text)
    except BadValue:
        return
    json.dumps(value)
