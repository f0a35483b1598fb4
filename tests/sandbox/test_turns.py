"""Long work in short pieces: what comes of it is what doing it at once would give, and others get their turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.sandbox import turns
from mockserver.sandbox.turns import Turn, in_order, in_time, in_turns


@given(st.lists(st.tuples(st.integers(0, 9), st.integers())), st.integers(1, 7))
def test_runs_put_in_order_and_merged_are_what_sorted_gives(items: list[tuple[int, int]], run: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turns, "RUN", run)
        found = asyncio.run(in_order(items, lambda one: one[0]))
    assert found == sorted(items, key=lambda one: one[0])


async def test_others_get_their_turn_after_each_piece() -> None:
    done: list[int] = []
    seen: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            done.append(number)
            yield number

    async def watch() -> None:
        while len(done) < 10:
            seen.append(len(done))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    assert [number async for number in in_turns(items(), 3)] == list(range(10))
    await watching
    assert seen == [3, 6, 9]


@pytest.mark.parametrize(("long", "turns"), [(-1.0, 10), (1e9, 0)])
async def test_others_get_their_turn_when_a_piece_has_been_long(
    monkeypatch: pytest.MonkeyPatch, long: float, turns: int
) -> None:
    monkeypatch.setattr("mockserver.sandbox.turns.LONG", long)
    seen = 0

    async def watch() -> None:
        nonlocal seen
        while True:
            await asyncio.sleep(0)
            seen += 1

    watching = asyncio.create_task(watch())
    assert [number async for number in in_time(range(10))] == list(range(10))
    watching.cancel()
    assert seen in (turns, turns - 1)
    assert Turn().is_long is (long < 0)
