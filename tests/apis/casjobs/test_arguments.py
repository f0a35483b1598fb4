"""Queries and forms, read again and again."""

from __future__ import annotations

from mockserver.apis.casjobs import arguments
from mockserver.apis.casjobs.definition import defined

STATUS = defined(5).operations["GetJobStatus"].parameters


def test_a_query_asked_again_is_read_the_same() -> None:
    first, again = (arguments.read_form("WSID=1&pw=a%20b&jobId=7&jobid=", STATUS) for _ in range(2))
    assert first.error is not None
    assert (
        (first.decoded, first.values)
        == (again.decoded, again.values)
        == (
            {"wsId": 1, "pw": "a b", "jobId": "7,"},
            (1, "a b", None),
        )
    )
    first, again = (arguments.read_form("WSID=1&pw=a%20b&jobId=7", STATUS) for _ in range(2))
    assert first.error is None
    assert (
        (first.decoded, first.values)
        == (again.decoded, again.values)
        == (
            {"wsId": 1, "pw": "a b", "jobId": 7},
            (1, "a b", 7),
        )
    )


def test_the_same_text_is_read_by_the_operation_and_the_charset() -> None:
    text = "wsId=1&pw=%E9&jobId=7"
    assert arguments.read_form(text, STATUS, "latin-1").values == (1, "é", 7)
    assert arguments.read_form(text, STATUS).values == (1, "\ufffd", 7)
    assert arguments.read_form(text, (STATUS[1],)).values == ("\ufffd",)


def test_what_is_remembered_is_bounded() -> None:
    for number in range(3000):
        arguments.read_form(f"wsId=1&pw=secret&jobId={number}", STATUS)
    arguments.read_form(f"wsId=1&pw={'x' * 10_000}&jobId=1", STATUS)
    assert len(arguments._known) <= 1000
    assert all(len(text) <= 256 for text, _, _ in arguments._known)
