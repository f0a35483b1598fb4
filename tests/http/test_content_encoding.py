"""Compressed bodies: any is what it was before, and none is taken apart further than a body may be long."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.errors import BodyTooLarge
from mockserver.http import content_encoding
from mockserver.http.content_encoding import decoded
from tests.drivers.server import Client

PLAIN = st.binary(max_size=300) | st.binary(min_size=1, max_size=9).map(lambda some: some * 5000)


def raw(body: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(body) + made.flush()


FORMS = {"gzip": ("gzip", gzip.compress), "zlib": ("deflate", zlib.compress), "raw": ("deflate", raw)}


@pytest.mark.parametrize("form", FORMS)
@given(body=PLAIN)
async def test_a_body_is_what_it_was(form: str, body: bytes) -> None:
    encoding, encode = FORMS[form]
    assert await decoded(encode(body), encoding, len(body)) == body
    if body:
        with pytest.raises(BodyTooLarge):
            await decoded(encode(body), encoding, len(body) - 1)


@pytest.mark.parametrize("form", FORMS)
async def test_a_long_one_is_taken_apart_beside_the_loop(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_encoding, "SMALL", 3)
    encoding, encode = FORMS[form]
    assert await decoded(encode(b"abc" * 9), encoding, 99) == b"abc" * 9


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"x"), ("gzip", gzip.compress(b"abc", mtime=0)[:-1]), ("deflate", b"xx"), ("deflate", zlib.compress(b"abc")[:-1]), ("br", b"x")],
)  # fmt: skip
async def test_what_is_not_in_its_encoding_is_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        await decoded(body, encoding, 99)


async def test_no_body_is_none_in_any_encoding() -> None:
    assert await decoded(b"", "gzip", 99) == b""


@pytest.mark.parametrize("form", FORMS)
async def test_a_client_may_send_either_form(client: Client, form: str) -> None:
    encoding, encode = FORMS[form]
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    body = encode(b'{"seconds": 5}')
    async with client.post("/_control/clock/advance", data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def test_a_bomb_is_too_large(client: Client) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    body = gzip.compress(bytes(client.services.settings.body_limit + 1))
    async with client.post("/_control/clock/advance", data=body, headers=headers) as answer:
        assert answer.status == 413
