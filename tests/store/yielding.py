"""A store that lets everybody else run before each of its steps, as a store over a network does."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from mockserver.store.memory import MemoryStore


class YieldingStore(MemoryStore):
    """The memory store, with `asyncio.sleep(0)` before each method."""


def _yielding(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(step)
    async def later(*args: Any, **options: Any) -> Any:
        await asyncio.sleep(0)
        return await step(*args, **options)

    return later


for _name, _step in inspect.getmembers(MemoryStore, inspect.iscoroutinefunction):
    setattr(YieldingStore, _name, _yielding(_step))
