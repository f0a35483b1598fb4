"""Exchanges out of files: HTTP Archives (browsers, mitmproxy, our own export) and saved journals."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from mockserver.core.clock import instant
from mockserver.drift.exchange import Exchange, Headers
from mockserver.journal.masked_entry import CUT, UNREAD
from mockserver.wire.json_document import BadJson, read_written

_CUT = (CUT, UNREAD)
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers of how a body went over the wire; an archive holds it decoded."""


class BadTraffic(Exception):
    """A file is no recorded traffic; the message names file, place and remedy."""


def read(file: Path) -> list[Exchange]:
    """Return the exchanges of a file, in its order.

    Raises:
        BadTraffic: it is neither an HTTP Archive nor a saved journal.
    """
    try:
        document = read_written(file.read_bytes())
    except OSError as error:
        raise BadTraffic(f"{file}: {error.strerror}; name a file with recorded traffic") from None
    except BadJson as error:
        raise BadTraffic(
            f"{file}:{error.line}: not JSON that can be used ({error.reason}); save it as an HTTP Archive (HAR)"
        ) from None
    if isinstance(document, Mapping) and isinstance(document.get("log"), Mapping):
        return _each(file, "/log/entries", document["log"].get("entries"), _archived)
    if isinstance(document, Mapping) and "requests" in document:
        return _each(file, "/requests", document["requests"], _journaled)
    if isinstance(document, list) and document and isinstance(document[0], Mapping) and "path" in document[0]:
        return _each(file, "", document, _journaled)
    raise BadTraffic(f"{file}: neither an HTTP Archive (HAR) nor a saved journal; export the traffic as HAR")


def _each(file: Path, place: str, entries: Any, made: Any) -> list[Exchange]:
    if not isinstance(entries, list):
        raise BadTraffic(f"{file}: at {place}: no list; export the traffic again")
    found = []
    for number, entry in enumerate(entries):
        try:
            found.append(made(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise BadTraffic(f"{file}: at {place}/{number}: {reason}; export the traffic again") from None
    return found


# --- HAR 1.2 ----------------------------------------------------------------------------------------------


def _archived(entry: Mapping[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    posted = request.get("postData") or {}
    content = response.get("content") or {}
    body, whole = _posted(posted)
    answer, known = _content(content)
    status = response.get("status") or 0
    return Exchange(
        method=request["method"].upper(),
        url=request["url"],
        headers=_typed(_headers(request.get("headers", ())), posted.get("mimeType") if posted else None),
        body=body,
        status=int(status),
        answer_headers=_headers(response.get("headers", ())),
        answer=answer,
        request_known=whole,
        content_known=known,
        at=_moment(entry.get("startedDateTime")),
        milliseconds=max(float(entry.get("time") or 0), 0.0),
    )


def _headers(pairs: Sequence[Mapping[str, str]]) -> Headers:
    # HTTP/2 writes the request line as headers too, with a colon before the name.
    kept = [(one["name"], one["value"]) for one in pairs if not one["name"].startswith(":")]
    return Headers((name, value) for name, value in kept if name.lower() not in _FRAMING)


def _typed(headers: Headers, media: str | None) -> Headers:
    """Return the headers with the type of the body, which some archives note beside it only."""
    if media and "Content-Type" not in headers:
        headers["Content-Type"] = media
    return headers


def _posted(posted: Mapping[str, Any]) -> tuple[bytes, bool]:
    """Return a request's body, and whether it is whole."""
    whole = not str(posted.get("comment", "")).startswith(_CUT)
    text = posted.get("text")
    if text:
        if posted.get("encoding") == "base64":
            return _decoded(text), whole
        return text.encode("utf-8", "surrogateescape"), whole
    params = posted.get("params") or ()
    media = str(posted.get("mimeType", ""))
    if params and media.lower().startswith("multipart/form-data"):
        return _multipart(media, params), whole
    pairs = [(one["name"], one.get("value", "")) for one in params]
    return urlencode(pairs).encode(), whole


def _multipart(media: str, params: Sequence[Mapping[str, str]]) -> bytes:
    """Write a form again that an archive has taken apart; the content of files is not in it."""
    boundary = media.partition("boundary=")[2].partition(";")[0].strip('" ') or "boundary"
    parts = []
    for one in params:
        name = f'name="{one["name"]}"' + (f'; filename="{one["fileName"]}"' if one.get("fileName") else "")
        parts.append(f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\n\r\n{one.get('value', '')}\r\n")
    return ("".join(parts) + f"--{boundary}--\r\n").encode("utf-8", "surrogateescape")


def _content(content: Mapping[str, Any]) -> tuple[bytes, bool]:
    """Return an answer's body, and whether it is whole."""
    text = content.get("text")
    if text is None:
        return b"", not content.get("size")
    whole = not str(content.get("comment", "")).startswith(_CUT)
    if content.get("encoding") == "base64":
        return _decoded(text), whole
    return text.encode("utf-8", "surrogateescape"), whole


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error as error:
        raise ValueError(f"text that is not base64 ({error})") from None


def _moment(value: Any) -> float:
    return 0.0 if not value else instant(str(value))


# --- a journal, as the control API lists it -----------------------------------------------------------------


def _journaled(entry: Mapping[str, Any]) -> Exchange:
    request, answer = entry.get("request"), entry.get("answer")
    if request is None or answer is None:
        raise ValueError("an entry without bodies: save the journal with them (`requests list --json`)")
    return Exchange(
        method=entry["method"],
        url=f"http://{request['headers'].get('Host', 'localhost')}{entry['path']}",
        headers=Headers(request["headers"]),
        body=request["body"].encode(),
        status=entry.get("status") or 0,
        answer_headers=Headers(answer["headers"]),
        answer=answer["body"].encode(),
        request_known="size" not in request,
        content_known="size" not in answer,
        at=_moment(entry.get("at")),
        milliseconds=entry.get("milliseconds", 0.0),
    )


def in_order(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    """Yield exchanges by the time at which they began; those without one stay where they are."""
    if all(one.at for one in exchanges):
        yield from sorted(exchanges, key=lambda one: one.at)
    else:
        yield from exchanges
