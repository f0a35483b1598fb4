"""The control API's record of a job."""

from __future__ import annotations

from typing import Any

from mockserver.api.definition import Api
from mockserver.core.clock import iso
from mockserver.core.job import Job
from mockserver.core.plan import describe_on_cancel, describe_plan


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
        record["next"] = {"state": planned.to, "phase": str(machine.by_name[planned.to].phase)}
        if planned.at is not None:
            record["next"]["at"] = iso(planned.at)
        else:
            record["next"]["looks"] = planned.looks
    # An API may have a `kind` of its own among the fixture's fields (GES does): that is the one its users know.
    return {"api": job.api, "kind": job.kind, **api.own_fields(job), **record}
