"""What GES answers when it will not: the exceptions of this API, and the one table that words them.

Texts are the vendor's, odd spellings, double and trailing blanks included (ges.md §4).
"""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response
from mockserver.apis.ges.requests import answer, gateway_answer
from mockserver.apis.ges.settings import GesSettings
from mockserver.core.errors import DomainError

CATALOGUE: dict[str, tuple[int, str]] = {
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
"""Code -> status and text, where no sample shows a more specific one (Error Codes for Service Plane APIs)."""


class GesFault(Exception):
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


class ManagementFault(Exception):
    """A refusal by the management plane: camelCase in v1.0, snake_case in v2."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class GatewayFault(Exception):
    """A refusal by IAM or the API gateway: `error_msg` and `error_code`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def no_such_graph(name: str, code: str) -> GesFault:
    """Refuse an unknown graph, with the calling endpoint's own code."""
    return GesFault(code, f"graph [{name}] is not found")


def unauthenticated(reason: str) -> GatewayFault:
    """Refuse a credential at the gateway."""
    return GatewayFault(401, "APIGW.0301", f"Incorrect IAM authentication information: {reason}")


def refuse(context: RequestContext[GesSettings, Any], error: Exception) -> Response:
    """Turn whatever went wrong into the plane's own fault."""
    # A path may hold bytes that are no text; no JSON can say them.
    text = str(error).encode("utf-8", "replace").decode()
    if isinstance(error, GesFault):
        body = {"errorMessage": text, "errorCode": error.code}
        if error.failed or context.settings.persistent:
            body["result"] = "failed"
        return answer(context, body, error.status)._replace(shows_state=error.shows_state)
    if isinstance(error, ManagementFault):
        names = ("error_msg", "error_code") if context.path.startswith("/v2/") else ("errorMessage", "errorCode")
        return gateway_answer(context, {names[0]: text, names[1]: error.code}, error.status)
    if isinstance(error, GatewayFault):
        body = {"error_msg": text, "error_code": error.code}
        if not error.code.startswith("IAM."):
            body["request_id"] = request_id(context)
        return gateway_answer(context, body, error.status)
    return refuse(context, _worded(context, error))


def _worded(context: RequestContext[GesSettings, Any], error: Exception) -> Exception:
    """Return the fault that stands for what the house could not do with this call."""
    if context.path.startswith("/ges/"):
        if isinstance(error, NoRoute) and context.path.rstrip("/").endswith("/action"):
            return GesFault("GES.8000")
        if isinstance(error, NoRoute | MethodNotAllowed):
            # Pages list 404 without a body; the catalogue says of 8000 "check whether the URL … is correct" (inferred).
            return GesFault("GES.8000", status=404)
        if isinstance(error, BodyTooLarge):
            return GesFault("GES.8000", status=413)
        if isinstance(error, HandlerFailed | DomainError):
            return GesFault("GES.8302")
        raise error
    if isinstance(error, NoRoute | MethodNotAllowed):
        if context.path.startswith("/v3/"):
            return GatewayFault(404, "IAM.0004", "Could not find the requested resource.")
        return GatewayFault(404, "APIGW.0101", "The API does not exist or has not been published in the environment")
    if isinstance(error, BodyTooLarge):
        return GatewayFault(413, "APIGW.0201", "Request entity too large")
    if isinstance(error, HandlerFailed | DomainError):
        return GatewayFault(500, "APIGW.9999", "Internal error")
    raise error


def request_id(context: RequestContext[GesSettings, Any]) -> str:
    """Return the id of this request, as the gateway gives one to each."""
    return context.sandbox.ids.hex("ges.request", context.number)
