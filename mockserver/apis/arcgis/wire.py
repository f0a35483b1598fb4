"""How requests are read and answers written: parameters, formats, JSONP, CORS and the two error envelopes.

Rules a maintainer must keep:

1. REST and Administrator refuse in different envelopes; `refuse` chooses by the path, nobody else does.
2. HTTP 200 for application errors, unless a setting says otherwise (arcgis.md §0.2).
3. The job's JSON is a hot path: `f=json` costs one `orjson.dumps`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

import orjson

from mockserver.api.context import Reply, read_pairs
from mockserver.api.definition import BodyTooLarge, Bug, MethodRefused, NoRoute
from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.errors import AdminError, RestError, WebTier
from mockserver.apis.arcgis.pages import render
from mockserver.apis.arcgis.security import GpCall
from mockserver.core.errors import DomainError, IllegalEvent, UnknownJob

HTML = "text/html;charset=utf-8"
PJSON = "text/plain;charset=utf-8"
SCRIPT = "text/javascript;charset=utf-8"

_MARGIN = re.compile(rb"^ +", re.MULTILINE)
_NAME = re.compile(r"[\w$.\[\]]{1,200}")

FORMATS = ("html", "json", "pjson")


def decode(call: GpCall) -> None:
    """Merge query and form into `call.parameters`; the body wins on a clash, the last of a repeated name counts."""
    parameters = dict(read_pairs(call.query_string))
    if call.body:
        parameters.update(_form(call))
    call.parameters = parameters


def _form(call: GpCall) -> dict[str, str]:
    kind = call.headers.get("Content-Type", "")
    if kind.lower().startswith("multipart/form-data"):
        return _multipart(kind, call.body)
    try:
        return dict(read_pairs(call.body.decode("utf-8", "replace")))
    except ValueError:
        return {}


def _multipart(kind: str, body: bytes) -> dict[str, str]:
    head = b"Content-Type: " + kind.encode("utf-8", "surrogateescape") + b"\r\n\r\n"
    found: dict[str, str] = {}
    try:
        # The older of the library's two policies: it takes any header as it comes.
        for part in BytesParser(policy=compat32).parsebytes(head + body).walk():
            name = part.get_param("name", header="content-disposition")
            if isinstance(name, str) and not part.is_multipart():
                content = part.get_payload(decode=True)
                # A file's content is nobody's business here; its name stands for it.
                text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
                found[name] = part.get_filename() or text
    except (LookupError, RecursionError, ValueError):
        # Parts inside parts without end, and the like: what was read so far is the request.
        return found
    return found


def is_true(value: str | None, default: bool) -> bool:
    """Read a boolean in any letter case; absent or empty is the default."""
    return default if not value else value.strip().lower() != "false"


def chosen_format(call: GpCall) -> str:
    """Return what `f` asks for, in lower case; html when nothing does."""
    return call.parameters.get("f", "").lower() or "html"


def require_format(call: GpCall) -> str:
    """Return the format asked for, before anything is changed that could not be told.

    Raises:
        RestError: the format is not faked.
    """
    asked = chosen_format(call)
    if asked not in FORMATS:
        raise errors.bad_format()
    return asked


def answer(call: GpCall, data: Any, *, page: str, facts: Mapping[str, Any] | None = None, status: int = 200) -> Reply:
    """Answer in the format the client asked for.

    Args:
        page: the template of the html form.
        facts: what only the page needs.

    Raises:
        RestError: the format is not faked.
    """
    asked = call.parameters.get("f", "").lower()
    if asked == "json":
        return _json(call, data, status)
    if asked == "pjson":
        body = _pretty(data, blanks=2 if plane(call) == "admin" else 1)
        return Reply(status=status, data=data, body=body, content_type=PJSON, headers=cors(call))
    if asked in ("", "html"):
        body = render(call, page, {"data": data, **(facts or {})})
        return Reply(status=status, data=data, body=body, content_type=HTML, headers=cors(call))
    if asked == "help":
        body = render(call, "help.html", {"data": data})
        return Reply(status=status, data=data, body=body, content_type=HTML, headers=cors(call))
    raise errors.bad_format()


def _pretty(data: Any, blanks: int) -> bytes:
    """Write JSON over several lines: one blank a level in the directory, two in the Administrator's samples."""
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    # No text holds a line break of its own, so what a line begins with is its level.
    return text if blanks == 2 else _MARGIN.sub(lambda found: found[0][::2], text)


def _json(call: GpCall, data: Any, status: int) -> Reply:
    body = orjson.dumps(data)
    callback = call.parameters.get("callback")
    # Anything but a name would let a link run a script of its own.
    if not callback or not _NAME.fullmatch(callback):
        return Reply(
            status=status, data=data, body=body, content_type=call.settings.json_content_type, headers=cors(call)
        )
    end = b");" if call.settings.jsonp_semicolon else b")"
    return Reply(
        status=status, data=data, body=callback.encode() + b"(" + body + end, content_type=SCRIPT, headers=cors(call)
    )


