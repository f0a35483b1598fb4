"""In which of the API's lists a job stands, so that a page of one costs the same among many others."""

from __future__ import annotations

from mockserver.core.job import Job


def of_project(project_id: str) -> str:
    """Return the name of the list of a project's management jobs."""
    return f"management {project_id!a}"


def of_graph(place: tuple[str | None, str | None]) -> str:
    """Return the name of the list of a graph's jobs; `place` is its name and its project's id."""
    return f"graph {place!a}"


def exported_from(place: tuple[str | None, str | None]) -> str:
    """Return the name of the list of those of a graph's jobs that exports may have taken along."""
    return f"exported {place!a}"


def served_graph(job: Job) -> tuple[str | None, str | None] | None:
    """Return the place of the graph whose job it is on the service plane; None when it is none of it, or lost."""
    data = job.data
    if data.get("plane") == "management" or data.get("lost"):
        return None
    return data.get("graph"), data.get("project_id")


def managed_project(job: Job) -> str | None:
    """Return the project whose management job it is; None when it is none, or lost."""
    data = job.data
    if data.get("plane") != "management" or data.get("lost"):
        return None
    project_id: str | None = data.get("project_id")
    return project_id


def listings(job: Job) -> tuple[str, ...]:
    """Return the names of the lists in which a job stands (`Machine.listings`)."""
    place = served_graph(job)
    if place is None:
        project_id = managed_project(job)
        return () if project_id is None else (of_project(project_id),)
    return (of_graph(place), exported_from(place)) if job.data.get("exports") else (of_graph(place),)
