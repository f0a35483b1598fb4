"""XML from strangers is read without DTD, entities or network, and within bounds."""

from __future__ import annotations

import pytest

from mockserver.wire import xml
from mockserver.wire.xml import BadXml, DtdProhibited


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        '<?xml version="1.0"?>\n<!-- c --><?pi x?> <!DOCTYPE a [<!ENTITY x "1">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_document_type_is_refused_in_any_encoding(text: str, encoding: str) -> None:
    with pytest.raises(BadXml) as refused:
        xml.parse(text.encode(encoding), None if "8" in encoding or encoding == "utf-16" else encoding)
    assert isinstance(refused.value, DtdProhibited)


def test_a_refusal_says_where() -> None:
    with pytest.raises(DtdProhibited) as refused:
        xml.parse(b'<?xml version="1.0"?>\n <!DOCTYPE a><a/>')
    assert (refused.value.line, refused.value.column) == (2, 4)


@pytest.mark.parametrize(
    "body", [b"<a>" * 10_000, b"<a>" + b"<b/>" * 500_000 + b"</a>", b"<a>&x;</a>", b"", b"x", b"<a", b"\xff"]
)
def test_what_is_out_of_bounds_or_broken_is_refused(body: bytes) -> None:
    with pytest.raises(BadXml):
        xml.parse(body)


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<a>é</a>".encode(), None),
        ("<a>é</a>".encode("utf-8-sig"), "iso-8859-1"),
        ("<a>é</a>".encode("latin-1"), "iso-8859-1"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'.encode("latin-1"), None),
        ('<?xml version="1.0" encoding="utf-8"?><a>é</a>'.encode("utf-16"), None),
        ("<?xml version='1.0'?><a>é</a>".encode("utf-16-le"), None),
        ("<?xml version='1.0'?><a>é</a>".encode("utf-16-be"), "utf-16-be"),
        ("<a>é</a>".encode(), "no-such-charset"),
        ("<a>é</a>".encode(), "zip"),
    ],
)
def test_encodings(body: bytes, charset: str | None) -> None:
    assert xml.parse(body, charset).text == "é"


def test_what_opens_before_a_document_breaks() -> None:
    found = xml.opening(b"<a><b/><c><d><e></x>", depth=3)

    assert [one.tag for one in found] == ["a", "b", "c", "d"]
    assert xml.opening(b"", depth=3) == []
