"""A job as text, of two lines: its version, a blank, and as JSON what is its own; then what others have, too.

A million of them lie in a Redis, and a page reads a hundred: what is as in every new job is neither kept, sent nor
read, and what many jobs have, as those that one client submits over and over, is read once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from mockserver.core.job import Cause, Job, Message, Transition, evolve
from mockserver.core.plan import CancelMode, OnCancel, Plan, Step, Wait
from mockserver.store import codec, json_text

SHARED = ("api", "kind", "owner", "parent", "plan", "on_cancel", "retention", "data")
"""Fields that are the same in many jobs."""

SIZE = 16 * 1024
"""Bytes of a line beyond which what it says is not remembered."""

_BLANK = Job(api="", id="", state="", plan=Plan(), created=0.0, since=0.0)
_PLAIN = codec.dump(_BLANK)


def dumps(job: Job) -> bytes:
    """Return a job as text."""
    fields = {name: value for name, value in codec.dump(job).items() if value != _PLAIN[name]}
    shared = {name: fields.pop(name) for name in SHARED if name in fields}
    return b"%d %s\n%s" % (job.version, json_text.dumps(fields), json_text.dumps(shared))


def loads(text: bytes) -> Job:
    """Return the job of a text."""
    own, _, shared = text.partition(b"\n")
    model = _known(shared) if len(shared) <= SIZE else _changed(_BLANK, shared)
    return _changed(model, own.partition(b" ")[2])


@lru_cache(maxsize=1024)
def _known(text: bytes) -> Job:
    """Return a job without what is its own."""
    return _changed(_BLANK, text)


def _changed(job: Job, text: bytes) -> Job:
    """Return a job with the fields of a line."""
    fields = json_text.loads(text)
    for name in _READ.keys() & fields.keys():
        fields[name] = _READ[name](fields[name])
    return evolve(job, **fields)


def _plan(plan: dict[str, Any]) -> Plan:
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
