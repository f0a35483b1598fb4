"""A job as a plain document and back, for snapshots and for stores that keep text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.core.job import Cause, Job, Message, Transition
from mockserver.core.plan import CancelMode, OnCancel, Plan, Step, Wait


def dump(job: Job) -> dict[str, Any]:
    """Return everything a job is, as values JSON can say. What is in it is shared, not copied."""
    cancel, resume = job.on_cancel, job.resume
    return {
        "api": job.api,
        "id": job.id,
        "state": job.state,
        "plan": {
            "steps": [{"state": step.state, "wait": _wait(step.wait)} for step in job.plan.steps],
            "end": job.plan.end,
        },
        "created": job.created,
        "since": job.since,
        "kind": job.kind,
        "owner": job.owner,
        "parent": job.parent,
        "on_cancel": {"mode": cancel.mode, "after": _wait(cancel.after)},
        "held": job.held,
        "looks": job.looks,
        "resume": None if resume is None else [*resume],
        "started": job.started,
        "ended": job.ended,
        "retention": job.retention,
        "messages": [{"text": message.text, "level": message.level} for message in job.messages],
        "error": job.error,
        "progress": job.progress,
        "data": job.data,
        "history": [move._asdict() for move in job.history],
        "forgotten": job.forgotten,
        "version": job.version,
    }


def _wait(wait: Wait) -> dict[str, Any]:
    return {"seconds": wait.seconds, "looks": wait.looks}


def load(document: Mapping[str, Any]) -> Job:
    """Return the job that `dump` wrote.

    Raises:
        KeyError, TypeError, ValueError, BadPlan: the document is not one of ours.
    """
    plan, cancel, resume = document["plan"], document["on_cancel"], document["resume"]
    steps = tuple(Step(state=step["state"], wait=Wait(**step["wait"])) for step in plan["steps"])
    return Job(
        **{
            **document,
            "plan": Plan(steps=steps, end=plan["end"]),
            "on_cancel": OnCancel(mode=CancelMode(cancel["mode"]), after=Wait(**cancel["after"])),
            "resume": None if resume is None else (resume[0], resume[1]),
            "messages": tuple(Message(**message) for message in document["messages"]),
            "history": tuple(Transition(**{**move, "cause": Cause(move["cause"])}) for move in document["history"]),
        }
    )
