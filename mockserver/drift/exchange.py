"""One exchange with a system that is not ours: what was asked and answered, as bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from multidict import CIMultiDict

Headers = CIMultiDict[str]
"""In order, several of one name too; names without regard to letter case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer.

    Attributes:
        url: absolute, as the client asked for it, with the query.
        status: 0 when no answer came.
        request_known: False for a request whose body was not recorded as a whole.
        content_known: False for an answer whose body was not recorded; then only its head can be judged.
        at: epoch seconds at which it began; 0 when nobody knows.
        milliseconds: until the whole answer had come.
    """

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    status: int = 0
    answer_headers: Headers = field(default_factory=Headers)
    answer: bytes = b""
    request_known: bool = True
    content_known: bool = True
    at: float = 0.0
    milliseconds: float = 0.0
