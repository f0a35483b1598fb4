"""What a sandbox saw, kept for a test that failed: read once, before the sandbox is gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.client import ControlError, FaultRecord, JobRecord, Record, RequestRecord
from mockserver.testing.handles import Sandbox

LAST = 20
"""Exchanges that a report shows."""

_QUOTES = re.compile("['\"]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What happened in a sandbox.

    Attributes:
        sandbox, url: its name and address.
        count: exchanges that its journal holds.
        exchanges: the last of them, oldest first, with bodies.
        jobs: those that a client asked about, and all that moved.
        faults, violations: all of them.
        har: the journal as an HTTP Archive.
        curl: one command for each exchange, oldest first.
    """

    sandbox: str
    url: str
    count: int
    exchanges: Sequence[RequestRecord]
    jobs: Sequence[JobRecord]
    faults: Sequence[FaultRecord]
    violations: Sequence[Record]
    har: Record
    curl: Sequence[str]


def gather(sandbox: Sandbox) -> Evidence:
    """Read what happened in a sandbox; it stays as it is.

    Raises:
        ControlError: it cannot be asked any more.
    """
    control = sandbox.control
    seen = sandbox.requests()
    about = {(one.api, one.job) for one in seen if one.job is not None}
    jobs = [job for job in control.jobs() if job.history or (job.api, job.id) in about]
    return Evidence(
        sandbox=sandbox.name,
        url=sandbox.url,
        count=len(seen),
        exchanges=[_whole(sandbox, one) for one in seen[-LAST:]],
        jobs=jobs,
        faults=sandbox.faults.list(),
        violations=control.violations(),
        har=control.export("har"),
        curl=_commands(control.export("curl")),
    )


def _whole(sandbox: Sandbox, record: RequestRecord) -> RequestRecord:
    try:
        return sandbox.control.request(record.number)
    except ControlError:
        return record  # the ring has dropped it meanwhile


def _commands(text: str) -> list[str]:
    """Split the export: a command, with what is said above it, ends where a line ends outside of quotes."""
    found: list[str] = []
    lines: list[str] = []
    quote = ""
    for line in text.split("\n")[:-1]:
        lines.append(line)
        if line.startswith("#") and not quote:
            continue
        for sign in _QUOTES.findall(line):
            quote = sign if not quote else "" if sign == quote else quote
        if not quote:
            found.append("\n".join(lines))
            lines = []
    return found
