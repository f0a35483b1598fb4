"""What a snapshot looks like: the JSON Schemas of its head, of a job, and of the documents that belong to no API.

What an API keeps of its own is described beside its fixtures (`fixtures.schema`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockserver._resources import folder
from mockserver.core.clock import CLOCK_ENDS, EARLIEST, LATEST
from mockserver.core.job import Cause
from mockserver.core.plan import CancelMode
from mockserver.journal import coverage
from mockserver.journal import forced_states as forced
from mockserver.sandbox.fixtures.schema import Problem
from mockserver.store.base import CLOCK, FAULTS, SETTINGS
from mockserver.wire.json_document import read_document

FORMAT = 1
"""The form of snapshots that this version writes and reads."""

COLLECTIONS = frozenset({CLOCK, SETTINGS, FAULTS, forced.COLLECTION, coverage.VIOLATIONS})
"""What a snapshot holds of documents that belong to no API."""

LARGEST, LARGEST_GIVEN = 2**53, 2**52
"""The largest count that is read from a file of ours, and from anybody: what has been taken is counted on from, and
must not come to more than can be read when it was written."""

_OWN = frozenset({"data", "progress"})
_COUNTS = frozenset({"looks", "request", "forgotten", "version"})
"""What is an integer of a job, wherever it stands, beside what is the API's own."""

LONGEST = 300
"""Characters of a sentence about what is wrong."""

_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_MOMENT = {"type": "number", "minimum": EARLIEST, "maximum": LATEST}
_PAST = {"type": "number", "minimum": EARLIEST, "maximum": CLOCK_ENDS}
"""When something came about by the clock: a wait can be added to it, and still be said."""
_MOMENT_OR_NONE = {**_MOMENT, "type": ["number", "null"]}
_NUMBER_OR_NONE = {"type": ["number", "null"]}
_WAIT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["seconds", "looks"],
    "properties": {
        "seconds": {"type": ["number", "null"], "minimum": 0},
        "looks": {"type": ["integer", "null"], "minimum": 1, "maximum": LARGEST},
    },
}


def problem_of(part: str, value: Any, *, given: bool) -> Problem | None:
    """Return what is first wrong with a part of a snapshot, or None.

    Args:
        part: `head`, `job`, or a collection that belongs to no API.
        given: it comes from somebody, and not from this server's own file.
    """
    validator = _validator(part, LARGEST_GIVEN if given else LARGEST)
    if validator.is_valid(value):
        return None
    found = next(iter(validator.iter_errors(value)))
    return Problem([*found.instance_path], found.message[:LONGEST])


def counted(job: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a job whose counts are integers: JSON Schema takes 5.0 for one, and nobody can slice or number by it."""
    found = {name: _counted(name, value) for name, value in job.items() if name not in _OWN}
    return {**job, **found}


def _counted(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _counted(inner, one) for inner, one in value.items()}
    if isinstance(value, list):
        return [_counted(name, one) for one in value]
    return int(value) if name in _COUNTS and isinstance(value, float) else value


@lru_cache(maxsize=16)
def _validator(part: str, largest: int) -> Any:
    import jsonschema_rs

    # A fault is kept in the form in which it was armed.
    shared = read_document((folder("contracts") / "control" / "definitions.json").read_bytes())["$defs"]
    return jsonschema_rs.Draft202012Validator({**_parts(largest)[part], "$defs": shared})


def _object(required: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has these names and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*required],
        "properties": dict(required),
    }


def _parts(largest: int) -> Mapping[str, Mapping[str, Any]]:
    whole = {"type": "integer", "minimum": 0, "maximum": largest}
    return {"head": _head(whole), "job": _job(whole), **_documents(whole)}


def _head(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["format", "fixtures", "jobs", "counters", "documents"],
        "properties": {
            "format": {"const": FORMAT},
            "fixtures": {"type": "object"},
            "jobs": {"type": "array"},
            "counters": {"type": "object", "additionalProperties": whole},
            "documents": {"type": "object", "additionalProperties": {"type": "object"}},
        },
    }


def _job(whole: Mapping[str, Any]) -> dict[str, Any]:
    return _object(
        {
            "api": _TEXT,
            "id": {"type": "string", "minLength": 1},
            "state": _TEXT,
            "plan": _object(
                {"steps": {"type": "array", "items": _object({"state": _TEXT, "wait": _WAIT})}, "end": _TEXT_OR_NONE}
            ),
            "created": _MOMENT,
            "since": _PAST,
            "kind": _TEXT,
            "owner": _TEXT_OR_NONE,
            "parent": _TEXT_OR_NONE,
            "on_cancel": _object({"mode": {"enum": [str(mode) for mode in CancelMode]}, "after": _WAIT}),
            "held": {"type": "boolean"},
            "looks": whole,
            "resume": {
                "oneOf": [
                    {"type": "null"},
                    {"type": "array", "prefixItems": [_TEXT, _PAST], "items": False, "minItems": 2},
                ]
            },
            "started": _MOMENT_OR_NONE,
            "ended": _MOMENT_OR_NONE,
            "retention": {"type": ["number", "null"], "minimum": 0, "maximum": LATEST},
            "messages": {"type": "array", "items": _object({"text": _TEXT, "level": _TEXT})},
            "error": _TEXT_OR_NONE,
            "progress": {"type": ["object", "null"]},
            "data": {"type": "object"},
            "history": {
                "type": "array",
                "items": _object(
                    {
                        "source": _TEXT,
                        "to": _TEXT,
                        "at": _PAST,
                        "cause": {"enum": [str(cause) for cause in Cause]},
                        "request": {**whole, "type": ["integer", "null"]},
                    }
                ),
            },
            "forgotten": whole,
            "version": whole,
        }
    )


def _documents(whole: Mapping[str, Any]) -> dict[str, Any]:
    whole_or_none = {**whole, "type": ["integer", "null"]}
    return {
        CLOCK: _object(
            {
                "frozen_at": _MOMENT_OR_NONE,
                "offset": {"type": "number", "minimum": EARLIEST - LATEST, "maximum": LATEST - EARLIEST},
            }
        ),
        SETTINGS: {"type": "object"},
        FAULTS: _object(
            {
                "id": _TEXT,
                "match": {"$ref": "#/$defs/match"},
                "effect": {"$ref": "#/$defs/effect"},
                "times": whole_or_none,
                "after": whole,
                "probability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
                "ttl": _NUMBER_OR_NONE,
                "ends": _MOMENT_OR_NONE,
                "seen": whole,
                "hits": whole,
            }
        ),
        forced.COLLECTION: {
            "type": "array",
            "minItems": 1,
            "items": _object(
                {"api": _TEXT, "kind": _TEXT, "id": _TEXT, "state": _TEXT, "version": whole, "number": whole}
            ),
        },
        coverage.VIOLATIONS: {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["request", "operation", "side", "part", "pointer", "message"],
                "properties": {
                    "request": whole,
                    "operation": _TEXT_OR_NONE,
                    "side": {"enum": ["client", "server"]},
                    "part": _TEXT,
                    "pointer": _TEXT,
                    "message": _TEXT,
                },
            },
        },
    }
