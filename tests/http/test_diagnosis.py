"""What headers of ours say beside a refusal, and where the setting that turns them off leaves it."""

from __future__ import annotations

import pytest

from tests.drivers.ges import GRAPHS, TOKEN
from tests.drivers.server import Client, Serve

UNKNOWN = f"{GRAPHS}/film/jobs/1/status"


async def hints(client: Client) -> list[str]:
    async with client.get("/_control/requests") as answer:
        return [one.get("hint") for one in (await answer.json())["requests"]]


async def test_without_our_headers_the_journal_has_the_hint(serve: Serve) -> None:
    client = await serve(headers=False)
    async with client.get(UNKNOWN, headers=TOKEN) as answer:
        assert [name for name in answer.headers if name.startswith("X-Mockserver")] == []
    (hint,) = await hints(client)
    assert "has no graph 'film'" in hint


async def test_an_answer_that_a_fault_gives_has_no_hint(client: Client) -> None:
    await client.post("/_control/faults", json={"effect": {"status": 503}, "match": {"api": "ges"}})
    async with client.get(UNKNOWN, headers=TOKEN) as answer:
        assert (answer.status, answer.headers.get("X-Mockserver-Hint")) == (503, None)
    assert await hints(client) == [None]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x%0d%0aSet-Cookie:%20a", "'x\\\\r\\\\nSet-Cookie: a'"),
        ("%C3%BC%07", "'?\\\\x07'"),
        ("y" * 600, "'" + "y" * 300),
    ],
)
async def test_a_hint_is_one_short_line_of_ascii(client: Client, name: str, shown: str) -> None:
    async with client.get(f"{GRAPHS}/{name}/jobs/1/status", headers=TOKEN) as answer:
        hint = answer.headers["X-Mockserver-Hint"]
        assert "Set-Cookie" not in answer.headers
    assert hint.isascii() and hint.isprintable() and len(hint) <= 400
    assert shown.replace("\\\\", "\\") in hint


async def test_a_path_of_nobody_has_its_hint_in_header_and_body(client: Client) -> None:
    async with client.get("/nowhere") as answer:
        assert (await answer.json())["error"]["hint"] == answer.headers["X-Mockserver-Hint"]
