"""Did the client do what the test says? Counts, order and breaches over the journal, and near misses when not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from mockserver.contracts.model import Violation
from mockserver.journal.entry import Entry
from mockserver.journal.masking import MASK, current, mask
from mockserver.journal.matching import Difference, Match, MatchSubject, differences

LINES = 15
"""Lines of a verdict: what a person reads before giving up."""

NEAREST = 3
"""Requests shown that came closest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found.

    Attributes:
        holds: it is so.
        count: how many requests match.
        numbers: their numbers in the journal.
        lines: what is wrong, for a person, in at most 15 lines; empty when it holds.
        near: the requests that came closest, and how they differ.
    """

    holds: bool
    count: int
    numbers: tuple[int, ...]
    lines: tuple[str, ...] = ()
    near: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many requests there may be."""

    least: int
    most: float

    @classmethod
    def of(cls, count: int | Mapping[str, int] | None) -> Bounds:
        """Read `count`: a number, `{"atLeast", "atMost"}`, or None for at least one."""
        if count is None:
            return cls(least=1, most=inf)
        if isinstance(count, Mapping):
            return cls(least=count.get("atLeast", 0), most=count.get("atMost", inf))
        return cls(least=count, most=count)

    def hold(self, found: int) -> bool:
        """Tell whether so many are right."""
        return self.least <= found <= self.most

    def __str__(self) -> str:
        if self.least == self.most:
            return "exactly 1 request" if self.least == 1 else f"exactly {self.least} requests"
        if self.most == inf:
            return "at least 1 request" if self.least == 1 else f"at least {self.least} requests"
        return f"at most {self.most:g} requests" if self.least == 0 else f"{self.least} to {self.most:g} requests"


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
        first = f"  close: #{entry.number} {entry.method} {mask(entry.path)} ({entry.operation or 'unknown'})"
        return [first, *(f"    {mask(_masked(one).sentence())}" for one in self.differences[:3])]

    def as_dict(self) -> dict[str, Any]:
        """Return its JSON form, secrets masked."""
        entry = self.entry
        shown = [_masked(one) for one in self.differences]
        return {
            "number": entry.number,
            "method": entry.method,
            "path": mask(entry.path),
            "operation": entry.operation,
            "job": entry.job,
            "status": entry.status,
            "differences": [{"field": one.field, "expected": one.expected, "found": one.found} for one in shown],
        }


def _masked(one: Difference) -> Difference:
    """Return a difference as a tester may see it: a secret's name hides the value that was found."""
    name = one.field.rsplit("/", 1)[-1].removeprefix("header ")
    found = one.found
    if found is None:
        return one
    if current().hides(name):
        found = MASK
    elif isinstance(found, str):
        found = mask(found)[:500]
    elif isinstance(found, Mapping | list):
        found = mask(_json(found))[:500]
    return Difference(field=one.field, expected=one.expected, found=found)


def _json(value: Any) -> str:
    return json.dumps(value, default=str)


@dataclass(slots=True, kw_only=True)
class _Findings:
    """What does not hold: sentences, and the requests that came closest."""

    lines: list[str] = field(default_factory=list)
    near: Sequence[NearMiss] = ()


def verify(asked: Mapping[str, Any], entries: Sequence[Entry], dropped: int = 0) -> Verdict:
    """Check a journal (oldest first) against what a test asks.

    Args:
        asked: `match`, `count`, `order`, `noViolations`, in the control API's form.
        dropped: how many requests the ring has lost; said when it does not hold.
    """
    match = asked.get("match")
    matching = [entry for entry in entries if not missing(match or {}, entry)]
    findings = _Findings()
    if match is not None or "count" in asked:
        _check_count(Bounds.of(asked.get("count")), match or {}, matching, entries, findings)
    if "order" in asked and not findings.lines:
        _check_order(asked["order"], entries, findings)
    if asked.get("noViolations"):
        findings.lines += _breaches(matching if match is not None else entries)
    count, numbers = len(matching), tuple(entry.number for entry in matching)
    if not findings.lines:
        return Verdict(holds=True, count=count, numbers=numbers)
    near = tuple(one.as_dict() for one in findings.near)
    return Verdict(holds=False, count=count, numbers=numbers, lines=_shortened(findings, dropped), near=near)


def _check_count(
    bounds: Bounds, match: Match, matching: Sequence[Entry], entries: Sequence[Entry], findings: _Findings
) -> None:
    if bounds.hold(len(matching)):
        return
    findings.lines.append(f"expected {bounds} {_words(match)}; found {len(matching)}")
    if len(matching) < bounds.least:
        numbers = {entry.number for entry in matching}
        findings.near = _nearest(match, [entry for entry in entries if entry.number not in numbers])
    else:
        findings.lines += [f"  {_line(entry)}" for entry in matching[:5]]


def _check_order(order: Sequence[Match], entries: Sequence[Entry], findings: _Findings) -> None:
    at, before = 0, "the start"
    for step, match in enumerate(order, 1):
        place = next((place for place in range(at, len(entries)) if not missing(match, entries[place])), None)
        if place is None:
            earlier = next((entry for entry in entries[:at] if not missing(match, entry)), None)
            findings.lines.append(f"step {step} of {len(order)}: no request {_words(match)} after {before}")
            if earlier is not None:
                findings.lines.append(f"  one came before that: {_line(earlier)}")
            findings.near = _nearest(match, entries[at:])
            return
        at, before = place + 1, f"#{entries[place].number} {_name(entries[place])}"


def _breaches(entries: Sequence[Entry]) -> list[str]:
    return [
        f"#{entry.number} {_name(entry)} breaks the contract ({one.side}): {_place(one)}: {mask(one.message)}"
        for entry in entries
        for one in entry.violations
    ]


def _shortened(findings: _Findings, dropped: int) -> tuple[str, ...]:
    """Return what is wrong in as many lines, and as long ones, as a person reads."""
    lines = list(findings.lines)
    for one in findings.near:
        lines += one.lines()
    if dropped:
        lines.append(f"the journal has dropped {dropped} older requests; a larger --journal-size keeps them")
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"… and {len(lines) - LINES + 1} lines more"]
    return tuple(line if len(line) <= 300 else line[:300] + " …" for line in lines)


def missing(match: Match, entry: Entry) -> list[Difference]:
    """Return what keeps an entry from matching."""
    return list(differences(match, subject_of(entry)))


def subject_of(entry: Entry) -> MatchSubject:
    """Return an entry as what a match looks at."""
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
        parameters=entry.parameters,
        payload=entry.payload,
        body=entry.body,
        status=entry.status,
    )


def _nearest(match: Match, entries: Sequence[Entry]) -> tuple[NearMiss, ...]:
    """Return the requests with the fewest differences; operation and API weigh most, then the youngest."""
    if not match:
        return ()
    misses = [NearMiss(entry=entry, differences=tuple(missing(match, entry))) for entry in entries]
    return tuple(sorted(misses, key=lambda one: (one.weight, -one.entry.number))[:NEAREST])


def _words(match: Match) -> str:
    return "with " + ", ".join(f"{name} {mask(_json(value))}" for name, value in match.items()) if match else "at all"


def _name(entry: Entry) -> str:
    return entry.operation or f"{entry.method} {mask(entry.path)}"


def _place(one: Violation) -> str:
    return f"{one.part}{one.pointer}"


def _line(entry: Entry) -> str:
    job = f", job {entry.job}" if entry.job else ""
    return f"#{entry.number} {_name(entry)}{job}: {entry.status}"
