"""What a job says, by its state and the service's message level (arcgis.md §2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson

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
        return _frame(job.state, _began(job), settings.submitted_message, settings.succeeded_frame)
    if job.state in _NOT_BEGUN:
        return [_SUBMITTED] if settings.submitted_message else []
    said = _said(settings, level, task, job)
    if job.state == GpState.SUCCEEDED:
        if level == "info":
            # No prefix: observed at Info level only.
            return [*said, *_completed(settings, task), (INFORMATIVE, _stamp(settings, "Succeeded at", job))]
        return [_SUBMITTED, _EXECUTING, *said, _SUCCEEDED] if settings.succeeded_frame else said
    lines = [_SUBMITTED, *((_EXECUTING, *said) if _began(job) else ())]
    if job.state in (GpState.FAILED, GpState.EXPECTED_FAILURE):
        lines.extend((*_failure(settings, level, task, job), _FAILED))
    elif job.state == GpState.CANCELLED:
        lines.append(_CANCELLED)
    return lines


def _began(job: Job) -> bool:
    return job.state in _BEGUN or any(move.source == GpState.EXECUTING for move in job.history)


@cache
def _frame(state: str, began: bool, early: bool, succeeded: bool) -> tuple[Line, ...]:
    """What the server says itself. `early`: before the job has begun; `succeeded`: also of one that succeeded."""
    if state in _NOT_BEGUN:
        return (_SUBMITTED,) if early else ()
    if state == GpState.SUCCEEDED and not succeeded:
        return ()
    lines = (_SUBMITTED, _EXECUTING) if began else (_SUBMITTED,)
    return (*lines, _ENDS[state]) if state in _ENDS else lines


def execute_messages(
    settings: ArcgisSettings, service: Service, task: Task, inputs: Mapping[str, Any], now: float
) -> list[Line]:
    """Return what a synchronous execution says: nothing at level None."""
    level = service.message_level or settings.message_level
    lines = [line for line in _lines(read_messages(task.messages)) if line[0] in _SHOWN[level]]
    if level == "info":
        moment = date_text(now, short=settings.short_dates)
        return [
            *_started(settings, task, inputs, moment),
            *lines,
            *_completed(settings, task),
            (INFORMATIVE, f"Succeeded at {moment} (Elapsed Time: 0.00 seconds)"),
        ]
    return lines


def failed_lines(task: Task, problems: Sequence[str] = ()) -> list[str]:
    """Return the texts a failed execution puts into `details`: the tool's errors (inferred)."""
    errors = [text for kind, text in _lines(read_messages(task.messages)) if kind == ERROR]
    own = [task.error] if task.error and not problems else []
    return [*errors, *problems, *own, f"Failed to execute ({task.display_name})."]


def failure_texts(task: Task | None, job: Job) -> Sequence[str]:
    """Return what a job failed with: what a test gave it, what was wrong with its inputs, or its task's own error."""
    if job.error:
        return job.error.splitlines()
    problems: Sequence[str] = job.data.get("problems") or ()
    return problems or ([task.error] if task is not None and task.error else [])


def as_json(lines: Iterable[Line]) -> list[dict[str, str]]:
    """Return messages as GP services write them: type first."""
    return [{"type": kind, "description": text} for kind, text in lines]


def date_text(at: float, *, short: bool = False) -> str:
    """Return `Friday, December 16, 2022 6:05:31 PM` [gp-job sample] of epoch seconds, in UTC.

    Args:
        short: `Fri Mar 11 18:53:49 2011` instead, as recorded from 10.0 and a later 10.x.
    """
    moment = utc_second(min(max(at, EARLIEST), LATEST))
    if short:
        return f"{moment:%a %b} {moment.day:>2} {moment:%H:%M:%S} {moment.year}"
    hour = moment.hour % 12 or 12
    return f"{moment:%A, %B} {moment.day}, {moment.year} {hour}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"


def _said(settings: ArcgisSettings, level: str, task: Task | None, job: Job) -> list[Line]:
    shown = _SHOWN[level]
    lines = [] if task is None else [line for line in _lines(read_messages(task.messages)) if line[0] in shown]
    if level == "info":
        moment = date_text(job.created if job.started is None else job.started, short=settings.short_dates)
        return [*_started(settings, task, job.data.get("inputs") or {}, moment), *lines]
    return lines


def _started(settings: ArcgisSettings, task: Task | None, inputs: Mapping[str, Any], moment: str) -> list[Line]:
    """What comes before the tool's own lines at level Info; 10.x says more (recorded from 10.0 and a later one)."""
    start = (INFORMATIVE, f"Start Time: {moment}")
    if task is None or not settings.is_10:
        return [start]
    call = " ".join([task.name, *(_argument(inputs.get(one.name)) for one in task.inputs)])
    return [
        (INFORMATIVE, f"Executing ({task.display_name}): {call}"),
        start,
        (INFORMATIVE, f"Running script {task.name}..."),
    ]


def _completed(settings: ArcgisSettings, task: Task | None) -> list[Line]:
    return [(INFORMATIVE, f"Completed script {task.name}...")] if task is not None and settings.is_10 else []


def _argument(value: Any) -> str:
    # How a tool's call is written: `#` for what is left out, quotation marks around blanks.
    text = "#" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()
    return f'"{text}"' if " " in text or not text else text


def _failure(settings: ArcgisSettings, level: str, task: Task | None, job: Job) -> list[Line]:
    # What a test gave the job is shown at any level, or the test could not see its own text.
    own: list[Line] = [(ERROR, text) for text in failure_texts(task, job)] if job.error or level != "none" else []
    name = job.data.get("task") or ""
    if level == "none":
        return own
    # The tool's label, blanks and all: recorded from 11.5 as `Failed to execute (Case 1).`
    closing: Line = (ERROR, f"Failed to execute ({name if task is None else task.display_name}).")
    if level != "info":
        return [*own, closing]
    return [*own, (INFORMATIVE, f"Failed script {name}..."), closing, (INFORMATIVE, _stamp(settings, "Failed at", job))]


def _stamp(settings: ArcgisSettings, word: str, job: Job) -> str:
    ended = job.since if job.ended is None else job.ended
    started = job.created if job.started is None else job.started
    return (
        f"{word} {date_text(ended, short=settings.short_dates)} (Elapsed Time: {max(ended - started, 0):.2f} seconds)"
    )


def _lines(messages: Sequence[Message] | Sequence[Any]) -> list[Line]:
    return [(_TYPES.get(message.level.lower(), INFORMATIVE), message.text) for message in messages]
