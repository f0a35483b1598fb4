"""An entry as a tester may see it: THE one view from which journal, HAR and curl are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from mockserver.core.clock import iso
from mockserver.core.job import transition_record
from mockserver.core.machine import FINAL, State
from mockserver.journal import masking
from mockserver.journal.entry import Entry
from mockserver.journal.masked_body import MaskedBody, masked_body
from mockserver.journal.masking import MASK, Masking
from mockserver.wire.charset import text_of, whole_characters

Pairs = tuple[tuple[str, str], ...]

CUT = "the first part of"
UNREAD = "nothing of its body is here"
_UNPACKED = frozenset({"gzip", "deflate"})
"""Content encodings that are read here: a body that came in one is kept as it was before."""


@dataclass(frozen=True, kw_only=True)
class MaskedMessage:
    """One side of an exchange.

    Attributes:
        headers: in order, several of one name too.
        text: the body, or its first 64 KiB; decoded, where it came in a content encoding that is read here.
        make_body: makes `body`, for whoever asks.
        size: bytes of the whole body, as decoded.
        sent: bytes of it that went over the wire, encoded as they were; -1 where nobody knows.
        is_cut: there is more of the body than `text` shows.
        content_type: empty when there was none.
        encoding: the content encoding in which it came and which `text` has no more; empty for none.
        is_unread: a body was announced, and the journal has nothing of it.
    """

    headers: Pairs
    text: str
    make_body: Callable[[], MaskedBody]
    size: int
    sent: int
    is_cut: bool
    content_type: str
    encoding: str = ""
    is_unread: bool = False

    @cached_property
    def body(self) -> MaskedBody:
        """What `text` shows, in bytes."""
        return self.make_body()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the text lacks of what was sent, or has otherwise, in words."""
        return (
            *([f"{CUT} {self.size} bytes"] if self.is_cut else ()),
            *([UNREAD] if self.is_unread else ()),
            *([f"it came as {self.encoding}"] if self.encoding and self.text else ()),
        )


