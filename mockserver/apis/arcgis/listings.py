"""In which of the API's lists a job stands, so that a page of one costs the same among many others."""

from __future__ import annotations

from mockserver.core.job import Job


def of_service(key: str) -> str:
    """Return the name of the list of a service's jobs."""
    return f"service {key!a}"


def listings(job: Job) -> tuple[str, ...]:
    """Return the names of the lists in which a job stands (`Machine.listings`)."""
    return (of_service(job.data["service"]),)
