"""A job as a plain document and back, for snapshots and for stores that keep text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mockserver.core.job import Cause, Job, Message, Transition
from mockserver.core.plan import CancelMode, OnCancel, Plan, Step, Wait


def dump(job: Job) -> dict[str, Any]:
    """Return everything a job is, as values JSON can say."""
    # asdict leaves a tuple a tuple, and JSON would make a list of a move.
    return {**asdict(job), "history": [move._asdict() for move in job.history]}


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
