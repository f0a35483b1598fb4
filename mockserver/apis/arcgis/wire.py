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

from mockserver.api.errors import BodyTooLarge, HandlerFailed, MethodNotAllowed, NoRoute
from mockserver.api.response import Response
from mockserver.apis.arcgis import errors
from mockserver.apis.arcgis.errors import AdminError, RestError, WebTier
from mockserver.apis.arcgis.pages import render
from mockserver.apis.arcgis.security import GpContext
from mockserver.core.errors import DomainError, IllegalEvent, UnknownJob
from mockserver.wire.forms import read_pairs

HTML = "text/html;charset=utf-8"
PJSON = "text/plain;charset=utf-8"
SCRIPT = "text/javascript;charset=utf-8"

_MARGIN = re.compile(rb"^ +", re.MULTILINE)
_NAME = re.compile(r"[\w$.\[\]]{1,200}")

FORMATS = ("html", "json", "pjson")


def read_parameters(context: GpContext) -> dict[str, str]:
    """Merge query and form; the body wins on a clash, the last of a repeated name counts."""
    parameters = dict(read_pairs(context.query_string))
    if context.body:
        parameters.update(_form(context))
    return parameters


def _form(context: GpContext) -> dict[str, str]:
    kind = context.headers.get("Content-Type", "")
    if kind.lower().startswith("multipart/form-data"):
        return _multipart(kind, context.body)
    try:
        return dict(read_pairs(context.body.decode("utf-8", "replace")))
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


def chosen_format(context: GpContext) -> str:
    """Return what `f` asks for, in lower case; html when nothing does."""
    return context.parameters.get("f", "").lower() or "html"


def require_format(context: GpContext) -> str:
    """Return the format asked for, before anything is changed that could not be told.

    Raises:
        RestError: the format is not faked.
    """
    asked = chosen_format(context)
    if asked not in FORMATS:
        raise errors.bad_format()
    return asked


def answer(
    context: GpContext, data: Any, *, page: str, facts: Mapping[str, Any] | None = None, status: int = 200
) -> Response:
    """Answer in the format the client asked for.

    Args:
        page: the template of the html form.
        facts: what only the page needs.

    Raises:
        RestError: the format is not faked.
    """
    asked = context.parameters.get("f", "").lower()
    if asked == "json":
        return _json(context, data, status)
    if asked == "pjson":
        body = _pretty(data, blanks=2 if plane(context) == "admin" else 1)
        return Response(status=status, data=data, body=body, content_type=PJSON, headers=cors(context))
    if asked in ("", "html"):
        body = render(context, page, {"data": data, **(facts or {})})
        return Response(status=status, data=data, body=body, content_type=HTML, headers=cors(context))
    if asked == "help":
        body = render(context, "help.html", {"data": data})
        return Response(status=status, data=data, body=body, content_type=HTML, headers=cors(context))
    raise errors.bad_format()


def _pretty(data: Any, blanks: int) -> bytes:
    """Write JSON over several lines: one blank a level in the directory, two in the Administrator's samples."""
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    # No text holds a line break of its own, so what a line begins with is its level.
    return text if blanks == 2 else _MARGIN.sub(lambda found: found[0][::2], text)


def _json(context: GpContext, data: Any, status: int) -> Response:
    body = orjson.dumps(data)
    callback = context.parameters.get("callback")
    # Anything but a name would let a link run a script of its own.
    if not callback or not _NAME.fullmatch(callback):
        return Response(
            status=status, data=data, body=body, content_type=context.settings.json_content_type, headers=cors(context)
        )
    end = b");" if context.settings.jsonp_semicolon else b")"
    return Response(
        status=status, data=data, body=callback.encode() + b"(" + body + end, content_type=SCRIPT, headers=cors(context)
    )


_NO_CORS: Mapping[str, str] = {}


