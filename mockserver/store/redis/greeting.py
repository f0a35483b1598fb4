"""What is asked first over each connection: the time by the clock of Redis, and whether what lies there is ours."""

from __future__ import annotations

import asyncio
from typing import Any

from mockserver.store.base import ForeignStore
from mockserver.store.redis.redis_clock import RedisClock
from mockserver.store.redis.script import PREFIX, SCHEMA

_TYPES = {
    "schema": b"string",
    "lives": b"string",
    "names": b"hash",
    "ends": b"zset",
    "ready": b"string",
    "metrics": b"hash",
}
"""The keys that belong to no sandbox."""


async def greet(made: Any, clock: RedisClock) -> None:
    """Begin the clock of Redis; write down the form of what lies there, if none is.

    Args:
        made: a connection of redis-py that nobody else uses yet.

    Raises:
        ForeignStore: what lies there is none of ours; nothing was written.
    """
    loop = asyncio.get_running_loop()
    asked = loop.time()
    time, *types = await _answers(made, ("TIME",), *(("TYPE", PREFIX + name) for name in _TYPES))
    clock.begin(asked, loop.time(), time)
    for (name, wanted), found in zip(_TYPES.items(), types, strict=True):
        if found not in (wanted, b"none"):
            shown = f"{PREFIX}{name} there is a {found.decode()}, and this version has a {wanted.decode()} of that name"
            raise ForeignStore(shown)
    key = PREFIX + "schema"
    _, schema = await _answers(made, ("SET", key, SCHEMA, "NX"), ("GET", key))
    if schema != SCHEMA:
        shown = bytes(schema or b"").decode(errors="replace")[:40]
        raise ForeignStore(f"what lies there has the form {shown!r}, and this version writes {SCHEMA.decode()!r}")


async def _answers(made: Any, *commands: tuple[str | bytes, ...]) -> list[Any]:
    await made.send_packed_command(made.pack_commands(commands), check_health=False)
    return [await made.read_response() for _ in commands]
