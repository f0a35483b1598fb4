"""What was asked and answered: one exchange, as it is kept.

Rules a maintainer must keep:

1. An entry keeps references while the call runs; it is formatted when somebody reads it (see `masked_entry`).
2. What it holds is as it came over the wire, secrets too: nothing shows an entry's fields but `masked_entry`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.contracts.model import Violation
from mockserver.core.job import Job, Transition

BODY_LIMIT = 64 * 1024
"""Bytes of a body that an entry keeps."""

_NONE: Mapping[str, Any] = MappingProxyType({})


class Entry(NamedTuple):
    """One exchange. A tuple: each request makes one, and a ring holds a thousand.

    What a request says comes first, down to `job`: it is known while the request is answered (see `ASKED`).

    Attributes:
        at: sandbox time (epoch seconds).
        http_version: major and minor, as the client said it.
        status: None while it is answered; 0 when no answer was sent.
        milliseconds: real time it took.
        shows_state: the answer is an error, but tells the state of the job.
        body_size, answer_size: whole sizes in bytes, where `cut` has shortened the bodies.
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
    body_size: int = 0
    answer_size: int = 0


ASKED = Entry._fields.index("job")
"""How many fields of an entry say what was asked; only `job` may change once the request is answered."""


def cut(entry: Entry) -> Entry:
    """Let go of what is over the limit, so that a ring of large bodies cannot fill the memory."""
    body_size = len(entry.body)
    if body_size > BODY_LIMIT:
        entry = entry._replace(
            body=entry.body[:BODY_LIMIT],
            payload=None,
            parameters={
                name: value[:BODY_LIMIT] if isinstance(value, str) else value
                for name, value in entry.parameters.items()
            },
        )
    return entry._replace(body_size=body_size, answer=entry.answer[:BODY_LIMIT], answer_size=len(entry.answer))
