"""The jobs query of the Administrator: its parameters, read into a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PAGE = 10
"""Jobs on a page when the query does not say: what the Python client asks for (documented for Kubernetes only)."""

NUMBERS = ("startTime", "endTime", "start", "number")
FILTERS = ("endTime", "jobStatus", "userName", "machineName")

WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
"""A number that, and whose sum with another, a Long can hold."""


class BadQuery(Exception):
    """A query parameter that is no number."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"Invalid value for parameter '{parameter}'.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a jobs query asks for. Times are epoch milliseconds; `start` counts from 1; None stands for any."""

    start_time: int | None = None
    end_time: int | None = None
    status: str | None = None
    username: str | None = None
    machine: str | None = None
    start: int = 1
    number: int = PAGE

    @property
    def filters(self) -> bool:
        """Whether it asks for some of the jobs only."""
        return (self.start_time, self.end_time, self.status, self.username, self.machine) != (None,) * 5


def read_query(parameters: Mapping[str, Any]) -> Query:
    """Read the parameters of a jobs query. Empty ones count as absent: the Python client sends four of them (w2).

    `endTime` without `startTime` is not looked at: the documentation makes the one need the other. The filter by
    state is `jobStatus`; the `status` that the Python client sends instead is no parameter of the operation.

    Raises:
        BadQuery: a time, `start` or `number` is no whole number, or too long a one.
    """
    given = {name: str(parameters.get(name) or "").strip() for name in (*NUMBERS, *FILTERS)}
    numbers: dict[str, int] = {}
    for name in NUMBERS:
        if given[name]:
            if not WHOLE.fullmatch(given[name]):
                raise BadQuery(name)
            numbers[name] = int(given[name])
    start_time = numbers.get("startTime")
    return Query(
        start_time=start_time,
        end_time=None if start_time is None else numbers.get("endTime"),
        status=given["jobStatus"] or None,
        username=given["userName"] or None,
        machine=given["machineName"] or None,
        start=max(numbers.get("start", 1), 1),
        number=max(numbers.get("number", PAGE), 1),
    )
