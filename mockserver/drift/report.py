"""What was found out about a system: one value, from which table, JSON, JUnit, HTML and evidence are written.

Rules a maintainer must keep:

1. Whatever leaves here for a person's eyes has its secrets masked: `Report` masks when it is made of exchanges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mockserver._version import __version__
from mockserver.contracts.loader import Contracts
from mockserver.contracts.model import Contract, Violation
from mockserver.core.clock import iso
from mockserver.core.machine import Confidence
from mockserver.drift.interpreter import Judged
from mockserver.journal import masking


class Outcome(StrEnum):
    """What is known of one clause of a contract after the exchanges."""

    HOLDS = "holds"
    BREAKS = "breaks"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A contract that was not kept.

    Attributes:
        operation: `<api>.<Name>`.
        request: method and path.
        violation: secrets masked.
        sentence: the contract says …, the system says …
    """

    operation: str
    request: str
    violation: Violation
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        one = self.violation
        return {
            "operation": self.operation,
            "response": one.clause or None,
            "request": self.request,
            "side": one.side,
            "part": one.part,
            "pointer": one.pointer,
            "message": one.message,
            "expected": one.expected,
            "got": one.got,
            "source": one.source,
            "confidence": None if one.confidence is None else str(one.confidence),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One clause of one operation.

    Attributes:
        response: the clause; empty for what fits none.
        why: why it was not tried.
    """

    operation: str
    response: str
    status: int | None
    content_type: str | None
    confidence: Confidence | None
    outcome: Outcome
    count: int = 0
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "operation": self.operation,
            "response": self.response or None,
            "status": self.status,
            "content_type": self.content_type,
            "confidence": None if self.confidence is None else str(self.confidence),
            "outcome": str(self.outcome),
            "count": self.count,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found out.

    Attributes:
        target: the system, or the files.
        rows: by operation and clause, in the contracts' order.
        breaches: of the system, in order.
        client_breaches: of the clients that were recorded.
        unknown: paths that are no operation's, with the reason.
        unfinished: what had not come to its end when patience ended, a sentence each: nobody can tell.
        began: epoch seconds.
    """

    target: str
    exchanges: int
    rows: Sequence[Row]
    breaches: Sequence[Breach]
    client_breaches: Sequence[Breach] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    unfinished: Sequence[str] = ()
    began: float = 0.0
    seconds: float = 0.0

    @property
    def tried(self) -> bool:
        """Whether anything was judged at all."""
        return any(row.outcome is not Outcome.NOT_TRIED for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        outcomes = [row.outcome for row in self.rows]
        return {
            "mockserver": __version__,
            "target": self.target,
            "began": iso(self.began),
            "seconds": round(self.seconds, 3),
            "ok": not self.breaches and not self.client_breaches and not self.unfinished,
            "exchanges": self.exchanges,
            "summary": {str(one): outcomes.count(one) for one in Outcome},
            "breaches": [one.as_dict() for one in self.breaches],
            "client_breaches": [one.as_dict() for one in self.client_breaches],
            "unfinished": list(self.unfinished),
            "unknown": [{"path": path, "why": why} for path, why in self.unknown.items()],
            "rows": [row.as_dict() for row in self.rows],
        }


def report(
    target: str,
    judged: Sequence[Judged],
    contracts: Contracts,
    *,
    operations: Iterable[str],
    reasons: Mapping[str, str] | None = None,
    began: float = 0.0,
    seconds: float = 0.0,
) -> Report:
    """Sum up what was judged.

    Args:
        operations: those that the report speaks of, tried or not.
        reasons: operation -> why it was not tried.
    """
    reasons = reasons or {}
    breaches = [one for each in judged for one in _breaches(each)]
    answered: dict[tuple[str, str], int] = {}
    for one in judged:
        if one.verdict is not None and one.operation is not None:
            held = one.verdict.clause is not None and one.verdict.holds
            key = (one.operation, one.verdict.clause.name if held and one.verdict.clause is not None else "")
            answered[key] = answered.get(key, 0) + 1
    server = [one for one in breaches if one.violation.side == "server"]
    rows: list[Row] = []
    for name in operations:
        contract = contracts.get(name)
        if contract is not None:
            rows.extend(_rows(contract, answered, server, reasons.get(name, "")))
    return Report(
        target=masking.mask(target),
        exchanges=len(judged),
        rows=rows,
        breaches=server,
        client_breaches=[one for one in breaches if one.violation.side == "client"],
        unknown={
            masking.mask(f"{one.exchange.method} {one.path.partition('?')[0]}"): one.why
            for one in judged
            if one.verdict is None
        },
        began=began,
        seconds=seconds,
    )


def _breaches(judged: Judged) -> Iterable[Breach]:
    if judged.verdict is None:
        return
    request = masking.mask(f"{judged.exchange.method} {judged.path}")
    for one in judged.verdict.violations:
        hidden = masking.current().hides(one.pointer.rpartition("/")[2])
        masked = Violation(
            side=one.side,
            part=one.part,
            pointer=one.pointer,
            message="its value, which is secret, does not fit" if hidden else masking.mask(one.message),
            expected=one.expected,
            got=masking.MASK if hidden else masking.mask(one.got),
            clause=one.clause,
            source=one.source,
            confidence=one.confidence,
        )
        yield Breach(operation=judged.verdict.operation, request=request, violation=masked, sentence=_sentence(masked))


def _sentence(one: Violation) -> str:
    who = "the system" if one.side == "server" else "the client"
    if not one.expected:
        return f"{who}: {one.message}"
    at = f" at {one.pointer}" if one.pointer else ""
    return f"the contract says{at}: {one.expected}; {who} says: {one.got}"


def _rows(
    contract: Contract, answered: Mapping[tuple[str, str], int], breaches: Sequence[Breach], reason: str
) -> Iterable[Row]:
    own = [one for one in breaches if one.operation == contract.operation]
    broken = {one.violation.clause for one in own}
    tried = any(name == contract.operation for name, _ in answered)
    for clause in contract.responses:
        count = answered.get((contract.operation, clause.name), 0)
        outcome = Outcome.HOLDS if count else Outcome.NOT_TRIED
        if clause.name in broken:
            outcome = Outcome.BREAKS
        why = "" if outcome is not Outcome.NOT_TRIED else reason or ("it was not answered so" if tried else "not asked")
        yield Row(
            operation=contract.operation,
            response=clause.name,
            status=clause.status,
            content_type=clause.content_type,
            confidence=clause.confidence,
            outcome=outcome,
            count=count + sum(one.violation.clause == clause.name for one in own),
            why=why,
        )
    for clause in contract.anywhere:
        if count := answered.get((contract.operation, clause.name), 0):
            yield Row(
                operation=contract.operation,
                response=clause.name,
                status=clause.status,
                content_type=clause.content_type,
                confidence=clause.confidence,
                outcome=Outcome.HOLDS,
                count=count,
            )
    if "" in broken:
        yield Row(
            operation=contract.operation,
            response="",
            status=None,
            content_type=None,
            confidence=None,
            outcome=Outcome.BREAKS,
            count=sum(not one.violation.clause for one in own),
        )
