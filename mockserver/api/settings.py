"""An API's settings: rows of a table, from which defaults, documentation and a JSON Schema are made.

An API declares a frozen dataclass whose fields are made by `flag`, `choice`, `text`, `texts`, `integer` and `seconds`;
fixtures and the control API set them by name. The schema checks both, and completes names in editors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from mockserver.core import plan
from mockserver.core.errors import BadPlan, DomainError, meant, unknown_name
from mockserver.core.machine import Confidence

T = TypeVar("T")
Choice = TypeVar("Choice", str, int)

_rows: dict[type[Any], Mapping[str, Setting]] = {}
_validators: dict[type[Any], Any] = {}
_ROW = "setting"
_ORDER = ("type", "enum", "minimum", "maximum", "pattern")

CENTURY = 3_153_600_000
"""Seconds of a hundred years: the longest that a setting may say. A clock that has come to its end has room for it."""

_LARGEST = 2**31 - 1
"""What an integer of all four APIs can say."""


class InvalidSetting(DomainError):
    """No such setting, or a value it does not take; `name` says which."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class SettingType(StrEnum):
    """What a setting takes, in the words of the reference."""

    FLAG = "boolean"
    INTEGER = "integer"
    SECONDS = "duration"
    TEXT = "string"
    OPTIONAL_TEXT = "string or null"
    TEXTS = "list of strings"