def cors(context: GpContext) -> Mapping[str, str]:
    """Return the headers that let a page of another origin read the answer (inferred: the origin is echoed)."""
    origin = context.headers.get("Origin")
    return _NO_CORS if origin is None else {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def plane(context: GpContext) -> str:
    """Return `rest`, `admin`, `tokens` or `sharing`; an empty text where only the web tier answers."""
    _, mount, *rest = context.path.split("/", 3)
    found = rest[0] if rest else ""
    if found == "sharing":
        federated = context.settings.secured == "federated"
        return found if federated and mount == context.settings.portal_context else ""
    return found if found in ("rest", "admin", "tokens") and mount in context.settings.contexts else ""


def refuse(context: GpContext, error: Exception) -> Response:
    """Answer an exception in the envelope of the plane it came up in. The one table of refusals."""
    where = plane(context)
    if isinstance(error, WebTier):
        return _web_tier(error)
    if where == "":
        return _web_tier(WebTier(404, "404 Not Found"))
    if where == "admin":
        return _refuse_admin(context, error)
    return _refuse_rest(context, error)


def _refuse_rest(context: GpContext, error: Exception) -> Response:
    unable = context.settings.unable_text
    if isinstance(error, RestError):
        found = error
    elif isinstance(error, NoRoute):
        found = errors.invalid_url()
    elif isinstance(error, MethodNotAllowed):
        return _web_tier(WebTier(405, "405 Method Not Allowed"))
    elif isinstance(error, BodyTooLarge):
        return _web_tier(WebTier(413, "413 Request Entity Too Large"))
    elif isinstance(error, UnknownJob):
        details = [context.settings.unknown_job_details] if context.settings.unknown_job_details else []
        found = RestError(400, unable, details)
    elif isinstance(error, IllegalEvent):
        found = errors.bad_cancel()
    elif isinstance(error, DomainError):
        found = RestError(400, unable, [str(error)])
    elif isinstance(error, HandlerFailed):
        found = RestError(500, unable)
    else:
        raise error
    return rest_refusal(context, found)


def rest_refusal(context: GpContext, error: RestError) -> Response:
    """Write a REST refusal in the format the client asked for."""
    details = error.details if isinstance(error.details, str) else list(error.details)
    data = {"error": {"code": error.code, "message": error.message, "details": details}}
    real = context.settings.http_errors == "real" and 400 <= error.code <= 599
    return _refusal(context, data, error.code if real else 200, "error.html")


def admin_refusal(context: GpContext, error: AdminError) -> Response:
    """Write an Administrator refusal in the format the client asked for."""
    data = {"status": "error", "messages": list(error.messages), "code": error.code}
    real = context.settings.admin_http_errors == "real" and 400 <= error.code <= 599
    return _refusal(context, data, error.status or (error.code if real else 200), "admin_error.html")


def _refusal(context: GpContext, data: Any, status: int, page: str) -> Response:
    asked = context.parameters.get("f", "").lower()
    if asked not in ("", *FORMATS):
        # The format itself is what is wrong; JSON is what a program can read.
        return _json(context, data, status)
    return answer(context, data, page=page, status=status)


def _refuse_admin(context: GpContext, error: Exception) -> Response:
    if isinstance(error, AdminError):
        found = error
    elif isinstance(error, RestError):
        found = AdminError(error.code, error.message)
    elif isinstance(error, NoRoute | UnknownJob):
        name = error.job_id if isinstance(error, UnknownJob) else context.path.rstrip("/").rsplit("/", 1)[-1]
        found = AdminError(404, f"Resource or operation '{name}' not found.")
    elif isinstance(error, MethodNotAllowed):
        found = AdminError(405, f"HTTP method {context.method} is not supported.", status=405)
    elif isinstance(error, BodyTooLarge):
        return _web_tier(WebTier(413, "413 Request Entity Too Large"))
    elif isinstance(error, DomainError):
        found = AdminError(400, str(error))
    elif isinstance(error, HandlerFailed):
        found = AdminError(500, "Internal server error.")
    else:
        raise error
    return admin_refusal(context, found)


def unreachable(context: GpContext) -> Response:
    """Answer as a web adaptor whose server is gone: this envelope on REST addresses too [observed]."""
    text = "Could not access any server machines. Please contact your system administrator."
    return _refusal(context, {"status": "error", "messages": [text]}, 200, "error.html")


def _web_tier(error: WebTier) -> Response:
    body = f"<html><head><title>{error.title}</title></head><body><h1>{error.title}</h1></body></html>\r\n"
    return Response(status=error.status, data=None, body=body.encode(), content_type=HTML)
