"""The journal is gone through in parts, however much it holds, and what is found is as if it had been read at once."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.store.base import Store
from mockserver.store.entries import PART, Part
from tests.drivers.server import Client

REQUESTS = 12


@pytest.fixture
async def client(client_of_each: Client) -> Client:
    for number in range(REQUESTS):
        await client_of_each.get("/arcgis/rest/services", params={"f": "json", "n": str(number)})
    return client_of_each


@pytest.fixture
def parts(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """What steps of the store have read of the journal, none of which reads more than five entries."""
    found: list[Part] = []
    read = client.services.store.entries

    async def entries(sandbox: str, *span: Any, newest: bool = False, limit: int = PART) -> Part:
        found.append(await read(sandbox, *span, newest=newest, limit=min(limit, 5)))
        return found[-1]

    monkeypatch.setattr(client.services.store, "entries", entries)
    return found


async def listed(client: Client, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = await (await client.get("/_control/requests", params=query)).json()
    return found


async def numbers_of(store: Store) -> list[int]:
    return [entry.number for entry in (await store.entries("default")).entries]


async def test_who_asks_for_one_request_reads_one(client: Client, parts: list[Part]) -> None:
    numbers = await numbers_of(client.services.store)
    parts.clear()
    page = await listed(client, limit="1")
    assert [len(part.entries) for part in parts] == [1]
    assert ([one["number"] for one in page["requests"]], page["total"]) == ([numbers[0] + REQUESTS - 1], REQUESTS)
    page = await listed(client, limit="2", cursor=page["cursor"], since=str(numbers[1]))
    assert [len(part.entries) for part in parts] == [1, 2]
    assert [one["number"] for one in page["requests"]] == [numbers[0] + REQUESTS - 2, numbers[0] + REQUESTS - 3]
    assert (page["total"], page["dropped"]) == (REQUESTS - 3, 0)


async def test_a_filter_looks_at_all_of_it_in_parts(client: Client, parts: list[Part]) -> None:
    page = await listed(client, limit="2", status="200")
    assert [len(part.entries) for part in parts] == [5, 5, 2]
    assert (len(page["requests"]), page["total"]) == (2, REQUESTS)


@pytest.mark.parametrize("limit", [{}, {"limit": "7"}])
async def test_exports_are_read_in_parts_oldest_first(client: Client, parts: list[Part], limit: dict[str, str]) -> None:
    wanted = [f"n={number}" for number in range(REQUESTS)][-int(limit.get("limit", REQUESTS)) :]
    har = await (await client.get("/_control/requests", params={"format": "har", **limit})).json()
    assert [one["request"]["url"].rpartition("&")[2] for one in har["log"]["entries"]] == wanted
    curl = await (await client.get("/_control/requests", params={"format": "curl", **limit})).text()
    assert [one for one in wanted if one in curl] == wanted
    assert max(len(part.entries) for part in parts) == 5


async def test_a_verdict_and_its_near_misses_are_of_all_parts(client: Client, parts: list[Part]) -> None:
    body = {"match": {"path": "/arcgis/*"}, "count": REQUESTS}
    answer = await (await client.post("/_control/requests/verify", json=body)).json()
    assert (answer["verified"], answer["count"]) == (True, REQUESTS)
    assert [len(part.entries) for part in parts] == [5, 5, 2]

    body = {"order": [{"path": "/arcgis/*"}, {"status": 404}]}
    response = await client.post("/_control/requests/verify", json=body)
    assert response.status == 409
    said = await response.json()
    assert len(said["near"]) == 3
    assert max(len(part.entries) for part in parts) == 5


async def test_what_the_ring_drops_meanwhile_is_just_not_there(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    store, read = client.services.store, client.services.store.entries
    numbers = await numbers_of(store)

    async def entries(sandbox: str, *span: Any, newest: bool = False, limit: int = PART) -> Part:
        found = await read(sandbox, *span, newest=newest, limit=min(limit, 5))
        last = (await read(sandbox, newest=True, limit=1)).entries[0]
        # Two requests more, for which the two oldest go.
        for number in (last.number + 1, last.number + 2):
            await store.record(sandbox, last._replace(number=number), REQUESTS)
        return found

    monkeypatch.setattr(store, "entries", entries)
    answer = await (await client.post("/_control/requests/verify", json={"match": {}, "count": {"atLeast": 1}})).json()
    assert answer["requests"] == numbers
    newest = (await read("default", newest=True, limit=1)).last
    har = await (await client.get("/_control/requests", params={"format": "har", "limit": "1000"})).json()
    # From the newest on: 5, 5, and of the last two none is left after four are gone.
    assert len(har["log"]["entries"]) == 10
    assert (await read("default")).last > newest
