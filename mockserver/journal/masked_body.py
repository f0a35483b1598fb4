"""A body without its secrets, in bytes: what was sent, wherever that shows no more than the masked text does.

Rules a maintainer must keep:

1. Bytes say nothing that the text hides: what is made here is read again, in both ways in which somebody may read it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mockserver.journal.masking import Masking
from mockserver.wire.charset import form_of, text_of


class MaskedBody(NamedTuple):
    """A body that may be shown.

    Attributes:
        data: its bytes.
        is_exact: they are those that were sent, but for the masks; else the masked text in UTF-8.
        is_text: they are whole characters, all of them.
    """

    data: bytes
    is_exact: bool
    is_text: bool


def masked_body(
    hide: Masking,
    read: Callable[[str, str], str],
    body: bytes,
    content_type: str,
    shown: str,
    *,
    is_sealed: bool = False,
) -> MaskedBody:
    """Return the bytes of a body whose masked text is `shown`.

    Args:
        read: `hide.body` or `hide.answer`, by which side it is of.
        is_sealed: it is in a content encoding that is not read here, in which a secret could lie.
    """
    if is_sealed:
        data = shown.encode("utf-8", "replace")
        return MaskedBody(data, is_exact=data == body, is_text=True)
    mark, name = form_of(body, content_type)
    made = body
    if shown != text_of(body, content_type):
        # What is no character goes through as it is where the charset lets it.
        errors = "surrogateescape" if name == "utf-8" else "surrogatepass"
        try:
            text = read(body[len(mark) :].decode(name, errors), content_type)
            made = mark + text.encode(name, errors)
        except UnicodeError:
            return _as_shown(shown)
        if text_of(made, content_type) != shown:
            return _as_shown(shown)
    # A mark or a charset that does not fit would hide what anybody can read in the bytes.
    bare = made.decode("utf-8", "replace")
    if bare != shown and not hide.text(bare) == read(bare, content_type) == bare:
        return _as_shown(shown)
    try:
        made[len(mark) :].decode(name)
    except UnicodeDecodeError:
        return MaskedBody(made, is_exact=True, is_text=False)
    return MaskedBody(made, is_exact=True, is_text=True)


def _as_shown(shown: str) -> MaskedBody:
    return MaskedBody(shown.encode("utf-8", "replace"), is_exact=False, is_text=True)
