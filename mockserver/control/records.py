"""The control API's record of a job, and the short form of it that lists show.

Rules a maintainer must keep:

1. A record is for a tester's eyes: secrets are masked in it. What an API answers and what is stored is not made of it.
"""

from __future__ import annotations

from typing import Any

from mockserver.api.definition import Api
from mockserver.core.clock import iso
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Machine, Next
from mockserver.core.plan import describe_on_cancel, describe_plan
from mockserver.journal.masking import process


def describe(api: Api, job: Job) -> dict[str, Any]:
    """Return the control API's record of a job: common facts, what comes next, history, the API's own fields."""
    machine = api.machines[job.kind]
    state = machine.by_name[job.state]
    planned = machine.next(job)
    record: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "phase": str(state.phase),
        "shown": state.word,
        "possible_states": list(machine.by_name),
        "held": job.held,
        "owner": job.owner,
        "plan": describe_plan(job.plan),
        "on_cancel": describe_on_cancel(job.on_cancel),
        "next": None,
        "created": iso(job.created),
        "started": None if job.started is None else iso(job.started),
        "ended": None if job.ended is None else iso(job.ended),
        "messages": [{"text": message.text, "level": message.level} for message in job.messages],
        "error": job.error,
        "progress": job.progress,
        "history": [
            {"from": move.source, "to": move.to, "at": iso(move.at), "cause": str(move.cause), "request": move.request}
            for move in job.history
        ],
    }
    if job.parent is not None:
        record["parent"] = job.parent
    if planned is not None:
        record["next"] = _next(machine, planned)
    own = api.own_fields(job)
    # An API may have a `kind` of its own among the fixture's fields (GES does): that is the one its users know.
    whole = {"api": job.api, "kind": job.kind, **own, **record}
    said = repr((own, record["messages"], job.error, job.progress)).lower()
    return process.masking.data(whole) if any(map(said.__contains__, process.masking.suspects)) else whole


TEXT = 120
"""Characters of an own field that a row shows."""


def row(api: Api, job: Job) -> dict[str, Any]:
    """Return what a list shows of a job: its state, what comes next, and `about`: its own fields that are short texts.

    `kind` is the machine's here, and a `kind` of the API's own is in `about`.
    """
    machine = api.machines[job.kind]
    state = machine.by_name[job.state]
    own, planned = api.own_fields(job), machine.next(job)
    if any(map(repr(own).lower().__contains__, process.masking.suspects)):
        own = process.masking.data(own)
    return {
        "api": job.api,
        "kind": job.kind,
        "id": job.id,
        "parent": job.parent,
        "state": job.state,
        "phase": str(state.phase),
        "shown": state.word,
        "final": state.phase in FINAL,
        "held": job.held,
        "owner": job.owner,
        "created": iso(job.created),
        "ended": None if job.ended is None else iso(job.ended),
        "next": None if planned is None else _next(machine, planned),
        "about": {name: value[:TEXT] for name, value in own.items() if isinstance(value, str) and value},
    }


def _next(machine: Machine, planned: Next) -> dict[str, Any]:
    """Return the planned change of a job: to which state, and when or after how many more looks."""
    when = {"looks": planned.looks} if planned.at is None else {"at": iso(planned.at)}
    return {"state": planned.to, "phase": str(machine.by_name[planned.to].phase), **when}
