"""What GES answers when it will not: the exceptions of this API, and the one table that words them.

Texts are the vendor's, odd spellings, double and trailing blanks included (ges.md §4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.error_table import ErrorTable
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute, NotFaked
from mockserver.api.response import Response
from mockserver.apis.ges.responses import answer, gateway_answer, request_id
from mockserver.core.errors import DomainError, Unavailable

CATALOGUE: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "GES.8000": (400, "Incorrect parameter format."),
        "GES.8001": (400, "Failed to query graph statistics."),
        "GES.8002": (500, "Graph statistics query error."),
        "GES.8005": (400, "Incorrect parameter."),
        "GES.8006": (400, "Invalid resource access."),
        "GES.8007": (400, "Invalid token."),
        "GES.8008": (400, "An error occurs in the underlying authentication system."),
        "GES.8011": (400, "Failed to export a graph."),
        "GES.8012": (400, "Failed to clear a graph."),
        "GES.8013": (400, "Failed to incrementally import data to the graph."),
        "GES.8020": (400, "The current user does not have permission."),
        "GES.8101": (400, "Invalid filter criteria for edge queries."),
        "GES.8102": (400, "Invalid label for edge filtering queries."),
        "GES.8103": (400, "Bad Request, parameter labels and edgeFilters cannot all be null"),
        "GES.8201": (400, "Invalid filter criteria for vertex queries."),
        # By the pattern of 8102 (inferred).
        "GES.8202": (400, "Invalid label for vertex filtering queries."),
        "GES.8203": (400, "Bad Request, parameter labels and vertexFilters cannot all be null"),
        "GES.8301": (400, "Failed to query a job."),
        "GES.8302": (500, "Job query error."),
        "GES.8303": (400, "Failed to terminate a job."),
        "GES.8304": (500, "Job termination error."),
        "GES.8601": (500, "Gremlin service unavailable."),
        "GES.8602": (500, "Engine service unavailable."),
    }
)
"""Code -> status and text, where no sample shows a more specific one (Error Codes for Service Plane APIs)."""


class ServiceError(Exception):
    """A refusal by the service plane.

    Args:
        code: `GES.8301`.
        message: the catalogue's text unless given.
        shows_state: it tells the state of the job all the same.
        failed: the body ends with `"result":"failed"` in every edition (otherwise in the persistent one only).
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        status: int | None = None,
        failed: bool = False,
        shows_state: bool = False,
    ) -> None:
        known = CATALOGUE.get(code, (400, ""))
        super().__init__(known[1] if message is None else message)
        self.code = code
        self.status = known[0] if status is None else status
        self.failed = failed
        self.shows_state = shows_state


class ManagementError(Exception):
    """A refusal by the management plane: camelCase in v1.0, snake_case in v2."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class GatewayError(Exception):
    """A refusal by IAM or the API gateway: `error_msg` and `error_code`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


# --- unknown graphs: (project id, name) -> refusal ---------------------------------------------------

UnknownGraph = Callable[[str, str], ServiceError]


def unknown_graph(code: str) -> UnknownGraph:
    """Return how most calls refuse an unknown graph: with their own code."""
    return lambda _, name: ServiceError(code, f"graph [{name}] is not found")


def unknown_listed_graph(_: str, name: str) -> ServiceError:
    """Refuse to list the jobs of an unknown graph; this page alone words it so, with `result` in every edition."""
    return ServiceError("GES.8000", f"graph : {name} not exist", failed=True)


def unknown_hyg_graph(project_id: str, name: str) -> ServiceError:
    """Refuse an unknown graph on HyG."""
    message = f"Graph [ {project_id} -{name}] does not exist, please check project_id and graph_name."
    return ServiceError("GES.8000", message)


def unknown_persistent_graph(project_id: str, name: str) -> ServiceError:
    """Refuse to delete an unknown graph of a persistent engine (ges_03_0510)."""
    return ServiceError(
        "GES.8301", f"Graph [{project_id}-{name}] does not exist, please check project_id and graph_name."
    )


def not_offered() -> ServiceError:
    """Refuse a call that this edition does not have.

    Pages list 404 without a body; the catalogue says of 8000 "check whether the URL … is correct" (inferred).
    """
    return ServiceError("GES.8000", status=404)


