"""What was asked and answered: one exchange, as it is kept.

Rules a maintainer must keep:

1. An entry keeps references while the call runs; it is formatted when somebody reads it (see `masked_entry`).
2. What it holds is as it came over the wire, secrets too: nothing shows an entry's fields but `masked_entry`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import orjson
from multidict import CIMultiDict

from mockserver.contracts.model import Violation
from mockserver.core.job import Job, Transition
from mockserver.core.machine import State
from mockserver.store.json_text import plain

BODY_LIMIT = 64 * 1024
"""Bytes of a body that an entry keeps."""

DECODED_LIMIT = 2 * 1024
"""Bytes of a body beyond which what was decoded of it is packed."""

HEADERS_LIMIT = 16 * 1024
"""Characters of a request's headers that an entry keeps."""

MOVES = 100
"""Changes of state that an entry keeps: of those that one request brought about, the first."""

_NONE: Mapping[str, Any] = MappingProxyType({})


class Entry(NamedTuple):
    """One exchange. A tuple: each request makes one, and a ring holds a thousand.

    What a request says comes first, down to `job`: it is known while the request is answered (see `ASKED`).

    Attributes:
        at: sandbox time (epoch seconds).
        http_version: major and minor, as the client said it.
        status: None while it is answered, or its answer is held back; 0 when no answer was sent.
        milliseconds: real time it took.
        parameters, payload: as decoded, of a body that is large a `Packed` of both; see `decoded`.
        shows_state: the answer is an error, but tells the state of the job.
        told: the state of a job that the answer tells, in the API's own word; None when it tells none.
        answer: the body as far as it was sent: nothing to HEAD or under 204, half where a fault breaks it off.
        body_size, answer_size: whole sizes in bytes, where the bodies here are shorter.
        sent: bytes of the answer's body that were sent, where that is not all of it.
        hint: why it was refused and what to do, whether or not the answer's header said it.
    """

    number: int
    at: float
    sandbox: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    api: str | None = None
    operation: str | None = None
    parameters: Mapping[str, Any] = _NONE
    payload: Any = None
    http_version: tuple[int, int] = (1, 1)
    job: str | None = None
    response: str | None = None
    status: int | None = None
    answer_headers: Mapping[str, str] = _NONE
    answer: bytes = b""
    milliseconds: float = 0.0
    fault: str | None = None
    transitions: Sequence[tuple[Job, Transition]] = ()
    violations: Sequence[Violation] = ()
    nearest: str | None = None
    error: str | None = None
    shows_state: bool = False
    told: State | None = None
    body_size: int = 0
    answer_size: int = 0
    hint: str | None = None
    sent: int | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the answer is known, or that there is none."""
        return self.status is not None


ASKED = Entry._fields.index("job")
"""How many fields of an entry say what was asked; only `job` may change once the request is answered."""


UNANSWERED: Sequence[Any] = tuple(Entry._field_defaults[name] for name in Entry._fields[ASKED + 1 :])
"""What an entry has after `job` while its request is answered."""

whole_entry: Callable[[type[Entry], tuple[Any, ...]], Entry] = tuple.__new__
"""Makes an entry of all its fields: each request makes one or two, and the class itself looks at every name."""

_ANSWERED = Entry._fields.index("answer_headers")
_SPENT = Entry._fields.index("milliseconds")


def repeated(first: Entry, number: int, at: float, headers: Mapping[str, str], milliseconds: float) -> Entry:
    """Return the entry of a request that was the same as another's, and answered with the same body.

    Args:
        headers: those of its answer.
    """
    fields = (number, at, *first[2:_ANSWERED], headers, first.answer, milliseconds, *first[_SPENT + 1 :])
    return whole_entry(Entry, fields)


class Packed:
    """Decoded parameters and payload of a request, small: a body of many small things takes thirty times its bytes."""

    __slots__ = ("_packed",)

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @classmethod
    def of(cls, parameters: Mapping[str, Any], payload: Any) -> Self | None:
        """Pack what was decoded; None when it is no JSON, or still too large."""
        try:
            text = orjson.dumps((parameters, payload), default=plain, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:
            return None
        packed = zlib.compress(text, 1)
        return cls(packed) if len(packed) <= BODY_LIMIT else None

    def unpack(self) -> tuple[Mapping[str, Any], Any]:
        """Return parameters and payload."""
        parameters, payload = orjson.loads(zlib.decompress(self._packed))
        return parameters, payload


def decoded(entry: Entry) -> tuple[Mapping[str, Any], Any]:
    """Return parameters and payload of a request as they were decoded, as far as they are kept."""
    return entry.payload.unpack() if isinstance(entry.payload, Packed) else (entry.parameters, entry.payload)


def bounded(entry: Entry) -> Entry:
    """Let go of what is over the limits, so that a ring of large requests cannot fill the memory."""
    body, answer = entry.body, entry.answer
    if len(body) > DECODED_LIMIT:
        parameters, payload = entry.parameters, entry.payload
        if len(body) > BODY_LIMIT:
            parameters, payload = _first(parameters), None
        entry = entry._replace(parameters=_NONE, payload=Packed.of(parameters, payload))
    if len("".join(entry.headers)) + len("".join(entry.headers.values())) > HEADERS_LIMIT:
        entry = entry._replace(headers=_shortened(entry.headers))
    if len(entry.transitions) > MOVES:
        entry = entry._replace(transitions=entry.transitions[:MOVES])
    if len(body) > BODY_LIMIT or len(answer) > BODY_LIMIT:
        entry = entry._replace(
            body=body[:BODY_LIMIT],
            body_size=len(body),
            answer=answer[:BODY_LIMIT],
            answer_size=max(entry.answer_size, len(answer)),
        )
    return entry


def _shortened(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the first headers, and of the one that is over the limit its beginning."""
    kept: CIMultiDict[str] = CIMultiDict()
    left = HEADERS_LIMIT
    for name, value in headers.items():
        if left <= len(name):
            break
        left -= len(name)
        kept.add(name, value[:left])
        left -= len(kept[name])
    return kept


def _first(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first parameters, and of a long text its beginning."""
    kept: dict[str, Any] = {}
    left = BODY_LIMIT
    for name, value in parameters.items():
        if left <= len(name):
            break
        left -= len(name)
        if isinstance(value, str):
            kept[name] = value[:left]
            left -= len(value)
    return kept
