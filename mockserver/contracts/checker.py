"""Decoded data against a JSON Schema: a verdict on every call, and words when it is no.

Rules a maintainer must keep:

1. The verdict is jsonschema-rs, compiled once: it runs on every call, both ways, and costs microseconds.
2. The words are jsonschema's (`best_match`), and only when there is a breach to word.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Schema: TypeAlias = Mapping[str, Any] | bool
"""A JSON Schema of draft 2020-12, as plain data."""

_DEFINITION = "#/$defs/"
_MESSAGE_LENGTH = 500
_NAMES_EXPLAINED, _LONGEST_NAME = 3, 100
_SHOWN_LENGTH = 200


class BadSchema(ValueError):
    """A schema cannot be compiled; the message is the reason, on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why decoded data does not fit a schema.

    Attributes:
        pointer: JSON pointer to what does not fit.
        message: one sentence.
        expected: what the schema asks for there, in a few words.
        got: what stands there, as JSON, cut at 200 characters.
        weight: how far the data is from the schema: the number of its faults.
    """

    pointer: str
    message: str
    expected: str
    got: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """A compiled schema.

    Attributes:
        schema: what was compiled, with the definitions it refers to.
        is_valid: tells whether decoded data fits.
    """

    schema: Schema
    is_valid: Callable[[Any], bool] = field(repr=False, compare=False)

    def explain(self, data: object) -> Misfit:
        """Say where and why data does not fit."""
        # Imported late: it costs a quarter of the start-up time and is needed only when something is wrong.
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import best_match

        errors = list(Draft202012Validator(self.schema).iter_errors(data))
        error = best_match(errors)
        if error is None:
            return Misfit(pointer="", message="does not fit the contract", expected="what it says", got=shown(data))
        message = error.message if len(error.message) <= _MESSAGE_LENGTH else error.message[:_MESSAGE_LENGTH] + " …"
        message += _question(_narrowed(error))
        return Misfit(
            pointer=pointer(error.absolute_path)[:_MESSAGE_LENGTH],
            message=message,
            expected=_expected(error.validator, error.validator_value, error.instance),
            got=shown(error.instance),
            weight=len(errors),
        )


def _narrowed(error: ValidationError) -> ValidationError:
    """Return what is wrong by the one of several schemas that is meant: of the data's kind, and the nearest."""
    found: Any = error
    # The best match may have been looked for in a schema of another kind.
    while found.parent is not None and not found.relative_path:
        found = found.parent
    while found.validator in ("anyOf", "oneOf"):
        fitting = [branch for branch in _branches(found) if not any(map(_is_of_another_kind, branch))]
        if not fitting:
            break
        nearest = min(fitting, key=len)
        found = next((one for one in nearest if _question(one)), nearest[0])
    narrowed: ValidationError = found
    return narrowed


def _branches(error: ValidationError) -> Iterable[list[ValidationError]]:
    found: dict[Any, list[ValidationError]] = {}
    for one in error.context or ():
        found.setdefault(one.relative_schema_path[0], []).append(one)
    return found.values()


def _is_of_another_kind(error: ValidationError) -> bool:
    if error.relative_path:
        return False
    if error.validator in ("anyOf", "oneOf"):
        return all(any(map(_is_of_another_kind, branch)) for branch in _branches(error))
    return error.validator == "type"


def _question(error: ValidationError) -> str:
    """Return which words were meant, where that is what is wrong."""
    asked: Any = error.validator_value
    known: Mapping[str, Any] = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    if isinstance(error.instance, Mapping):
        if error.validator == "additionalProperties":
            return _meant(error.instance, known)
        if error.validator == "required":
            lacking = [name for name in asked if name not in error.instance]
            return _meant((name for name in error.instance if name not in known), lacking)
    if error.validator == "enum" and isinstance(error.instance, str):
        return _meant([error.instance], (one for one in asked if isinstance(one, str)))
    return ""


def _meant(names: Iterable[str], known: Iterable[str]) -> str:
    """Return which names were meant by those that are not known, if they are near."""
    properties = list(known)
    meant = ""
    for name in islice((name for name in names if name not in properties), _NAMES_EXPLAINED):
        if near := difflib.get_close_matches(name[:_LONGEST_NAME], properties, 1):
            meant += f"; for {name!r}, did you mean {near[0]!r}?"
    return meant


class Compiler:
    """Compiles schemas. Equal ones are compiled once: an API's hundreds of answers share some dozens of shapes."""

    def __init__(self) -> None:
        self._compiled: dict[str, Validator] = {}

    def compile(self, schema: Schema, definitions: Mapping[str, Any]) -> Validator:
        """Compile a schema.

        Args:
            definitions: what it may refer to as `#/$defs/<name>`.

        Raises:
            BadSchema: it is no JSON Schema, or refers to what is not there.
        """
        complete = _with_definitions(schema, definitions)
        text = json.dumps(complete, sort_keys=True)
        found = self._compiled.get(text)
        if found is None:
            import jsonschema_rs

            try:
                compiled = jsonschema_rs.Draft202012Validator(complete)
            except (ValueError, jsonschema_rs.ReferencingError) as error:
                raise BadSchema(str(error).splitlines()[0]) from None
            found = self._compiled[text] = Validator(schema=complete, is_valid=compiled.is_valid)
        return found


def shown(value: object) -> str:
    """Return a value as JSON, cut at 200 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + " …"


def _expected(keyword: str, value: Any, instance: Any) -> str:
    """Return in words what a keyword of JSON Schema asks for, of what stands there."""
    if keyword == "required":
        return f"an object with {', '.join(name for name in value if name not in instance)}"
    if keyword == "type":
        return " or ".join(value) if isinstance(value, list) else str(value)
    if keyword in ("enum", "const"):
        return f"one of {shown(value)}" if keyword == "enum" else shown(value)
    words = {
        "pattern": "a text that matches",
        "additionalProperties": "no other name than those of the contract",
        "minItems": "a list no shorter than",
        "maxItems": "a list no longer than",
        "minimum": "a number of at least",
        "maximum": "a number of at most",
        "not": "anything but",
    }
    return words[keyword] if value is False else f"{words.get(keyword, keyword)} {shown(value)}"


def pointer(path: Iterable[str | int]) -> str:
    """Return a path of names and indices as a JSON pointer."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _with_definitions(schema: Schema, definitions: Mapping[str, Any]) -> Any:
    """Return the schema with those definitions it refers to, directly or through others."""
    if isinstance(schema, bool) or not definitions:
        return schema
    found: dict[str, Any] = dict(schema.get("$defs", {}))
    waiting: list[Any] = [schema]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in found and name in definitions:
                found[name] = definitions[name]
                waiting.append(definitions[name])
    return {**schema, "$defs": found} if found else schema


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith(_DEFINITION):
            yield target.removeprefix(_DEFINITION).partition("/")[0]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