class MaskedEntry:
    """One exchange with the values of secrets replaced; whatever shows an entry shows this.

    Attributes:
        path: as sent, with the query.
    """

    def __init__(self, entry: Entry, hide: Masking | None = None) -> None:
        self._entry = entry
        self._hide = hide or masking.current()
        self.number, self.operation, self.job = entry.number, entry.operation, entry.job
        self.method, self.status, self.milliseconds = entry.method, entry.status, entry.milliseconds
        self.at = iso(entry.at)
        self.http_version = f"HTTP/{entry.http_version[0]}.{entry.http_version[1]}"
        self.path = self._hide.path(entry.path)

    @property
    def is_no_request(self) -> bool:
        """Whether nothing could be read of it (see `http.unread`)."""
        return self.method == "UNKNOWN" and not self._entry.headers

    @property
    def headers(self) -> Pairs:
        """The headers a client sent, secrets masked; of others each byte that is no UTF-8 is a lone surrogate."""
        pairs = zip(self._entry.headers.values(), self.request.headers, strict=True)
        return tuple(
            (name, given if given.encode("utf-8", "replace").decode() == value else value)
            for given, (name, value) in pairs
        )

    @cached_property
    def request(self) -> MaskedMessage:
        """What the client sent."""
        entry = self._entry
        headers, body = entry.headers, entry.body
        message = self._message(self._hide.body, headers, body, entry.body_size)
        announced, encoding = _header(headers, "content-length"), _encoding(headers)
        if body and not encoding:
            return message
        is_unread = not body and (announced not in ("", "0") or bool(_header(headers, "transfer-encoding")))
        known = int(announced) if encoding and body and announced.isdecimal() and len(announced) < 16 else -1
        return replace(
            message,
            sent=known if (encoding and body) or is_unread else message.sent,
            encoding=encoding,
            is_unread=is_unread,
        )

    @cached_property
    def answer(self) -> MaskedMessage:
        """What it got."""
        entry = self._entry
        message = self._message(self._hide.answer, entry.answer_headers, entry.answer, entry.answer_size)
        return message if entry.sent is None else replace(message, sent=entry.sent)

    @property
    def query(self) -> Pairs:
        """The query string, decoded, in order, repeated names too."""
        return tuple(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))

    @property
    def cookies(self) -> Pairs:
        """The cookies a client sent: their names, for their values are secret."""
        given = (value for name, value in self._entry.headers.items() if name.lower() == "cookie")
        names = (part.partition("=")[0].strip() for value in given for part in value.split(";"))
        return tuple((name, MASK) for name in names if name)

    @property
    def cookies_set(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """The cookies the answer sets: name and attributes (names in lower case; a flag has an empty value)."""
        found = []
        for name, value in self._entry.answer_headers.items():
            if name.lower() == "set-cookie":
                first, *rest = value.split(";")
                attributes = (part.partition("=") for part in rest)
                own = {key.strip().lower(): value.strip() for key, _, value in attributes}
                found.append((first.partition("=")[0].strip(), own))
        return tuple(found)

    @property
    def location(self) -> str:
        """Where the answer sends the client; empty for nowhere."""
        return self._hide.header("location", _header(self._entry.answer_headers, "location"))

    @property
    def violations(self) -> list[dict[str, str]]:
        """The breaches of contract by either side."""
        return [
            {**one.as_dict(), "message": self._hide.sentence(one.pointer, one.message)}
            for one in self._entry.violations
        ]

    def url(self, base: str) -> str:
        """Return the whole address, `base` being that of the sandbox: the journal keeps paths only."""
        host = base.split("/~", 1)[0]
        prefix = "" if self.path.startswith("/~") else base[len(host) :]
        return host + prefix + self.path

    def as_dict(self, *, bodies: bool = True) -> dict[str, Any]:
        """Return the control API's record of the exchange."""
        entry = self._entry
        record: dict[str, Any] = {
            "number": entry.number,
            "at": self.at,
            "sandbox": entry.sandbox,
            "api": entry.api,
            "operation": entry.operation,
            "response": entry.response,
            "job": entry.job,
            "method": entry.method,
            "path": self.path,
            "status": entry.status,
            "milliseconds": round(entry.milliseconds, 3),
            "told": told_record(entry.told),
            "fault": entry.fault,
            "state_change": [transition_record(job, transition) for job, transition in entry.transitions],
            "violations": self.violations,
        }
        if entry.hint is not None:
            record["hint"] = entry.hint
        if entry.nearest is not None:
            record["nearest"] = entry.nearest
        if entry.error is not None:
            record["error"] = self._hide.text(entry.error)
        if bodies:
            record["request"] = _side(self.request)
            record["answer"] = _side(self.answer)
        return record

    def _message(
        self, read: Callable[[str, str], str], headers: Mapping[str, str], body: bytes, size: int
    ) -> MaskedMessage:
        content_type = _header(headers, "content-type")
        is_cut = size > len(body)
        size = max(size, len(body))
        if is_cut:
            body = whole_characters(body, content_type)
        text = read(text_of(body, content_type), content_type)
        return MaskedMessage(
            headers=self._hide.headers(headers),
            text=text,
            make_body=lambda: masked_body(self._hide, read, body, content_type, text, is_sealed=_is_sealed(headers)),
            size=size,
            sent=size,
            is_cut=is_cut,
            content_type=self._hide.header("content-type", content_type),
        )


def told_record(told: State | None) -> dict[str, Any] | None:
    """Return what a client was told of a job: the API's word as it was shown, its phase, and whether it is final."""
    return None if told is None else {"state": told.word, "phase": str(told.phase), "final": told.phase in FINAL}


def describe(entry: Entry, *, bodies: bool = True, hide: Masking | None = None) -> dict[str, Any]:
    """Return an entry as JSON, secrets masked, bodies cut at 64 KiB."""
    return MaskedEntry(entry, hide).as_dict(bodies=bodies)


def _side(message: MaskedMessage) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in message.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    shown: dict[str, Any] = {"headers": headers, "body": message.text}
    if message.is_cut:
        shown["size"] = message.size
    return shown


def _encoding(headers: Mapping[str, str]) -> str:
    """Return the content encoding out of which a body was taken; of several the parser takes the last for it."""
    named = [value.strip().lower() for name, value in headers.items() if name.lower() == "content-encoding"]
    return named[-1] if named and named[-1] in _UNPACKED else ""


def _is_sealed(headers: Mapping[str, str]) -> bool:
    """Tell whether a body is kept in an encoding that nobody here reads, so that nobody knows what it says."""
    named = (value.strip().lower() for name, value in headers.items() if name.lower() == "content-encoding")
    return not _encoding(headers) and any(one not in ("", "identity") for one in named)


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header's value, or an empty text. The mapping may compare names letter by letter."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
