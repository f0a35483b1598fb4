"""What a client did in a scenario, by the journal and the jobs, and whether a good one does that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mockserver.core.machine import FINAL
from mockserver.exercise.scenario import Exit, Scenario, Suite
from mockserver.journal.entry import Entry
from mockserver.journal.masked_entry import MaskedEntry, told_record

SHOWN = 3
"""Requests that show what a verdict is about."""

CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing a good client does, and whether this one did.

    Attributes:
        name: `ended`, `exit`, `jobs`, `stopped`, `polls`, `pause`, `cancels`, `contract` or `fired`.
        why: a sentence: what was seen, and what a good client does.
        requests: numbers of the requests that show it, three at most.
    """

    name: str
    passed: bool
    why: str
    requests: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A client in one scenario.

    Attributes:
        status: its exit status; None: it had to be ended.
        began: sandbox time in epoch seconds; `seconds` is real time.
        made: ids of the jobs it made.
        output: what it printed, or the end of it.
    """

    scenario: Scenario
    status: int | None
    began: float
    seconds: float
    entries: Sequence[Entry]
    made: Sequence[str]
    output: str
    checks: Sequence[Check]
    facts: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """Whether the client did all that a good one does."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> list[Check]:
        """What it did wrong."""
        return [check for check in self.checks if not check.passed]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON says it."""
        return {
            "name": self.scenario.name,
            "does": self.scenario.does,
            "good": self.scenario.good,
            "passed": self.passed,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "checks": [
                {"name": one.name, "passed": one.passed, "why": one.why, "requests": list(one.requests)}
                for one in self.checks
            ],
            "facts": dict(self.facts),
            "requests": [request_record(entry, self.began) for entry in self.entries],
            "output": self.output,
        }


def request_record(entry: Entry, began: float) -> dict[str, Any]:
    """Return one request in short; `after` is in seconds since the client was started."""
    shown = MaskedEntry(entry)
    return {
        "number": entry.number,
        "after": round(entry.at - began, 3),
        "operation": entry.operation,
        "job": entry.job,
        "method": entry.method,
        "path": shown.path,
        "status": entry.status,
        "milliseconds": round(entry.milliseconds, 1),
        "told": told_record(entry.told),
        "fault": entry.fault,
        "violations": [one["message"] for one in shown.violations],
    }


class Judge:
    """Looks at what one client did in one scenario.

    Args:
        entries: the scenario's journal, oldest first.
        made: ids of the jobs the client made.
        hits: how often the scenario's faults have acted, together; None: it has none.
        pause: real seconds at least between two status queries of a job.
        limit: real seconds it had.
    """

    def __init__(
        self,
        suite: Suite,
        scenario: Scenario,
        entries: Sequence[Entry],
        made: Sequence[str],
        *,
        hits: int | None,
        pause: float,
        limit: float,
    ) -> None:
        self._scenario = scenario
        self._expects = scenario.expects
        self._made = made
        self._hits = hits
        self._pause = pause if scenario.expects.pause is None else scenario.expects.pause
        self._limit = limit
        self._suite = suite
        self._entries = entries
        self._polls = [one for one in entries if one.operation in suite.status]
        self._cancels = [one for one in entries if one.operation in suite.cancel]
        self._submits = [one for one in entries if one.operation in suite.submit]
        self._gaps = list(self._pauses())

    def facts(self) -> dict[str, Any]:
        """Return what was counted."""
        told: list[str] = []
        for entry in self._entries:
            if entry.told is not None and (not told or told[-1] != entry.told.word):
                told.append(entry.told.word)
        return {
            "requests": len(self._entries),
            "jobs_made": len(self._made),
            "polls": len(self._polls),
            "polls_after_end": len(self._after_end()),
            "shortest_pause": round(min((gap for gap, _ in self._gaps)), 3) if self._gaps else None,
            "cancels": len(self._cancels),
            "violations": len(self._breaches()),
            "told": told,
        }

    def checks(self, status: int | None) -> list[Check]:
        """Return the verdicts; a client that had to be ended has status None."""
        expects = self._expects
        found = [self._ended(status)]
        if status is not None:
            found.append(self._exit(status))
        if expects.jobs is not None:
            found.append(self._jobs(expects.jobs))
        if expects.polls_after_end is not None:
            found.append(self._stopped(expects.polls_after_end))
        if expects.polls is not None:
            found.append(
                _at_most("polls", self._polls, expects.polls, "asked for the state of a job", "status queries")
            )
        if self._pause > 0 and self._scenario.clock is None:
            found.append(self._paused())
        if expects.cancels is not None:
            found.append(_at_most("cancels", self._cancels, expects.cancels, "sent", "cancels"))
        if expects.violations is not None:
            found.append(self._contract(expects.violations))
        if self._hits is not None and expects.fired:
            found.append(self._fired(self._hits))
        return found

    def _ended(self, status: int | None) -> Check:
        last = [one.number for one in self._entries[-SHOWN:]]
        if status is not None:
            return Check(name="ended", passed=True, why="it ended by itself")
        what = "it asked no more" if not self._entries else f"it had made {len(self._entries)} requests"
        why = f"it did not end within {self._limit:g} s ({what}), and was ended"
        return Check(name="ended", passed=False, why=why, requests=last)

    def _exit(self, status: int) -> Check:
        wanted = self._expects.exit
        good = wanted is Exit.ANY or (status == 0) is (wanted is Exit.ZERO)
        should = {Exit.ZERO: "with 0", Exit.NOT_ZERO: "with another status than 0", Exit.ANY: "as it likes"}[wanted]
        last = self._last_told()
        heard = "" if last is None or last.told is None else f"; the last it was told is {last.told.word}"
        why = f"it ended with {status}, a good client ends {should}{heard}"
        numbers = [one.number for one in self._entries[-SHOWN:]]
        return Check(name="exit", passed=good, why=why, requests=() if good else numbers)

    def _jobs(self, most: int) -> Check:
        count = len(self._made)
        asked = self._expects.unless_listed and any(
            one.operation in self._suite.listing
            for first, second in pairwise(self._submits)
            for one in self._entries
            if first.number < one.number < second.number
        )
        good = count <= most or asked
        why = f"it made {_some(count, 'job')}" + ("" if good else f", a good client makes {most} at most")
        if not good and self._expects.unless_listed:
            why += ", and did not look for the first before it made the second"
        return Check(name="jobs", passed=good, why=why, requests=() if good else _few(self._submits))

    def _stopped(self, most: int) -> Check:
        late = self._after_end()
        good = len(late) <= most
        if good:
            return Check(name="stopped", passed=True, why="it asked no more once it was told the end")
        ends = [one for one in self._polls if _final(one)]
        word = ends[0].told.word if ends[0].told else ""
        why = f"it was told the end ({word}) and asked {_some(len(late), 'time')} more"
        return Check(name="stopped", passed=False, why=why, requests=[ends[0].number, *_few(late)[: SHOWN - 1]])

    def _paused(self) -> Check:
        short = [pair for gap, pair in self._gaps if gap < self._pause]
        if not short:
            return Check(
                name="pause", passed=True, why=f"it left {self._pause:g} s at least between two status queries"
            )
        shortest = min(gap for gap, _ in self._gaps)
        why = (
            f"it asked again after {max(shortest, 0):.3f} s, {_some(len(short), 'time')} in less than "
            f"{self._pause:g} s; a good client waits"
        )
        return Check(
            name="pause", passed=False, why=why, requests=_few([short[0][0], short[0][1], *(p[1] for p in short[1:])])
        )

    def _contract(self, most: int) -> Check:
        broken = self._breaches()
        good = len(broken) <= most
        if good:
            return Check(name="contract", passed=True, why="it broke no contract")
        first = MaskedEntry(broken[0]).violations[0]
        where = " ".join(filter(None, (first["part"], first["pointer"])))
        why = f"it broke the contract of {broken[0].operation}: {where}: {first['message']}"
        return Check(name="contract", passed=False, why=why, requests=_few(broken))

    def _fired(self, hits: int) -> Check:
        if hits:
            return Check(name="fired", passed=True, why="it met what the scenario is about")
        why = "no fault of the scenario fired: it never asked what they are armed for, so nothing was tested"
        return Check(name="fired", passed=False, why=why, requests=_few(self._entries))

    def _breaches(self) -> list[Entry]:
        return [one for one in self._entries if any(found.side == CLIENT for found in one.violations)]

    def _after_end(self) -> list[Entry]:
        """Return the status queries of jobs whose end the client had been told before it asked."""
        ended: dict[str, float] = {}
        late = []
        for one in self._polls:
            job = self._about(one)
            if job is None:
                continue
            if job in ended and one.at >= ended[job]:
                late.append(one)
            elif _final(one) and not one.fault:
                ended[job] = one.at + one.milliseconds / 1000
        return late

    def _about(self, poll: Entry) -> str | None:
        """Return which job a status query asks for: its id, or the whole address where it names it otherwise."""
        return poll.job or (None if poll.operation in self._suite.listing else poll.path)

    def _pauses(self) -> Iterator[tuple[float, tuple[Entry, Entry]]]:
        by_job: dict[str, list[Entry]] = {}
        for one in self._polls:
            if (job := self._about(one)) is not None:
                by_job.setdefault(f"{one.operation} {job}", []).append(one)
        for polls in by_job.values():
            for first, second in pairwise(polls):
                if first.fault is None:
                    yield second.at - first.at - first.milliseconds / 1000, (first, second)

    def _last_told(self) -> Entry | None:
        return next((one for one in reversed(self._entries) if one.told is not None), None)


def _final(entry: Entry) -> bool:
    return entry.told is not None and entry.told.phase in FINAL


def _at_most(name: str, found: Sequence[Entry], most: int, verb: str, what: str) -> Check:
    good = len(found) <= most
    why = f"it {verb} {len(found)} times" + ("" if good else f"; a good client sends {most} {what} at most")
    return Check(name=name, passed=good, why=why, requests=() if good else _few(found))


def _few(entries: Iterable[Entry]) -> list[int]:
    return [one.number for one in entries][:SHOWN]


def _some(count: int, what: str) -> str:
    return f"{'no' if count == 0 else count} {what}{'' if count == 1 else 's'}"
