"""What the control API answers, typed: dictionaries whose known keys are attributes too.

`record["state"]` and `record.state` are the same; fields of an API's own (`service`, `graph`,
`runs` …) are there under their names.
"""

from __future__ import annotations

import difflib
from typing import Any


class Record(dict[str, Any]):
    """One JSON object."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            near = difflib.get_close_matches(name, self, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            raise AttributeError(f"no field {name!r}; {meant}there are {', '.join(self)}") from None


class Health(Record):
    """Whether the server lives."""

    status: str
    version: str
    uptime_seconds: float
    seed: int


class JobRecord(Record):
    """A job. Times are ISO 8601 on the sandbox's clock.

    Attributes:
        state, phase: the API's own word, and the portable one.
        held: the clock does not move it.
        next: the planned change (`state`, `phase`, and `at` or `looks`), or None.
        history: the moves: `from`, `to`, `at`, `cause` (`client`, `clock`, `control`), `request`.
    """

    api: str
    kind: str
    id: str
    state: str
    phase: str
    possible_states: list[str]
    held: bool
    owner: str | None
    plan: Record
    on_cancel: Record
    next: Record | None
    created: str
    started: str | None
    ended: str | None
    messages: list[Record]
    error: str | None
    progress: Record | None
    history: list[Record]


class ClockRecord(Record):
    """Where the sandbox's clock stands, and, after a move of it, what came due (`api`, `id`, `from`, `to`, `at`)."""

    now: str
    frozen: bool
    fired: list[Record]


class FaultRecord(Record):
    """An armed fault and how often it acted."""

    id: str
    match: Record
    effect: Record
    hits: int


class RequestRecord(Record):
    """One exchange of the journal. `request` and `answer` hold headers and body, secrets masked.

    Attributes:
        status: None while it is answered; 0 when no answer was sent.
        told: the state of a job that the client was told (`state`, `phase`, `final`), or None.
    """

    number: int
    at: str
    sandbox: str
    api: str | None
    operation: str | None
    job: str | None
    method: str
    path: str
    status: int | None
    milliseconds: float
    told: Record | None
    fault: str | None
    state_change: list[Record]
    violations: list[Record]


class SandboxRecord(Record):
    """A sandbox: its name and the base URL of each API."""

    name: str


class ResetRecord(Record):
    """What a reset did."""

    jobs: Record
    requests: int
    faults: Record
    clock: str
