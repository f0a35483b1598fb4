"""Queries and forms, read again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockserver.apis.casjobs import arguments
from mockserver.apis.casjobs.definition import SERVICES, defined
from tests.drivers.casjobs import SERVICE
from tests.drivers.memory import most_kept
from tests.drivers.server import Client

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


def test_what_nobody_asks_again_is_forgotten() -> None:
    def kept(first: int, count: int) -> int:
        texts = (f"wsId=1&pw=secret&jobId={number}" for number in range(first, first + count))
        return most_kept(lambda text: arguments.read_form(text, STATUS), texts)

    assert kept(100_000, 15_000) < 1.5 * kept(200_000, 1500)


def test_a_long_text_is_not_remembered() -> None:
    def kept(count: int) -> int:
        texts = (f"wsId=1&pw={'x' * 10_000}{number}&jobId=1" for number in range(count))
        return most_kept(lambda text: arguments.read_form(text, STATUS), texts)

    assert kept(200) < 3 * kept(20)


@pytest.mark.parametrize("text", ["wsId=1&pw=secret&jobId=7", "wsId=1&pw=secret&jobId=x", "pw=" + "x" * 300])
def test_what_is_handed_out_cannot_be_changed(text: str) -> None:
    read = arguments.read_form(text, STATUS)

    with pytest.raises(TypeError):
        read.decoded["jobId"] = 8  # type: ignore[index]
    with pytest.raises(AttributeError):
        read.error = None  # type: ignore[misc]
    assert isinstance(read.values, tuple)


async def test_what_one_request_does_to_its_parameters_no_other_sees(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def meddles(context: Any, *values: Any) -> int:
        seen.append((dict(context.parameters), values))
        context.parameters["jobId"] = context.parameters["more"] = "changed"
        return 0

    service = defined(5)
    meddling = replace(service.operations["GetJobStatus"], run=meddles)
    monkeypatch.setitem(SERVICES, 5, replace(service, operations={**service.operations, "GetJobStatus": meddling}))
    for _ in range(2):
        answer = await client.get(f"{SERVICE}/GetJobStatus?wsId=1&pw=secret&jobId=1005")
        assert answer.status == 200

    assert seen == [({"wsId": 1, "pw": "secret", "jobId": 1005}, (1, "secret", 1005))] * 2
