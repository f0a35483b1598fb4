"""Prime's operations, one row each: where it stands, who may call it, what answers, and where it names a job."""

from __future__ import annotations

from functools import partial
from typing import Any

from mockserver.api.operation import JobPlace, Operation
from mockserver.apis.prime.accounts import Group
from mockserver.apis.prime.address import VERSIONED
from mockserver.apis.prime.auth import Answer, PrimeOperation
from mockserver.apis.prime.entity_types import CLI_TEMPLATES, DEVICES, INVENTORIES, EntityType
from mockserver.apis.prime.errors import LOGIN
from mockserver.apis.prime.handlers import directories, entities, job_creation, job_service, job_summary
from mockserver.apis.prime.machine import JobEvent, RunEvent
from mockserver.apis.prime.model import Root
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.site import PrimeContext

_JOB_IDS = JobPlace(body=("jobOperationPayload", "jobIds", "jobId"))
_RUN_IDS = JobPlace(body=("jobRunOperationPayload", "runIds", "runId"))


def _unquoted(job_id: str) -> str:
    return job_id.strip('"')


def _without_suffix(job_id: str) -> str:
    return job_id.removesuffix(".json").removesuffix(".xml")


def _paths(path: str) -> tuple[str, ...]:
    return tuple(f"{VERSIONED}/{path}{suffix}" for suffix in ("", ".json", ".xml"))


def _get(name: str, path: str, answer: Answer, *more: str, **facts: Any) -> PrimeOperation:
    paths = (*_paths(path), *(f"{VERSIONED}/{one}" for one in more))
    return PrimeOperation(name=name, methods=("GET",), paths=paths, answer=answer, group=Group.READ, **facts)


def _put(name: str, path: str, answer: Answer, **facts: Any) -> PrimeOperation:
    return PrimeOperation(name=name, methods=("PUT",), paths=_paths(path), answer=answer, group=Group.WRITE, **facts)


def _event(name: str, event: JobEvent | RunEvent, place: JobPlace) -> PrimeOperation:
    answer = partial(job_service.fire, event, place.body)
    return _put(name, f"op/jobService/{event}", answer, job=place, job_service=True)


async def _operations(context: PrimeContext, request: PrimeRequest) -> Root:
    return await directories.operations(OPERATIONS, context, request)


def _entities(name: str, entity_type: EntityType) -> PrimeOperation:
    path = f"data/{entity_type.name}"
    # The id's own suffix is a part of its segment.
    return _get(name, path, partial(entities.entities, entity_type), f"{path}/{{id}}")


def _not_faked(name: str, path: str, method: str = "GET") -> Operation:
    return Operation(name=name, methods=(method,), paths=_paths(path), title=path)


OPERATIONS: tuple[Operation, ...] = (
    _event("Cancel", JobEvent.CANCEL, _JOB_IDS),
    _event("Suspend", JobEvent.SUSPEND, _JOB_IDS),
    _event("Resume", JobEvent.RESUME, _JOB_IDS),
    _event("CancelRunning", RunEvent.CANCELRUNNING, _RUN_IDS),
    _get(
        "RunHistory",
        "op/jobService/runhistory",
        job_service.run_history,
        job=JobPlace(parameter="jobId", clean=_unquoted),
        job_service=True,
    ),
    _get(
        "JobSummary",
        "data/JobSummary",
        job_summary.job_summary,
        # The id's own suffix is a part of its segment.
        "data/JobSummary/{id}",
        job=JobPlace(path="id", clean=_without_suffix),
    ),
    _entities("Devices", DEVICES),
    _entities("CliTemplates", CLI_TEMPLATES),
    _entities("InventoryDetails", INVENTORIES),
    _get("EntityTypes", "data", directories.entity_types),
    _get("Operations", "op", _operations),
    _get("RateLimits", "op/rateService/rateLimits", directories.rate_limits, unlimited=True, since=4),
    _put(
        "DeployTemplateThroughJob",
        "op/cliTemplateConfiguration/deployTemplateThroughJob",
        job_creation.deploy_template,
    ),
    _put("BulkImport", "op/devices/bulkImport", job_creation.bulk_import),
    Operation(name="LoginPage", methods=("GET",), paths=(LOGIN,), handler=directories.login_page),
    _not_faked("AccessPoints", "data/AccessPoints"),
    _not_faked("ClientCounts", "data/ClientCounts"),
    _not_faked("WlanControllers", "data/WlanControllers"),
    # What public job clients call besides; methods as they have them.
    _not_faked("ConfigVersions", "data/ConfigVersions"),
    _not_faked("DeleteDevices", "op/devices/deleteDevices", "PUT"),
    _not_faked("RemovalJob", "op/devices/removalJob", "POST"),
    _not_faked("SyncDevices", "op/devices/syncDevices", "POST"),
    _not_faked("UploadTemplate", "op/cliTemplateConfiguration/upload", "POST"),
    _not_faked("DeleteTemplate", "op/cliTemplateConfiguration/deleteTemplate", "DELETE"),
    _not_faked("DeployTemplate", "op/cliTemplateConfiguration/deploy", "PUT"),
    _not_faked("DeployWlanTemplate", "op/wlanProvisioning/deployTemplate", "PUT"),
    _not_faked("ProductVersion", "op/info/version"),
    _not_faked("Uptime", "op/info/uptime"),
    _not_faked("ExtractSanitizedFile", "op/configArchiveService/extractSanitizedFile"),
)
