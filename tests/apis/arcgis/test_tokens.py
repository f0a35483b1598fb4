"""Tokens as values: life, binding, positions, and that they are drawn from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.apis.arcgis import tokens
from mockserver.apis.arcgis.tokens import Binding, InvalidToken, Token
from mockserver.core.ids import Ids

NOW = 1_000_000.0


class Shelf:
    """Records in a dict."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}
        self.drawn = 0

    async def get(self, collection: str, key: str) -> Any:
        return self.kept.get((collection, key))

    async def put(self, collection: str, key: str, value: Any) -> None:
        self.kept[collection, key] = value

    async def replace(self, collection: str, key: str, old: Any, new: Any) -> bool:
        if self.kept.get((collection, key)) != old:
            return False
        if new is None:
            del self.kept[collection, key]
        else:
            self.kept[collection, key] = new
        return True

    async def all(self, collection: str) -> Mapping[str, Any]:
        return {key: value for (kind, key), value in self.kept.items() if kind == collection}

    async def count(self, _: str) -> int:
        self.drawn += 1
        return self.drawn


async def made(shelf: Shelf, *, minutes: float = 60, real: float = 0.0, bound: Binding | None = None) -> Token:
    return await tokens.mint(
        shelf,
        Ids(seed=7),
        shelf.count,
        username="alice",
        now=NOW,
        minutes=minutes,
        real_seconds=real,
        bound=bound or Binding(),
    )


async def is_good(shelf: Shelf, token: Token, at: float, **more: Any) -> bool:
    client = {"referer": None, "address": "127.0.0.1", "strict": False, **more}
    try:
        await tokens.judge(shelf, token.value, now=at, **client)
    except InvalidToken:
        return False
    return True


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [(None, 60), ("", 60), ("5", 5), ("1.5", 1.5), ("20160", 1000), ("x", 60), ("0", 60), ("-1", 60), ("nan", 60)],
)
def test_a_token_lives_as_long_as_asked_within_the_cap(asked: str | None, minutes: float) -> None:
    assert tokens.lifetime(asked, default=60, cap=1000) == minutes


def test_the_default_is_capped_too() -> None:
    assert tokens.lifetime(None, default=60, cap=30) == 30


async def test_it_is_good_until_it_expires() -> None:
    shelf = Shelf()
    token = await made(shelf)
    assert token.expires_ms == (NOW + 3600) * 1000
    assert [await is_good(shelf, token, NOW + at) for at in (0, 3599.9, 3600, 99999)] == [True, True, False, False]


async def test_it_can_die_before_it_was_told_to() -> None:
    shelf = Shelf()
    token = await made(shelf, real=2.0)
    assert token.expires == NOW + 3600
    assert [await is_good(shelf, token, NOW + at) for at in (1.9, 2.0)] == [True, False]


async def test_nobody_knows_a_token_nobody_made() -> None:
    with pytest.raises(InvalidToken):
        await tokens.judge(Shelf(), "None", now=NOW, referer=None, address="127.0.0.1", strict=False)


async def test_the_same_seed_gives_the_same_tokens_and_no_two_alike() -> None:
    first = [(await made(shelf)).value for shelf in [Shelf()] for _ in range(3)]
    second = [(await made(shelf)).value for shelf in [Shelf()] for _ in range(3)]
    assert first == second
    assert len(set(first)) == 3


async def test_the_dead_are_swept_away() -> None:
    shelf = Shelf()
    old = await made(shelf, minutes=1)
    shelf.drawn = tokens.SWEEP - 1
    await tokens.mint(
        shelf, Ids(seed=7), shelf.count, username="bob", now=NOW + 61, minutes=1, real_seconds=0, bound=Binding()
    )
    assert [record["username"] for record in (await shelf.all(tokens.COLLECTION)).values()] == ["bob"]
    assert await shelf.get(tokens.COLLECTION, old.value) is None


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        # As core asks (captures w13): nothing said, so the request's own Referer counts.
        ({}, Binding(referer="http://page")),
        ({"client": "referer", "referer": "http"}, Binding(referer="http")),
        ({"client": "referrer", "referer": "http"}, Binding(referer="http")),
        ({"client": "referer"}, Binding(referer="http://page")),
        ({"client": "requestip"}, Binding(address="10.0.0.1")),
        ({"client": "ip", "ip": "10.0.0.9"}, Binding(address="10.0.0.9")),
        ({"client": "ip"}, Binding(address="10.0.0.1")),
    ],
)
def test_the_client_a_token_is_for(given: dict[str, str], bound: Binding) -> None:
    assert tokens.binding(given, "http://page", "10.0.0.1") == bound


@pytest.mark.parametrize(
    ("bound", "referer", "strict", "holds"),
    [
        (Binding(), None, True, True),
        (Binding(referer="http"), "http", True, True),
        (Binding(referer="http"), None, True, False),
        (Binding(referer="http"), None, False, True),
        (Binding(referer="http"), "@esri/arcgis-rest-js", True, False),
        (Binding(referer="https://app.example"), "https://app.example/page?x=1", True, True),
        (Binding(referer="https://app.example/"), "https://APP.example", True, True),
        (Binding(referer="https://app.example"), "https://app.example.invalid", True, False),
        (Binding(address="10.0.0.1"), None, False, True),
        (Binding(address="10.0.0.2"), None, False, False),
    ],
)
def test_a_binding_holds_for_its_own_client(bound: Binding, referer: str | None, strict: bool, holds: bool) -> None:
    assert bound.holds(referer, "10.0.0.1", strict=strict) is holds


@pytest.mark.parametrize(
    ("parameters", "headers", "found"),
    [
        ({}, {}, None),
        ({"token": ""}, {}, None),
        ({"token": "a"}, {"X-Esri-Authorization": "Bearer b"}, "a"),
        ({"token": ""}, {"X-Esri-Authorization": "Bearer b"}, "b"),
        ({}, {"X-Esri-Authorization": "bearer b"}, "b"),
        ({}, {"Authorization": "Bearer c"}, "c"),
        ({}, {"Authorization": "Basic YTpi"}, None),
        # What the Python client sends once after its token has gone.
        ({}, {"X-Esri-Authorization": "Bearer None"}, "None"),
    ],
)
def test_where_a_token_is_looked_for(parameters: dict[str, str], headers: dict[str, str], found: str | None) -> None:
    assert tokens.presented(parameters, headers) == found