_NO_CORS: Mapping[str, str] = {}


def cors(call: GpCall) -> Mapping[str, str]:
    """Return the headers that let a page of another origin read the answer (inferred: the origin is echoed)."""
    origin = call.headers.get("Origin")
    return _NO_CORS if origin is None else {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def plane(call: GpCall) -> str:
    """Return `rest`, `admin`, `tokens` or `sharing`; an empty text where only the web tier answers."""
    _, context, *rest = call.path.split("/", 3)
    found = rest[0] if rest else ""
    if found == "sharing":
        federated = call.settings.secured == "federated"
        return found if federated and context == call.settings.portal_context else ""
    return found if found in ("rest", "admin", "tokens") and context in call.settings.contexts else ""


def refuse(call: GpCall, error: Exception) -> Reply:
    """Answer an exception in the envelope of the plane it came up in. The one table of refusals."""
    if not call.parameters:
        decode(call)
    where = plane(call)
    if isinstance(error, WebTier):
        return _web_tier(error)
    if where == "":
        return _web_tier(WebTier(404, "404 Not Found"))
    if where == "admin":
        return _refuse_admin(call, error)
    return _refuse_rest(call, error)


def _refuse_rest(call: GpCall, error: Exception) -> Reply:
    unable = call.settings.unable_text
    if isinstance(error, RestError):
        found = error
    elif isinstance(error, NoRoute):
        found = errors.invalid_url()
    elif isinstance(error, MethodRefused):
        return _web_tier(WebTier(405, "405 Method Not Allowed"))
    elif isinstance(error, BodyTooLarge):
        return _web_tier(WebTier(413, "413 Request Entity Too Large"))
    elif isinstance(error, UnknownJob):
        details = [call.settings.unknown_job_details] if call.settings.unknown_job_details else []
        found = RestError(400, unable, details)
    elif isinstance(error, IllegalEvent):
        found = errors.bad_cancel()
    elif isinstance(error, DomainError):
        found = RestError(400, unable, [str(error)])
    elif isinstance(error, Bug):
        found = RestError(500, unable)
    else:
        raise error
    return rest_refusal(call, found)


def rest_refusal(call: GpCall, error: RestError) -> Reply:
    """Write a REST refusal in the format the client asked for."""
    details = error.details if isinstance(error.details, str) else list(error.details)
    data = {"error": {"code": error.code, "message": error.message, "details": details}}
    real = call.settings.http_errors == "real" and 400 <= error.code <= 599
    return _refusal(call, data, error.code if real else 200, "error.html")


def admin_refusal(call: GpCall, error: AdminError) -> Reply:
    """Write an Administrator refusal in the format the client asked for."""
    data = {"status": "error", "messages": list(error.messages), "code": error.code}
    real = call.settings.admin_http_errors == "real" and 400 <= error.code <= 599
    return _refusal(call, data, error.status or (error.code if real else 200), "admin_error.html")


def _refusal(call: GpCall, data: Any, status: int, page: str) -> Reply:
    asked = call.parameters.get("f", "").lower()
    if asked not in ("", *FORMATS):
        # The format itself is what is wrong; JSON is what a program can read.
        return _json(call, data, status)
    return answer(call, data, page=page, status=status)


def _refuse_admin(call: GpCall, error: Exception) -> Reply:
    if isinstance(error, AdminError):
        found = error
    elif isinstance(error, RestError):
        found = AdminError(error.code, error.message)
    elif isinstance(error, NoRoute | UnknownJob):
        name = error.job_id if isinstance(error, UnknownJob) else call.path.rstrip("/").rsplit("/", 1)[-1]
        found = AdminError(404, f"Resource or operation '{name}' not found.")
    elif isinstance(error, MethodRefused):
        found = AdminError(405, f"HTTP method {call.method} is not supported.", status=405)
    elif isinstance(error, BodyTooLarge):
        return _web_tier(WebTier(413, "413 Request Entity Too Large"))
    elif isinstance(error, DomainError):
        found = AdminError(400, str(error))
    elif isinstance(error, Bug):
        found = AdminError(500, "Internal server error.")
    else:
        raise error
    return admin_refusal(call, found)


def unreachable(call: GpCall) -> Reply:
    """Answer as a web adaptor whose server is gone: this envelope on REST addresses too [observed]."""
    text = "Could not access any server machines. Please contact your system administrator."
    return _refusal(call, {"status": "error", "messages": [text]}, 200, "error.html")


def _web_tier(error: WebTier) -> Reply:
    body = f"<html><head><title>{error.title}</title></head><body><h1>{error.title}</h1></body></html>\r\n"
    return Reply(status=error.status, data=None, body=body.encode(), content_type=HTML)
