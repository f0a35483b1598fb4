"""A journal's entry as text and back, for stores that keep text.

What is no JSON in it (bytes, headers, the jobs that moved, breaches, the state that was told) is written as plain
data; a payload that no JSON can say is left out, as it is from an entry that is packed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from multidict import CIMultiDict

from mockserver.contracts.model import Violation
from mockserver.core.job import Cause, Transition
from mockserver.core.machine import Confidence, Phase, State
from mockserver.journal.entry import Entry, decoded
from mockserver.store import codec, json_text

_BYTES = "latin-1"
"""Turns bytes into characters one by one, and back."""


def dump(entry: Entry) -> bytes:
    """Return an entry as text."""
    parameters, payload = decoded(entry)
    fields: dict[str, Any] = {
        **entry._asdict(),
        "headers": list(entry.headers.items()),
        "answer_headers": list(entry.answer_headers.items()),
        "body": entry.body.decode(_BYTES),
        "answer": entry.answer.decode(_BYTES),
        "transitions": [(codec.dump(job), move) for job, move in entry.transitions],
        "violations": [_violation(one) for one in entry.violations],
        "told": None if entry.told is None else _state(entry.told),
        "parameters": parameters,
        "payload": payload,
    }
    try:
        return json_text.dumps(fields)
    except TypeError:
        return json_text.dumps({**fields, "parameters": {}, "payload": None})


def load(text: bytes) -> Entry:
    """Return the entry of a text."""
    fields = json_text.loads(text)
    told = fields["told"]
    return Entry(
        **{
            **fields,
            "headers": CIMultiDict(fields["headers"]),
            "answer_headers": dict(fields["answer_headers"]),
            "body": fields["body"].encode(_BYTES),
            "answer": fields["answer"].encode(_BYTES),
            "http_version": tuple(fields["http_version"]),
            "transitions": tuple((codec.load(job), _transition(move)) for job, move in fields["transitions"]),
            "violations": tuple(_read_violation(one) for one in fields["violations"]),
            "told": None if told is None else _read_state(told),
        }
    )


def _violation(one: Violation) -> dict[str, Any]:
    return {
        **one.as_dict(),
        "expected": one.expected,
        "got": one.got,
        "clause": one.clause,
        "source": one.source,
        "confidence": one.confidence,
    }


def _read_violation(fields: Mapping[str, Any]) -> Violation:
    confidence = fields["confidence"]
    return Violation(**{**fields, "confidence": None if confidence is None else Confidence(confidence)})


def _state(state: State) -> list[Any]:
    return [state.name, state.phase, state.confidence, state.source, state.shown]


def _read_state(fields: Sequence[Any]) -> State:
    name, phase, confidence, source, shown = fields
    return State(name=name, phase=Phase(phase), confidence=Confidence(confidence), source=source, shown=shown)


def _transition(fields: Sequence[Any]) -> Transition:
    source, to, at, cause, request = fields
    return Transition(source, to, at, Cause(cause), request)
