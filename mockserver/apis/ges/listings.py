"""In which of the API's lists a job stands, so that a page of one costs the same among many others."""

from __future__ import annotations

from mockserver.core.job import Job


def of_project(project_id: str | None) -> str:
    """Return the name of the list of a project's management jobs."""
    return f"management {project_id!a}"


def of_graph(place: tuple[str | None, str | None]) -> str:
    """Return the name of the list of a graph's jobs; `place` is its name and its project's id."""
    return f"graph {place!a}"


def exported_from(place: tuple[str | None, str | None]) -> str:
    """Return the name of the list of those of a graph's jobs that exports may have taken along."""
    return f"exported {place!a}"


def listings(job: Job) -> tuple[str, ...]:
    """Return the names of the lists in which a job stands (`Machine.listings`)."""
    data = job.data
    if data.get("lost"):
        return ()
    if data.get("plane") == "management":
        return (of_project(data.get("project_id")),)
    place = (data.get("graph"), data.get("project_id"))
    return (of_graph(place), exported_from(place)) if data.get("exports") else (of_graph(place),)
