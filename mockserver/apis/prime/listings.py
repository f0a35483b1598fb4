"""In which of the API's lists a job stands, so that a page of one costs the same among many others.

JobSummary leaves out system jobs (they are listed when the query says `username=SYSTEM`) and jobs that are
still too new to be seen. The latter come into the list when their time has come (`Machine.appears`).
"""

from __future__ import annotations

from zlib import crc32

from mockserver.core.job import Job

SYSTEM = "SYSTEM"

SHOWN = "shown"
"""The name of the plain list."""

VISIBLE_AT = "visible_at"
"""The own field of a job that no client can see yet: until when (epoch seconds)."""

_LISTS_OF_NAMES = 4096
"""A store goes through all lists of a sandbox at once when it ends, so that there is not one for each name."""


def of_name(name: str) -> str:
    """Return the name of a list that has all jobs of a name, and a few of other names."""
    return f"name {crc32(ascii(name).encode()) % _LISTS_OF_NAMES}"


def is_system(job: Job) -> bool:
    """Tell whether it is a job of the system's own."""
    return job.owner == SYSTEM


def is_visible(job: Job, now: float) -> bool:
    """Tell whether clients can see a job yet."""
    until: float | None = job.data.get(VISIBLE_AT)
    return until is None or until <= now


def listings(job: Job) -> tuple[str, ...]:
    """Return the names of the lists in which a job stands (`Machine.listings`)."""
    named = of_name(job.data["name"])
    return (named,) if is_system(job) or VISIBLE_AT in job.data else (named, SHOWN)
