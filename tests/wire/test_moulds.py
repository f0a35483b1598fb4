"""A mould gives what parsing gives, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.wire.moulds import KEPT, LARGEST, WORDS, Moulds, Read, split

Reader = Callable[[bytes], Read[str] | None]


def tree(message: bytes) -> Read[str] | None:
    """Read a message as nested lists of names and texts, the way an API might."""
    from mockserver.wire import xml

    def plain(element: Any) -> Any:
        children = [plain(one) for one in element if isinstance(one.tag, str)]
        return {element.tag: children or element.text or ""}

    try:
        return plain(xml.parse(message)), "read"
    except xml.BadXml:
        return None


def filled(moulds: Moulds[str], message: bytes, read: Reader = tree) -> Any:
    """Return what a mould of a message gives for it; None where there is none."""
    parts = split(message)
    if not parts:
        return None
    mould = moulds.find((), parts, lambda _, other: read(other))
    return None if mould is None else mould.fill(parts[1::2])


def taught(message: bytes, read: Reader = tree) -> Moulds[str]:
    """Return moulds that have met a message twice."""
    moulds: Moulds[str] = Moulds()
    for _ in range(2):
        filled(moulds, message, read)
    return moulds


def test_a_message_that_differs_in_words_is_not_parsed_again() -> None:
    parsed: list[bytes] = []

    def read(message: bytes) -> Read[str] | None:
        parsed.append(message)
        return tree(message)

    moulds = taught(b"<a><b>1</b><c>x</c></a>", read)
    assert len(parsed) == 1
    assert filled(moulds, b"<a><b>77</b><c>Yz9</c></a>", read) == {"a": [{"b": "77"}, {"c": "Yz9"}]}
    assert len(parsed) == 1


def test_the_first_message_of_a_mould_is_left_to_the_parser() -> None:
    assert filled(Moulds(), b"<a>1</a>") is None


@pytest.mark.parametrize(
    "message",
    [
        b"<a><!-- <b>12</b> --><c>3</c></a>",
        b"<a><![CDATA[<b>12</b>]]></a>",
        b"<a><b/>12</a>",
        b"<a>x<!-- -->12</a>",
        b"<a><?pi >12</ ?></a>",
        b"<a><b>12</c></a>",
        b"<a>true</a>",
        b"<a>1 2</a>",
        b"<a>&#49;</a>",
        b"<a>\xc3\xa4</a>",
        b"<a/>",
        b"<a>900000001x</a>" + b"<!-- 900000001 -->",
    ],
)
def test_a_message_whose_words_cannot_be_told_apart_has_no_mould(message: bytes) -> None:
    assert filled(taught(message), message) is None


@pytest.mark.parametrize(
    ("word", "meant"), [(b"12", 12), (b"123456789", 123456789), (b"0", 0), (b"1234567890", None), (b"007", None),
                        (b"12x", None)]
)  # fmt: skip
def test_a_word_that_is_read_as_a_number_is_filled_in_only_where_that_is_certain(word: bytes, meant: Any) -> None:
    def read(message: bytes) -> Read[str] | None:
        found = tree(message)
        return None if found is None else ([int(found[0]["a"][0]["b"])], "")

    moulds = taught(b"<a><b>5</b></a>", read)
    assert filled(moulds, b"<a><b>%b</b></a>" % word, read) == (None if meant is None else [meant])


def test_what_is_asked_for_under_something_else_is_another_mould() -> None:
    moulds, parts = taught(b"<a>1</a>"), split(b"<a>1</a>")
    assert moulds.find(("other",), parts, lambda _, other: tree(other)) is None


def test_a_message_that_is_large_or_has_many_words_has_no_mould() -> None:
    assert split(b"<a>1</a>" + b" " * LARGEST) == []
    assert split(b"<a>" + b"<b>1</b>" * (WORDS + 1) + b"</a>") == []


def test_the_oldest_moulds_are_forgotten() -> None:
    moulds = taught(b"<a>1</a>")
    for number in range(KEPT):
        for _ in range(2):
            filled(moulds, b"<a%d>1</a%d>" % (number, number))
    assert filled(moulds, b"<a>1</a>") is None
    assert filled(moulds, b"<a%d>2</a%d>" % (KEPT - 1, KEPT - 1)) is not None


_TEXTS = st.one_of(
    st.from_regex(r"[0-9A-Za-z]{1,12}", fullmatch=True),
    st.sampled_from(["", "true", "900000001", "a b", "&lt;", "<!-- c -->7", "<x>1</x>", "<![CDATA[2]]>", "%d", '"q"']),
)


@given(texts=st.lists(_TEXTS, min_size=1, max_size=5), others=st.lists(_TEXTS, min_size=5, max_size=5))
def test_a_mould_gives_what_parsing_gives(texts: list[str], others: list[str]) -> None:
    def message(words: list[str]) -> bytes:
        return ("<a>" + "".join(f"<b{at}>{word}</b{at}>" for at, word in enumerate(words)) + "</a>").encode()

    moulds = taught(message(texts))
    for words in (texts, others[: len(texts)]):
        found, read = filled(moulds, message(words)), tree(message(words))
        assert found is None or (read is not None and found == read[0])
