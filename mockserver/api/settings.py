"""An API's settings: typed, documented settings with a label that says how sure their default is.

An API declares a frozen dataclass whose fields are made by `setting`; fixtures and the control
endpoint set them by name.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_type_hints

from mockserver.core.errors import BadPlan, DomainError
from mockserver.core.machine import Confidence
from mockserver.core.plan import seconds

T = TypeVar("T")

_known_hints: dict[type[Any], dict[str, Any]] = {}


class InvalidSetting(DomainError):
    """No such setting, or a value it does not take; `name` says which."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def setting(
    default: Any,
    doc: str,
    confidence: Confidence = Confidence.INFERRED,
    *,
    choices: Sequence[Any] = (),
    minimum: float | None = None,
    pattern: str = "",
    duration: bool = False,
) -> Any:
    """Declare one setting.

    Args:
        default: its value when nobody sets it.
        doc: one sentence for the reference pages.
        confidence: how well the default is known to be the vendor's behaviour.
        choices: the only values it takes.
        minimum: the least number it takes.
        pattern: a regular expression that the whole of a text must match.
        duration: a number of seconds that may also be written `250ms`, `2s`, `1m`.
    """
    facts = {
        "doc": doc,
        "confidence": confidence,
        "choices": tuple(choices),
        "minimum": minimum,
        "pattern": pattern,
        "duration": duration,
    }
    return dataclasses.field(default=default, metadata=facts)


def change(settings: T, values: Mapping[str, Any]) -> T:
    """Return the settings with some values set.

    Raises:
        BadKnob: an unknown name, or a value of the wrong type or out of range.
    """
    known = {field.name: field for field in dataclasses.fields(settings)}  # type: ignore[arg-type]
    hints = _hints(type(settings))
    checked = {}
    for name, value in values.items():
        if name not in known:
            raise InvalidSetting(name, f"no setting {name!r}; there are {', '.join(known)}")
        checked[name] = _check(name, value, hints[name], known[name].metadata)
    return dataclasses.replace(settings, **checked)  # type: ignore[type-var]


def values(settings: Any) -> dict[str, Any]:
    """Return the settings as JSON can say them."""
    return {
        field.name: list(value) if isinstance(value := getattr(settings, field.name), tuple) else value
        for field in dataclasses.fields(settings)
    }


def describe(settings: type[Any]) -> list[dict[str, Any]]:
    """Return name, type, default, label and meaning of each setting, for the reference and the control API."""
    hints = _hints(settings)
    rows = []
    for field in dataclasses.fields(settings):
        facts = field.metadata
        row = {
            "name": field.name,
            "type": "duration" if facts["duration"] else _type_name(hints[field.name]),
            "default": list(field.default) if isinstance(field.default, tuple) else field.default,
            "confidence": str(facts["confidence"]),
            "doc": facts["doc"],
        }
        if facts["choices"]:
            row["choices"] = list(facts["choices"])
        if facts["minimum"] is not None:
            row["minimum"] = facts["minimum"]
        if facts["pattern"]:
            row["pattern"] = facts["pattern"]
        rows.append(row)
    return rows


def _hints(settings: type[Any]) -> dict[str, Any]:
    # Remembered: finding them out costs more than all the rest of a change, and each new sandbox makes some.
    if settings not in _known_hints:
        _known_hints[settings] = get_type_hints(settings)
    return _known_hints[settings]


def _type_name(hint: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    if hint in names:
        return names[hint]
    return "list of strings" if "tuple" in str(hint) else "string or null"


def _check(name: str, value: Any, hint: Any, facts: Mapping[str, Any]) -> Any:
    if facts["duration"] and (isinstance(value, int | float | str)) and not isinstance(value, bool):
        try:
            value = seconds(value)
        except BadPlan as error:
            raise InvalidSetting(name, f"setting {name!r}: {error}") from None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if "tuple" in str(hint) and isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = tuple(value)
    if not _fits(value, hint):
        raise InvalidSetting(name, f"setting {name!r} takes a {_type_name(hint)}, not {value!r}")
    if facts["choices"] and value not in facts["choices"]:
        raise InvalidSetting(
            name, f"setting {name!r} takes one of {', '.join(map(str, facts['choices']))}, not {value!r}"
        )
    if facts["minimum"] is not None and value < facts["minimum"]:
        raise InvalidSetting(name, f"setting {name!r} is at least {facts['minimum']}, not {value!r}")
    if facts["pattern"] and not re.fullmatch(facts["pattern"], value, re.ASCII):
        raise InvalidSetting(name, f"setting {name!r} takes a text that matches {facts['pattern']}, not {value!r}")
    return value


def _fits(value: Any, hint: Any) -> bool:
    if hint in (int, float):
        return isinstance(value, hint) and not isinstance(value, bool)
    if hint in (bool, str):
        return isinstance(value, hint)
    if "tuple" in str(hint):
        return isinstance(value, tuple)
    return value is None or isinstance(value, str)
