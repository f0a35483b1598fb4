"""The site's own documented failures, in its own bytes, for tests that want one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.definition import NamedFault
from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.errors import AdminError, RestError, refuse, unreachable
from mockserver.apis.arcgis.requests import plane
from mockserver.apis.arcgis.tokens import InvalidToken
from mockserver.core.errors import UnknownJob
from mockserver.core.machine import Confidence

_OBSERVED, _INFERRED = Confidence.OBSERVED, Confidence.INFERRED
_TABLE = "arcgis.md §2.11"

Refusal = Callable[[RequestContext[Any, Any]], Exception]


def _service(context: RequestContext[Any, Any]) -> str:
    folder, name = context.values.get("folder"), context.values.get("service", "Name")
    return f"{folder}/{name}/GPServer" if folder else f"{name}/GPServer"


def _fault(
    name: str, title: str, refusal: Refusal, confidence: Confidence = _OBSERVED, source: str = _TABLE
) -> NamedFault:
    return NamedFault(
        name=name,
        title=title,
        reply=lambda context: refuse(context, refusal(context)),
        confidence=confidence,
        source=source,
    )


def _by_plane(rest: Callable[[], RestError], admin: Callable[[], AdminError]) -> Refusal:
    return lambda context: admin() if plane(context) == "admin" else rest()


FAULTS: tuple[NamedFault, ...] = (
    _fault(
        "token-required",
        "499: a secured resource was called without a token",
        _by_plane(errors.token_required, errors.admin_token_required),
    ),
    _fault(
        "invalid-token",
        "498: the token is unknown or has expired",
        lambda context: InvalidToken(),
    ),
    _fault(
        "forbidden",
        "403: the token is good, its user may not",
        _by_plane(errors.forbidden, errors.admin_forbidden),
    ),
    _fault("service-not-found", "404: no such service", lambda context: errors.service_not_found(_service(context))),
    _fault(
        "service-stopped", "500: the service is stopped", lambda context: errors.service_not_started(_service(context))
    ),
    _fault("invalid-url", "400: bad path, task or operation", lambda context: errors.invalid_url()),
    _fault(
        "unknown-job",
        "400: the job id is unknown or has expired",
        lambda context: UnknownJob("arcgis", context.values.get("job", "")),
        _INFERRED,
    ),
    _fault(
        "unable-to-complete",
        "400: the operation failed, with no reason given",
        errors.unable,
    ),
    _fault("cancel-refused", "400: the job is in no state to be cancelled", lambda context: errors.bad_cancel()),
    _fault(
        "admin-unable-to-cancel",
        "500: the Administrator cannot cancel the job in its state",
        lambda context: errors.unable_to_cancel(context.values.get("job", "")),
        Confidence.DOCUMENTED,
        "seed 000",
    ),
    _fault(
        "admin-unable-to-delete",
        "400: the Administrator cannot delete the job",
        lambda context: errors.unable_to_delete(context.values.get("job", "")),
        Confidence.DOCUMENTED,
        "delete-job",
    ),
    _fault(
        "unable-to-generate-token",
        "400: name and password do not belong together (401 in the Administrator's envelope)",
        _by_plane(
            lambda: errors.unable_to_generate("Invalid username or password."),
            lambda: AdminError(401, "Invalid username or password."),
        ),
        _OBSERVED,
        "portal fixtures",
    ),
    NamedFault(
        name="web-adaptor-unreachable",
        title="the web adaptor cannot reach the server: the Administrator's envelope without a code, on REST addresses",
        reply=unreachable,
        confidence=_OBSERVED,
        source=_TABLE,
    ),
)
