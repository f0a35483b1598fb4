"""In which of the API's lists a job stands, so that to look through one costs the same among many others."""

from __future__ import annotations

from mockserver.core.job import Job


def of_owner(wsid: str | None) -> str:
    """Return the name of the list of an account's jobs."""
    return f"owner {wsid!a}"


def listings(job: Job) -> tuple[str, ...]:
    """Return the names of the lists in which a job stands (`Machine.listings`)."""
    return () if job.data.get("lost") else (of_owner(job.owner),)
