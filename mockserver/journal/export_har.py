"""The journal as HTTP Archive (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mockserver._version import __version__
from mockserver.journal.entry import Entry
from mockserver.journal.masked_entry import MaskedEntry, MaskedMessage
from mockserver.journal.masking import MASK, Masking

HEAD = {"version": "1.2", "creator": {"name": "mockserver", "version": __version__}}
"""What a document says before its entries."""

_NO_TEXT = "bytes that are no text are not shown as they were sent"
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def har(entries: Sequence[Entry], base: str) -> dict[str, Any]:
    """Return a HAR 1.2 document, secrets masked. URLs begin with `base`, for the journal keeps paths only."""
    return {"log": {**HEAD, "entries": [har_entry(entry, base) for entry in entries]}}


def har_entry(entry: Entry, base: str, hide: Masking | None = None) -> dict[str, Any]:
    """Return one of the document's entries."""
    return _entry(MaskedEntry(entry, hide), base)


def _entry(entry: MaskedEntry, base: str) -> dict[str, Any]:
    return {
        "startedDateTime": entry.at,
        "time": entry.milliseconds,
        "request": _request(entry, base),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": entry.milliseconds, "receive": 0},
        "_mockserver": {
            "number": entry.number,
            "operation": entry.operation,
            "job": entry.job,
            "violations": entry.violations,
        },
    }


def _request(entry: MaskedEntry, base: str) -> dict[str, Any]:
    sent = entry.request
    request: dict[str, Any] = {
        "method": entry.method,
        "url": entry.url(base).replace("#", "%23"),  # where a fragment would begin, and none was sent
        "httpVersion": entry.http_version,
        "cookies": _pairs(entry.cookies),
        "headers": _pairs(sent.headers),
        "queryString": _pairs(entry.query),
        "headersSize": -1,
        "bodySize": sent.sent,
    }
    if sent.size or sent.is_unread:
        notes = sent.notes if sent.body.is_exact and sent.body.is_text else (*sent.notes, _NO_TEXT)
        request["postData"] = {"mimeType": sent.content_type, "text": sent.text, **_comment(notes)}
    return request


def _response(entry: MaskedEntry) -> dict[str, Any]:
    got = entry.answer
    return {
        "status": entry.status or 0,
        "statusText": _REASONS.get(entry.status or 0, ""),
        "httpVersion": entry.http_version if entry.status else "",
        "cookies": [_cookie(name, attributes) for name, attributes in entry.cookies_set],
        "headers": _pairs(got.headers),
        "content": _content(got),
        "redirectURL": entry.location,
        "headersSize": -1,
        "bodySize": got.sent,
    }


def _content(got: MaskedMessage) -> dict[str, Any]:
    content: dict[str, Any] = {"size": got.sent, "mimeType": got.content_type, "text": got.text}
    notes = got.notes
    if not got.body.is_exact:
        notes = (*notes, _NO_TEXT)
    elif not got.body.is_text:
        content |= {"text": base64.b64encode(got.body.data).decode(), "encoding": "base64"}
    return {**content, **_comment(notes)}


def _cookie(name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: attributes[key] for key in ("path", "domain") if key in attributes}
    flags = {"httpOnly": "httponly" in attributes, "secure": "secure" in attributes}
    return {"name": name, "value": MASK, **kept, **flags}


def _comment(notes: Iterable[str]) -> dict[str, str]:
    comment = "; ".join(notes)
    return {"comment": comment} if comment else {}


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
