"""The journal in forms that other tools read: HAR 1.2 and curl commands. Secrets stay masked."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from mockserver import __version__
from mockserver.core.clock import iso
from mockserver.journal.entry import BODY_LIMIT, Entry, mask, mask_headers

_HOP = frozenset({"host", "content-length", "connection", "accept-encoding"})


def har(entries: Sequence[Entry], base: str) -> dict[str, Any]:
    """Return a HAR 1.2 document. URLs begin with `base`, for the journal keeps paths only."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mockserver", "version": __version__},
            "entries": [_har_entry(entry, base) for entry in entries],
        }
    }


def curl(entries: Sequence[Entry], base: str) -> str:
    """Return one curl command per request, oldest first."""
    return "".join(_curl(entry, base) + "\n" for entry in entries)


def url(entry: Entry, base: str) -> str:
    """Return the whole address of a request, secrets masked."""
    host = base.split("/~", 1)[0]
    prefix = base[len(host) :]
    return host + ("" if entry.path.startswith("/~") else prefix) + mask(entry.path)


def _har_entry(entry: Entry, base: str) -> dict[str, Any]:
    query = entry.path.partition("?")[2]
    request: dict[str, Any] = {
        "method": entry.method,
        "url": url(entry, base),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(mask_headers(entry.headers)),
        "queryString": _pairs(dict(parse_qsl(mask(query), keep_blank_values=True))),
        "headersSize": -1,
        "bodySize": len(entry.body),
    }
    if entry.body:
        request["postData"] = {"mimeType": entry.headers.get("Content-Type", ""), "text": _text(entry.body)}
    return {
        "startedDateTime": iso(entry.at),
        "time": entry.milliseconds,
        "request": request,
        "response": {
            "status": entry.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(mask_headers(entry.answer_headers)),
            "content": {
                "size": len(entry.answer),
                "mimeType": entry.answer_headers.get("Content-Type", ""),
                "text": _text(entry.answer),
            },
            "redirectURL": mask(entry.answer_headers.get("Location", "")),
            "headersSize": -1,
            "bodySize": len(entry.answer),
        },
        "cache": {},
        "timings": {"send": 0, "wait": entry.milliseconds, "receive": 0},
        "_mockserver": {
            "number": entry.number,
            "operation": entry.operation,
            "job": entry.job,
            "violations": [one.as_dict() for one in entry.violations],
        },
    }


def _curl(entry: Entry, base: str) -> str:
    words = ["curl", "-X", entry.method, url(entry, base)]
    for name, value in mask_headers(entry.headers).items():
        if name.lower() not in _HOP:
            words += ["-H", f"{name}: {value}"]
    if entry.body:
        words += ["--data-raw", _text(entry.body)]
    return " ".join(shlex.quote(word) for word in words)


def _text(body: bytes) -> str:
    return mask(body[:BODY_LIMIT].decode("utf-8", "replace"))


def _pairs(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]
