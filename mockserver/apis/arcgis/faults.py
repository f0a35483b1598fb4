"""The site's own documented failures, in its own bytes, for tests that want one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.api.context import Call
from mockserver.api.definition import NamedFault
from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.errors import AdminError, RestError
from mockserver.apis.arcgis.wire import plane, refuse, unreachable
from mockserver.core.errors import UnknownJob
from mockserver.core.machine import Confidence

_OBSERVED, _INFERRED = Confidence.OBSERVED, Confidence.INFERRED
_TABLE = "arcgis.md §2.11"

Refusal = Callable[[Call[Any, Any]], Exception]


def _service(call: Call[Any, Any]) -> str:
    folder, name = call.values.get("folder"), call.values.get("service", "Name")
    return f"{folder}/{name}/GPServer" if folder else f"{name}/GPServer"


def _fault(
    name: str, title: str, refusal: Refusal, confidence: Confidence = _OBSERVED, source: str = _TABLE
) -> NamedFault:
    return NamedFault(
        name=name,
        title=title,
        reply=lambda call: refuse(call, refusal(call)),
        confidence=confidence,
        source=source,
    )


def _by_plane(rest: Callable[[], RestError], admin: Callable[[], AdminError]) -> Refusal:
    return lambda call: admin() if plane(call) == "admin" else rest()


FAULTS: tuple[NamedFault, ...] = (
    _fault(
        "token-required",
        "499: a secured resource was called without a token",
        _by_plane(errors.token_required, errors.admin_token_required),
    ),
    _fault(
        "invalid-token",
        "498: the token is unknown or has expired",
        _by_plane(errors.invalid_token, errors.admin_invalid_token),
    ),
    _fault(
        "forbidden",
        "403: the token is good, its user may not",
        _by_plane(errors.forbidden, errors.admin_forbidden),
    ),
    _fault("service-not-found", "404: no such service", lambda call: errors.service_not_found(_service(call))),
    _fault("service-stopped", "500: the service is stopped", lambda call: errors.service_not_started(_service(call))),
    _fault("invalid-url", "400: bad path, task or operation", lambda call: errors.invalid_url()),
    _fault(
        "unknown-job",
        "400: the job id is unknown or has expired",
        lambda call: UnknownJob("arcgis", call.values.get("job", "")),
        _INFERRED,
    ),
    _fault(
        "unable-to-complete",
        "400: the operation failed, with no reason given",
        lambda call: RestError(400, call.settings.unable_text),
    ),
    _fault("cancel-refused", "400: the job is in no state to be cancelled", lambda call: errors.bad_cancel()),
    _fault(
        "admin-unable-to-cancel",
        "500: the Administrator cannot cancel the job in its state",
        lambda call: errors.unable_to_cancel(call.values.get("job", "")),
        Confidence.DOCUMENTED,
        "seed 000",
    ),
    _fault(
        "admin-unable-to-delete",
        "400: the Administrator cannot delete the job",
        lambda call: errors.unable_to_delete(call.values.get("job", "")),
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
