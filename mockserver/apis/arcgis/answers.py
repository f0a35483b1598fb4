"""What an answer of a real site says: JSON in three wrappings, or a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.answers import JobSeen, ReceivedAnswer, json_data, page_data
from mockserver.apis.arcgis.requests import GpContext
from mockserver.contracts.judge import Unreadable

_CALL = re.compile(rb"\s*[\w$.\[\]]{1,200}\s*\((.*)\)\s*;?\s*", re.DOTALL)
_OWN = frozenset({"f", "token", "callback", "context", "returnMessages", "returnTrueCurves", "simplifyFeatures"})


def read_answer(context: GpContext, received: ReceivedAnswer) -> Any:
    """Return the data of an answer: what `f=json` says, in `pjson` and in a script too."""
    if received.media in ("text/html", "application/xhtml+xml"):
        return page_data(received)
    if received.media in ("text/javascript", "application/javascript"):
        found = _CALL.fullmatch(received.body)
        return Unreadable(reason="the answer is no call of a function") if found is None else json_data(found[1])
    return json_data(received.body)


def jobs_seen(context: GpContext, data: Any) -> Sequence[JobSeen]:
    """Return the job that an answer tells of."""
    if not isinstance(data, Mapping) or context.operation is None:
        return ()
    name, values = context.operation.name, context.values
    if name in ("SubmitJob", "JobStatus", "CancelJob"):
        job, state = data.get("jobId"), data.get("jobStatus")
        if isinstance(job, str) and isinstance(state, str):
            service = f"{values['service']}.GPServer"
            if folder := values.get("folder"):
                service = f"{folder}/{service}"
            return (JobSeen(job, state, fields={"service": service, "task": values["task"], **_inputs(context)}),)
    if name == "AdminJob" and context.job is not None and isinstance(data.get("jobStatus"), str):
        return (JobSeen(context.job, data["jobStatus"]),)
    return ()


def _inputs(context: GpContext) -> Mapping[str, Any]:
    if context.operation is None or context.operation.name != "SubmitJob":
        return {}
    inputs = {name: value for name, value in context.parameters.items() if name not in _OWN and ":" not in name}
    return {"inputs": inputs} if inputs else {}


STAND_INS: Mapping[str, str] = {"token": "", "password": "secret", "X-Esri-Authorization": ""}


def recorded_site(jobs: Sequence[JobSeen]) -> Mapping[str, Any]:
    """Return the services and tasks that jobs were seen of, open to anybody."""
    tasks: dict[str, dict[str, set[str]]] = {}
    for one in jobs:
        if "service" in one.fields:
            of_service = tasks.setdefault(str(one.fields["service"]), {})
            of_service.setdefault(str(one.fields["task"]), set()).update(one.fields.get("inputs") or ())
    services = []
    for service, known in sorted(tasks.items()):
        folder, _, name = service.removesuffix(".GPServer").rpartition("/")
        made = {
            "name": name,
            "folder": folder,
            "type": "GPServer",
            "execution_type": "asynchronous",
            "tasks": [
                {"name": task, "parameters": [_input(one) for one in sorted(names)]}
                for task, names in sorted(known.items())
            ],
        }
        services.append(made)
    return {
        "accounts": [{"username": "siteadmin", "password": "secret", "role": "administrator"}],
        "folders": sorted({str(one["folder"]) for one in services if one["folder"]}),
        "services": services,
    }


def _input(name: str) -> Mapping[str, str]:
    return {"name": name, "dataType": "GPString", "direction": "input", "parameterType": "optional"}
