"""What a console hears: events with the records they are about, gathered, so that watching costs the watched little.

Rules a maintainer must keep:

1. A request that is answered never waits for one that watches; what is told is put together here, after it.
2. However much happens, a tick tells a bounded part of it whole and counts the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver.api.definition import Api
from mockserver.control.records import row
from mockserver.core.job import Job
from mockserver.journal.entry import Entry
from mockserver.journal.masked_entry import describe
from mockserver.sandbox.events import Event
from mockserver.store.json_text import compact

TICK = 0.1
"""Real seconds during which events are gathered."""

REQUESTS = 40
"""Requests of one tick that are told whole: the last ones."""

JOBS = 200
"""Jobs of one tick that are told whole."""

_OF_JOBS = frozenset({"job", "job-added", "job-changed"})


def plain(event: Event) -> bytes:
    """Return an event as a program hears it: what happened, without the record it is about."""
    return _line({name: value for name, value in event.items() if name != "subject"})


def gathered(events: Sequence[Event], lost: int, apis: Mapping[str, Api]) -> bytes:
    """Return the events of one tick with their records, a job once.

    Args:
        lost: events that were dropped before anybody looked.
    """
    jobs: dict[tuple[str, str, str], Event] = {}
    requests: list[Event] = []
    others: list[Event] = []
    for event in events:
        match event["event"]:
            case "job" | "job-added" | "job-changed" | "job-deleted":
                key = (event["api"], event["kind"], event["id"])
                before = jobs.pop(key, None)
                moved = before is not None and before["event"] == "job" and event["event"] == "job-changed"
                jobs[key] = {**before, "subject": event["subject"]} if moved and before is not None else event
            case "request":
                requests.append(event)
            case _:
                others.append(event)
    told = [*list(jobs.values())[-JOBS:], *requests[-REQUESTS:]]
    left = {"jobs": max(0, len(jobs) - JOBS), "requests": max(0, len(requests) - REQUESTS), "lost": lost}
    if any(left.values()):
        others.append({"event": "skipped", **left})
    return b"".join(_line(_with_record(event, apis)) for event in _in_order(told, others))


def _in_order(told: Iterable[Event], others: Iterable[Event]) -> Iterable[Event]:
    """A reset comes first: what is told beside it is of what came after, or is told anew by a listing."""
    others = list(others)
    yield from (event for event in others if event["event"] == "reset")
    yield from told
    yield from (event for event in others if event["event"] != "reset")


def _with_record(event: Event, apis: Mapping[str, Api]) -> dict[str, Any]:
    shown = {name: value for name, value in event.items() if name != "subject"}
    subject = event.get("subject")
    if isinstance(subject, Job) and event["event"] in _OF_JOBS:
        shown["job"] = row(apis[subject.api], subject)
    elif isinstance(subject, Entry):
        shown["request"] = describe(subject, bodies=False)
    return shown


def _line(event: Mapping[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (str(event["event"]).encode(), compact(event))
