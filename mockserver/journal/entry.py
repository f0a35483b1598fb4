"""What was asked and answered, as a tester may see it.

Rules a maintainer must keep:

1. Secrets are masked here, on every way out; nothing else formats an entry.
2. An entry keeps references while the call runs; it is formatted when somebody reads it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.contracts.model import Violation
from mockserver.core.clock import iso
from mockserver.core.job import Job, Transition

BODY_LIMIT = 64 * 1024
MASK = "***"

_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-auth-token", "x-subject-token",
        "x-esri-authorization", "x-security-token", "x-identity-sign", "x-api-key",
    }
)  # fmt: skip
_NAMES = (
    "password|passwd|pw|owner_pw|admin_pw|md5|token|access_token|accessToken|refresh_token|secret|secret_key|"
    "secretKey|access_key|accessKey|client_secret|oauth_state|api_key"
)
# The same secret in each of the forms a body may take: JSON, form or query, XML.
_JSON = re.compile(rf'("(?:{_NAMES})"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_FORM = re.compile(rf"((?:^|[?&\s;#'\"(])(?:{_NAMES})=)[^&\s\"'<>]*", re.IGNORECASE)
_XML = re.compile(rf"(<(?:[\w.-]+:)?(?:{_NAMES})(?:\s[^<>]*)?>)[^<]*", re.IGNORECASE)
_MULTIPART = re.compile(rf'(name="(?:{_NAMES})"(?:\r?\n[^\r\n]+)*\r?\n\r?\n)[^\r\n]*', re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.-]{1,40})", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BEARER = re.compile(r"((?:Bearer|Basic)\s+)[\w.~+/=-]+", re.IGNORECASE)


def mask(text: str) -> str:
    """Return a text (path, body, message) with the values of secrets replaced by `***`."""
    text = _JSON.sub(rf'\1"{MASK}"', text)
    text = _FORM.sub(rf"\1{MASK}", text)
    text = _XML.sub(rf"\1{MASK}", text)
    text = _MULTIPART.sub(rf"\1{MASK}", text)
    return _BEARER.sub(rf"\1{MASK}", text)


def mask_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of secret ones replaced, and bytes that are no UTF-8 by `?`."""
    return {name: _header(name.lower(), value) for name, value in headers.items()}


def _header(name: str, value: str) -> str:
    if name in _HEADERS:
        return MASK
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    return mask(value) if name in ("location", "referer") else value


_NONE: Mapping[str, Any] = MappingProxyType({})


class Entry(NamedTuple):
    """One exchange. A tuple: each request makes one, and a ring holds a thousand. `exchange` fills it in this order.

    Attributes:
        at: sandbox time (epoch seconds).
        milliseconds: real time it took.
        told: the answer is an error, but tells the state of the job.
        body_size, answer_size: whole sizes in bytes, where `cut` has shortened the bodies.
    """

    number: int
    at: float
    sandbox: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    api: str | None = None
    operation: str | None = None
    response: str | None = None
    job: str | None = None
    status: int = 0
    answer_headers: Mapping[str, str] = _NONE
    answer: bytes = b""
    milliseconds: float = 0.0
    fault: str | None = None
    transitions: Sequence[tuple[Job, Transition]] = ()
    violations: Sequence[Violation] = ()
    parameters: Mapping[str, Any] = _NONE
    payload: Any = None
    nearest: str | None = None
    error: str | None = None
    told: bool = False
    body_size: int = 0
    answer_size: int = 0


def cut(entry: Entry) -> Entry:
    """Let go of what is over the limit, so that a ring of large bodies cannot fill the memory."""
    body_size = len(entry.body)
    if body_size > BODY_LIMIT:
        entry = entry._replace(
            body=entry.body[:BODY_LIMIT],
            payload=None,
            parameters={
                name: value[:BODY_LIMIT] if isinstance(value, str) else value
                for name, value in entry.parameters.items()
            },
        )
    return entry._replace(body_size=body_size, answer=entry.answer[:BODY_LIMIT], answer_size=len(entry.answer))


def describe(entry: Entry, *, bodies: bool = True) -> dict[str, Any]:
    """Return an entry as JSON, secrets masked, bodies cut at 64 KiB."""
    record: dict[str, Any] = {
        "number": entry.number,
        "at": iso(entry.at),
        "sandbox": entry.sandbox,
        "api": entry.api,
        "operation": entry.operation,
        "response": entry.response,
        "job": entry.job,
        "method": entry.method,
        "path": mask(entry.path),
        "status": entry.status,
        "milliseconds": round(entry.milliseconds, 3),
        "fault": entry.fault,
        "state_change": [
            {
                "api": job.api,
                "kind": job.kind,
                "id": job.id,
                "from": move.source,
                "to": move.to,
                "at": iso(move.at),
                "cause": str(move.cause),
            }
            for job, move in entry.transitions
        ],
        "violations": [{**one.as_dict(), "message": mask(one.message)} for one in entry.violations],
    }
    if entry.nearest is not None:
        record["nearest"] = entry.nearest
    if entry.error is not None:
        record["error"] = mask(entry.error)
    if bodies:
        record["request"] = {
            "headers": mask_headers(entry.headers),
            **_body(entry.body, entry.body_size, entry.headers),
        }
        record["answer"] = {
            "headers": mask_headers(entry.answer_headers),
            **_body(entry.answer, entry.answer_size, entry.answer_headers),
        }
    return record


def text_of(body: bytes, headers: Mapping[str, str]) -> str:
    """Return a body as text, so that secrets in it are found: by byte order mark, charset, or the look of it."""
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(marked, "replace")
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    found = _CHARSET.search(content_type)
    # Python's names include codecs that are no character sets; these are the ones whose bytes hide ASCII.
    if found is not None and (name := found[1].lower().replace("_", "-")).startswith(("utf-16", "utf-32")):
        try:
            return body.decode(
                "utf-16-le" if name == "utf-16" else "utf-32-le" if name == "utf-32" else name, "replace"
            )
        except LookupError:
            pass
    if body[:4:2] == b"\0\0" or body[1:4:2] == b"\0\0":
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace")
    return body.decode("utf-8", "replace")


def _body(body: bytes, size: int, headers: Mapping[str, str]) -> dict[str, Any]:
    text = text_of(body, headers)
    shown: dict[str, Any] = {"body": mask(text)}
    if size > len(body):
        shown["size"] = size
    return shown
