"""The requests that came closest to a match, and what keeps them from it, for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from mockserver.journal.entry import Entry, decoded
from mockserver.journal.masked_match import masked_field
from mockserver.journal.masking import MASK, Masking, current, mask, mask_path
from mockserver.journal.matching import Difference, Match, MatchSubject, differences

NEAREST = 3
"""Requests shown that came closest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A request that came close, and what keeps it from matching."""

    entry: Entry
    differences: tuple[Difference, ...]

    @property
    def weight(self) -> int:
        """How far it is from matching."""
        return sum(10 if one.field in ("operation", "api") else 1 for one in self.differences)

    def lines(self) -> list[str]:
        """Return it for a person, in at most four lines, secrets masked."""
        entry = self.entry
        first = f"  close: #{entry.number} {entry.method} {mask_path(entry.path)} ({entry.operation or 'unknown'})"
        return [first, *(f"    {mask(one.sentence())}" for one in self._shown(3))]

    def as_dict(self) -> dict[str, Any]:
        """Return its JSON form, secrets masked."""
        entry = self.entry
        shown = self._shown(len(self.differences))
        return {
            "number": entry.number,
            "method": entry.method,
            "path": mask_path(entry.path),
            "operation": entry.operation,
            "job": entry.job,
            "status": entry.status,
            "differences": [{"field": one.field, "expected": one.expected, "found": one.found} for one in shown],
        }

    def _shown(self, most: int) -> list[Difference]:
        content_type = next((value for name, value in self.entry.headers.items() if name.lower() == "content-type"), "")
        return [_masked(one, content_type) for one in self.differences[:most]]


def _masked(one: Difference, content_type: str) -> Difference:
    """Return a difference as a tester may see it: what was wanted and what was found without what is secret in them.

    Args:
        content_type: of the request.
    """
    kind, _, header = one.field.partition(" ")
    hide = current()
    if kind == "header":
        expected, found = (value and hide.header(header, str(value)) for value in (one.expected, one.found))
    elif hide.hides_at(one.field):
        expected, found = (None if value is None else MASK for value in (one.expected, one.found))
    else:
        expected, found = _shown(hide, one.field, one.expected), _shown(hide, one.field, one.found, content_type)
    return Difference(field=one.field, expected=expected, found=found)


def _shown(hide: Masking, name: str, value: Any, content_type: str = "") -> Any:
    shown = masked_field(name, value, hide, content_type)
    if isinstance(shown, str):
        return shown[:500]
    return mask(json_of(shown))[:500] if isinstance(shown, Mapping | list) else shown


def missing(match: Match, entry: Entry) -> list[Difference]:
    """Return what keeps an entry from matching."""
    return list(differences(match, subject_of(entry)))


def subject_of(entry: Entry) -> MatchSubject:
    """Return an entry as what a match looks at."""
    parameters, payload = decoded(entry)
    path = entry.path.partition("?")[0]
    if path.startswith("/~"):
        path = "/" + path[2:].partition("/")[2]
    return MatchSubject(
        api=entry.api,
        operation=entry.operation,
        job=entry.job,
        method=entry.method,
        path=path,
        headers=entry.headers,
        values={},
        parameters=parameters,
        payload=payload,
        body=entry.body,
        status=entry.status,
        response=entry.response,
        told=entry.told,
    )


class NearMisses:
    """Gathers the requests with the fewest differences; operation and API weigh most, then the youngest."""

    def __init__(self, match: Match) -> None:
        self._match = match
        self.nearest: Sequence[NearMiss] = ()

    def look_at(self, entry: Entry) -> None:
        """Look at one request more."""
        # One that was answered after it had been judged may fit now.
        if self._match and (found := missing(self._match, entry)):
            every = (*self.nearest, NearMiss(entry=entry, differences=tuple(found)))
            self.nearest = nsmallest(NEAREST, every, key=lambda one: (one.weight, -one.entry.number))


def json_of(value: Any) -> str:
    """Return a value as a person reads it."""
    return json.dumps(value, default=str)
