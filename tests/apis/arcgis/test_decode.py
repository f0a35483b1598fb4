"""Requests as they come: whatever a client sends, there are parameters, and an answer in the site's own words."""

from __future__ import annotations

import time
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


HEADS = {
    "plain": (PART.format(name="a"), "1", {"a": "1"}),
    "a file": (PART.format(name="a") + '; filename="x.txt"\r\nContent-Type: text/plain', "1", {"a": "x.txt"}),
    "coded": (PART.format(name="a") + "\r\nContent-Transfer-Encoding: base64", "MQ==", {"a": "1"}),
    "any letter case": ("content-DISPOSITION: form-data; NAME=a", "1", {"a": "1"}),
    "a boundary in a line": (PART.format(name="a"), "x--B", {"a": "x--B"}),
    "a longer boundary": (PART.format(name="a"), "x\r\n--Bx", {"a": "x\r\n--Bx"}),
    "no name": ("Content-Disposition: form-data", "1", {}),
    "no head": ("", "1", {}),
    "a head that is too long": (PART.format(name="a" * 1100), "1", {}),
    "nothing": (PART.format(name="a"), "", {"a": ""}),
}


@pytest.mark.parametrize("case", HEADS)
@pytest.mark.parametrize("end", ["\r\n", "\n"], ids=repr)
def test_a_part_is_what_its_head_says(case: str, end: str) -> None:
    head, value, wanted = HEADS[case]
    body = multipart(f"{head}\r\n\r\n{value}").decode().replace("\r\n", end).encode()
    found = decoded("multipart/form-data; boundary=B", b"before" + end.encode() + body + b"--B after")
    assert {name: text.replace("\n", "\r\n") if end == "\n" else text for name, text in found.items()} == wanted


def test_so_many_parts_are_read() -> None:
    body = multipart(*(f"{PART.format(name=number)}\r\n\r\n1" for number in range(1001)))
    assert list(decoded("multipart/form-data; boundary=B", body)) == [str(number) for number in range(1000)]


def test_a_long_head_costs_no_time() -> None:
    began = time.process_time()
    head = 'Content-Disposition: form-data; name="' + "a;" * 200_000
    assert decoded("multipart/form-data; boundary=B", multipart(f'{head}"\r\n\r\n1')) == {}
    assert decoded("multipart/form-data; boundary=B", multipart(*["a"] * 300_000)) == {}
    assert time.process_time() - began < 5  # it was some thousand times as long


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
