"""What is published on a channel, heard over a connection of its own.

Rules a maintainer must keep:

1. Every step has an end: one over which nothing comes is asked whether it is there, and is given up when nothing comes
   to that; another takes its place.
2. Nothing that comes, and nothing that Redis refuses, ends the hearing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from redis.exceptions import RedisError, ResponseError

from mockserver.store.redis import connection

log = logging.getLogger("mockserver")

QUIET = 3.0
"""Real seconds without a word after which a connection is asked whether it is there."""


async def listen(
    make: Callable[[], Any], channel: str, attends: Callable[[], None], hear: Callable[[bytes], Awaitable[None]]
) -> None:
    """Hear what is published on a channel until cancelled (see `SharedStore.listen`).

    Args:
        make: makes a connection of redis-py.
    """
    told = ""

    def attended() -> None:
        nonlocal told
        told = ""
        attends()

    while True:
        made = make()
        try:
            await _hear_until_silent(made, channel, attended, hear)
        except ResponseError as error:
            # Of what else goes wrong the connection over which steps are taken tells.
            if str(error) != told:
                log.error("what other servers do is not heard: the store refuses: %s", error)
                told = str(error)
        except (RedisError, OSError):
            pass
        finally:
            with contextlib.suppress(RedisError, OSError):
                await made.disconnect(nowait=True)
        await asyncio.sleep(connection.REST)


async def _hear_until_silent(
    made: Any, channel: str, attends: Callable[[], None], hear: Callable[[bytes], Awaitable[None]]
) -> None:
    async with asyncio.timeout(connection.PATIENCE):
        await made.connect()
    await _ask(made, "SUBSCRIBE", channel)
    is_asked = True
    while True:
        patience = connection.PATIENCE if is_asked else QUIET
        said = await made.read_response(timeout=patience, disconnect_on_error=False)
        if said is None and is_asked:
            raise TimeoutError
        is_asked = said is None
        if is_asked:
            await _ask(made, "PING")
        elif said[0] == b"subscribe":
            attends()
        elif said[0] == b"message":
            await hear(said[2])


async def _ask(made: Any, *words: str) -> None:
    async with asyncio.timeout(connection.PATIENCE):
        await made.send_command(*words)
