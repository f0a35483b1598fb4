"""Why ArcGIS Server refuses, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.hints import Filling, Hint, listed, operation_name, said
from mockserver.apis.arcgis.errors import AdminError, RestError
from mockserver.apis.arcgis.requests import GpContext, UnknownFormat, steps
from mockserver.apis.arcgis.tokens import InvalidToken, OtherClient
from mockserver.core.errors import IllegalEvent, UnknownJob

_EITHER = (RestError, AdminError)
_SIGN_IN = (
    "POST username and password (GET /_control/apis/arcgis names the account to remember) to "
    "/{context}/tokens/generateToken"
)
_SUBMITS = ("SubmitJob", "ExecuteTask")
_VALUES = ("JobResult", "JobInput")


def _site(context: GpContext, error: Any = None) -> dict[str, Any]:
    """Return what any sentence may name: the web adaptor's name, and what the path says."""
    return {
        "context": steps(context.path)[0] or "arcgis",
        "job": context.values.get("job", ""),
        "operation": operation_name(context),
        "secured": context.settings.secured,
    }


def _coded(*codes: int, pattern: str = "") -> Filling:
    found = said(pattern, *codes)
    return lambda context, error: None if found(context, error) is None else _site(context)


def _service(context: GpContext, error: RestError) -> Mapping[str, Any] | None:
    if error.code != 404 or not error.message.startswith("Service "):
        return None
    folder = context.values.get("folder", "")
    known = [one.key for one in context.site.in_folder(folder)]
    return {**_site(context), "services": listed(known), "place": f"folder {folder!r}" if folder else "the root"}


def _folder(context: GpContext, error: RestError) -> Mapping[str, Any] | None:
    return {"folders": listed(context.site.folders)} if error.message == "Folder not found" else None


def _found_service(context: GpContext) -> Any:
    values = context.values
    return context.site.service(values.get("folder", ""), values["service"]) if "service" in values else None


def _task(context: GpContext, error: RestError) -> Mapping[str, Any] | None:
    service, task = _found_service(context), context.values.get("task")
    if error.code != 400 or service is None or task is None or task in service.tasks:
        return None
    return {"task": task, "service": service.key, "tasks": listed(list(service.tasks))}


def _mode(context: GpContext, error: RestError) -> Mapping[str, Any] | None:
    service, operation = _found_service(context), context.operation
    if error.message != "Invalid URL" or service is None or operation is None or operation.name not in _SUBMITS:
        return None
    kind, call = ("synchronous", "execute") if service.synchronous else ("asynchronous", "submitJob")
    return {"service": service.key, "kind": kind, "call": call}


def _calls(*names: str) -> Filling:
    """Return facts that fit a refusal of one of these operations, that the setting `unable_text` words."""
    return lambda context, error: (
        _site(context)
        if context.operation is not None
        and context.operation.name in names
        and error.message == context.settings.unable_text
        else None
    )


