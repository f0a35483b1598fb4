"""Which requests a tester means: a match over what is known of a request, and what differs where it does not fit.

Faults match a call on its way, `requests/verify` matches what the journal holds; both say it the same way. Each field
that a match may name is a small class in `MATCHED`.

A match costs a bounded time, whatever pattern and request are: patterns know `*` alone and are compared without going
back, and of a body no more is searched than an entry of the journal keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from mockserver.core.machine import FINAL, State
from mockserver.wire.charset import text_of

SEARCHED = 64 * 1024
"""Bytes of a body in which a text is looked for."""

NAMED = 10_000
"""Values of a request among which the id of a job is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSubject:
    """What is known of a request.

    Attributes:
        path: as sent, without query and sandbox prefix.
        values: decoded names of the path.
        payload: the decoded body, or None.
        status: of the answer; None when there is none yet.
        response: the answer's name in the contract.
        told: the state of a job that the answer tells.
        known: what several matches would work out of it alike, once one has.
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
    response: str | None = None
    told: State | None = None
    known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def text(self) -> str:
        """Return the body as text, as much of it as is searched."""
        if "text" not in self.known:
            self.known["text"] = text_of(self.body[:SEARCHED], self.headers.get("Content-Type", ""))
        text: str = self.known["text"]
        return text

    def ids(self) -> set[str]:
        """Return the ids it names, as far as `about` knows."""
        if "ids" not in self.known:
            self.known["ids"] = about(self)
        ids: set[str] = self.known["ids"]
        return ids


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


Match = Mapping[str, Any]
"""Field -> what it must be, in the control API's form; all of it must fit. An empty match fits everything."""


class MatchedField(Protocol):
    """One field that a match may name."""

    def differences(self, wanted: Any, subject: MatchSubject) -> Iterator[Difference]:
        """Yield where a request does not fit what is wanted."""


class _Exact:
    """The value itself, or its text."""

    def __init__(self, name: str) -> None:
        self._name = name

    def differences(self, wanted: Any, subject: MatchSubject) -> Iterator[Difference]:
        found = getattr(subject, self._name)
        if not _same(wanted, found):
            yield Difference(field=self._name, expected=wanted, found=found)


class _Operation:
    """`<api>.<Name>`, or the name alone."""

    def differences(self, wanted: str, subject: MatchSubject) -> Iterator[Difference]:
        found = subject.operation
        if found is None or wanted not in (found, found.partition(".")[2]):
            yield Difference(field="operation", expected=wanted, found=found)


class _Job:
    """The id of the job that the request is about."""

    def differences(self, wanted: str, subject: MatchSubject) -> Iterator[Difference]:
        if subject.job != wanted and not (subject.job is None and wanted in subject.ids()):
            yield Difference(field="job", expected=wanted, found=subject.job)


class _Method:
    """In any letter case."""

    def differences(self, wanted: str, subject: MatchSubject) -> Iterator[Difference]:
        if subject.method != wanted.upper():
            yield Difference(field="method", expected=wanted, found=subject.method)


class _Path:
    """The path itself, or a pattern with `*`."""

    def differences(self, wanted: str, subject: MatchSubject) -> Iterator[Difference]:
        if not like(wanted, subject.path):
            yield Difference(field="path", expected=wanted, found=subject.path)


class _Headers:
    """Each header itself, or a pattern with `*`."""

    def differences(self, wanted: Mapping[str, str], subject: MatchSubject) -> Iterator[Difference]:
        for header, value in wanted.items():
            found = subject.headers.get(header)
            if found is None or not like(value, found):
                yield Difference(field=f"header {header}", expected=value, found=found)


class _Parameters:
    """Some of the decoded parameters, those of the path among them."""

    def differences(self, wanted: Any, subject: MatchSubject) -> Iterator[Difference]:
        yield from _partial("parameters", wanted, {**subject.values, **subject.parameters})


class _Body:
    """A part of the decoded body, or a text that the body holds."""

    def differences(self, wanted: Any, subject: MatchSubject) -> Iterator[Difference]:
        if isinstance(wanted, str):
            text = subject.text()
            if wanted not in text:
                yield Difference(field="body", expected=wanted, found=text or None)
        else:
            # A form or a SOAP envelope is decoded into the parameters.
            data = subject.payload if isinstance(subject.payload, Mapping | list) else subject.parameters
            yield from _partial("body", wanted, data)


