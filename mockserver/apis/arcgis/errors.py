"""What the two planes of a site answer when they refuse: REST and Administrator have envelopes of their own.

Rules a maintainer must keep:

1. `refuse` chooses the envelope by the path, nobody else does; each plane has one table.
2. HTTP 200 for application errors, unless a setting says otherwise (arcgis.md §0.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mockserver.api.error_table import REQUIRED, ErrorTable, Refuse
from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute, NotFaked
from mockserver.api.response import Response
from mockserver.apis.arcgis.admin_query import BadQuery
from mockserver.apis.arcgis.requests import GpContext, UnknownFormat, plane
from mockserver.apis.arcgis.responses import error_answer, page
from mockserver.apis.arcgis.tokens import InvalidToken, OtherClient
from mockserver.core.errors import DomainError, IllegalEvent, Unavailable, UnknownJob


class RestError(Exception):
    """A REST refusal: `{"error":{"code","message","details"}}`; `details` is a text in one observed case."""

    def __init__(self, code: int, message: str, details: Sequence[str] | str = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details if isinstance(details, str) else tuple(details)


class AdminError(Exception):
    """An Administrator refusal: `{"status":"error","messages":[…],"code":…}`.

    Attributes:
        status: the HTTP status, where it is not the one all Administrator errors have.
    """

    def __init__(self, code: int, *messages: str, status: int | None = None) -> None:
        super().__init__("; ".join(messages))
        self.code = code
        self.messages = messages
        self.status = status


# arcgis.md §2.11. Trailing spaces and capitals are the server's; clients search for them.
def invalid_url() -> RestError:
    """Bad path, unknown task or operation, `jobs/` without an id [observed: arcgisutils#85]."""
    return RestError(400, "Invalid URL", ["Invalid URL"])


def token_required() -> RestError:
    """A secured service was called without a token [observed]."""
    return RestError(499, "Token Required")


def invalid_token() -> RestError:
    """The token is unknown or has expired [observed; the Python client searches for these capitals]."""
    return RestError(498, "Invalid Token")


def forbidden() -> RestError:
    """The token is good, its user may not [observed]."""
    return RestError(403, "You do not have permissions to access this resource or perform this operation.")


def service_not_found(name: str) -> RestError:
    """No service of that `Folder/Name/Type` [observed for MapServer; trailing space]."""
    return RestError(404, f"Service {name} not found ")


def service_not_started(name: str) -> RestError:
    """The service is stopped [observed for MapServer; trailing space]."""
    return RestError(500, f"Service {name} not started ")


def folder_not_found() -> RestError:
    """No such folder [inferred]."""
    return RestError(404, "Folder not found")


def bad_cancel() -> RestError:
    """The job is in no state to be cancelled [text documented, envelope observed]."""
    return RestError(400, "Invalid or missing input parameters.")


def bad_format() -> RestError:
    """An `f` that is not faked [inferred]."""
    return RestError(400, "Output format not supported.")


def unable(context: GpContext, details: Sequence[str] = (), code: int = 400) -> RestError:
    """The operation failed [observed; the setting `unable_text` words it]."""
    return RestError(code, context.settings.unable_text, details)


# The Administrator's, arcgis.md §4.
def admin_token_required() -> AdminError:
    """No token [documented: operationresponse; no blank after "access."]."""
    message = "Unauthorized access.Token not found. You can generate a token using the 'generateToken' operation."
    return AdminError(499, message)


def admin_invalid_token() -> AdminError:
    """The token has expired [observed, 11.1: Esri/arcgis-python-api#1558]; of an unknown one the same is inferred."""
    return AdminError(498, "Token Expired.")


def admin_other_client() -> AdminError:
    """The token is bound to another client [observed: AaronPLopez/Soccer#2]."""
    return AdminError(498, "Invalid token, ClientID does not match.")


def admin_forbidden() -> AdminError:
    """The token is good, its user is no administrator [inferred]."""
    return AdminError(403, "You are not authorized to access this information or perform this operation.")


def admin_not_found(name: str) -> AdminError:
    """No such resource, folder or service [inferred]."""
    return AdminError(404, f"Resource or operation '{name}' not found.")


def admin_wrong_method(method: str) -> AdminError:
    """Not with this HTTP method [inferred]."""
    return AdminError(405, f"HTTP method {method} is not supported.", status=405)


def unable_to_cancel(job_id: str) -> AdminError:
    """The job is in no state to be cancelled [documented: seed 000; a blank before the colon]."""
    return AdminError(500, f"Unable to cancel job :[{job_id}]")


def unable_to_delete(job_id: str) -> AdminError:
    """There is no such job to delete [documented: delete-job]."""
    return AdminError(400, f"Unable to delete job :[{job_id}]")


def unable_to_generate(*details: str) -> RestError:
    """A token could not be made [observed in portal fixtures; that the server says the same is inferred]."""
    return RestError(400, "Unable to generate token.", details)


# The envelopes, and who gets which.
NOT_FAKED = 501
"""Code and HTTP status of what exists at the vendor only: an integer, as clients of either plane reckon with it."""


def rest_refusal(context: GpContext, error: RestError, status: int | None = None) -> Response:
    """Write a REST refusal in the format the client asked for.

    Args:
        status: the HTTP status, where it is not the one that all refusals have.
    """
    details = error.details if isinstance(error.details, str) else list(error.details)
    data = {"error": {"code": error.code, "message": error.message, "details": details}}
    real = context.settings.http_errors == "real" and 400 <= error.code <= 599
    return error_answer(context, data, status or (error.code if real else 200), "error.html")


def admin_refusal(context: GpContext, error: AdminError) -> Response:
    """Write an Administrator refusal in the format the client asked for."""
    data = {"status": "error", "messages": list(error.messages), "code": error.code}
    real = context.settings.admin_http_errors == "real" and 400 <= error.code <= 599
    return error_answer(context, data, error.status or (error.code if real else 200), "admin_error.html")


def unreachable(context: GpContext) -> Response:
    """Answer as a web adaptor whose server is gone: this envelope on REST addresses too [observed]."""
    text = "Could not access any server machines. Please contact your system administrator."
    return error_answer(context, {"status": "error", "messages": [text]}, 200, "error.html")


def web_tier(title: str) -> Refuse:
    """Answer with the web server's own page; `title` begins with the HTTP status."""
    return lambda context, error: page(context, "web_tier.html", {"title": title}, int(title[:3]))


def _rest(make: Callable[[GpContext, Any], RestError]) -> Refuse:
    return lambda context, error: rest_refusal(context, make(context, error))


def _admin(make: Callable[[GpContext, Any], AdminError]) -> Refuse:
    return lambda context, error: admin_refusal(context, make(context, error))


def _unknown_job(context: GpContext, error: UnknownJob) -> RestError:
    details = context.settings.unknown_job_details
    return unable(context, [details] if details else [])


_FAILED = _rest(lambda context, error: unable(context, code=500))
_TOO_LARGE = web_tier("413 Request Entity Too Large")

REST = ErrorTable(
    {
        RestError: rest_refusal,
        # Only a named fault of the Administrator, armed for an address of this plane, comes here.
        AdminError: _FAILED,
        UnknownFormat: _rest(lambda context, error: bad_format()),
        InvalidToken: _rest(lambda context, error: invalid_token()),
        NoRoute: _rest(lambda context, error: invalid_url()),
        MethodNotAllowed: web_tier("405 Method Not Allowed"),
        BodyTooLarge: _TOO_LARGE,
        UnknownJob: _rest(_unknown_job),
        IllegalEvent: _rest(lambda context, error: bad_cancel()),
        NotFaked: lambda context, error: rest_refusal(context, RestError(NOT_FAKED, str(error)), NOT_FAKED),
        DomainError: _rest(lambda context, error: unable(context, [str(error)])),
        HandlerFailed: _FAILED,
        Unavailable: lambda context, error: unreachable(context),
    }
)
"""Of the Services Directory, the token services and the portal."""

ADMIN = ErrorTable(
    {
        AdminError: admin_refusal,
        RestError: _admin(lambda context, error: AdminError(error.code, error.message)),
        UnknownFormat: _admin(lambda context, error: AdminError(400, bad_format().message)),
        OtherClient: _admin(lambda context, error: admin_other_client()),
        InvalidToken: _admin(lambda context, error: admin_invalid_token()),
        BadQuery: _admin(lambda context, error: AdminError(400, str(error))),
        NoRoute: _admin(lambda context, error: admin_not_found(context.path.rstrip("/").rsplit("/", 1)[-1])),
        MethodNotAllowed: _admin(lambda context, error: admin_wrong_method(context.method)),
        BodyTooLarge: _TOO_LARGE,
        NotFaked: _admin(lambda context, error: AdminError(NOT_FAKED, str(error), status=NOT_FAKED)),
        UnknownJob: _admin(lambda context, error: admin_not_found(error.job_id)),
        DomainError: _admin(lambda context, error: AdminError(400, str(error))),
        HandlerFailed: _admin(lambda context, error: AdminError(500, "Internal server error.")),
        Unavailable: lambda context, error: unreachable(context),
    }
)
"""Of the Administrator Directory."""

WEB_TIER = ErrorTable(dict.fromkeys((*REQUIRED, RestError, AdminError, InvalidToken), web_tier("404 Not Found")))
"""Of everything else under a site's paths: only the web server answers there."""


def refuse(context: GpContext, error: Exception) -> Response:
    """Answer an exception in the envelope of the plane it came up in."""
    where = plane(context)
    table = WEB_TIER if where == "" else ADMIN if where == "admin" else REST
    return table(context, error)
