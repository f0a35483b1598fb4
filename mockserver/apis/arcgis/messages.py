"""What a job says, by its state and the service's message level (arcgis.md §2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from mockserver.apis.arcgis.machine import GpState
from mockserver.apis.arcgis.settings import ArcgisSettings
from mockserver.apis.arcgis.site import Service, Task
from mockserver.core.clock import EARLIEST, LATEST, utc_second
from mockserver.core.job import Job, Message
from mockserver.core.job_document import read_messages

INFORMATIVE = "esriJobMessageTypeInformative"
WARNING = "esriJobMessageTypeWarning"
ERROR = "esriJobMessageTypeError"

Line = tuple[str, str]
"""Type and description."""

_TYPES = {"warning": WARNING, "error": ERROR, WARNING.lower(): WARNING, ERROR.lower(): ERROR}
_SHOWN = {
    "none": frozenset[str](),
    "error": frozenset({ERROR}),
    "warning": frozenset({ERROR, WARNING}),
    "info": frozenset({ERROR, WARNING, INFORMATIVE}),
}

_NOT_BEGUN = frozenset({GpState.NEW, GpState.SUBMITTED, GpState.WAITING})
_BEGUN = frozenset({GpState.EXECUTING, GpState.FAILED, GpState.TIMED_OUT, GpState.SUCCEEDED, GpState.EXPECTED_FAILURE})
_SUBMITTED: Line = (INFORMATIVE, "Submitted.")
_EXECUTING: Line = (INFORMATIVE, "Executing...")
_SUCCEEDED: Line = (INFORMATIVE, "Succeeded.")
_CANCELLED: Line = (INFORMATIVE, "Cancel complete.")
_FAILED: Line = (ERROR, "Failed.")
_ENDS: Mapping[str, Line] = {
    GpState.SUCCEEDED: _SUCCEEDED,
    GpState.CANCELLED: _CANCELLED,
    GpState.FAILED: _FAILED,
    GpState.EXPECTED_FAILURE: _FAILED,
}


def job_messages(settings: ArcgisSettings, service: Service, task: Task | None, job: Job) -> Sequence[Line]:
    """Return a job's messages in order. Messages that a fixture or a test gave it stand for all of them."""
    if job.messages:
        return _lines(job.messages)
    level = service.message_level or settings.message_level
    if level == "none" and not job.error:
        return _frame(job.state, _began(job), settings.submitted_message)
    if job.state in _NOT_BEGUN:
        return [_SUBMITTED] if settings.submitted_message else []
    said = _said(level, task, job)
    if job.state == GpState.SUCCEEDED:
        if level == "info":
            # No prefix: observed at Info level only.
            return [*said, (INFORMATIVE, _stamp("Succeeded at", job))]
        return [_SUBMITTED, _EXECUTING, *said, _SUCCEEDED]
    lines = [_SUBMITTED, *((_EXECUTING, *said) if _began(job) else ())]
    if job.state in (GpState.FAILED, GpState.EXPECTED_FAILURE):
        lines.extend((*_failure(level, task, job), _FAILED))
    elif job.state == GpState.CANCELLED:
        lines.append(_CANCELLED)
    return lines


def _began(job: Job) -> bool:
    return job.state in _BEGUN or any(move.source == GpState.EXECUTING for move in job.history)


@cache
def _frame(state: str, began: bool, early: bool) -> tuple[Line, ...]:
    """What the server says itself. `early`: `Submitted.` is said before the job has begun."""
    if state in _NOT_BEGUN:
        return (_SUBMITTED,) if early else ()
    lines = (_SUBMITTED, _EXECUTING) if began else (_SUBMITTED,)
    return (*lines, _ENDS[state]) if state in _ENDS else lines


def execute_messages(settings: ArcgisSettings, service: Service, task: Task, now: float) -> list[Line]:
    """Return what a synchronous execution says: nothing at level None."""
    level = service.message_level or settings.message_level
    lines = [line for line in _lines(read_messages(task.messages)) if line[0] in _SHOWN[level]]
    if level == "info":
        moment = date_text(now)
        return [
            (INFORMATIVE, f"Start Time: {moment}"),
            *lines,
            (INFORMATIVE, f"Succeeded at {moment} (Elapsed Time: 0.00 seconds)"),
        ]
    return lines


def failed_lines(task: Task, problems: Sequence[str] = ()) -> list[str]:
    """Return the texts a failed execution puts into `details`: the tool's errors (inferred)."""
    errors = [text for kind, text in _lines(read_messages(task.messages)) if kind == ERROR]
    own = [task.error] if task.error and not problems else []
    return [*errors, *problems, *own, f"Failed to execute ({task.name})."]


def as_json(lines: Iterable[Line]) -> list[dict[str, str]]:
    """Return messages as GP services write them: type first."""
    return [{"type": kind, "description": text} for kind, text in lines]


def date_text(at: float) -> str:
    """Return `Friday, December 16, 2022 6:05:31 PM` [gp-job sample] of epoch seconds, in UTC."""
    moment = utc_second(min(max(at, EARLIEST), LATEST))
    hour = moment.hour % 12 or 12
    return f"{moment:%A, %B} {moment.day}, {moment.year} {hour}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"


def _said(level: str, task: Task | None, job: Job) -> list[Line]:
    shown = _SHOWN[level]
    lines = [] if task is None else [line for line in _lines(read_messages(task.messages)) if line[0] in shown]
    if level == "info":
        started = job.created if job.started is None else job.started
        return [(INFORMATIVE, f"Start Time: {date_text(started)}"), *lines]
    return lines


def _failure(level: str, task: Task | None, job: Job) -> list[Line]:
    # What a test gave the job is shown at any level, or the test could not see its own text.
    if job.error:
        own: list[Line] = [(ERROR, text) for text in job.error.splitlines()]
    else:
        reasons: Sequence[str] = job.data.get("problems") or ([task.error] if task is not None and task.error else [])
        own = [(ERROR, text) for text in reasons] if level != "none" else []
    name = job.data.get("task") or ""
    if level == "none":
        return own
    closing: Line = (ERROR, f"Failed to execute ({name}).")
    if level != "info":
        return [*own, closing]
    return [*own, (INFORMATIVE, f"Failed script {name}..."), closing, (INFORMATIVE, _stamp("Failed at", job))]


def _stamp(word: str, job: Job) -> str:
    ended = job.since if job.ended is None else job.ended
    started = job.created if job.started is None else job.started
    return f"{word} {date_text(ended)} (Elapsed Time: {max(ended - started, 0):.2f} seconds)"


def _lines(messages: Sequence[Message] | Sequence[Any]) -> list[Line]:
    return [(_TYPES.get(message.level.lower(), INFORMATIVE), message.text) for message in messages]
