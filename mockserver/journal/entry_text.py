"""A journal's entry as text and back, for stores that keep text.

What is no JSON in it (bytes, headers, the jobs that moved, breaches, the state that was told) is written as plain
data; a payload that no JSON can say is left out, as it is from an entry that is packed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from multidict import CIMultiDict

from mockserver.contracts.model import Violation
from mockserver.core.ids import Ids
from mockserver.core.job import Cause, Transition
from mockserver.core.machine import Confidence, Phase, State
from mockserver.journal.entry import Entry, decoded
from mockserver.store import codec, json_text

_MARK = Ids().mark

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


def rest_of(first: Entry, number: str, mark: str | None) -> bytes | None:
    """Return the text of an entry but for what is new of a request that is answered as `first` was.

    Before it comes `{"number":…,"turn":…,"at":…,"milliseconds":…,`. None when it is no plain JSON.

    Args:
        number, mark: headers of the answer that are made anew, of the request's number and of its turn (`Ids.mark`).
    """
    new: dict[str, Any] = {**first.answer_headers}
    if number in new:
        new[number] = None
    if mark is not None:
        new[mark] = False
    fields = json_text.loads(dump(first._replace(answer_headers={})))
    for name in ("number", "at", "milliseconds"):
        del fields[name]
    text = json_text.dumps({**fields, "answer_headers": list(new.items())})
    return text[1:] if text.startswith(b"{") else None


def load(text: bytes, mark: Callable[[int], str] = _MARK) -> Entry:
    """Return the entry of a text.

    Args:
        mark: the server's `Ids.mark`.
    """
    fields = json_text.loads(text)
    told, turn = fields["told"], fields.pop("turn", None)
    answer_headers = dict(fields["answer_headers"])
    if turn is not None:
        for name, value in answer_headers.items():
            if value is None:
                answer_headers[name] = str(fields["number"])
            elif value is False:
                answer_headers[name] = mark(turn)
    return Entry(
        **{
            **fields,
            "headers": CIMultiDict(fields["headers"]),
            "answer_headers": answer_headers,
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
