"""The heads of answers in bytes: what stands above an API's answers is, but for four values, the same again and again.

Rules a maintainer must keep:

1. A head is known by the handler's own headers, by these themselves and not by what they hold: who makes them anew for
   each answer is answered by `responses.answer_of`, as is everybody for whom no head is found here.
2. What a head gives is what `answer_of` gives, header by header (`tests/http/test_heads.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import time
from types import MappingProxyType
from typing import NamedTuple

from mockserver.api.definition import Api
from mockserver.api.response import Response
from mockserver.contracts.model import Violation
from mockserver.http.diagnosis import headers_of
from mockserver.http.responses import COPIED, NUMBER, WrittenAnswer, http_date, written_head

KEPT = 256
"""Heads that are kept; a server has some dozens."""


class Head(NamedTuple):
    """What the answers of one kind have above their bodies.

    Attributes:
        of: the handler's own headers; kept, so that no others are taken for them.
        headers: those that all these answers have, but for the mark and the number.
        plan: all of it, for `%` to fill in: the mark's value, where there is one; the number, where it is shown; length
            of the body, date.
    """

    of: Mapping[str, str]
    headers: Mapping[str, str]
    plan: bytes

    def answer(self, response: Response, trace: str, number: str) -> WrittenAnswer:
        """Return an answer under this head.

        Args:
            trace: the value of its mark, if it has one.
            number: of its request, if that is shown; else empty.
        """
        body = response.body
        values: tuple[bytes | int, ...] = (len(body), http_date(int(time())))
        if number:
            values = (number.encode(), *values)
        if response.mark is not None:
            values = (trace.encode(), *values)
        return WrittenAnswer(response.status, self.plan % values + body)


class Heads:
    """The heads that one server knows."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, str | None, str | None, str, bool], Head | None] = {}

    def find(self, api: Api, response: Response, numbered: bool) -> Head | None:
        """Return the head of an answer; None where it is none of those that are kept.

        Args:
            numbered: it shows the request's number.
        """
        own = response.headers
        if type(own) is not MappingProxyType or response.stream is not None or len(response.body) > COPIED:
            return None
        key = (id(own), response.status, response.content_type, response.mark, api.name, numbered)
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[key] = _head(api, response, numbered)
            return found


def _head(api: Api, response: Response, numbered: bool) -> Head | None:
    headers = _lasting(api, response)
    plan = written_head(response.status, headers, response.mark, numbered=numbered)
    return None if plan is None else Head(response.headers, MappingProxyType(headers), plan)


def all_headers(
    api: Api, response: Response, trace: str, number: str, violations: Sequence[Violation]
) -> dict[str, str]:
    """Return the headers of any answer.

    Args:
        trace: the value of its mark, if it has one.
        number: of its request, if that is shown; else empty.
        violations: what is wrong with request or answer.
    """
    headers = _lasting(api, response)
    if response.mark is not None:
        headers = {response.mark: trace, **headers}
    if number:
        headers[NUMBER] = number
        if violations or response.hint is not None:
            headers |= headers_of(violations, response.hint)
    return headers


def _lasting(api: Api, response: Response) -> dict[str, str]:
    """Return the headers that do not change from one such answer to the next."""
    headers = {**response.headers}
    if response.content_type is not None:
        headers["Content-Type"] = response.content_type
    for name, value in api.headers.items():
        headers.setdefault(name, value)
    return headers
