"""Queries and forms, read again and again."""

from __future__ import annotations

from mockserver.apis.casjobs import reading
from mockserver.apis.casjobs.definition import defined
from tests.drivers.memory import most_kept

STATUS = defined(5).operations["GetJobStatus"].parameters


def test_a_query_asked_again_is_read_the_same() -> None:
    first, again = (reading.form("WSID=1&pw=a%20b&jobId=7&jobid=", STATUS) for _ in range(2))
    assert first.error is not None
    assert (
        (first.decoded, first.values)
        == (again.decoded, again.values)
        == (
            {"wsId": 1, "pw": "a b", "jobId": "7,"},
            [1, "a b", None],
        )
    )
    first, again = (reading.form("WSID=1&pw=a%20b&jobId=7", STATUS) for _ in range(2))
    assert first.error is None
    assert (
        (first.decoded, first.values)
        == (again.decoded, again.values)
        == (
            {"wsId": 1, "pw": "a b", "jobId": 7},
            [1, "a b", 7],
        )
    )


def test_the_same_text_is_read_by_the_operation_and_the_charset() -> None:
    text = "wsId=1&pw=%E9&jobId=7"
    assert reading.form(text, STATUS, "latin-1").values == [1, "é", 7]
    assert reading.form(text, STATUS).values == [1, "\ufffd", 7]
    assert reading.form(text, (STATUS[1],)).values == ["\ufffd"]


def test_what_nobody_asks_again_is_forgotten() -> None:
    def kept(first: int, count: int) -> int:
        texts = (f"wsId=1&pw=secret&jobId={number}" for number in range(first, first + count))
        return most_kept(lambda text: reading.form(text, STATUS), texts)

    assert kept(100_000, 15_000) < 1.5 * kept(200_000, 1500)


def test_a_long_text_is_not_remembered() -> None:
    def kept(count: int) -> int:
        texts = (f"wsId=1&pw={'x' * 10_000}{number}&jobId=1" for number in range(count))
        return most_kept(lambda text: reading.form(text, STATUS), texts)

    assert kept(200) < 3 * kept(20)
