"""Operations that create jobs: clients get a name back, never an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from mockserver.api.job_builder import with_scenario
from mockserver.api.sandbox import Row
from mockserver.apis.prime.deployment import device_ids, filled_in, target_devices
from mockserver.apis.prime.documents import management
from mockserver.apis.prime.errors import PrimeError
from mockserver.apis.prime.job_search import is_taken
from mockserver.apis.prime.jobs import DEPLOY_DESCRIPTION, DEPLOY_TYPE, SCENARIOS, job_name
from mockserver.apis.prime.model import CreatedJob, DeployAnswer, ImportAnswer
from mockserver.apis.prime.requests import PrimeRequest
from mockserver.apis.prime.site import PrimeContext
from mockserver.core.clock import instant
from mockserver.core.job import Job
from mockserver.wire.json import Malformed

# The trailing blank is the vendor's, so is the article (v1_deploy_responses.txt).
DEPLOYED = "An deploy job has been successfully created. "
IMPORTED = "A bulk import job has been successfully created."
"""The second text is a guess after the first."""

_NAMED, _LAST = "named", "last"
"""The document that says which request gave the last name: whoever gives one sees whether another has been given."""

IMPORT_PREFIX = "BulkImport"
"""From the runhistory page: `jobName=startsWith("BulkImport")`."""


async def deploy_template(context: PrimeContext, request: PrimeRequest) -> DeployAnswer:
    """Deploy a CLI template through a job, at once or at `startTime`."""
    command = _payload(context, "cliTemplateCommand")
    if not command.get("templateName"):
        raise PrimeError(400, "Invalid request: templateName is missing")
    template = context.site.templates.get(str(command["templateName"]), {})
    devices = target_devices(command)
    what: dict[str, Any] = {
        "type": DEPLOY_TYPE,
        "description": DEPLOY_DESCRIPTION,
        "devices": device_ids(devices),
        "commands": filled_in(_commands(context, str(command["templateName"])), devices),
        **template,
    }
    name = await _create(context, request, f"Job{DEPLOY_TYPE}", what, _start(context))
    return management(DeployAnswer, request, result=(CreatedJob(job_name=name, message=DEPLOYED),))


async def bulk_import(context: PrimeContext, request: PrimeRequest) -> ImportAnswer:
    """Import devices through a job."""
    if not _payload(context, "devicesImport").get("devices"):
        raise PrimeError(400, "Invalid request: devices is missing")
    name = await _create(context, request, IMPORT_PREFIX, {"type": IMPORT_PREFIX}, None)
    return management(ImportAnswer, request, result=(CreatedJob(job_name=name, message=IMPORTED),))


def _commands(context: PrimeContext, template: str) -> str:
    """Return what a template types: its content where the fixtures have it, else a comment with its name."""
    known = (row.get("content") for row in context.site.cli_templates if row["name"] == template)
    return next(known, None) or f"! {template}"


async def _create(
    context: PrimeContext, request: PrimeRequest, prefix: str, what: Mapping[str, Any], start: float | None
) -> str:
    settings = context.settings
    fields: dict[str, Any] = {
        "starts_after": settings.deploy_starts_after if start is None else max(0.0, start - context.now),
        **({} if request.virtual_domain == settings.domain else {"domain": request.virtual_domain}),
        **with_scenario(SCENARIOS, what),
    }
    if settings.job_visible_after:
        fields.setdefault("visible_after", settings.job_visible_after)
    at = context.now
    while True:
        # Names tell the millisecond, and a frozen clock has but one.
        name = job_name(prefix, at, settings.server_zone)
        if not await is_taken(context.jobs, name):
            with suppress(_Taken):
                named, along = {"name": name, **fields}, partial(_give, context, name)
                job = await context.create(named, owner=request.user.username, along=along)
                given: str = job.data["name"]
                return given
        at += 0.001


class _Taken(Exception):
    """Another request has given the name meanwhile."""


async def _give(context: PrimeContext, name: str, _: Job) -> Sequence[Row]:
    """Say that a name is given.

    Raises:
        _Taken: it is already.
    """
    names = context.sandbox.documents(context.api.name)
    last = await names.get(_NAMED, _LAST)
    if await is_taken(context.jobs, name):
        raise _Taken
    return (names.replacing(_NAMED, _LAST, last, context.number),)


def _payload(context: PrimeContext, root: str) -> Mapping[str, Any]:
    payload = context.payload
    if isinstance(payload, Malformed):
        raise PrimeError(400, f"Invalid request: {payload.reason}")
    found = payload.get(root) if isinstance(payload, Mapping) else None
    if not isinstance(found, Mapping):
        raise PrimeError(400, f"Invalid request: {root} is missing")
    return found


def _start(context: PrimeContext) -> float | None:
    text = context.parameters.get("startTime")
    if text is None:
        return None
    try:
        return instant(text.strip('"'))
    except (ValueError, AttributeError):
        raise PrimeError(400, "Invalid value for startTime") from None
