"""Stores by name, for tests that hold over each of them."""

from __future__ import annotations

from mockserver.store.base import Store
from mockserver.store.memory import MemoryStore
from tests.drivers.redis import RedisServer, store_in
from tests.store.yielding import YieldingStore

STORES = ("memory", "yielding", "redis")
"""What a server's store may be: one that never waits, one that lets everybody else run before each step, a Redis."""


def store_of(kind: str, redis: RedisServer | None) -> Store:
    """Return an empty store: `memory`, `yielding` or `redis`."""
    if kind == "memory":
        return MemoryStore()
    if kind == "yielding":
        return YieldingStore()
    assert redis is not None
    return store_in(redis)
