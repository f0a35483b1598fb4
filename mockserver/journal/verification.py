"""Did the client do what the test says? Counts, order and breaches over the journal, and near misses when not.

Rules a maintainer must keep:

1. Who waits pays for what is new only: an entry is judged once, and once more when its answer is there.
2. Near misses are looked for once, at the end, by whoever answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from mockserver.contracts.model import Violation
from mockserver.journal.entry import Entry
from mockserver.journal.masked_match import masked_match
from mockserver.journal.masking import current, mask, mask_path
from mockserver.journal.matching import Match, MatchSubject, fits
from mockserver.journal.near_misses import NearMiss, json_of, subject_of

LINES = 15
"""Lines of a verdict: what a person reads before giving up."""

OVERDUE = 100
"""Later requests after which a number that has no entry is no longer waited for."""


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


class _Judged:
    """An entry, and which matches it has been found to fit."""

    __slots__ = ("_fits", "_subject", "entry")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._subject: MatchSubject | None = None
        self._fits: dict[int, bool] = {}

    def fits(self, match: Match) -> bool:
        if not match:
            return True
        key = id(match)
        found = self._fits.get(key)
        if found is None:
            if self._subject is None:
                self._subject = subject_of(self.entry)
            found = self._fits[key] = fits(match, self._subject)
        return found


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What has been found in the journal up to some entry.

    Attributes:
        after: the number of the first request that fits `after`.
        numbers: of the requests that match; `first` are the first of them.
        steps: how many of `order` have come, the last of them as number `step_at`, called `step_name`.
        breaches: how many breaches of contract there are; `breach_lines` says the first.
    """

    after: int | None = None
    numbers: list[int] = field(default_factory=list)
    first: list[Entry] = field(default_factory=list)
    steps: int = 0
    step_at: int = 0
    step_name: str = "the start"
    breaches: int = 0
    breach_lines: list[str] = field(default_factory=list)

    def copy(self) -> _Progress:
        return replace(
            self, numbers=self.numbers.copy(), first=self.first.copy(), breach_lines=self.breach_lines.copy()
        )


