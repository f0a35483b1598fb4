"""The condition language of GetJobs, as its help page defines it and as clients spell it.

`jobid : 123|321; status : 5` - keys are ANDed, the conditions of a key are ORed; a condition is
`V` (equal), `V,` (at least), `,V` (at most) or `V1,V2` (between, inclusive).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from mockserver.core.errors import DomainError


class BadCondition(DomainError):
    """A condition that cannot be read; the message is the part in question."""


class Key(StrEnum):
    """The valid keys; they are found in any letter case."""

    JOB_ID = "JobID"
    TIME_SUBMIT = "TimeSubmit"
    TIME_START = "TimeStart"
    TIME_END = "TimeEnd"
    STATUS = "Status"
    QUEUE = "Queue"
    TASK_NAME = "TaskName"
    ERROR = "Error"
    QUERY = "Query"
    CONTEXT = "Context"
    TYPE = "Type"
    WSID = "WSID"


_KEYS = {key.casefold(): key for key in Key}
_NUMBERS = frozenset({Key.JOB_ID, Key.STATUS, Key.QUEUE, Key.WSID})
_TIMES = frozenset({Key.TIME_SUBMIT, Key.TIME_START, Key.TIME_END})


@dataclass(frozen=True, slots=True)
class Span:
    """One condition: from `low` to `high`, inclusive; None is open."""

    low: Any
    high: Any

    def holds(self, value: Any) -> bool:
        """Tell whether a value lies in it. What is not set fits no condition, as NULL in SQL."""
        if value is None:
            return False
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


Conditions = Mapping[Key, tuple[Span, ...]]


def read(text: str | None) -> Conditions:
    """Read conditions: keys in any case, white space anywhere around separators, empty parts ignored.

    Raises:
        BadCondition: a key or value that is none.
    """
    found: dict[Key, tuple[Span, ...]] = {}
    for part in (text or "").split(";"):
        if not part.strip():
            continue
        # On the first colon only: times have colons of their own.
        word, colon, values = part.partition(":")
        key = _KEYS.get(word.strip().casefold())
        if key is None or not colon:
            raise BadCondition(part.strip())
        spans = tuple(_span(key, one.strip()) for one in values.split("|") if one.strip())
        # A key given twice counts as a key with all the conditions of both.
        found[key] = found.get(key, ()) + spans
    return found


def fits(conditions: Conditions, values: Mapping[Key, Any]) -> bool:
    """Tell whether a job fits: for each key, one of its conditions holds."""
    return all(any(span.holds(values[key]) for span in spans) for key, spans in conditions.items())


def exact_ids(conditions: Conditions) -> list[int] | None:
    """Return the job ids that are asked for by name, or None when any other could fit too."""
    spans = conditions.get(Key.JOB_ID)
    if not spans or any(span.low is None or span.low != span.high for span in spans):
        return None
    return list(dict.fromkeys(span.low for span in spans))


def _span(key: Key, text: str) -> Span:
    low, comma, high = text.partition(",")
    read_one = _reader(key)
    if not comma:
        value = read_one(text)
        return Span(value, value)
    return Span(
        read_one(low.strip()) if low.strip() else None,
        read_one(high.strip()) if high.strip() else None,
    )


def _reader(key: Key) -> Callable[[str], Any]:
    if key in _NUMBERS:
        return _number
    return moment if key in _TIMES else folded


def folded(text: str) -> str:
    """Return a text as it is compared: without regard to letter case, as in SQL Server [inferred]."""
    return text.casefold()


def _number(text: str) -> int:
    if re.fullmatch(r"[+-]?\d{1,25}", text, re.ASCII) is None:
        raise BadCondition(text)
    return int(text)


_DATE = re.compile(
    r"(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})[-/.](?P<y2>\d{4})"
    r"|(?P<d3>\d{1,2})[ -](?P<name>[A-Za-z]{3,9})[ -](?P<y3>\d{4})"
    r"|(?P<name4>[A-Za-z]{3,9}) (?P<d4>\d{1,2}) (?P<y4>\d{4}))"
    r"(?:[T ]+(?P<H>\d{1,2})(?::(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.(?P<f>\d{1,7})\d*)?)?)?\s*(?P<half>[AaPp][Mm])?)?"
    r"\s*(?P<zone>Z|GMT|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def moment(text: str) -> float:
    """Read a DateTime as .NET's invariant culture does, in the spellings clients use; epoch seconds, UTC.

    Raises:
        BadCondition: it is none.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise BadCondition(text)
    part = found.groupdict()
    name = part["name"] or part["name4"]
    try:
        month = _MONTHS.index(name[:3].lower()) + 1 if name else int(part["m"] or part["m2"])
        hour = int(part["H"] or 0)
        if part["half"]:
            if not 1 <= hour <= 12:
                raise BadCondition(text)
            hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
        at = datetime(
            int(part["y"] or part["y2"] or part["y3"] or part["y4"]),
            month,
            int(part["d"] or part["d2"] or part["d3"] or part["d4"]),
            hour,
            int(part["M"] or 0),
            int(part["S"] or 0),
            int((part["f"] or "0").ljust(6, "0")[:6]),
            tzinfo=UTC,
        )
    except (ValueError, OverflowError):
        raise BadCondition(text) from None
    zone = part["zone"]
    if zone and zone not in ("Z", "GMT"):
        shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:]))
        try:
            at = at - shift if zone[0] == "+" else at + shift
        except OverflowError:
            raise BadCondition(text) from None
    return at.timestamp()


def only_id(text: str) -> str:
    """Return the id that conditions ask for when they ask for one job; otherwise an empty text."""
    try:
        ids = exact_ids(read(text))
    except BadCondition:
        return ""
    return str(ids[0]) if ids is not None and len(ids) == 1 else ""
