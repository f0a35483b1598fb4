"""What the two planes of a site answer when they refuse: REST and Administrator have envelopes of their own."""

from __future__ import annotations

from collections.abc import Sequence


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


class WebTier(Exception):
    """Not the site but the web server before it answers: a plain page."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title


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


# The Administrator's, arcgis.md §4.
def admin_token_required() -> AdminError:
    """No token [documented: operationresponse; no blank after "access."]."""
    message = "Unauthorized access.Token not found. You can generate a token using the 'generateToken' operation."
    return AdminError(499, message)


def admin_invalid_token() -> AdminError:
    """The token is unknown or has expired [inferred]."""
    return AdminError(498, "Could not validate the specified token. Token Expired.")


def admin_forbidden() -> AdminError:
    """The token is good, its user is no administrator [inferred]."""
    return AdminError(403, "You are not authorized to access this information or perform this operation.")


def admin_not_found(name: str) -> AdminError:
    """No such resource, folder or service [inferred]."""
    return AdminError(404, f"Resource or operation '{name}' not found.")


def unable_to_cancel(job_id: str) -> AdminError:
    """The job is in no state to be cancelled [documented: seed 000; a blank before the colon]."""
    return AdminError(500, f"Unable to cancel job :[{job_id}]")


def unable_to_delete(job_id: str) -> AdminError:
    """There is no such job to delete [documented: delete-job]."""
    return AdminError(400, f"Unable to delete job :[{job_id}]")


def unable_to_generate(*details: str) -> RestError:
    """A token could not be made [observed in portal fixtures; that the server says the same is inferred]."""
    return RestError(400, "Unable to generate token.", details)
