"""What a system says of one job over time: that the states follow each other as its machine allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mockserver.api.answers import JobSeen
from mockserver.api.definition import Api
from mockserver.contracts.model import Violation
from mockserver.core.machine import Confidence, Machine
from mockserver.core.succession import successors
from mockserver.drift.interpreter import Judged


class History:
    """Remembers what was told of each job, and judges what comes after."""

    def __init__(self, apis: Sequence[Api]) -> None:
        self._machines = {(api.name, kind): machine for api in apis for kind, machine in api.machines.items()}
        self._told: dict[tuple[str, str, str], str] = {}

    def note(self, judged: Judged) -> Judged:
        """Return an exchange with the breaches that only show over time added to its verdict."""
        if judged.api is None or judged.verdict is None:
            return judged
        found = [one for seen in judged.jobs if (one := self._note(judged.api, seen)) is not None]
        wrong = _another_job(judged)
        if wrong is not None:
            found.append(wrong)
        if not found:
            return judged
        verdict = replace(judged.verdict, violations=(*judged.verdict.violations, *found))
        return replace(judged, verdict=verdict)

    @property
    def told(self) -> Mapping[tuple[str, str, str], str]:
        """The last word of each job, by API, kind and id."""
        return self._told

    def _note(self, api: str, seen: JobSeen) -> Violation | None:
        machine: Machine | None = self._machines.get((api, seen.kind))
        if machine is None or not seen.state or successors(machine, seen.state) is None:
            return None  # a word that the machine has not is the schema's business
        key = (api, seen.kind, seen.id)
        before = self._told.get(key)
        self._told[key] = seen.state
        allowed = None if before is None else successors(machine, before)
        if allowed is None or seen.state in allowed:
            return None
        source = next((state.source for state in machine.states if state.word == before), "")
        return Violation(
            side="server",
            part="response",
            pointer="",
            message=f"{seen.kind} {seen.id} was {before} and is {seen.state} now",
            expected=f"after {before}: {', '.join(sorted(allowed))}",
            got=seen.state,
            source=source,
            confidence=Confidence.DOCUMENTED,
        )


def _another_job(judged: Judged) -> Violation | None:
    """Return the breach of an answer that speaks of other jobs than the one it was asked about."""
    asked, kinds = judged.job, {seen.kind for seen in judged.jobs}
    if asked is None or not judged.jobs:
        return None
    told = {seen.id for seen in judged.jobs if seen.kind == "job"}
    if "job" not in kinds or asked in told:
        return None
    return Violation(
        side="server",
        part="response",
        pointer="",
        message=f"job {asked} was asked about, and the answer speaks of {', '.join(sorted(told))}",
        expected=f"job {asked}",
        got=", ".join(sorted(told)),
    )
