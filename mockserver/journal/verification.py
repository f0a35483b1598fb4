"""Did the client do what the test says? Counts, order and breaches over the journal, and near misses when not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.contracts.model import Violation
from mockserver.journal.entry import Entry, mask
from mockserver.journal.matching import Difference, Facts, differences

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


def verify(asked: Mapping[str, Any], entries: Sequence[Entry], dropped: int = 0) -> Verdict:
    """Check a journal (oldest first) against what a test asks.

    Args:
        asked: `match`, `count`, `order`, `noViolations`, in the control API's form.
        dropped: how many requests the ring has lost; said when it does not hold.
    """
    match = asked.get("match")
    found = [entry for entry in entries if not missing(match or {}, entry)]
    lines: list[str] = []
    near: list[dict[str, Any]] = []
    if match is not None or "count" in asked:
        least, most = _bounds(asked.get("count"))
        if not least <= len(found) <= most:
            lines.append(f"expected {_bound_words(least, most)} {_words(match or {})}; found {len(found)}")
            if len(found) < least:
                near = _nearest(match or {}, [entry for entry in entries if entry not in found])
            else:
                lines += [f"  {_line(entry)}" for entry in found[:5]]
    if "order" in asked and not lines:
        problem, near = _order(asked["order"], entries)
        lines += problem
    if asked.get("noViolations"):
        lines += [
            f"#{entry.number} {_name(entry)} breaks the contract ({one.side}): {_place(one)}: {mask(one.message)}"
            for entry in (found if match is not None else entries)
            for one in entry.violations
        ]
    if not lines:
        return Verdict(holds=True, count=len(found), numbers=tuple(entry.number for entry in found))
    for one in near:
        lines.append(f"  close: #{one['number']} {one['method']} {one['path']} ({one['operation'] or 'unknown'})")
        lines += [f"    {text}" for text in one["text"][:3]]
    if dropped:
        lines.append(f"the journal has dropped {dropped} older requests; a larger --journal-size keeps them")
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"… and {len(lines) - LINES + 1} lines more"]
    shown = tuple({name: value for name, value in one.items() if name != "text"} for one in near)
    text = tuple(line if len(line) <= 300 else line[:300] + " …" for line in lines)
    return Verdict(
        holds=False, count=len(found), numbers=tuple(entry.number for entry in found), lines=text, near=shown
    )


def missing(match: Mapping[str, Any], entry: Entry) -> list[Difference]:
    """Return what keeps an entry from matching."""
    return list(differences(match, facts_of(entry)))


def facts_of(entry: Entry) -> Facts:
    """Return an entry as the facts a match looks at."""
    path = entry.path.partition("?")[0]
    if path.startswith("/~"):
        path = "/" + path[2:].partition("/")[2]
    return Facts(
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


def _order(order: Sequence[Mapping[str, Any]], entries: Sequence[Entry]) -> tuple[list[str], list[dict[str, Any]]]:
    at, before = 0, "the start"
    for step, match in enumerate(order, 1):
        place = next((place for place in range(at, len(entries)) if not missing(match, entries[place])), None)
        if place is None:
            earlier = next((entry for entry in entries[:at] if not missing(match, entry)), None)
            lines = [f"step {step} of {len(order)}: no request {_words(match)} after {before}"]
            if earlier is not None:
                lines.append(f"  one came before that: {_line(earlier)}")
            return lines, _nearest(match, entries[at:])
        at, before = place + 1, f"#{entries[place].number} {_name(entries[place])}"
    return [], []


def _nearest(match: Mapping[str, Any], entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the requests with the fewest differences; operation and API weigh most, then the youngest."""
    if not match:
        return []
    weighed = []
    for entry in entries:
        found = missing(match, entry)
        weight = sum(10 if one.field in ("operation", "api") else 1 for one in found)
        weighed.append((weight, -entry.number, entry, found))
    weighed.sort(key=lambda one: one[:2])
    return [
        {
            "number": entry.number,
            "method": entry.method,
            "path": mask(entry.path),
            "operation": entry.operation,
            "job": entry.job,
            "status": entry.status,
            "differences": [{"field": one.field, "expected": one.expected, "found": _masked(one)} for one in found],
            "text": [mask(_sentence(one)) for one in found],
        }
        for _, _, entry, found in weighed[:NEAREST]
    ]


def _sentence(one: Difference) -> str:
    return Difference(field=one.field, expected=one.expected, found=_masked(one)).sentence()


def _masked(one: Difference) -> Any:
    """Return what was found, as a tester may see it: a secret's name hides its value."""
    if one.found is None:
        return None
    name = one.field.rsplit("/", 1)[-1].removeprefix("header ")
    if mask(f"{name}=x") != f"{name}=x" or name.lower() in ("authorization", "cookie", "x-auth-token"):
        return "***"
    if isinstance(one.found, str):
        return mask(one.found)[:500]
    if isinstance(one.found, Mapping | list):
        text = mask(_json(one.found))
        return text[:500]
    return one.found


def _json(value: Any) -> str:
    return json.dumps(value, default=str)


def _bounds(count: Any) -> tuple[int, float]:
    if count is None:
        return 1, float("inf")
    if isinstance(count, Mapping):
        return count.get("atLeast", 0), count.get("atMost", float("inf"))
    return count, count


def _bound_words(least: int, most: float) -> str:
    if least == most:
        return "exactly 1 request" if least == 1 else f"exactly {least} requests"
    if most == float("inf"):
        return "at least 1 request" if least == 1 else f"at least {least} requests"
    return f"at most {most:g} requests" if least == 0 else f"{least} to {most:g} requests"


def _words(match: Mapping[str, Any]) -> str:
    return "with " + ", ".join(f"{name} {mask(_json(value))}" for name, value in match.items()) if match else "at all"


def _name(entry: Entry) -> str:
    return entry.operation or f"{entry.method} {mask(entry.path)}"


def _place(one: Violation) -> str:
    return f"{one.part}{one.pointer}"


def _line(entry: Entry) -> str:
    job = f", job {entry.job}" if entry.job else ""
    return f"#{entry.number} {_name(entry)}{job}: {entry.status}"
