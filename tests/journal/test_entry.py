"""Secrets never leave the journal, in whatever form they came."""

from __future__ import annotations

import pytest

from mockserver.apis import APIS
from mockserver.journal.masking import current, learn
from mockserver.wire.charset import text_of

learn(APIS)


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "hunter2"}',
        '{"auth":{"password":{"user":{"name":"u","password":"hun\\"ter2"}}}}',
        "username=u&password=hunter2&f=json",
        "/a/b?f=json&token=hunter2",
        "/a#access_token=hunter2&state=x",
        "<CancelJob><wsId>1</wsId><pw>hunter2</pw></CancelJob>",
        '<ns0:pw xmlns:ns0="x">hunter2</ns0:pw>',
        'Content-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--x',
        "X-Esri-Authorization: Bearer hunter2",
        '{"obsParameters": {"accessKey": "hunter2", "secretKey": "hunter2"}}',
    ],
)
def test_a_secret_is_masked(text: str) -> None:
    masked = current().text(text)
    assert "hunter2" not in masked
    assert "ter2" not in masked
    assert "***" in masked


@pytest.mark.parametrize("text", ["/jobs/1?f=json", '{"pwd_hint": 1, "name": "pw"}', "<jobId>7</jobId>"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert current().text(text) == text


def test_secret_headers_are_masked_and_others_stay() -> None:
    headers = {"Authorization": "Basic eA==", "x-auth-token": "t", "Accept": "*/*", "Location": "/x?token=t"}
    assert dict(current().headers(headers)) == {
        "Authorization": "***",
        "x-auth-token": "***",
        "Accept": "*/*",
        "Location": "/x?token=***",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("named", [True, False])
def test_no_encoding_hides_a_secret(encoding: str, named: bool) -> None:
    body = "<CancelJob><wsId>1</wsId><pw>hunter2</pw></CancelJob>".encode(encoding)
    content_type = f'text/xml; charset="{encoding.removesuffix("-sig")}"' if named else ""
    if encoding == "utf-32-le" and not named:
        return  # nothing says what it is, and no reader would know
    masked = current().text(text_of(body, content_type))

    assert masked == "<CancelJob><wsId>1</wsId><pw>***</pw></CancelJob>"
