"""The packaged viewer: its files are those that were published, and nothing else is served."""

from __future__ import annotations

import hashlib

import pytest

from mockserver.control.viewer.files import FILES
from tests.drivers.server import Client, Serve

PUBLISHED = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}
"""SHA-256 of the files of `swagger-ui-dist` 5.35.0, as npm has them."""


@pytest.mark.parametrize(("name", "digest"), PUBLISHED.items())
def test_a_packaged_file_is_the_published_one(name: str, digest: str) -> None:
    assert name in FILES.names
    assert hashlib.sha256(FILES.answer(name).body).hexdigest() == digest


async def test_the_page_may_load_nothing_from_elsewhere(client: Client) -> None:
    answer = await client.get("/_control/docs")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "connect-src 'self'" in policy
    assert "http" not in policy and "http" not in await answer.text()


async def test_the_page_is_for_everybody_and_the_documents_are_not(serve: Serve) -> None:
    client = await serve(control_token="open sesame")
    assert (await client.get("/_control/docs")).status == 200
    assert (await client.get("/_control/docs/viewer.js")).status == 200
    assert (await client.get("/_control/openapi.json")).status == 401


@pytest.mark.parametrize("name", ["..%2Ffiles.py", "%2Fetc%2Fpasswd", "files.py", "viewer"])
async def test_nothing_else_is_served(client: Client, name: str) -> None:
    assert (await client.get(f"/_control/docs/{name}")).status == 404