class Verification:
    """What a test asks of a journal, judged entry by entry.

    Attributes:
        behind: a number up to which nothing will change any more; entries beyond it are to be `take`n again.
    """

    def __init__(
        self, asked: Mapping[str, Any], since: Callable[[Entry], bool] | None = None, *, behind: int = 0
    ) -> None:
        """Begin with nothing.

        Args:
            asked: `match`, `count`, `order`, `noViolations`, `after`, in the control API's form.
            since: tells which entries are asked about; None: all.
            behind: a number before the first entry.
        """
        self._match: Match | None = asked.get("match")
        self._counted: Match = self._match or {}
        self._bounds = Bounds.of(asked.get("count")) if self._match is not None or "count" in asked else None
        self._order: Sequence[Match] = asked.get("order", ())
        self._unbroken = bool(asked.get("noViolations"))
        self._after: Match | None = asked.get("after")
        self._since = since
        self.behind = behind
        self._settled = _Progress()
        self._live: _Progress | None = None
        self._last = behind
        self._judged: dict[int, _Judged] = {}

    def begin(self, last: int) -> None:
        """Begin a look at the entries beyond `behind`, of which the last has this number."""
        self._live = None
        self._last = last

    def take(self, entries: Sequence[Entry]) -> None:
        """Look at more entries, in order of numbers."""
        for entry in entries:
            if self._live is None:
                waits = entry.number != self.behind + 1 and self._last - entry.number < OVERDUE
                if entry.status is None or waits:
                    self._live = self._settled.copy()
            if self._live is None:
                self._advance(self._settled, self._judged.pop(entry.number, None), entry)
                self.behind = entry.number
            else:
                known = self._judged.get(entry.number)
                if known is None or known.entry is not entry:
                    known = self._judged[entry.number] = _Judged(entry)
                self._advance(self._live, known, entry)

    @property
    def holds(self) -> bool:
        """Whether it is so, by what has been taken."""
        found = self._found
        return (
            (self._after is None or found.after is not None)
            and (self._bounds is None or self._bounds.hold(len(found.numbers)))
            and found.steps == len(self._order)
            and not found.breaches
        )

    def near(self) -> Match | None:
        """Return the match of which the nearest misses are worth showing, if there is one."""
        found = self._found
        if self._after is not None and found.after is None:
            return self._after
        if self._bounds is not None and not self._bounds.hold(len(found.numbers)):
            return self._counted if len(found.numbers) < self._bounds.least else None
        return None if found.steps == len(self._order) else self._order[found.steps]

    def could_be_near(self) -> Callable[[Entry], bool]:
        """Return what tells whether an entry is one among which the match of `near` looked in vain."""
        found, match, since = self._found, self.near(), self._since
        start, matching = 0, set(found.numbers)
        if self._after is not None and match is not self._after:
            start = found.after or 0
        if match is not self._after and match is not self._counted:
            start, matching = max(start, found.step_at), set()
        return lambda entry: entry.number > start and entry.number not in matching and (since is None or since(entry))

    def came_too_early(self, entry: Entry) -> bool:
        """Tell whether a request is the step that is missing, and came before it could have been that."""
        found = self._found
        return self._lacks_step and (found.after or 0) < entry.number <= found.step_at and self._is_step(entry)

    def verdict(self, near: Sequence[NearMiss] = (), earlier: Entry | None = None, dropped: int = 0) -> Verdict:
        """Say what was found.

        Args:
            near: the nearest misses of the match that `near` returns.
            earlier: the step that is missing, where it came too early.
            dropped: how many requests the ring has lost; said when it does not hold.
        """
        numbers = tuple(self._found.numbers)
        if self.holds:
            return Verdict(holds=True, count=len(numbers), numbers=numbers)
        lines = [*self._lines(earlier), *(line for one in near for line in one.lines())]
        if dropped:
            lines.append(f"the journal has dropped {dropped} older requests; a larger --journal-size keeps them")
        shown = tuple(one.as_dict() for one in near)
        return Verdict(holds=False, count=len(numbers), numbers=numbers, lines=_shortened(lines), near=shown)

    @property
    def _found(self) -> _Progress:
        return self._live or self._settled

    @property
    def _lacks_step(self) -> bool:
        """Whether a step is missing, and nothing that goes before it is wrong."""
        found = self._found
        begun = self._after is None or found.after is not None
        counted = self._bounds is None or self._bounds.hold(len(found.numbers))
        return begun and counted and found.steps < len(self._order)

    def _is_step(self, entry: Entry) -> bool:
        return fits(self._order[self._found.steps], subject_of(entry))

    def _advance(self, found: _Progress, known: _Judged | None, entry: Entry) -> None:
        if self._since is not None and not self._since(entry):
            return
        judged = known if known is not None and known.entry is entry else _Judged(entry)
        if self._after is not None and found.after is None:
            if judged.fits(self._after):
                found.after = entry.number
            return
        matches = judged.fits(self._counted)
        if matches:
            found.numbers.append(entry.number)
            if len(found.first) < 5:
                found.first.append(entry)
        if found.steps < len(self._order) and judged.fits(self._order[found.steps]):
            found.steps += 1
            found.step_at, found.step_name = entry.number, f"#{entry.number} {_name(entry)}"
        if self._unbroken and entry.violations and (matches or self._match is None):
            found.breaches += len(entry.violations)
            if len(found.breach_lines) < LINES:
                found.breach_lines += [_broken(entry, one) for one in entry.violations]

    def _lines(self, earlier: Entry | None) -> Iterator[str]:
        """Yield what does not hold."""
        found = self._found
        if self._after is not None and found.after is None:
            yield f"no request {_words(self._after)} came, so that nothing came after it"
            return
        if self._bounds is not None and not self._bounds.hold(len(found.numbers)):
            yield f"expected {self._bounds} {_words(self._counted)}; found {len(found.numbers)}"
            if len(found.numbers) >= self._bounds.least:
                yield from (f"  {_line(entry)}" for entry in found.first)
        elif self._lacks_step:
            words = _words(self._order[found.steps])
            yield f"step {found.steps + 1} of {len(self._order)}: no request {words} after {found.step_name}"
            if earlier is not None:
                yield f"  one came before that: {_line(earlier)}"
        yield from found.breach_lines
        if found.breaches > len(found.breach_lines):
            yield f"… and {found.breaches - len(found.breach_lines)} breaches more"


def _shortened(lines: list[str]) -> tuple[str, ...]:
    """Return what is wrong in as many lines, and as long ones, as a person reads."""
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"… and {len(lines) - LINES + 1} lines more"]
    return tuple(line if len(line) <= 300 else line[:300] + " …" for line in lines)


def _words(match: Match) -> str:
    shown = masked_match(match, current())
    return "with " + ", ".join(f"{name} {mask(json_of(value))}" for name, value in shown.items()) if match else "at all"


def _name(entry: Entry) -> str:
    return entry.operation or f"{entry.method} {mask_path(entry.path)}"


def _broken(entry: Entry, one: Violation) -> str:
    place = f"{one.part}{one.pointer}"
    said = current().sentence(one.pointer, one.message)
    return f"#{entry.number} {_name(entry)} breaks the contract ({one.side}): {place}: {said}"


def _line(entry: Entry) -> str:
    job = f", job {entry.job}" if entry.job else ""
    return f"#{entry.number} {_name(entry)}{job}: {entry.status}"
