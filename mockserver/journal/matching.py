"""Which requests a tester means: a match over facts of a request, and what differs where it does not fit.

Faults match a call on its way, `requests/verify` matches what the journal holds; both say it the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

FIELDS = ("api", "operation", "job", "method", "path", "status", "headers", "parameters", "body")
"""What a match may name; all of it must fit. An empty match fits everything."""

_ABOUT_A_JOB = re.compile(r"(job|run|task|instance)s?_?(id|name)?$|^id$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a request.

    Attributes:
        path: as sent, without query and sandbox prefix.
        values: decoded names of the path.
        payload: the decoded body, or None.
    """

    api: str | None
    operation: str | None
    job: str | None
    method: str
    path: str
    headers: Mapping[str, str]
    values: Mapping[str, Any]
    parameters: Mapping[str, Any]
    payload: Any
    body: bytes
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that does not fit. `found` is None when it is not there."""

    field: str
    expected: Any
    found: Any

    def sentence(self) -> str:
        """Return it as a person reads it."""
        if self.found is None:
            return f"{self.field} is missing (wanted {_short(self.expected)})"
        return f"{self.field} is {_short(self.found)}, not {_short(self.expected)}"


def fits(match: Mapping[str, Any], facts: Facts) -> bool:
    """Tell whether a request is meant."""
    return next(differences(match, facts), None) is None


def differences(match: Mapping[str, Any], facts: Facts) -> Iterator[Difference]:
    """Yield each field of a match that a request does not fit."""
    for name, wanted in match.items():
        if name == "job":
            if facts.job != wanted and not (facts.job is None and wanted in about(facts)):
                yield Difference(field="job", expected=wanted, found=facts.job)
        elif name == "operation":
            if facts.operation is None or wanted not in (facts.operation, facts.operation.partition(".")[2]):
                yield Difference(field="operation", expected=wanted, found=facts.operation)
        elif name == "method":
            if facts.method != wanted.upper():
                yield Difference(field="method", expected=wanted, found=facts.method)
        elif name == "path":
            if not (facts.path == wanted or fnmatchcase(facts.path, wanted)):
                yield Difference(field="path", expected=wanted, found=facts.path)
        elif name == "headers":
            for header, value in wanted.items():
                found = facts.headers.get(header)
                if found is None or not (found == value or fnmatchcase(found, value)):
                    yield Difference(field=f"header {header}", expected=value, found=found)
        elif name == "parameters":
            yield from _partial("parameters", wanted, {**facts.values, **facts.parameters})
        elif name == "body":
            yield from _body(wanted, facts)
        elif not _same(wanted, getattr(facts, name)):
            yield Difference(field=name, expected=wanted, found=getattr(facts, name))


def about(facts: Facts) -> set[str]:
    """Return the ids a request names before its handler has said which job it is about."""
    found: set[str] = set()
    pending: list[Any] = [facts.values, facts.parameters, facts.payload]
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            for key, item in value.items():
                if isinstance(item, str | int) and _ABOUT_A_JOB.search(str(key)):
                    found.add(str(item))
                elif isinstance(item, Mapping | list | tuple):
                    pending.append(item)
        elif isinstance(value, list | tuple):
            pending.extend(value)
    return found


def _body(wanted: Any, facts: Facts) -> Iterator[Difference]:
    if isinstance(wanted, str):
        text = facts.body.decode("utf-8", "replace")
        if wanted not in text:
            yield Difference(field="body", expected=wanted, found=text or None)
    else:
        # A form or a SOAP envelope is decoded into the parameters.
        data = facts.payload if isinstance(facts.payload, Mapping | list) else facts.parameters
        yield from _partial("body", wanted, data)


def _partial(at: str, wanted: Any, found: Any) -> Iterator[Difference]:
    """Compare what is named only; a list is compared item by item and in full."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            yield Difference(field=at, expected=wanted, found=found)
            return
        for key, value in wanted.items():
            if key in found:
                yield from _partial(f"{at}/{key}", value, found[key])
            elif value is not None:
                yield Difference(field=f"{at}/{key}", expected=value, found=None)
    elif isinstance(wanted, list):
        if not isinstance(found, Sequence) or isinstance(found, str) or len(found) != len(wanted):
            yield Difference(field=at, expected=wanted, found=found)
            return
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _partial(f"{at}/{number}", one, other)
    elif not _same(wanted, found):
        yield Difference(field=at, expected=wanted, found=found)


def _same(wanted: Any, found: Any) -> bool:
    # A form and a SOAP envelope hold texts where JSON has numbers.
    return bool(wanted == found) or (found is not None and _text(wanted) == _text(found))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:120] + " …"
