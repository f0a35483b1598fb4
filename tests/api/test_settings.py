"""Settings: rows that make defaults, documentation, a JSON Schema, and sentences that say what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import pytest

from mockserver.api import settings
from mockserver.api.settings import InvalidSetting, choice, flag, integer, optional_text, seconds, text, texts
from mockserver.core.machine import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    loud: bool = flag(True, "Loud.", Confidence.DOCUMENTED)
    colour: str = choice("red", ("red", "blue"), "Colour.")
    code: int = choice(400, (400, 401), "Code.")
    version: str = text("1.0", "Version.", pattern=r"\d\.\d")
    header: str | None = optional_text("Header.")
    names: tuple[str, ...] = texts(("a",), "Names.")
    size: int = integer(3, "Size.", minimum=1)
    few: int = integer(3, "Few.", minimum=1, maximum=5)
    delay: float = seconds(1.0, "Delay.", minimum=1)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"loud": False}, False),
        ({"colour": "blue"}, "blue"),
        ({"code": 401}, 401),
        ({"version": "2.5"}, "2.5"),
        ({"header": "X"}, "X"),
        ({"header": None}, None),
        ({"names": ["b", "c"]}, ("b", "c")),
        ({"names": []}, ()),
        ({"size": 9}, 9),
        ({"size": 9.0}, 9),
        ({"delay": 2}, 2.0),
        ({"delay": "1500ms"}, 1.5),
        ({"delay": "2m"}, 120.0),
    ],
)
def test_what_fits_is_kept_as_the_type_that_the_class_says(given: dict[str, Any], kept: Any) -> None:
    (name,) = given
    found = getattr(settings.change(Rows(), given), name)
    assert found == kept
    assert type(found) is type(kept)
    assert next(iter(jsonschema_rs.validator_for(settings.settings_schema(Rows)).iter_errors(given)), None) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"loud": 1}, "setting 'loud' takes a boolean, not 1"),
        ({"colour": "green"}, "setting 'colour' takes one of red, blue, not 'green'"),
        ({"colour": 1}, "setting 'colour' takes a string, not 1"),
        ({"code": 402}, "setting 'code' takes one of 400, 401, not 402"),
        ({"code": True}, "setting 'code' takes a integer, not True"),
        ({"version": "12"}, r"setting 'version' takes a text that matches \d\.\d, not '12'"),
        ({"version": "1.2\n"}, r"setting 'version' takes a text that matches \d\.\d, not '1.2\n'"),
        ({"version": "\u0661.2"}, r"setting 'version' takes a text that matches \d\.\d, not '\u0661.2'"),
        ({"header": 1}, "setting 'header' takes a string or null, not 1"),
        ({"names": ["a", 1]}, "setting 'names' takes a list of strings, not ['a', 1]"),
        ({"names": "a"}, "setting 'names' takes a list of strings, not 'a'"),
        ({"size": 0}, "setting 'size' is at least 1, not 0"),
        ({"size": 2**31}, "setting 'size' is at most 2147483647, not 2147483648"),
        ({"size": 1e300}, "setting 'size' is at most 2147483647, not 1e+300"),
        ({"few": 9}, "setting 'few' is at most 5, not 9"),
        ({"delay": 3_153_600_001}, "setting 'delay' is at most 3153600000, not 3153600001.0"),
        ({"delay": "876001h"}, "setting 'delay' is at most 3153600000, not 3153603600.0"),
        ({"delay": "9" * 400}, "setting 'delay' takes a number, not inf"),
        ({"size": 1.5}, "setting 'size' takes a integer, not 1.5"),
        ({"delay": None}, "setting 'delay' takes a number, not None"),
        ({"delay": True}, "setting 'delay' takes a number, not True"),
        ({"delay": 0}, "setting 'delay' is at least 1, not 0.0"),
        ({"delay": "500ms"}, "setting 'delay' is at least 1, not 0.5"),
        ({"delay": "soon"}, "setting 'delay': 'soon' is no duration; write seconds, or text such as 250ms, 2s, 1m"),
        ({"colur": "red"}, "no setting 'colur'; did you mean 'colour'? there are loud, colour, code, version, header, names, size, few, delay"),
        ({"zzz": 1}, "no setting 'zzz'; there are loud, colour, code, version, header, names, size, few, delay"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_in_one_sentence(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        settings.change(Rows(), given)
    assert str(caught.value) == says.replace(r"\u0661", "\u0661")
    assert [caught.value.name] == [*given]


def test_nothing_is_set_when_one_value_does_not_fit() -> None:
    rows = Rows()
    with pytest.raises(InvalidSetting):
        settings.change(rows, {"size": 5, "loud": "yes"})
    assert rows == Rows()


def test_the_schema_and_the_description_say_the_same_of_each_row() -> None:
    schema = settings.settings_schema(Rows)
    described = {row["name"]: row for row in settings.describe(Rows)}
    assert [*schema["properties"]] == [*described] == [*settings.values(Rows())]
    assert schema["additionalProperties"] is False
    for name, row in schema["properties"].items():
        assert row["default"] == described[name]["default"]
        assert row["description"] == described[name]["doc"]
        assert row.get("enum") == described[name].get("choices")
        for bound in ("minimum", "maximum"):
            assert row.get(bound) == described[name].get(bound)
    assert described["delay"]["type"] == "duration"
    assert described["loud"]["confidence"] == "documented"
