"""The NBI's filter language: `field=value`, and a handful of functions.

The references name them in examples; an operator that is not there is not invented here. Values are
compared exactly; `between` takes both ends in; what a job does not have matches only the negative ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.moments import read_stamp


class FieldType(Enum):
    """What a field's values are compared as."""

    TEXT = auto()
    NUMBER = auto()
    MOMENT = auto()


@dataclass(frozen=True, slots=True)
class Condition:
    """One `field=expression`, ready to be asked."""

    field: str
    holds: Callable[[Any], bool]
    equals: str | None = None
    """The one text it wants, when it is a plain equality."""


_CALL = re.compile(r"\s*([A-Za-z]+)\((.*)\)\s*", re.DOTALL)
_ARGUMENT = re.compile(r'\s*+(?:"((?:[^"\\]|\\.)*+)"|([^,"]*+))\s*+(?:,|$)')
_ESCAPED = re.compile(r"\\(.)")

_OPERATORS: Mapping[str, tuple[int | None, Callable[[Any, tuple[Any, ...]], bool]]] = {
    "in": (None, lambda value, given: value in given),
    "ne": (1, lambda value, given: value != given[0]),
    "between": (2, lambda value, given: value is not None and given[0] <= value <= given[1]),
    "contains": (1, lambda value, given: value is not None and str(given[0]) in str(value)),
    "startsWith": (1, lambda value, given: value is not None and str(value).startswith(str(given[0]))),
    "notStartsWith": (1, lambda value, given: value is None or not str(value).startswith(str(given[0]))),
}
_TEXTUAL = frozenset({"contains", "startsWith", "notStartsWith"})


@lru_cache(maxsize=256)
def condition(field: str, field_type: FieldType, expression: str, zone: str) -> Condition:
    """Read one expression.

    Args:
        zone: the server's, for moments that name none.

    Raises:
        PrimeError: a value is of the wrong type, or a function has the wrong number of them.
    """
    found = _CALL.fullmatch(expression)
    operator = _OPERATORS.get(found[1]) if found is not None else None
    if found is None or operator is None:
        text = _unquoted(expression)
        wanted = _read(field, field_type, text, zone)
        return Condition(field, lambda value: value == wanted, text if field_type is FieldType.TEXT else None)
    arity, test = operator
    # The textual ones look at digits, even of a number.
    compared_as = FieldType.TEXT if found[1] in _TEXTUAL else field_type
    given = tuple(_read(field, compared_as, text, zone) for text in _arguments(found[2]))
    if not given or (arity is not None and len(given) != arity):
        raise PrimeError(400, f"Invalid filter {expression} for {field}")
    return Condition(field, lambda value: test(value, given))


def conditions(parameters: Mapping[str, Any], fields: Mapping[str, FieldType], zone: str) -> list[Condition]:
    """Read all filters of a query; what begins with a dot or an underscore is a directive and none of them.

    Raises:
        PrimeError: a field is unknown, or an expression cannot be read.
    """
    found: list[Condition] = []
    for name, texts in parameters.items():
        if name.startswith((".", "_")):
            continue
        if name not in fields:
            raise PrimeError(400, f"Unknown attribute {name}")
        found.extend(
            condition(name, fields[name], text, zone) for text in (texts if isinstance(texts, list) else (texts,))
        )
    return found


def hold(found: Iterable[Condition], values: Callable[[str], Any], *, any_of_them: bool = False) -> bool:
    """Tell whether conditions hold: all of them, or any (`.or_filter=true`)."""
    answers = (one.holds(values(one.field)) for one in found)
    return any(answers) if any_of_them else all(answers)


def _arguments(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _ARGUMENT.match(text, at)
        if match is None:
            return []
        found.append(_ESCAPED.sub(r"\1", match[1]) if match[1] is not None else match[2].strip())
        at = match.end()
    return found


def _unquoted(text: str) -> str:
    text = text.strip()
    return _ESCAPED.sub(r"\1", text[1:-1]) if len(text) >= 2 and text[0] == text[-1] == '"' else text


def _read(field: str, field_type: FieldType, text: str, zone: str) -> Any:
    if field_type is FieldType.TEXT:
        return text
    try:
        return int(text) if field_type is FieldType.NUMBER else read_stamp(text, zone)
    except ValueError:
        raise PrimeError(400, f"Invalid value {text} for {field}") from None