_TYPES: Mapping[SettingType, Mapping[str, Any]] = {
    SettingType.FLAG: {"type": "boolean"},
    SettingType.INTEGER: {"type": "integer"},
    # As text only in what users write: `change` reads it before the schema sees it.
    SettingType.SECONDS: {"type": ["number", "string"], "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|m|h)?\s*$"},
    SettingType.TEXT: {"type": "string"},
    SettingType.OPTIONAL_TEXT: {"type": ["string", "null"]},
    SettingType.TEXTS: {"type": "array", "items": {"type": "string"}},
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row.

    Attributes:
        doc: one sentence for the reference pages.
        confidence: how well the default is known to be the vendor's behaviour.
        choices: the only values it takes; empty: any.
        minimum: the least number it takes; `maximum` the greatest. Every number has both.
        pattern: a regular expression that the whole of a text must match.
    """

    kind: SettingType
    default: Any
    doc: str
    confidence: Confidence
    choices: tuple[Any, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    pattern: str = ""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of its values."""
        found = {"description": self.doc, "default": _plain(self.default), **_TYPES[self.kind]}
        if self.choices:
            found["enum"] = [_plain(one) for one in self.choices]
        if self.minimum is not None:
            found["minimum"] = self.minimum
        if self.maximum is not None:
            found["maximum"] = self.maximum
        if self.pattern:
            found["pattern"] = f"^(?:{self.pattern})$"
        return found


def flag(default: bool, doc: str, confidence: Confidence = Confidence.INFERRED) -> bool:
    """Declare a setting that is on or off."""
    return _row(default, SettingType.FLAG, doc, confidence)


def choice(default: Choice, among: Sequence[Choice], doc: str, confidence: Confidence = Confidence.INFERRED) -> Choice:
    """Declare a setting that takes one of a few words or numbers."""
    kind = SettingType.TEXT if isinstance(default, str) else SettingType.INTEGER
    return _row(default, kind, doc, confidence, choices=tuple(among))


def text(default: str, doc: str, confidence: Confidence = Confidence.INFERRED, *, pattern: str = "") -> str:
    """Declare a setting that takes a text; `pattern` must match the whole of it."""
    return _row(default, SettingType.TEXT, doc, confidence, pattern=pattern)


def optional_text(doc: str, confidence: Confidence = Confidence.INFERRED) -> str | None:
    """Declare a setting that takes a text or, by default, none."""
    return _row(None, SettingType.OPTIONAL_TEXT, doc, confidence)


def texts(default: tuple[str, ...], doc: str, confidence: Confidence = Confidence.INFERRED) -> tuple[str, ...]:
    """Declare a setting that takes a list of texts."""
    return _row(default, SettingType.TEXTS, doc, confidence)


def integer(
    default: int, doc: str, confidence: Confidence = Confidence.INFERRED, *, minimum: int, maximum: int = _LARGEST
) -> int:
    """Declare a setting that takes a whole number."""
    return _row(default, SettingType.INTEGER, doc, confidence, minimum=minimum, maximum=maximum)


def seconds(default: float, doc: str, confidence: Confidence = Confidence.INFERRED, *, minimum: int = 0) -> float:
    """Declare a setting that takes seconds, up to CENTURY, which may also be written `250ms`, `2s`, `1m`."""
    return _row(default, SettingType.SECONDS, doc, confidence, minimum=minimum, maximum=CENTURY)


def rows(settings: type[Any]) -> Mapping[str, Setting]:
    """Return the rows of a settings class by name; what follows from them (`init=False`) is none."""
    if settings not in _rows:
        _rows[settings] = {one.name: one.metadata[_ROW] for one in dataclasses.fields(settings) if one.init}
    return _rows[settings]


def settings_schema(settings: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a fixture's `settings`, as `fixtures/<api>.schema.json` holds it."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: row.schema() for name, row in rows(settings).items()},
    }


def change(settings: T, values: Mapping[str, Any], *, known_good: bool = False) -> T:
    """Return the settings with some values set.

    Args:
        known_good: somebody has checked them before, and they need not be.

    Raises:
        InvalidSetting: an unknown name, or a value of the wrong type or out of range.
    """
    known = rows(type(settings))
    checked = {}
    for name, value in values.items():
        if name not in known:
            raise InvalidSetting(name, unknown_name("setting", name, known))
        checked[name] = _checked(type(settings), name, known[name], value, known_good)
    return dataclasses.replace(settings, **checked)  # type: ignore[type-var]


def values(settings: Any) -> dict[str, Any]:
    """Return the settings as JSON can say them."""
    return {name: _plain(getattr(settings, name)) for name in rows(type(settings))}


def describe(settings: type[Any]) -> list[dict[str, Any]]:
    """Return name, type, default, label and meaning of each setting, for the reference and the control API."""
    found = []
    for name, row in rows(settings).items():
        described = {
            "name": name,
            "type": str(row.kind),
            "default": _plain(row.default),
            "confidence": str(row.confidence),
            "doc": row.doc,
        }
        if row.choices:
            described["choices"] = list(row.choices)
        if row.minimum is not None:
            described["minimum"] = row.minimum
        if row.maximum is not None:
            described["maximum"] = row.maximum
        if row.pattern:
            described["pattern"] = row.pattern
        found.append(described)
    return found


def _row(default: T, kind: SettingType, doc: str, confidence: Confidence, **bounds: Any) -> T:
    row = Setting(kind=kind, default=default, doc=doc, confidence=confidence, **bounds)
    # A field where its value is declared: what `dataclasses.field` itself tells the type checker.
    return dataclasses.field(default=default, metadata={_ROW: row})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    # A word that is a member of an enumeration is that word to JSON.
    return str(value) if isinstance(value, str) else value


def _validator(settings: type[Any]) -> Any:
    if settings not in _validators:
        import jsonschema_rs

        _validators[settings] = jsonschema_rs.validator_for(settings_schema(settings))
    return _validators[settings]


def _checked(settings: type[Any], name: str, row: Setting, value: Any, known_good: bool) -> Any:
    if row.kind is SettingType.SECONDS and isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            value = plan.seconds(value)
        except BadPlan as error:
            raise InvalidSetting(name, f"setting {name!r}: {error}") from None
    problems = () if known_good else {one.kind.name for one in _validator(settings).iter_errors({name: value})}
    problem = next((keyword for keyword in _ORDER if keyword in problems), None)
    if problem is not None:
        near = meant(value, map(str, row.choices)) if problem == "enum" and isinstance(value, str) else ""
        question = f"; {near.strip()}" if near else ""
        raise InvalidSetting(name, f"setting {name!r} {_refusal(row, problem)}, not {value!r}{question}")
    if row.kind is SettingType.INTEGER:
        return int(value)  # 5.0 is an integer in JSON.
    return tuple(value) if row.kind is SettingType.TEXTS else value


def _refusal(row: Setting, keyword: str) -> str:
    if keyword == "enum":
        return f"takes one of {', '.join(map(str, row.choices))}"
    if keyword == "minimum":
        return f"is at least {row.minimum}"
    if keyword == "maximum":
        return f"is at most {row.maximum}"
    if keyword == "pattern":
        return f"takes a text that matches {row.pattern}"
    return f"takes a {'number' if row.kind is SettingType.SECONDS else row.kind}"
