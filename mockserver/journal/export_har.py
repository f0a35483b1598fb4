"""The journal as HTTP Archive (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mockserver._version import __version__
from mockserver.journal.entry import Entry
from mockserver.journal.masked_entry import MaskedEntry, MaskedMessage
from mockserver.journal.masking import MASK, Masking

HEAD = {"version": "1.2", "creator": {"name": "mockserver", "version": __version__}}
"""What a document says before its entries."""

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
        "url": entry.url(base),
        "httpVersion": entry.http_version,
        "cookies": _pairs(entry.cookies),
        "headers": _pairs(sent.headers),
        "queryString": _pairs(entry.query),
        "headersSize": -1,
        "bodySize": sent.size,
    }
    if sent.size:
        request["postData"] = {"mimeType": sent.content_type, "text": sent.text, **_comment(sent)}
    return request


def _response(entry: MaskedEntry) -> dict[str, Any]:
    got = entry.answer
    return {
        "status": entry.status or 0,
        "statusText": _REASONS.get(entry.status or 0, ""),
        "httpVersion": entry.http_version,
        "cookies": [_cookie(name, attributes) for name, attributes in entry.cookies_set],
        "headers": _pairs(got.headers),
        "content": {"size": got.size, "mimeType": got.content_type, "text": got.text, **_comment(got)},
        "redirectURL": entry.location,
        "headersSize": -1,
        "bodySize": got.size,
    }


def _cookie(name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: attributes[key] for key in ("path", "domain") if key in attributes}
    flags = {"httpOnly": "httponly" in attributes, "secure": "secure" in attributes}
    return {"name": name, "value": MASK, **kept, **flags}


def _comment(message: MaskedMessage) -> dict[str, str]:
    return {"comment": f"the first part of {message.size} bytes"} if message.is_cut else {}


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
