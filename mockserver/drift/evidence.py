"""What a live system was seen to do where a contract only guesses: for a maintainer to turn into `observed`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockserver._version import __version__
from mockserver.core.clock import iso
from mockserver.core.machine import Confidence
from mockserver.drift.exchange import Exchange
from mockserver.drift.interpreter import Judged
from mockserver.journal import masking
from mockserver.wire.charset import text_of

SHOWN = 4000
"""Characters of a body that evidence keeps."""


def evidence(target: str, judged: Sequence[Judged], began: float) -> dict[str, Any]:
    """Return the evidence: guesses that hold and answers that do not, each with the first exchange that shows it."""
    found: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for one in judged:
        verdict = one.verdict
        if verdict is None:
            continue
        clause = verdict.clause
        if clause is not None and clause.confidence is Confidence.INFERRED and verdict.holds:
            _add(found, one, clause.name, (clause.source, clause.confidence), "holds", "")
        for breach in verdict.violations:
            if breach.side == "server":
                sentence = f"{breach.expected}; got {breach.got}" if breach.expected else breach.message
                _add(found, one, breach.clause, (breach.source, breach.confidence), "breaks", masking.mask(sentence))
    return {
        "mockserver": __version__,
        "target": masking.mask(target),
        "at": iso(began),
        "how": "Each row is a guess of a contract (confidence: inferred) that this system was seen to keep, or an "
        "answer of any confidence that it was seen to break. Where a guess holds, `observed` may stand in the "
        "contract, with this file as the source.",
        "evidence": list(found.values()),
    }


def _add(
    found: dict[tuple[str, str, bool], dict[str, Any]],
    one: Judged,
    clause: str,
    known: tuple[str, Confidence | None],
    outcome: str,
    why: str,
) -> None:
    assert one.operation is not None
    key = (one.operation, clause, outcome == "holds")
    if key in found:
        found[key]["seen"] += 1
        return
    found[key] = {
        "operation": one.operation,
        "response": clause or None,
        "contract": f"contracts/{one.operation.replace('.', '/')}.json",
        "confidence": None if known[1] is None else str(known[1]),
        "source": known[0],
        "outcome": outcome,
        "why": why,
        "seen": 1,
        "exchange": _shown(one.exchange, one.path),
    }


def _shown(exchange: Exchange, path: str) -> dict[str, Any]:
    hide = masking.current()
    return {
        "request": {
            "method": exchange.method,
            "path": hide.text(path),
            "headers": dict(hide.headers(exchange.headers)),
            "body": hide.text(text_of(exchange.body, exchange.headers.get("Content-Type", "")))[:SHOWN],
        },
        "answer": {
            "status": exchange.status,
            "headers": dict(hide.headers(exchange.answer_headers)),
            "body": hide.text(text_of(exchange.answer, exchange.answer_headers.get("Content-Type", "")))[:SHOWN],
        },
    }
