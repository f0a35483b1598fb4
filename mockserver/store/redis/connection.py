"""The one connection to Redis of a process, over which steps follow each other without waiting for answers.

Rules a maintainer must keep:

1. Every step has an end: within `PATIENCE` there is an answer, or `Unavailable`.
2. No step is sent twice: who cannot tell whether it was done says so, and the asker decides.
3. A connection that has lost its place is closed; the next step opens another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import ConnectionPool
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from mockserver.core.errors import Unavailable
from mockserver.store.base import ForeignStore, Over
from mockserver.store.redis.script import LATE, OVER, PREFIX, Script

log = logging.getLogger("mockserver")

PATIENCE = 2.0
"""Real seconds a step may take, a connection's opening too."""

DOUBT = 0.2
"""Real seconds that an answer has in which to be read, once it is late."""

REST = 0.25
"""Real seconds during which nobody tries again what has just failed."""

SCHEMA = b"1"
"""Of what lies in the store; whoever writes other keys, or the same in another form, counts on."""

Argument = str | bytes | int | float


class Connection:
    """Sends steps and hands out their answers; opens itself when needed, and again after a failure.

    Attributes:
        pool: makes connections of this kind.
    """

    def __init__(self, url: str) -> None:
        """Take an address.

        Raises:
            ValueError: it is none.
        """
        self.pool = ConnectionPool.from_url(
            url,
            protocol=2,
            socket_timeout=None,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._opening = asyncio.Lock()
        self._open: Any = None
        self._tasks: Sequence[asyncio.Task[None]] = ()
        self._leaving: asyncio.Future[None] | None = None
        self._out: list[tuple[Argument, ...]] = []
        self._some = asyncio.Event()
        self._asked: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._doubted: asyncio.Future[Any] | None = None
        self._ahead = 0.0
        self._why = ""
        self._resting_until = 0.0

    async def open(self) -> None:
        """Connect, if there is no connection.

        Raises:
            Unavailable: it cannot be reached, or does not answer.
            ForeignStore: what lies there is none of ours.
        """
        if self._open is not None:
            return
        async with self._opening:
            if self._open is not None:
                return
            if asyncio.get_running_loop().time() < self._resting_until:
                raise Unavailable(self._why)
            make: Callable[[], Any] = self.pool.make_connection
            made = make()
            try:
                async with asyncio.timeout(PATIENCE):
                    await made.connect()
                    await self._greet(made)
            except BaseException as error:
                with contextlib.suppress(Exception):
                    await made.disconnect(nowait=True)
                if isinstance(error, TimeoutError | RedisError | OSError):
                    raise self._rest(error) from None
                raise
            if self._why:
                log.warning("the store is back")
                self._why = ""
            self._open = made
            self._tasks = [asyncio.create_task(self._write(made)), asyncio.create_task(self._read(made))]

    async def _greet(self, made: Any) -> None:
        began = time.time()
        commands = (("TIME",), ("SET", PREFIX + "schema", SCHEMA, "NX"), ("GET", PREFIX + "schema"))
        await made.send_packed_command(made.pack_commands(commands), check_health=False)
        (seconds, micros), _, schema = [await made.read_response() for _ in commands]
        # Deadlines are told by the clock of Redis, which need not be ours.
        self._ahead = float(seconds) + float(micros) / 1e6 - (began + time.time()) / 2
        if schema != SCHEMA:
            shown = bytes(schema or b"").decode(errors="replace")[:40]
            raise ForeignStore(f"what lies there has the form {shown!r}, and this version writes {SCHEMA.decode()!r}")

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._open = self._open, None
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._watch is not None:
            self._watch.cancel()
        if self._leaving is not None:
            await asyncio.wait([self._leaving])
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def run(self, script: Script, sandbox: str, *arguments: Argument) -> Any:
        """Take a step; return what the script returns.

        Raises:
            Over: the life of the sandbox is over.
            Unavailable: there was no answer in time. If it was not done by then, it never is.
        """
        until = f"{time.time() + self._ahead + PATIENCE:.6f}"
        try:
            return await self.ask("EVALSHA", script.name, 1, PREFIX, until, sandbox, *arguments)
        except NoScriptError:
            return await self.ask("EVAL", script.text, 1, PREFIX, until, sandbox, *arguments)

    async def ask(self, *command: Argument) -> Any:
        """Send a command; return its answer.

        Raises:
            As `run`.
        """
        if self._open is None:
            await self.open()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._asked.append((loop.time(), answer))
        self._out.append(command)
        self._some.set()
        if self._watch is None:
            self._watch = loop.call_later(PATIENCE, self._look)
        return await answer

    def tell(self, *command: Argument) -> None:
        """Send a command, and wait for nothing; it is not sent when there is no connection."""
        if self._open is not None:
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_ignored)
            self._asked.append((asyncio.get_running_loop().time(), answer))
            self._out.append(command)
            self._some.set()

    async def listen(
        self, prefix: str, attends: Callable[[], None], hear: Callable[[str, bytes], Awaitable[None]]
    ) -> None:
        """Hear what is published on channels of a prefix, over a connection of its own (see `SharedStore.listen`)."""
        while True:
            heard = PubSub(self.pool)
            leave: Callable[[], Awaitable[None]] = heard.aclose
            try:
                await heard.psubscribe(f"{prefix}*")
                async for message in heard.listen():
                    if message["type"] == "psubscribe":
                        attends()
                    elif message["type"] == "pmessage":
                        await hear(message["channel"].decode().removeprefix(prefix), message["data"])
            except (RedisError, OSError):
                await asyncio.sleep(REST)
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await leave()

    async def _write(self, connection: Any) -> None:
        """Send what is asked, all that has gathered at once."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                out, self._out = self._out, []
                await connection.send_packed_command(connection.pack_commands(out), check_health=False)
        except (RedisError, OSError) as error:
            self._break(error, connection)

    async def _read(self, connection: Any) -> None:
        """Hand out answers, which come in the order of what was asked."""
        try:
            while True:
                answer: Any
                try:
                    answer = await connection.read_response(disconnect_on_error=False)
                except ResponseError as error:
                    answer = _refusal(error)
                _, asked = self._asked.popleft()
                if asked.done():
                    continue
                if isinstance(answer, Exception):
                    asked.set_exception(answer)
                else:
                    asked.set_result(answer)
        except (RedisError, OSError) as error:
            self._break(error, connection)

    def _look(self) -> None:
        """Give up a connection whose oldest question has waited too long; look again when the next will have."""
        self._watch, doubted, self._doubted = None, self._doubted, None
        if not self._asked:
            return
        loop = asyncio.get_running_loop()
        asked, answer = self._asked[0]
        left = asked + PATIENCE - loop.time()
        if left <= 0 and doubted is answer:
            self._break(TimeoutError())
            return
        if left <= 0:
            # It may be this process that was held up, and the answer be here: it has its turn first.
            self._doubted, left = answer, DOUBT
        self._watch = loop.call_later(left, self._look)

    def _break(self, error: object, of: Any = None) -> None:
        """Give up the connection, or that one if it still is it; all that was asked over it has failed."""
        connection = self._open
        if connection is None or of not in (None, connection):
            return
        self._open = None
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._leaving = asyncio.ensure_future(connection.disconnect(nowait=True))
        problem = str(self._rest(error))
        self._out.clear()
        asked, self._asked = self._asked, deque()
        for _, answer in asked:
            if not answer.done():
                answer.set_exception(Unavailable(problem))

    def _rest(self, error: object) -> Unavailable:
        """Remember why the store is away; return what is said of it."""
        slow = isinstance(error, TimeoutError)
        why = f"the store gave no answer within {PATIENCE:g} s" if slow else f"the store cannot be reached: {error}"
        if not self._why:
            log.error("%s", why)
        self._why = why
        self._resting_until = asyncio.get_running_loop().time() + REST
        return Unavailable(why)


def _ignored(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled():
        answer.exception()


def _refusal(error: ResponseError) -> Exception:
    """Return what an answer that refuses means."""
    word = str(error).partition(" ")[0]
    if word == OVER:
        return Over("the life of the sandbox is over")
    if word == LATE:
        return Unavailable(f"the store gave no answer within {PATIENCE:g} s")
    if isinstance(error, NoScriptError) or word in ("ERR", "WRONGTYPE") or "user_script" in str(error):
        return error
    # Full, read only, loading: it is there and cannot do it.
    return Unavailable(f"the store refuses: {error}")
