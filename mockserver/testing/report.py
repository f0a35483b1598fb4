"""The section `mockserver` of a failed test: what its sandbox saw, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.client import FaultRecord, JobRecord, RequestRecord
from mockserver.testing.evidence import Evidence

BODY = 200
"""Characters of an answer that are shown."""

MOVES = 8
"""Moves of a job that are shown, the last ones."""


def text_of(evidence: Evidence) -> str:
    """Return the section as text, secrets masked as in the journal, nothing that a terminal would obey."""
    return "\n".join(_printable(line) for line in _lines(evidence))


def _lines(evidence: Evidence) -> Iterator[str]:
    yield f"sandbox {evidence.sandbox} at {evidence.url}"
    shown = len(evidence.exchanges)
    if not shown:
        yield "no request reached it"
    else:
        yield f"requests ({evidence.count})" if shown == evidence.count else f"requests (the last {shown})"
    breaches = _breaches(evidence.violations)
    for one in evidence.exchanges:
        yield from _exchange(one, f"/~{evidence.sandbox}", breaches.get(one.number, ()))
    if evidence.jobs:
        yield "jobs"
    for job in evidence.jobs:
        yield from _job(job)
    if evidence.faults:
        yield "faults"
    for fault in evidence.faults:
        yield _fault(fault)
    if evidence.curl:
        yield f"the last request as curl: {evidence.curl[-1]}"


def _breaches(violations: Sequence[Mapping[str, Any]]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in violations:
        where = " ".join(filter(None, (one["part"], one["pointer"])))
        found.setdefault(one["request"], []).append(f"{one['side']} broke the contract: {where}: {one['message']}")
    return found


def _exchange(one: RequestRecord, prefix: str, breaches: Sequence[str]) -> Iterator[str]:
    status = "unanswered" if one.status is None else "no answer" if one.status == 0 else str(one.status)
    facts = [one.operation or "no operation", status]
    if one.told is not None:
        facts.append(f"told {one.told.state}" + (" (final)" if one.told.final else ""))
    yield f"{one.number:4}  {one.method} {one.path.removeprefix(prefix)}  {'  '.join(facts)}"
    for move in one.state_change:
        yield f"      moved job {move['id']}: {move['from']} -> {move['to']} ({move['cause']})"
    if one.fault is not None:
        yield f"      hit by fault {one.fault}"
    yield from (f"      {breach}" for breach in breaches)
    if hint := one.get("hint"):
        yield f"      hint: {hint}"
    if body := " ".join(str((one.get("answer") or {}).get("body", "")).split()):
        yield f"      answer: {body[:BODY]}" + (" …" if len(body) > BODY else "")
    if error := one.get("error"):
        yield f"      a bug of mockserver: {str(error).strip().splitlines()[-1]}"


def _job(job: JobRecord) -> Iterator[str]:
    held = ", held" if job.held else ""
    yield f"      {job.api} {job.kind} {job.id}: {job.state} ({job.phase}{held})"
    moves = job.history[-MOVES:]
    for move in moves:
        by = move["cause"] if move.get("request") is None else f"{move['cause']}, request {move['request']}"
        yield f"            {move['at']}  {move['from']} -> {move['to']}  ({by})"


def _fault(fault: FaultRecord) -> str:
    hits = "never fired" if not fault.hits else f"fired {fault.hits} times" if fault.hits > 1 else "fired once"
    return f"      {fault.id} {hits}: match {dict(fault.match)}, effect {dict(fault.effect)}"


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in line)
