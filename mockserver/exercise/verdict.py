"""What a run came to: the command's exit status, breaches of contract, faults that never fired; and its artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.definition import Api
from mockserver.client.sentences import broken_contract, fault_for_nothing
from mockserver.core.clock import iso
from mockserver.exercise.chronicle import Chapter, job_records, prefix
from mockserver.journal.export_har import har
from mockserver.journal.masked_entry import MaskedEntry
from mockserver.settings import JUDGED
from mockserver.wire.junit import Case, junit

SAID = 20
"""Breaches that are told one by one on a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of one run.

    Attributes:
        status: the command's exit status.
        began: real time in epoch seconds; `seconds` is how long it took.
        allowed: breaches and faults for nothing are no failure.
    """

    command: Sequence[str]
    status: int
    began: float
    seconds: float
    chapters: Sequence[Chapter]
    allowed: bool

    @property
    def is_broken(self) -> bool:
        """Whether a contract was broken or a fault armed for nothing, and that is a failure."""
        return not self.allowed and any(one.breaches or one.unused_faults for one in self._judged())

    def sentences(self) -> list[str]:
        """Return what a person should read, a line each; none when all is well."""
        if self.allowed:
            return []
        breaches = [
            broken_contract(one, _asked(chapter, one["request"]))
            for chapter in self._judged()
            for one in chapter.breaches
        ]
        more = len(breaches) - SAID
        rest = [f"{more} breaches more; --artifacts DIR keeps them all"] if more > 0 else []
        return [*breaches[:SAID], *rest, *self._faults_for_nothing()]

    # --- artifacts --------------------------------------------------------------------------------

    def har(self, url: str) -> dict[str, Any]:
        """Return all exchanges as one HAR document, in the order in which they came."""
        documents = [har(one.entries, url + prefix(one)) for one in self.chapters if one.entries]
        whole = har((), url)
        entries = [entry for document in documents for entry in document["log"]["entries"]]
        whole["log"]["entries"] = entries
        return whole

    def violations(self) -> list[dict[str, Any]]:
        """Return the breaches by either side, each with its sandbox and the request's line."""
        return [
            {"sandbox": chapter.sandbox, **one, "asked": _asked(chapter, one["request"])}
            for chapter in self.chapters
            for one in chapter.violations
        ]

    def jobs(self, apis: Sequence[Api]) -> list[dict[str, Any]]:
        """Return the records of the jobs as they were in the end."""
        return [record for chapter in self.chapters for record in job_records(apis, chapter)]

    def junit(self) -> bytes:
        """Return JUnit's XML: a case for the command, one for each operation it called, one for the faults."""
        ended = None if self.status == 0 else f"the command ended with {self.status}\n{' '.join(self.command)}"
        cases = [Case(classname="mockserver.run", name="command", failure=ended, seconds=self.seconds)]
        called = {entry.operation for one in self.chapters for entry in one.entries if entry.operation}
        broken: dict[str, list[str]] = {}
        for chapter in () if self.allowed else self._judged():
            for one in chapter.breaches:
                said = f"{_asked(chapter, one['request'])}: {one['part']} {one['pointer']}: {one['message']}"
                broken.setdefault(one["operation"] or "unknown", []).append(said)
        for operation in sorted({*called, *broken}):
            failure = "\n".join(broken[operation]) if operation in broken else None
            cases.append(Case(classname="mockserver.contracts", name=operation, failure=failure))
        unused = [] if self.allowed else self._faults_for_nothing()
        cases.append(Case(classname="mockserver.run", name="faults", failure="\n".join(unused) or None))
        return junit("mockserver run", cases, timestamp=iso(self.began))

    def _faults_for_nothing(self) -> list[str]:
        return [fault_for_nothing(fault) for one in self._judged() for fault in one.unused_faults]

    def _judged(self) -> list[Chapter]:
        return [one for one in self.chapters if not one.sandbox.startswith(JUDGED)]


def _asked(chapter: Chapter, number: int) -> str:
    where = "" if not prefix(chapter) else f" of sandbox {chapter.sandbox}"
    for entry in chapter.entries:
        if entry.number == number:
            return f"request {number}{where} ({entry.method} {MaskedEntry(entry).path})"
    return f"request {number}{where}"  # the journal has dropped it