class _Told:
    """The state that the client was told: the API's word for it, as shown or not, or its phase, in any letter case."""

    def differences(self, wanted: str, subject: MatchSubject) -> Iterator[Difference]:
        found = subject.told
        if found is None:
            yield Difference(field="told", expected=wanted, found=None)
        elif wanted.casefold() not in (found.name.casefold(), found.word.casefold(), found.phase.casefold()):
            yield Difference(field="told", expected=wanted, found=found.word)


class _Final:
    """Whether the client was told a state from which a job does not move, or one from which it does."""

    def differences(self, wanted: bool, subject: MatchSubject) -> Iterator[Difference]:
        found = None if subject.told is None else subject.told.phase in FINAL
        if found is not wanted:
            yield Difference(field="final", expected=wanted, found=found)


MATCHED: Mapping[str, MatchedField] = {
    "api": _Exact("api"),
    "operation": _Operation(),
    "job": _Job(),
    "method": _Method(),
    "path": _Path(),
    "status": _Exact("status"),
    "response": _Exact("response"),
    "told": _Told(),
    "final": _Final(),
    "headers": _Headers(),
    "parameters": _Parameters(),
    "body": _Body(),
}
"""What a match may name."""

OF_ANSWERS = frozenset({"status", "response", "told", "final"})
"""What is known of an answer only, so that no fault can ask for it."""


def fits(match: Match, subject: MatchSubject) -> bool:
    """Tell whether a request is meant."""
    return next(differences(match, subject), None) is None


def differences(match: Match, subject: MatchSubject) -> Iterator[Difference]:
    """Yield each field of a match that a request does not fit."""
    for name, wanted in match.items():
        yield from MATCHED[name].differences(wanted, subject)


def like(pattern: str, text: str) -> bool:
    """Tell whether a text fits a pattern, in which `*` stands for anything.

    It takes time in proportion to both lengths at most, since each piece is looked for behind the one before it.
    """
    first, *pieces = pattern.split("*")
    if not pieces:
        return pattern == text
    last = pieces.pop()
    if len(first) + len(last) > len(text) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


_NAMES_A_JOB = re.compile(r"(job|run|task|instance)s?_?(id|name)?$|^id$", re.IGNORECASE)


def about(subject: MatchSubject) -> set[str]:
    """Return the ids a request names before its handler has said which job it is about.

    A guess by the names of its parameters, for operations that do not declare where their job's id stands.
    """
    found: set[str] = set()
    pending: list[Any] = [subject.payload, subject.parameters, subject.values]
    left = NAMED
    while pending and left > 0:
        value = pending.pop()
        if isinstance(value, Mapping):
            for key, item in islice(value.items(), left):
                if _is_id(str(key), item):
                    found.add(str(item))
                elif isinstance(item, Mapping | list | tuple):
                    pending.append(item)
        elif isinstance(value, list | tuple):
            pending.extend(item for item in islice(value, left) if isinstance(item, Mapping | list | tuple))
        else:
            continue
        left -= 1 + len(value)
    return found


def _is_id(name: str, value: Any) -> bool:
    return isinstance(value, str | int) and _NAMES_A_JOB.search(name) is not None


def _partial(at: str, wanted: Any, found: Any) -> Iterator[Difference]:
    """Compare what is named only; a list is compared item by item and in full."""
    if isinstance(wanted, Mapping):
        yield from _partial_mapping(at, wanted, found)
    elif isinstance(wanted, list):
        yield from _partial_list(at, wanted, found)
    elif not _same(wanted, found):
        yield Difference(field=at, expected=wanted, found=found)


def _partial_mapping(at: str, wanted: Mapping[str, Any], found: Any) -> Iterator[Difference]:
    if not isinstance(found, Mapping):
        yield Difference(field=at, expected=wanted, found=found)
        return
    for key, value in wanted.items():
        if key in found:
            yield from _partial(f"{at}/{key}", value, found[key])
        elif value is not None:
            yield Difference(field=f"{at}/{key}", expected=value, found=None)


def _partial_list(at: str, wanted: list[Any], found: Any) -> Iterator[Difference]:
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) != len(wanted):
        yield Difference(field=at, expected=wanted, found=found)
        return
    for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
        yield from _partial(f"{at}/{number}", one, other)


def _same(wanted: Any, found: Any) -> bool:
    # A form and a SOAP envelope hold texts where JSON has numbers.
    return bool(wanted == found) or (found is not None and _text(wanted) == _text(found))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:120] + " …"
