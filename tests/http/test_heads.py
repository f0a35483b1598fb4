"""An answer under a kept head is, header by header, what it is without one."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from mockserver.api.response import NO_HEADERS, Response
from mockserver.apis import APIS
from mockserver.http.heads import KEPT, Heads, all_headers
from mockserver.http.responses import COPIED, NUMBER, whole_answer

API = APIS[0]
OWN = MappingProxyType({"Cache-Control": "private", "X-Rate": "100%"})


class Request:
    """What an answer asks of its request: somewhere to write."""

    def __init__(self) -> None:
        self.got = b""
        self.writer = self.transport = self

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.got += data

    async def drain(self) -> None:
        pass


async def sent(answer: Any) -> bytes:
    request: Any = Request()
    await answer.prepare(request)
    await answer.write_eof()
    return bytes(request.got)


@pytest.fixture(autouse=True)
def _one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.http.heads.time", lambda: 1.0)
    monkeypatch.setattr("mockserver.http.responses.time.time", lambda: 1.0)


@pytest.mark.parametrize("own", [NO_HEADERS, OWN])
@pytest.mark.parametrize("mark", [None, "TraceID"])
@pytest.mark.parametrize("content_type", [None, "text/xml; charset=utf-8"])
@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("named", [{}, {"Server": "nginx", "X-Rate": "1"}])
@pytest.mark.parametrize("number", ["77", ""])
async def test_the_bytes_are_the_same(
    own: Any, mark: str | None, content_type: str | None, status: int, named: dict[str, str], number: str
) -> None:
    api = replace(API, headers=named)
    response = Response(status, None, b"<100%s/>", content_type, own, mark=mark)
    head = Heads().find(api, response, bool(number))
    assert head is not None
    headers = all_headers(api, response, "ab12", number, ())
    assert await sent(head.answer(response, "ab12", number)) == whole_answer(status, headers, response.body, mark)


@pytest.mark.parametrize(
    "response",
    [
        Response(headers={"Made": "anew"}),
        Response(204, headers=NO_HEADERS),
        Response(headers=MappingProxyType({"Connection": "close"})),
        Response(headers=MappingProxyType({"Content-Length": "0"})),
        Response(headers=MappingProxyType({"X": "a\r\nb"})),
        Response(headers=MappingProxyType({"X": "ä"})),
        Response(headers=MappingProxyType({"TraceID": "own"}), mark="TraceID"),
        Response(body=b" " * (COPIED + 1)),
    ],
)
def test_what_is_out_of_the_ordinary_has_no_head(response: Response) -> None:
    found = Heads()
    assert found.find(API, response, True) is None
    assert found.find(API, response, True) is None


def test_a_head_is_found_again_and_no_more_are_kept_than_some() -> None:
    found = Heads()
    first = found.find(API, Response(headers=OWN), True)
    assert found.find(API, Response(headers=OWN, body=b"other"), True) is first
    others = [MappingProxyType({"X": str(number)}) for number in range(KEPT)]
    for one in others:
        other = found.find(API, Response(headers=one), True)
        assert other is not None
        assert other.headers["X"] == one["X"]
    again = found.find(API, Response(headers=OWN), True)
    assert again is not first
    assert again == first


def test_the_number_stands_where_it_stood() -> None:
    head = Heads().find(API, Response(headers=OWN), True)
    assert head is not None
    assert head.plan.index(NUMBER.encode()) > head.plan.index(b"X-Rate")