def unauthenticated(reason: str) -> GatewayError:
    """Refuse a credential at the gateway."""
    return GatewayError(401, "APIGW.0301", f"Incorrect IAM authentication information: {reason}")


# --- the table ----------------------------------------------------------------------------------------


def _service(context: RequestContext[Any, Any], error: ServiceError) -> Response:
    if not on_service_plane(context):
        # A fault of the engine's that is armed on another plane: said as that plane says it.
        names = ("errorMessage", "errorCode") if context.path.startswith("/v1.0/") else ("error_msg", "error_code")
        return gateway_answer(context, {names[0]: _text(error), names[1]: error.code}, error.status)
    body = {"errorMessage": _text(error), "errorCode": error.code}
    if error.failed or context.settings.persistent:
        body["result"] = "failed"
    return answer(context, body, error.status, shows_state=error.shows_state)


def _management(context: RequestContext[Any, Any], error: ManagementError) -> Response:
    names = ("error_msg", "error_code") if context.path.startswith("/v2/") else ("errorMessage", "errorCode")
    return gateway_answer(context, {names[0]: _text(error), names[1]: error.code}, error.status)


def _gateway(context: RequestContext[Any, Any], error: GatewayError) -> Response:
    body = {"error_msg": _text(error), "error_code": error.code}
    if not error.code.startswith("IAM."):
        body["request_id"] = request_id(context)
    return gateway_answer(context, body, error.status)


def _no_route(context: RequestContext[Any, Any], error: Exception) -> Response:
    if on_service_plane(context) and not context.path.startswith("//") and context.path.rstrip("/").endswith("/action"):
        return _service(context, ServiceError("GES.8000"))
    return _not_found(context, error)


def _not_found(context: RequestContext[Any, Any], _: Exception) -> Response:
    if on_service_plane(context):
        return _service(context, not_offered())
    if context.path.startswith("/v3/"):
        return _gateway(context, GatewayError(404, "IAM.0004", "Could not find the requested resource."))
    message = "The API does not exist or has not been published in the environment"
    return _gateway(context, GatewayError(404, "APIGW.0101", message))


def _unfaked(context: RequestContext[Any, Any], error: NotFaked) -> Response:
    """Answer what exists at the vendor and is not faked: in our own words, with the headers of the plane."""
    body = {"error": {"code": "not-faked", "operation": error.operation, "message": str(error)}}
    return (answer if on_service_plane(context) else gateway_answer)(context, body, 501)


def _too_large(context: RequestContext[Any, Any], _: BodyTooLarge) -> Response:
    if on_service_plane(context):
        return _service(context, ServiceError("GES.8000", status=413))
    return _gateway(context, GatewayError(413, "APIGW.0201", "Request entity too large"))


def _failed(context: RequestContext[Any, Any], _: Exception) -> Response:
    if on_service_plane(context):
        return _service(context, ServiceError("GES.8302"))
    return _gateway(context, GatewayError(500, "APIGW.9999", "Internal error"))


def _unavailable(context: RequestContext[Any, Any], _: Unavailable) -> Response:
    """Answer as an engine that is away; through the gateway, as a gateway whose backend is (its text is inferred)."""
    if on_service_plane(context):
        return _service(context, ServiceError("GES.8602"))
    return _gateway(context, GatewayError(502, "APIGW.0202", "Backend unavailable"))


def on_service_plane(context: RequestContext[Any, Any]) -> bool:
    """Tell whether a request goes to a graph's own address, in front of which there is no gateway."""
    return context.path.lstrip("/").startswith("ges/")


def _text(error: Exception) -> str:
    # A path may hold bytes that are no text; no JSON can say them.
    return str(error).encode("utf-8", "replace").decode()


ERRORS = ErrorTable(
    {
        ServiceError: _service,
        ManagementError: _management,
        GatewayError: _gateway,
        NoRoute: _no_route,
        MethodNotAllowed: _not_found,
        BodyTooLarge: _too_large,
        HandlerFailed: _failed,
        Unavailable: _unavailable,
        NotFaked: _unfaked,
        DomainError: _failed,
    }
)
"""Whatever went wrong -> the answer of the plane that was asked."""
