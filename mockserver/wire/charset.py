"""Which characters a body's bytes are: by byte order mark, by the charset its sender names, or by the look of it."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python has codecs that are no character sets, and some that take quadratic time.
_CHARSETS = re.compile(r"utf-(8|16|32)(-[bl]e)?|ascii|iso8859-\d+|cp12\d\d|gb18030|gbk|shift_jis|big5")
_NAMED = re.compile(r"charset\s*=\s*\"?([\w.-]{1,40})", re.IGNORECASE)
_WIDE = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
"""Without a byte order mark, the order that this machine and most senders have."""


def codec(charset: str | None) -> str | None:
    """Return Python's name of a character set, or None for what is none."""
    if not charset:
        return None
    if charset.lower() == "utf-8":
        return "utf-8"
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    return name if _CHARSETS.fullmatch(name) else None


def marked(body: bytes) -> str | None:
    """Return the text of a body that begins with a byte order mark, without the mark; None when it has none."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    return None


def text_of(body: bytes, content_type: str = "") -> str:
    """Return a body of any type as text; bytes that say nothing become U+FFFD.

    A charset counts only where its bytes hide ASCII (UTF-16 and UTF-32). All else is read as UTF-8, so that no
    charset a client claims can swallow a quote or a bracket, by which secrets are found.
    """
    mark, name = form_of(body, content_type)
    return body[len(mark) :].decode(name, "replace")


def form_of(body: bytes, content_type: str = "") -> tuple[bytes, str]:
    """Return the byte order mark with which a body begins, empty for none, and the codec that `text_of` takes."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return mark, name
    named = _NAMED.search(content_type)
    known = None if named is None else codec(named[1].replace("_", "-"))
    if known is not None and known.startswith(("utf-16", "utf-32")):
        return b"", _WIDE.get(known, known)
    if body[:4:2] == b"\0\0" or body[1:4:2] == b"\0\0":
        return b"", "utf-16-be" if body[:1] == b"\0" else "utf-16-le"
    return b"", "utf-8"


def whole_characters(body: bytes, content_type: str = "") -> bytes:
    """Return the beginning of a body that was cut, without the character that the cut goes through."""
    mark, name = form_of(body, content_type)
    decoder = codecs.getincrementaldecoder(name)("replace")
    decoder.decode(body[len(mark) :])
    return body[: len(body) - len(decoder.getstate()[0])]
