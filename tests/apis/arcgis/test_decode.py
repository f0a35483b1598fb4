"""Requests as they come: whatever a client sends, there are parameters, and an answer in the site's own words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from mockserver.apis.arcgis.requests import read_parameters
from tests.drivers.server import Client

PART = 'Content-Disposition: form-data; name="{name}"'


def decoded(kind: str, body: bytes, query: str = "") -> dict[str, str]:
    context: Any = SimpleNamespace(query_string=query, body=body, headers=CIMultiDict({"Content-Type": kind}))
    return read_parameters(context)


def multipart(*parts: str) -> bytes:
    return "".join(f"--B\r\n{part}\r\n" for part in parts).encode() + b"--B--\r\n"


def test_a_form_is_read_in_both_ways_of_writing_it() -> None:
    both = {"f": "json", "Input_Text": "a\r\nb ü"}
    assert decoded("application/x-www-form-urlencoded", b"f=json&Input_Text=a%0D%0Ab+%C3%BC") == both
    body = multipart(*(f"{PART.format(name=name)}\r\n\r\n{value}" for name, value in both.items()))
    assert decoded("multipart/form-data; boundary=B", body) == both


def test_the_body_wins_over_the_query() -> None:
    found = decoded("application/x-www-form-urlencoded", b"f=pjson", "f=json&token=t")
    assert found == {"f": "pjson", "token": "t"}


def test_parts_inside_parts_without_end_are_survived() -> None:
    body = b"".join(b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (n, n + 1) for n in range(3000))
    assert decoded("multipart/form-data; boundary=0", body) == {}


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=B", "text/xml", "", "\udcff"])
@given(body=st.one_of(st.binary(), st.text().map(lambda text: multipart(f"{PART.format(name=text)}\r\n\r\n{text}"))))
def test_any_body_is_parameters(kind: str, body: bytes) -> None:
    found = decoded(kind, body)
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in found.items())


async def test_odd_requests_get_the_sites_own_answers(client: Client) -> None:
    path = "/arcgis/rest/services/Demo/GPServer/Echo"
    for kind, body in (
        ("multipart/form-data", b"\x00\xff"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--"),
        ("application/x-www-form-urlencoded", b"%zz=%\xff&&=&f=json"),
        ("application/json", b'{"f":"json"}'),
    ):
        response = await client.post(f"{path}/submitJob", data=body, headers={"Content-Type": kind})
        assert response.status == 200
        assert "X-Mockserver-Violations" not in response.headers or response.headers["X-Mockserver-Violations"] == "1"
    for name in ("f", "token", "callback", "returnMessages"):
        response = await client.get(f"{path}/jobs/j{9:032x}", params={name: "\x00\u2028<>'\""})
        assert response.status == 200
