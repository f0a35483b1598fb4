"""A job as text: its version, a blank, and as JSON what is not as in every new job.

A million of them lie in a Redis, and a page reads a hundred: what is left out is neither kept, sent nor read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from mockserver.core.job import Cause, Job, Message, Transition, evolve
from mockserver.core.plan import CancelMode, OnCancel, Plan, Step, Wait
from mockserver.store import codec, json_text

_BLANK = Job(api="", id="", state="", plan=Plan(), created=0.0, since=0.0)
_PLAIN = codec.dump(_BLANK)


def dumps(job: Job) -> bytes:
    """Return a job as text."""
    fields = {name: value for name, value in codec.dump(job).items() if value != _PLAIN[name]}
    return b"%d %s" % (job.version, json_text.dumps(fields))


def loads(text: bytes) -> Job:
    """Return the job of a text."""
    fields = json_text.loads(text.partition(b" ")[2])
    for name, read in _READ.items():
        if name in fields:
            fields[name] = read(fields[name])
    return evolve(_BLANK, **fields)


def _plan(plan: dict[str, Any]) -> Plan:
    return _plan_of(json_text.dumps(plan))


@lru_cache(maxsize=1024)
def _plan_of(text: bytes) -> Plan:
    """Return a plan; most jobs have one of a few."""
    plan = json_text.loads(text)
    steps = tuple(Step(state=step["state"], wait=Wait(**step["wait"])) for step in plan["steps"])
    return Plan(steps=steps, end=plan["end"])


def _on_cancel(value: dict[str, Any]) -> OnCancel:
    return OnCancel(mode=CancelMode(value["mode"]), after=Wait(**value["after"]))


def _messages(values: list[dict[str, Any]]) -> tuple[Message, ...]:
    return tuple(Message(**one) for one in values)


def _history(values: list[dict[str, Any]]) -> tuple[Transition, ...]:
    return tuple(Transition(one["source"], one["to"], one["at"], Cause(one["cause"]), one["request"]) for one in values)


_READ: dict[str, Any] = {
    "plan": _plan,
    "on_cancel": _on_cancel,
    "resume": tuple,
    "messages": _messages,
    "history": _history,
}
"""What is no JSON in a job, by name: how it is read."""
