"""Nodes in three dialects, and escaping that a parser undoes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mockserver.wire.xml_writer import ILLEGAL, MARKUP, Dialect, Node, decimal, escaper, hexadecimal

TEXT = escaper(MARKUP, ILLEGAL, hexadecimal)
ATTRIBUTE = escaper({**MARKUP, '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}, ILLEGAL, lambda _: "?")
ONE_LINE = Dialect(text=TEXT, attribute=ATTRIBUTE)
TREE = Node("a", "", (Node("b", "x < y"), Node("c"), Node("d", "", (Node("e", "1"),))), (("k", '"&"'),))
printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\t\n"))


def test_one_line() -> None:
    assert ONE_LINE.write(TREE) == '<a k="&quot;&amp;&quot;"><b>x &lt; y</b><c /><d><e>1</e></d></a>'


def test_indented_with_line_ends_between_and_none_after() -> None:
    lines = Dialect(text=TEXT, attribute=ATTRIBUTE, indent="  ").write(TREE).split("\r\n")

    assert lines == [
        '<a k="&quot;&amp;&quot;">',
        "  <b>x &lt; y</b>",
        "  <c />",
        "  <d>",
        "    <e>1</e>",
        "  </d>",
        "</a>",
    ]


def test_another_end_of_an_empty_element_and_another_line_end() -> None:
    dialect = Dialect(text=TEXT, attribute=ATTRIBUTE, empty="/>", indent="\t", line_end="\n")

    assert dialect.write(Node("a", "", (Node("b"),))) == "<a>\n\t<b/>\n</a>"
    assert dialect.write(Node("a", "", (), (("b", "1"),))) == '<a b="1"/>'


@pytest.mark.parametrize(
    ("escape", "text", "escaped"),
    [
        (TEXT, "a&b<c>\x1f\ufffe\r\n", "a&amp;b&lt;c&gt;&#x1F;&#xFFFE;\r\n"),
        (escaper(MARKUP), "a\x01&", "a\x01&amp;"),
        (escaper({**MARKUP, "'": "&#39;"}, "\u00a0-\u00ff", decimal), "'é≤", "&#39;&#233;≤"),
        (escaper({**MARKUP, "\r": "&#13;"}, ILLEGAL, lambda _: "?"), "\r\x00-]^\\", "&#13;?-]^\\"),
        (escaper({"]": "1", "^": "2", "\\": "3", "-": "4"}), "a]^\\-z", "a1234z"),
    ],
)
def test_what_is_escaped_is_the_dialects(escape: object, text: str, escaped: str) -> None:
    assert escape(text) == escaped  # type: ignore[operator]


@given(printable, printable)
def test_a_parser_reads_what_was_meant(text: str, value: str) -> None:
    root = etree.fromstring(ONE_LINE.write(Node("a", text, (), (("k", value),))).encode())

    assert (root.text or "", root.get("k")) == (text, value)
