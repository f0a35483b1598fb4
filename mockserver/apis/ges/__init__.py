"""Huawei Cloud GES: the service plane's jobs, IAM tokens, and the job calls of the management plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.api import Api, MethodRefused, NoRoute, Operation
from mockserver.apis.ges.machine import JOB, GesEvent
from mockserver.call import Call, Reply, json_reply
from mockserver.core.errors import DomainError, IllegalEvent, UnknownJob
from mockserver.core.job import Job
from mockserver.jobform import COMMON, Birth
from mockserver.knobs import knob


@dataclass(frozen=True, slots=True, kw_only=True)
class GesSettings:
    edition: str = knob("memory", "Persona.", choices=("memory", "memory-2025", "persistent"))


async def status(call: Call[GesSettings, Any]) -> Reply:
    job = await call.jobs.get("ges", call.values["job_id"], look=True)
    return json_reply({"status": job.state})


async def cancel(call: Call[GesSettings, Any]) -> Reply:
    await call.jobs.fire("ges", call.values["job_id"], GesEvent.CANCEL)
    return json_reply({})


def refuse(call: Call[GesSettings, Any], error: Exception) -> Reply:
    if isinstance(error, UnknownJob | IllegalEvent):
        return json_reply({"errorMessage": str(error), "errorCode": "GES.8301"}, 400)
    if isinstance(error, NoRoute | MethodRefused):
        return json_reply({"errorMessage": str(error), "errorCode": "GES.8000"}, 404)
    if isinstance(error, DomainError):
        return json_reply({"errorMessage": str(error), "errorCode": "GES.8302"}, 500)
    raise error


async def make(birth: Birth[GesSettings, Any], fields: Mapping[str, Any]) -> tuple[Job, ...]:
    job_id = fields.get("id") or birth.ids.uuid("ges.job", await birth.count("job"))
    own = {name: value for name, value in fields.items() if name not in COMMON}
    return (birth.job(JOB, fields, job_id=job_id, data=own),)


_GRAPH = "/ges/v1.0/{project_id}/graphs/{graph_name}"

GES = Api(
    name="ges",
    title="Huawei Cloud GES",
    bases=("/ges", "/v3", "/v1.0", "/v2"),
    account="token mock-token",
    machines={"job": JOB},
    operations=(
        Operation(name="JobStatus", methods=("GET",), paths=(_GRAPH + "/jobs/{job_id}/status",), handler=status),
        Operation(name="CancelJob", methods=("DELETE",), paths=(_GRAPH + "/jobs/{job_id}",), handler=cancel),
    ),
    settings=GesSettings,
    content=lambda section: section,
    job=make,
    decode=lambda call: None,
    refuse=refuse,
)
