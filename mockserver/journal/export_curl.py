"""The journal as curl commands, to be read and, once the secrets are put in, run again by any POSIX shell.

What of a request no command can say stands above it, in lines that begin with `#`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from mockserver.journal.entry import Entry
from mockserver.journal.masked_entry import UNREAD, MaskedEntry
from mockserver.journal.masking import Masking

_MADE_BY_CURL = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"})
"""Headers that curl sends as they must be for its own connection."""

_ADDED_BY_CURL = ("Accept", "User-Agent")
"""Headers that curl sends of its own accord, unless it is told not to."""

_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
"""Segments that curl would take out of a path."""

_UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
"""Characters that a shell, a terminal or whoever copies a command may lose."""

_ESCAPES = {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", ord("%"): "%%", ord("\\"): "\\\\", ord("'"): "\\047"}


def curl_line(entry: Entry, base: str, hide: Masking | None = None) -> str:
    """Return the command that asks the same, as a line (a body in it may have several); secrets masked."""
    shown = MaskedEntry(entry, hide)
    if shown.is_no_request:
        return f"# request {shown.number} could not be read, so that nothing can ask the same\n"
    return "".join(f"# {note}\n" for note in _notes(shown)) + _command(shown, base) + "\n"


def _notes(entry: MaskedEntry) -> Iterator[str]:
    sent = entry.request
    if sent.is_cut:
        yield f"request {entry.number} is not whole: {sent.notes[0]}"
    if sent.is_unread:
        yield f"request {entry.number}: {UNREAD}"
    if not sent.body.is_exact:
        yield f"request {entry.number}: bytes that are no text are not as they were sent"
    if sent.size and entry.method == "HEAD":
        yield f"request {entry.number} had a body, too, which curl sends with no HEAD"


def _command(entry: MaskedEntry, base: str) -> str:
    target = entry.url(base)
    # `-X HEAD` would wait for a body that never comes.
    words = ["curl", "--head"] if entry.method == "HEAD" else ["curl", "-X", shlex.quote(entry.method)]
    if any(sign in target for sign in "[]{}"):
        words.append("--globoff")
    if _DOTS.search(target.partition("?")[0]):
        words.append("--path-as-is")
    words.append(_word(target.replace("#", "%23")))
    if "#" in target:
        # In an address it begins what is not sent.
        words += ["--request-target", _word(target[len(base.split("/~", 1)[0]) :])]
    if entry.http_version == "HTTP/1.0":
        words.append("--http1.0")
    sent, names = entry.request, set()
    for name, value in entry.headers:
        names.add(lower := name.lower())
        if lower not in _MADE_BY_CURL and not (lower == "content-encoding" and sent.encoding):
            # A colon with nothing behind it would tell curl to leave the header out.
            words += ["-H", _word(f"{name}: {value}" if value else f"{name};")]
    for name in _ADDED_BY_CURL:
        if name.lower() not in names:
            words += ["-H", f"{name}:"]
    before = ""
    if entry.method != "HEAD" and not sent.is_unread and (sent.size or "content-length" in names):
        if "content-type" not in names:
            words += ["-H", "Content-Type:"]
        text = _plain(sent.body.data)
        if text is None:
            before = f"printf {_printed(sent.body.data)} | "
            words += ["--data-binary", "@-"]
        else:
            words += ["--data-raw", shlex.quote(text)]
    return before + " ".join(words)


def _word(text: str) -> str:
    """Return a word of a command; what is no UTF-8 in it (lone surrogates) is the byte that was sent."""
    data = text.encode("utf-8", "surrogateescape")
    if _plain(data) is not None:
        return shlex.quote(text)
    written = _printed(data).replace('"', r"\042")  # so that quotes can be told apart without a shell
    return f'"$(printf {written})"'


def _plain(data: bytes) -> str | None:
    """Return bytes as a text that can stand in a command as it is; None when it cannot."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if _UNPRINTED.search(text) else text


def _printed(data: bytes) -> str:
    """Return the argument with which printf writes some bytes."""
    shown = "".join(_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in data)
    # A sign in front would make it an option.
    return f"'\\055{shown[1:]}'" if shown.startswith("-") else f"'{shown}'"
