"""Listening, and waiting until something has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mockserver.sandbox import events as events_module
from mockserver.sandbox.events import BACKLOG, STOP, Event, Events, Left, Stopped

News = Callable[[], list[Event]]
LONG = 60.0


class Waiter:
    """Waits for a number of looks or a kind of event, and remembers what it was told."""

    def __init__(self, *, looks: int = 0, event: str = "") -> None:
        self.looks = looks
        self.event = event
        self.looked = 0
        self.told: list[str] = []

    async def __call__(self, news: News) -> float | None:
        self.looked += 1
        self.told += [event["event"] for event in news()]
        return None if self.looked == self.looks or self.event in self.told else LONG


async def started(events: Events, waiter: Callable[[News], object], seconds: float = LONG) -> asyncio.Task[bool]:
    task = asyncio.ensure_future(events.wait_until(waiter, seconds))  # type: ignore[arg-type]
    while not events.listeners:
        await asyncio.sleep(0)
    return task


async def test_what_is_there_already_is_not_waited_for() -> None:
    events = Events()
    assert await events.wait_until(Waiter(looks=1), 0)
    assert not events.listeners


async def test_one_who_may_not_wait_looks_once() -> None:
    waiter = Waiter(looks=2)
    assert not await Events().wait_until(waiter, 0)
    assert waiter.looked == 1


async def test_one_looks_again_after_an_event_and_once_for_all_that_came_together() -> None:
    events, waiter = Events(), Waiter(event="c")
    task = await started(events, waiter)
    for name in ("a", "b", "c"):
        events.publish({"event": name})
    assert await task
    assert (waiter.looked, waiter.told) == (2, ["a", "b", "c"])
    assert not events.listeners


async def test_one_hears_what_happens_by_its_own_look() -> None:
    events = Events()
    told: list[Event] = []

    async def look(news: News) -> float | None:
        events.publish({"event": "own"})
        told.extend(news())
        return None if told else LONG

    assert await events.wait_until(look, 0)


async def test_one_looks_again_by_itself_when_it_said_so() -> None:
    looks = []

    async def look(_: News) -> float | None:
        looks.append(1)
        return None if len(looks) == 3 else 0.001

    assert await Events().wait_until(look, LONG)


async def test_the_end_ends_all_waiting_without_another_look() -> None:
    events, waiter = Events(), Waiter(event="never")
    task = await started(events, waiter)
    events.publish({"event": "a"})
    events.publish(STOP)
    with pytest.raises(Stopped):
        await task
    assert (waiter.looked, events.listeners) == (1, set())


async def test_one_whose_client_has_gone_looks_no_more() -> None:
    looks = []

    async def look(_: News) -> float | None:
        looks.append(1)
        return 0.001

    with pytest.raises(Left):
        await Events().wait_until(look, LONG, lambda: len(looks) == 2)
    assert len(looks) == 2


async def test_those_who_wait_look_seldom_however_much_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "LONGEST_GAP", 0.0)
    events, waiter = Events(), Waiter(event="end")
    task = await started(events, waiter)
    for _ in range(100):
        events.publish({"event": "a"})
        await asyncio.sleep(0)
    often = waiter.looked
    monkeypatch.setattr(events_module, "LONGEST_GAP", LONG)
    monkeypatch.setattr(events_module, "GAP", 0.01)
    for _ in range(100):
        events.publish({"event": "a"})
        await asyncio.sleep(0)
    events.publish({"event": "end"})

    assert await task
    assert often > 20
    assert waiter.looked < often + 10
    assert len(waiter.told) == 201


async def test_one_who_does_not_keep_up_loses_the_oldest() -> None:
    events = Events()
    queue = events.listen()
    for number in range(BACKLOG + 2):
        events.publish({"event": str(number)})
    assert (queue.qsize(), queue.get_nowait()["event"]) == (BACKLOG, "2")
    events.ignore(queue)
    assert not events.listeners
