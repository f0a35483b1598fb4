"""Secrets in the parts of a multipart form, by the heads that clients write and servers read.

Rules a maintainer must keep:

1. What a server of ours reads under a secret name is masked, however its head is written; what is merely like it, too.
2. The walk is linear in the text, and goes on behind a head that it has read.
"""

from __future__ import annotations

import re
from email.message import Message
from email.policy import compat32
from urllib.parse import unquote_plus

from mockserver.journal.secret_places import Hides, Shown

_DISPOSITION = re.compile(r"content-disposition[ \t]*+:", re.IGNORECASE)
_HEAD_LINE = re.compile(r"([^\r\n]*+)(?>\r\n?|\n|\Z)")
_FIELD = re.compile(r"[!-9;-~]++[ \t]*+:")
_FOLD = re.compile(r"(?>\r\n?|\n)(?=[ \t])")
_PART_NAME = re.compile(
    r"""(?:(?<=[;\s])|^)name(?:\*(\d{0,4})\*?)?\s*+=\s*+("(?:[^"\\]|\\.)*+|[^;\s]*+)""", re.IGNORECASE | re.DOTALL
)
_DELIMITER = re.compile(r"^--([^\r\n]{1,200}?)[ \t]*(?=\r?$)", re.MULTILINE)


def boundary_of(content_type: str) -> str:
    """Return the boundary that a Content-Type names for a form in parts; empty for none."""
    if not content_type.lower().startswith("multipart/form-data"):
        return ""
    envelope = Message(policy=compat32)
    try:
        envelope["Content-Type"] = content_type
        return envelope.get_boundary() or ""
    except (LookupError, ValueError):
        return ""


def in_parts(text: str, boundary: str, hides: Hides, shown: Shown) -> str:
    """Return a multipart form without its secrets.

    Args:
        boundary: where it is known; else the first line that looks like one says it.
    """
    found = _DISPOSITION.search(text)
    if found is None:
        return text
    if not boundary and (delimiter := _DELIMITER.search(text)) is not None:
        boundary = delimiter[1]
    end_of_part = re.compile(rf"\r?\n--{re.escape(boundary)}(?=[ \t]*+(?:\r?\n|--|\Z))" if boundary else r"\r?\n--")
    out: list[str] = []
    written = 0
    while found is not None:
        begin = _end_of_field(text, found.end())
        if _names_a_secret(text[found.end() : begin], hides):
            begin = _end_of_head(text, begin)
            end = end_of_part.search(text, max(begin - 2, found.end()))
            stop = len(text) if end is None else max(begin, end.start())
            out += (text[written:begin], shown(text[begin:stop], text[begin:stop]))
            begin = written = stop
        found = _DISPOSITION.search(text, begin)
    return "".join((*out, text[written:]))


def _end_of_field(text: str, at: int) -> int:
    """Return where a header's value ends that goes on in lines which begin with a blank."""
    while (line := _HEAD_LINE.match(text, at)) is not None and at < len(text):
        at = line.end()
        if text[at : at + 1] not in (" ", "\t"):
            break
    return at


def _end_of_head(text: str, at: int) -> int:
    """Return where the value of a part begins, `at` being that of a line in its head."""
    while at < len(text):
        line = _HEAD_LINE.match(text, at)
        if line is None:
            return at
        if line[1] and line[1][0] not in " \t" and not _FIELD.match(line[1]):
            return at
        at = line.end()
        if not line[1]:
            return at
    return at


def _names_a_secret(disposition: str, hides: Hides) -> bool:
    names = [
        (int(one[1] or 0), unquote_plus(one[2].strip("\"'<> ").replace("\\", "").rpartition("'")[2]))
        for one in _PART_NAME.finditer(_FOLD.sub("", disposition))
    ]
    # A long name may come in numbered pieces (RFC 2231).
    return any(hides(name) for _, name in names) or hides("".join(name for _, name in sorted(names)))
