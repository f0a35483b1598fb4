"""The journal as curl commands, to be read and, once the secrets are put in, run again."""

from __future__ import annotations

import shlex

from mockserver.journal.entry import Entry
from mockserver.journal.masked_entry import MaskedEntry
from mockserver.journal.masking import Masking

_MADE_BY_CURL = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"})
"""Headers that curl sends as they must be for its own connection."""


def curl_line(entry: Entry, base: str, hide: Masking | None = None) -> str:
    """Return the command that asks the same, as a line; secrets masked."""
    return _command(MaskedEntry(entry, hide), base) + "\n"


def _command(entry: MaskedEntry, base: str) -> str:
    url = entry.url(base)
    # `-X HEAD` would wait for a body that never comes.
    words = ["curl", "--head"] if entry.method == "HEAD" else ["curl", "-X", entry.method]
    if any(sign in url for sign in "[]{}"):
        words.append("--globoff")
    words.append(url)
    if entry.http_version == "HTTP/1.0":
        words.append("--http1.0")
    for name, value in entry.request.headers:
        if name.lower() not in _MADE_BY_CURL:
            # A colon with nothing behind it would tell curl to leave the header out.
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if entry.request.size:
        words += ["--data-raw", entry.request.text]
    return " ".join(shlex.quote(word) for word in words)
