"""What an answer of the real GES says: everything is JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.api.answers import JobSeen, ReceivedAnswer, json_data, page_data
from mockserver.apis.ges.requests import GesContext


def read_answer(context: GesContext, received: ReceivedAnswer) -> Any:
    """Return the data of an answer."""
    if received.media == "text/html":
        return page_data(received)
    return json_data(received.body)


def jobs_seen(context: GesContext, data: Any) -> Sequence[JobSeen]:
    """Return the jobs that an answer tells of."""
    return list(_seen(context, data)) if isinstance(data, Mapping) else ()


def _seen(context: GesContext, data: Mapping[str, Any]) -> Iterator[JobSeen]:
    name = "" if context.operation is None else context.operation.name
    graph = context.values.get("graph_name")
    fields = {} if graph is None else {"graph": graph, "project_id": context.values["project_id"]}
    status = data.get("status")
    if name == "JobStatus" and context.job is not None and isinstance(status, str):
        found = data.get("data")
        outputs = found.get("outputs") if isinstance(found, Mapping) else None
        yield JobSeen(context.job, status, fields={**fields, **({"result": outputs} if outputs else {})})
    elif name == "JobStatus" and context.job is not None and data.get("errorCode") == "GES.8301":
        text = str(data.get("errorMessage"))
        if text.startswith("Running algorithm ["):
            yield JobSeen(context.job, "failed", fields={**fields, "error": text})
    elif name == "ListJobs":
        for one in _rows(data, "jobs"):
            if isinstance(one.get("jobId"), str):
                yield JobSeen(one["jobId"], str(one.get("status", "")), fields=fields)
    elif name in ("ShowJob", "ListManagementJobs"):
        for one in _rows(data, "jobs", "jobList", "job_list") or [data]:
            # Another dialect for the same jobs: words in between are its own, so only that the job is there counts.
            found = one.get("jobId") or one.get("job_id")
            if isinstance(found, str):
                yield JobSeen(found, "")
    elif isinstance(data.get("jobId"), str):
        yield JobSeen(data["jobId"], "", fields={**fields, **_asked(context)})


def _asked(context: GesContext) -> Mapping[str, Any]:
    payload = context.payload
    if isinstance(payload, Mapping) and isinstance(payload.get("algorithmName"), str):
        return {"kind": "execute-algorithm", "algorithm": payload["algorithmName"]}
    return {}


def _rows(data: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    rows: list[Any] = next((data[name] for name in names if isinstance(data.get(name), list)), [])
    return [one for one in rows if isinstance(one, Mapping)]


STAND_INS: Mapping[str, str] = {"X-Auth-Token": "mock-token", "password": "secret"}


def recorded_site(jobs: Sequence[JobSeen]) -> Mapping[str, Any]:
    """Return the graphs and projects that jobs were seen in, each with the account that the token stands for."""
    graphs = {(str(one.fields["graph"]), str(one.fields["project_id"])) for one in jobs if "graph" in one.fields}
    projects = sorted({project for _, project in graphs})
    made: dict[str, Any] = {"graphs": [{"name": name, "project_id": project} for name, project in sorted(graphs)]}
    if projects:
        made["accounts"] = [
            {"user": "alice", "domain": "acme", "password": "secret", "project_id": project,
             "token": "mock-token" if number == 0 else f"mock-token-{number}"}
            for number, project in enumerate(projects)
        ]  # fmt: skip
    return made
