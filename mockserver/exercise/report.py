"""What an exercise came to, for a terminal, a build server, a program and a person with a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from mockserver._version import __version__
from mockserver.core.clock import iso
from mockserver.exercise.judge import Check, Outcome, request_record
from mockserver.wire.html import pages
from mockserver.wire.junit import Case, junit

_PAGES = pages(Path(__file__).with_name("templates"))

TAIL = 4000
"""Characters of a client's output that JUnit's XML keeps."""

POLLS_DRAWN = 400
"""Requests that a timeline shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All scenarios of one run.

    Attributes:
        command: as it was given, placeholders not replaced.
        began: real time in epoch seconds; `seconds` is how long all took.
    """

    api: str
    command: Sequence[str]
    began: float
    seconds: float
    outcomes: Sequence[Outcome]

    @property
    def failed(self) -> int:
        """How many scenarios the client failed."""
        return sum(not one.passed for one in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """Return the whole of it as JSON says it."""
        return {
            "api": self.api,
            "command": list(self.command),
            "began": iso(self.began),
            "seconds": round(self.seconds, 3),
            "passed": len(self.outcomes) - self.failed,
            "failed": self.failed,
            "scenarios": [one.as_dict() for one in self.outcomes],
        }

    def rows(self) -> list[tuple[str, str, Any, str, str]]:
        """Return scenario, verdict, exit status, seconds and what is wrong, a row for each scenario."""
        return [row(one) for one in self.outcomes]

    def details(self) -> list[str]:
        """Return each failure with the requests that show it, as lines."""
        lines: list[str] = []
        for one in self.outcomes:
            for check in one.failures:
                lines += [f"{one.scenario.name}: {check.why}", *(f"  {text}" for text in shown(one, check))]
            if not one.passed:
                lines.append(f"  a good client: {one.scenario.good}")
        return lines

    def junit(self) -> bytes:
        """Return JUnit's XML: a case for each scenario."""
        cases = [
            Case(
                classname=f"mockserver.exercise.{self.api}",
                name=one.scenario.name,
                failure="\n".join(text for check in one.failures for text in (check.why, *shown(one, check))) or None,
                output=one.output[-TAIL:],
                seconds=one.seconds,
            )
            for one in self.outcomes
        ]
        return junit(f"mockserver exercise {self.api}", cases, timestamp=iso(self.began))

    def page(self) -> str:
        """Return one page of HTML that needs nothing of the network, with a timeline for each scenario."""
        return _PAGES.get_template("exercise.html").render(
            report=self, version=__version__, began=iso(self.began), timelines=[timeline(one) for one in self.outcomes]
        )


def row(one: Outcome) -> tuple[str, str, Any, str, str]:
    """Return scenario, verdict, exit status, seconds and what is wrong."""
    why = "; ".join(check.why for check in one.failures)
    status = "ended" if one.status is None else one.status
    return one.scenario.name, "holds" if one.passed else "FAILS", status, f"{one.seconds:.1f}", why


def shown(outcome: Outcome, check: Check) -> list[str]:
    """Return the requests that show what a check is about, a line each."""
    by_number = {entry.number: entry for entry in outcome.entries}
    lines = []
    for number in check.requests:
        one = request_record(by_number[number], outcome.began)
        told = f", told {one['told']['state']}" if one["told"] else ""
        fault = f", {one['fault']}" if one["fault"] else ""
        answered = "no answer" if not one["status"] else one["status"]
        lines.append(
            f"request {number} after {one['after']:.2f} s: {one['method']} {one['path']} -> {answered}{told}{fault}"
        )
    return lines


def timeline(outcome: Outcome) -> dict[str, Any]:
    """Return what a picture of a scenario shows, places in hundredths of its width.

    Keys: `bands` (state, phase, from, width: what the client knew of the job), `marks` (place, kind, title).
    """
    whole = max(outcome.seconds, 0.001)
    records = [request_record(entry, outcome.began) for entry in outcome.entries[:POLLS_DRAWN]]

    def place(seconds: float) -> float:
        return round(min(max(seconds / whole * 100, 0), 100), 2)

    told = [(place(one["after"]), one["told"]) for one in records if one["told"]]
    bands: list[dict[str, Any]] = []
    for at, state in told:
        if bands and bands[-1]["state"] == state["state"]:
            continue
        bands.append({"state": state["state"], "phase": state["phase"], "from": at})
    for band, after in zip_longest(bands, bands[1:]):
        band["width"] = round((100.0 if after is None else after["from"]) - band["from"], 2)
    return {"bands": bands, "marks": [_mark(one, place(one["after"])) for one in records]}


def _mark(record: Mapping[str, Any], place: float) -> dict[str, Any]:
    status = record["status"]
    bad = bool(record["violations"])
    kind = "breach" if bad else "fault" if record["fault"] else "error" if not status or status >= 400 else "fine"
    told = f" → {record['told']['state']}" if record["told"] else ""
    name = record["operation"] or record["path"]
    return {"place": place, "kind": kind, "title": f"{record['number']}: {name} {status or 'no answer'}{told}"}
