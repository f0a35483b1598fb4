"""The site's log: what it holds, and the Administrator's query of it [logsquery].

A fake has little to log: the jobs that failed, as the server's geoprocessing framework words it (inferred).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from mockserver.apis.arcgis.admin_documents import MACHINE
from mockserver.apis.arcgis.admin_query import WHOLE, BadQuery
from mockserver.core.clock import milliseconds
from mockserver.core.job import Job

LEVELS = ("SEVERE", "WARNING", "INFO", "FINE", "VERBOSE", "DEBUG")
"""Most severe first."""

PAGE, LARGEST_PAGE = 1000, 10000
EXECUTION_FAILED = 20010
"""The code of a tool that failed (inferred)."""

_PROCESS = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What a query asks for. The log is read backwards: `start` is the newest time, `end` the oldest (epoch ms).

    Attributes:
        filter: `services`, `machines`, `codes` and so on -> what is wanted of each; one that is not there: all.
    """

    start: int | None = None
    end: int | None = None
    level: str = "WARNING"
    size: int = PAGE
    filter: Mapping[str, Sequence[str]] = field(default_factory=dict)
    server_only: bool = False


def read_log_query(parameters: Mapping[str, Any]) -> LogQuery:
    """Read the parameters of a logs query; empty ones count as absent.

    Raises:
        BadQuery: a time, the level, the page's size or the filter cannot be read.
    """
    given = {name: str(value).strip() for name, value in parameters.items() if str(value).strip()}
    level = given.get("level", "WARNING").upper()
    if level not in LEVELS:
        raise BadQuery("level")
    size = given.get("pageSize", str(PAGE))
    if not WHOLE.fullmatch(size) or int(size) < 1:
        raise BadQuery("pageSize")
    wanted = _filter(given.get("filter"))
    return LogQuery(
        start=_moment(given, "startTime"),
        end=_moment(given, "endTime"),
        level=level,
        size=min(int(size), LARGEST_PAGE),
        filter=wanted,
        # `{"server": "*"}` alone asks for the server's own log, where nothing of a service stands.
        server_only="server" in wanted and "services" not in wanted,
    )


def log_page(query: LogQuery, entries: Iterable[Mapping[str, Any]], now: int) -> dict[str, Any]:
    """Return the answer to a query, the newest message first.

    Where there is more, `endTime` is the time to ask for next. Without a message, both times are those that were
    asked for, or now (inferred).

    Args:
        now: epoch milliseconds.
    """
    found = sorted((one for one in entries if _admits(query, one)), key=lambda one: -int(one["time"]))
    shown, rest = found[: query.size], found[query.size :]
    start = now if query.start is None else query.start
    oldest = rest[0]["time"] if rest else shown[-1]["time"] if shown else start if query.end is None else query.end
    return {
        "hasMore": bool(rest),
        "startTime": shown[0]["time"] if shown else start,
        "endTime": oldest,
        "logMessages": shown,
    }


def failure_entry(job: Job, label: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return what the log holds of a job that failed.

    Args:
        label: the task's display name.
        texts: what the tool failed with.
    """
    why = " ".join([*texts, f"Failed to execute ({label})."])
    ended = job.since if job.ended is None else job.ended
    return {
        "type": "SEVERE",
        "message": f"Error executing tool. {label} Job ID: {job.id} : {why}",
        "time": milliseconds(ended),
        "source": str(job.data["service"]),
        "machine": str(job.data.get("machine") or MACHINE),
        "user": job.owner or "",
        "code": EXECUTION_FAILED,
        "elapsed": "" if job.started is None else f"{max(ended - job.started, 0):g}",
        "process": _PROCESS,
        "thread": "1",
        "methodName": "GPServerSyncJob.Execute",
    }


def _admits(query: LogQuery, entry: Mapping[str, Any]) -> bool:
    if query.server_only or LEVELS.index(entry["type"]) > LEVELS.index(query.level):
        return False
    if query.start is not None and entry["time"] > query.start:
        return False
    if query.end is not None and entry["time"] < query.end:
        return False
    said = {
        "services": entry["source"],
        "machines": entry["machine"].casefold(),
        "codes": str(entry["code"]),
        "processIds": entry["process"],
        "users": entry["user"],
        "requestIds": "",
    }
    return all(
        not (wanted := query.filter.get(name))
        or text in (one.casefold() if name == "machines" else one for one in wanted)
        for name, text in said.items()
    )


def _filter(text: str | None) -> dict[str, tuple[str, ...]]:
    """Read `{"services": ["Demo.GPServer"], "machines": "*"}`: `*` and an empty list stand for all."""
    if text is None:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise BadQuery("filter")
    read: dict[str, tuple[str, ...]] = {}
    for name, value in found.items():
        values = [value] if isinstance(value, str | int) else value
        if not isinstance(values, list):
            raise BadQuery("filter")
        read[name] = () if "*" in values else tuple(str(one) for one in values)
    return read


def _moment(given: Mapping[str, str], name: str) -> int | None:
    """Read epoch milliseconds, or `2011-08-01T15:17:20,123`, which is taken as UTC (inferred)."""
    text = given.get(name)
    if text is None:
        return None
    if re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text.replace(",", "."))
        return milliseconds((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise BadQuery(name) from None
