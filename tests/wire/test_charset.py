"""Bytes become text by byte order mark, by the charset that is named, or by their look."""

from __future__ import annotations

import pytest

from mockserver.wire.charset import codec, form_of, marked, text_of, whole_characters


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_goes_before_everything(encoding: str) -> None:
    body = "<a>é</a>".encode(encoding)

    assert marked(body) == "<a>é</a>"
    assert text_of(body, "text/xml; charset=iso-8859-1") == "<a>é</a>"


def test_no_mark_is_none() -> None:
    assert marked(b"<a/>") is None
    assert marked(b"") is None


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("UTF-8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("windows-1252", "cp1252"),
        ("utf16", "utf-16"),
        ("zip", None),
        ("idna", None),
        ("no-such-charset", None),
        ("", None),
        (None, None),
        ("a\0b", None),
    ],
)
def test_only_character_sets_are_codecs(charset: str | None, name: str | None) -> None:
    assert codec(charset) == name


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("<a>é</a>".encode(), "text/xml; charset=utf-8", "<a>é</a>"),
        ("<a>é</a>".encode("utf-16-le"), "text/xml; charset=utf-16", "<a>é</a>"),
        ("<a>é</a>".encode("utf-16-be"), 'text/xml; charset="UTF-16BE"', "<a>é</a>"),
        ("<a>é</a>".encode("utf-16-le"), "text/xml; charset=utf_16_le", "<a>é</a>"),
        ("<a>é</a>".encode("utf-32-le"), "text/xml; charset=utf-32", "<a>é</a>"),
        ("<a>é</a>".encode("utf-16-le"), "", "<a>é</a>"),
        ("<a>é</a>".encode("utf-16-be"), "text/xml; charset=zip", "<a>é</a>"),
        (b"\xff", "", "�"),
        (b"", "text/xml; charset=utf-16", ""),
        # Read as GBK, the first byte would swallow the second one.
        (b"\x81pw=x", "text/plain; charset=gbk", "�pw=x"),
    ],
)
def test_a_body_as_text(body: bytes, content_type: str, text: str) -> None:
    assert text_of(body, content_type) == text


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-16-be", "text/xml; charset=utf-16be"), ("utf-32", "")],
)
def test_a_cut_takes_no_half_of_a_character(encoding: str, content_type: str) -> None:
    body = "<aé😀".encode(encoding)
    mark, _ = form_of(body, content_type)
    kept = [text_of(whole_characters(body[:size], content_type), content_type) for size in range(len(mark), len(body))]

    assert set(kept) <= {"", "<", "<a", "<aé"}
    assert whole_characters(body, content_type) == body
    assert whole_characters(b"a\xff", "") == b"a\xff"