HINTS = (
    Hint(
        name="no-token",
        when="A secured service, or the Administrator, is called without a token.",
        of=_EITHER,
        says="a token is wanted and none came: " + _SIGN_IN + ", then send it as the parameter token (the setting "
        "secured is {secured!r})",
        facts=_coded(499),
    ),
    Hint(
        name="token-of-another-client",
        when="The token is bound to another referer or address.",
        of=OtherClient,
        says="the token is bound to the referer or address that it was asked for with (client=, referer=): ask for it "
        "with client=requestip from here, or send the same Referer",
        facts=_site,
    ),
    Hint(
        name="bad-token",
        when="The token is unknown or has expired (498).",
        of=InvalidToken,
        says="the token has expired by the sandbox's clock, is bound to another client, or is none of this sandbox's "
        "(each makes its own): " + _SIGN_IN,
        facts=_site,
    ),
    Hint(
        name="not-permitted",
        when="The token's user may not use the service, or is no administrator.",
        of=_EITHER,
        says="the token is good, but its user may not: the fixtures' services name their users, and the Administrator "
        "takes an account whose role is administrator",
        facts=_coded(403),
    ),
    Hint(
        name="unknown-service",
        when="There is no service of that name in the folder.",
        of=RestError,
        says="no such service; {place} has {services}; /{context}/rest/services?f=json lists folders and services",
        facts=_service,
    ),
    Hint(
        name="service-stopped",
        when="The service is stopped.",
        of=RestError,
        says='the service is stopped: by `"status": "stopped"` in the fixtures, or by the Administrator, whose start '
        'action '
        "starts it",
        facts=_coded(500, pattern="not started $"),
    ),
    Hint(
        name="unknown-folder",
        when="There is no such folder.",
        of=RestError,
        says="no such folder; there are {folders}",
        facts=_folder,
    ),
    Hint(
        name="unknown-task",
        when="The service has no task of that name.",
        of=RestError,
        says="{service} has no task {task!r}; it has {tasks}",
        facts=_task,
    ),
    Hint(
        name="other-execution-type",
        when="submitJob of a synchronous service, or execute of an asynchronous one.",
        of=RestError,
        says="{service} is {kind}: call {call}; executionType of the service's document says which",
        facts=_mode,
    ),
    Hint(
        name="bad-parameters",
        when="A task's parameters are missing or of another type, or the task is one that fails.",
        of=RestError,
        says="a parameter is missing or of another type, as details say, or the fixtures let this task fail; the "
        "task's document (f=json) lists its parameters",
        facts=_calls(*_SUBMITS),
    ),
    Hint(
        name="no-value",
        when="A result or input that the job has not, or not yet.",
        of=RestError,
        says="the job has no such value: results come when it has succeeded (late, if the plan says so), under the "
        "names of the task's output parameters; GET /_control/jobs/arcgis/{job} shows them",
        facts=_calls(*_VALUES),
    ),
    Hint(
        name="unknown-job",
        when="The task has no job of that id.",
        of=UnknownJob,
        says="no job {job!r} here: an id is good under its own task and in its own sandbox, and a job goes hours "
        "after its end; GET /_control/jobs?api=arcgis lists all there are",
        facts=_site,
    ),
    Hint(
        name="cannot-cancel",
        when="A cancel of a job that has ended or is being cancelled.",
        of=IllegalEvent,
        says="a job that is {state} cannot be cancelled (again)",
        facts=lambda context, error: {"state": error.state},
    ),
    Hint(
        name="cannot-cancel-or-delete",
        when="The Administrator cannot cancel or delete a job.",
        of=AdminError,
        says="the service has no job {job!r}, or it is in no state for this; GET /_control/jobs/arcgis/{job} says "
        "which",
        facts=_coded(500, 400, pattern="^Unable to (cancel|delete) job"),
    ),
    Hint(
        name="unknown-format",
        when="The parameter f asks for a format that is not faked.",
        of=UnknownFormat,
        says="f is json, pjson or html here",
    ),
    Hint(
        name="credentials-in-query",
        when="A token is asked for with name and password in the address.",
        of=_EITHER,
        says="send username and password as the form of a POST, not in the address",
        facts=_coded(405, pattern="Method not supported|query string"),
    ),
    Hint(
        name="bad-login",
        when="A token is asked for with a wrong, or without a name and password.",
        of=_EITHER,
        says="no account has this username and password, or one of the two did not come in the form; GET "
        "/_control/apis/arcgis names the account to remember",
        facts=_coded(400, 401, pattern="^Unable to generate token|must be specified|Invalid username"),
    ),
    Hint(
        name="bad-request",
        when="Something else in the request is not as the page says.",
        of=_EITHER,
        says="the request is not as the vendor's page says; `mockserver contracts show {operation}` shows a whole "
        "example",
        facts=_site,
    ),
)  # fmt: skip
"""The first that fits counts."""
