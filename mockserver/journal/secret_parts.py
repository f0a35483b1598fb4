"""Secrets in the parts of a multipart form, by the heads that clients write and servers read.

Rules a maintainer must keep:

1. What a server of ours reads under a secret name is masked, however its head is written; what is merely like it, too.
2. The walk is linear in the text, and goes on behind a head that it has read.
"""

from __future__ import annotations

import re
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


def in_parts(text: str, hides: Hides, shown: Shown) -> str:
    """Return a multipart form without its secrets."""
    found = _DISPOSITION.search(text)
    if found is None:
        return text
    delimiter = _DELIMITER.search(text)
    boundary = "" if delimiter is None else re.escape(delimiter[1])
    end_of_part = re.compile(rf"\r?\n--{boundary}(?=[ \t]*+(?:[\r\n]|--|\Z))" if boundary else r"\r?\n--")
    out: list[str] = []
    written = 0
    while found is not None:
        begin, is_secret = _head(text, found.end(), hides)
        if is_secret:
            end = end_of_part.search(text, max(begin - 2, found.end()))
            stop = len(text) if end is None else max(begin, end.start())
            out += (text[written:begin], shown(text[begin:stop], text[begin:stop]))
            begin = written = stop
        found = _DISPOSITION.search(text, begin)
    return "".join((*out, text[written:]))


def _head(text: str, at: int, hides: Hides) -> tuple[int, bool]:
    """Return where the value of a part begins, and whether it is secret.

    Args:
        at: where its disposition begins, behind the colon. It may go on in lines that begin with a blank.
    """
    begin, is_own = at, True
    own = at
    while at < len(text):
        line = _HEAD_LINE.match(text, at)
        if line is None or (at > begin and not line[1]):
            at = at if line is None else line.end()
            break
        if at > begin and line[1][0] not in " \t":
            is_own = False
            if not _FIELD.match(line[1]):
                break
        at = line.end()
        own = at if is_own else own
    disposition = _FOLD.sub("", text[begin:own])
    names = [
        (int(one[1] or 0), unquote_plus(one[2].strip("\"'<> ").replace("\\", "").rpartition("'")[2]))
        for one in _PART_NAME.finditer(disposition)
    ]
    # A long name may come in numbered pieces (RFC 2231).
    return at, any(hides(name) for _, name in names) or hides("".join(name for _, name in sorted(names)))
