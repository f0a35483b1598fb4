"""What went wrong, in the control API's own shape: ONE table from domain errors to status, code and hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.errors import BadContent, BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response, error_response
from mockserver.api.settings import InvalidSetting
from mockserver.core.errors import (
    BadPlan,
    Beaten,
    DomainError,
    DuplicateJob,
    IllegalEvent,
    Unavailable,
    UnknownJob,
    UnknownState,
)
from mockserver.core.job_document import BadFields
from mockserver.faults.errors import BadFault, UnknownFault
from mockserver.http.router import Found, Router
from mockserver.http.steps import RequestRefused
from mockserver.journal.masking import mask
from mockserver.journal.match_names import UnknownName
from mockserver.sandbox.fixtures.merge import BadFixture
from mockserver.sandbox.registry import BadSandboxName, SandboxTaken, TooManySandboxes, UnknownSandbox
from mockserver.sandbox.snapshot_check import BadSnapshot

CONTROL = "control"
"""What the control API is called, as one more API."""


class ControlError(DomainError):
    """The control API's own refusals: what no service below it knows of."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        allowed: Sequence[str] | None = None,
        *,
        record: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.hint = hint
        self.allowed = allowed
        self.record = record
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    error: type[Exception]
    status: int
    code: str
    hint: str


ROWS = (
    _Row(error=UnknownJob, status=404, code="unknown-job", hint="GET /_control/jobs lists them"),
    _Row(error=DuplicateJob, status=409, code="duplicate-job", hint="choose another id, or DELETE the one there is"),
    _Row(
        error=UnknownState, status=422, code="unknown-state", hint="a state of the API or a phase, in any letter case"
    ),
    _Row(error=IllegalEvent, status=409, code="illegal-event", hint="PUT …/state forces any state"),
    _Row(error=BadPlan, status=422, code="bad-plan", hint="GET /_control/apis/{api} lists the plans by name"),
    _Row(error=BadFields, status=422, code="bad-field", hint="fields have the fixture's form"),
    _Row(error=BadContent, status=422, code="bad-field", hint="fields have the fixture's form"),
    _Row(error=BadFixture, status=422, code="bad-fixture", hint="mend the fixture; see fixture.schema.json"),
    _Row(error=InvalidSetting, status=422, code="bad-setting", hint="GET /_control/apis/{api} describes each setting"),
    _Row(error=BadFault, status=422, code="bad-fault", hint="GET /_control/faults/catalogue lists what there is"),
    _Row(
        error=UnknownName, status=422, code="unknown-name", hint="GET /_control/apis/{api} lists operations and states"
    ),
    _Row(error=UnknownFault, status=404, code="unknown-fault", hint="GET /_control/faults lists them"),
    _Row(error=UnknownSandbox, status=404, code="unknown-sandbox", hint="POST /_control/sandboxes makes one"),
    _Row(error=SandboxTaken, status=409, code="sandbox-exists", hint="choose another name, or DELETE that one"),
    _Row(
        error=TooManySandboxes,
        status=409,
        code="too-many-sandboxes",
        hint="DELETE some, give them a ttl, or start the server with a larger --max-sandboxes",
    ),
    _Row(error=BadSandboxName, status=422, code="bad-sandbox-name", hint='for example {"name": "t1"}'),
    _Row(error=BadSnapshot, status=422, code="bad-snapshot", hint="GET /_control/snapshot takes one"),
    _Row(error=Beaten, status=503, code="beaten", hint="others change this job all the time; try again"),
    _Row(
        error=Unavailable, status=503, code="unavailable", hint="it comes back by itself; GET /_control/ready says when"
    ),
    _Row(error=DomainError, status=422, code="refused", hint=""),
)


def refuse(router: Router[Any], context: RequestContext[Any, Any], error: Exception) -> Response:
    """Turn an error into the answer that says it.

    Args:
        router: names the nearest path for one that is unknown.
    """
    if isinstance(error, ControlError):
        found = shape(error.status, error.code, str(error), error.hint, error.allowed, error.record)
        return found._replace(headers=error.headers)
    if isinstance(error, NoRoute):
        hint = f"the nearest known path is /_control{router.nearest(context.path)}"
        return shape(404, "unknown-path", f"nothing is at {context.path}", hint)
    if isinstance(error, MethodNotAllowed):
        found = shape(
            405, "wrong-method", f"not with {context.method}", _methods(router, context, error), error.allowed
        )
        return found._replace(headers={"Allow": ", ".join(error.allowed)})
    if isinstance(error, BodyTooLarge):
        return shape(413, "too-large", str(error))._replace(headers={"Connection": "close"})
    if isinstance(error, RequestRefused):
        hint = f"GET /_control/contracts/{error.operation} says what it takes"
        return shape(422, "invalid", str(error), hint)
    if isinstance(error, HandlerFailed):
        return shape(500, "bug", "the control API failed; the log says why", "please report it")
    row = next((row for row in ROWS if isinstance(error, row.error)), None)
    if row is None:
        raise error
    message = str(error)
    if isinstance(error, BadContent) and error.pointer:
        message = f"at /{'/'.join(map(str, error.pointer))}: {message}"
    return shape(row.status, row.code, message, row.hint, getattr(error, "allowed", None))


def _methods(router: Router[Any], context: RequestContext[Any, Any], error: MethodNotAllowed) -> str:
    """Say what each method that this path takes would do."""
    found = {method: router.find(method, context.path, context.query_string) for method in error.allowed}
    does = [
        f"{method} is {api.name}.{operation.name}"
        for method, (api, operation) in (
            (method, one.target) for method, one in found.items() if isinstance(one, Found)
        )
        if method != "HEAD" and api.name == CONTROL
    ]
    return f"{', '.join(does)}; GET /_control/contracts/{CONTROL}.NAME says what each takes" if does else ""


def shape(
    status: int,
    code: str,
    message: str,
    hint: str = "",
    allowed: Sequence[str] | None = None,
    record: Mapping[str, Any] | None = None,
) -> Response:
    """Answer in the one shape all errors have; `record` goes beside it."""
    return error_response(status, code, mask(message), hint, allowed, **(record or {}))
