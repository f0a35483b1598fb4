"""The one connection to Redis of a process, over which steps follow each other without waiting for answers.

redis-py connects (address, user, TLS, database); from then on what is asked in one turn of the loop is written at once,
and hiredis reads what comes back: a step costs a fraction of what redis-py's own reader and writer take for it.

Rules a maintainer must keep:

1. Every step has an end: within `PATIENCE` there is an answer, or `Unavailable`.
2. No step is sent twice, unless Redis says that it was not done: who cannot tell says so, and the asker decides.
3. A connection that has lost its place is closed; the next step opens another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from hiredis import ProtocolError, Reader, pack_command
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from mockserver.core.errors import Unavailable
from mockserver.store.base import ForeignStore
from mockserver.store.redis.greeting import greet
from mockserver.store.redis.redis_clock import AGAIN, RedisClock
from mockserver.store.redis.refusals import Late, Told, Unwilling, problem, refusal
from mockserver.store.redis.script import PREFIX, Script

log = logging.getLogger("mockserver")

PATIENCE = 2.0
"""Real seconds a step may take, a connection's opening too."""

DOUBT = 0.2
"""Real seconds that an answer has in which to be read, once it is late."""

REST = 0.25
"""Real seconds during which nobody tries again what has just failed."""

Argument = str | bytes | int | float

_pack: Callable[[tuple[Argument, ...]], bytes] = pack_command  # type: ignore[assignment]

_NOTHING = object()
"""What there is to read when no answer is whole."""


class _Wire(asyncio.Protocol):
    """Cuts what comes into answers.

    Attributes:
        given_up: what still comes is nobody's.
    """

    def __init__(self, hear: Callable[[Any], None], lost: Callable[[object], None]) -> None:
        self.given_up = False
        self._hear = hear
        self._lost = lost
        self._reader = Reader(replyError=_refusal, notEnoughData=_NOTHING)

    def data_received(self, data: bytes) -> None:
        reader, hear = self._reader, self._hear
        reader.feed(data)
        try:
            while not self.given_up and (answer := reader.gets()) is not _NOTHING:
                hear(answer)
        except ProtocolError as error:
            self._lost(error)

    def connection_lost(self, error: Exception | None) -> None:
        self._lost(error or "it has closed the connection")


class Connection:
    """Sends steps and hands out their answers; opens itself when needed, and again after a failure.

    Attributes:
        pool: what its address says.
        make: makes a connection of redis-py to that address.
        told: which refusals the log has a line for.
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
        make: Callable[[], Any] = self.pool.make_connection
        self.make = make
        try:
            make()
        except (TypeError, RedisError) as error:
            raise ValueError(str(error).rpartition("() ")[2]) from None
        self._opening = asyncio.Lock()
        self._open: Any = None
        self._transport: Any = None
        self._wire: _Wire | None = None
        self._leaving: asyncio.Future[None] | None = None
        self._out: list[bytes] = []
        self._asked: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._doubted: asyncio.Future[Any] | None = None
        self._clock = RedisClock()
        self.told = Told()
        self._why = ""
        self._was_open = False
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
            made = self.make()
            try:
                async with asyncio.timeout(PATIENCE):
                    await made.connect()
                    await greet(made, self._clock)
            except BaseException as error:
                with contextlib.suppress(Exception):
                    await made.disconnect(nowait=True)
                if isinstance(error, TimeoutError | RedisError | OSError):
                    raise self._rest(error) from None
                if isinstance(error, ForeignStore):
                    self._rest(error)
                raise
            if self._why:
                log.warning("the store is back")
                self._why = ""
            # The one look inside redis-py: all that it has asked is answered, and from here on the socket is ours.
            self._transport, self._wire = made._writer.transport, _Wire(self._hear, partial(self._break, of=made))
            self._transport.set_protocol(self._wire)
            self._open, self._was_open = made, True

    async def close(self) -> None:
        """Let go of the connection; all that was asked over it has failed."""
        connection, self._open = self._open, None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._fail("the store is closed")
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
        if self._open is None:
            await self._open_again()
        loop = asyncio.get_running_loop()
        began = loop.time()
        if began - self._clock.looked > AGAIN:
            self._clock.looked = began
            self._send(loop, ("TIME",)).add_done_callback(partial(self._looked_at_clock, loop, began))
        looked = False
        try:
            while True:
                until = f"{self._clock.at(began) + PATIENCE:.6f}"
                try:
                    return await self.ask("EVALSHA", script.name, 1, PREFIX, until, sandbox, *arguments)
                except NoScriptError:
                    return await self.ask("EVAL", script.text, 1, PREFIX, until, sandbox, *arguments)
                except Late:
                    asked = loop.time()
                    if looked or asked - began >= PATIENCE:
                        raise
                # It is not late by our clock: that of Redis was put right.
                said = await self.ask("TIME")
                self._clock.correct(asked, loop.time(), said)
                looked = True
        except Unwilling as error:
            self.told.tell(error)
            raise

    def _looked_at_clock(self, loop: asyncio.AbstractEventLoop, asked: float, answer: asyncio.Future[Any]) -> None:
        if not answer.cancelled() and answer.exception() is None:
            self._clock.correct(asked, loop.time(), answer.result())

    async def ask(self, *command: Argument) -> Any:
        """Send a command; return its answer.

        Raises:
            As `run`.
        """
        if self._open is None:
            await self._open_again()
        loop = asyncio.get_running_loop()
        answer = self._send(loop, command)
        if self._watch is None:
            self._watch = loop.call_later(PATIENCE, self._look)
        return await answer

    def tell(self, *command: Argument) -> None:
        """Send a command, and wait for nothing; it is not sent when there is no connection."""
        if self._open is not None:
            self._send(asyncio.get_running_loop(), command).add_done_callback(_ignored)

    async def _open_again(self) -> None:
        try:
            await self.open()
        except ForeignStore:
            # Who starts is told that it is not ours; who runs has no store until it is again.
            raise Unavailable(self._why) from None

    def _send(self, loop: asyncio.AbstractEventLoop, command: tuple[Argument, ...]) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = loop.create_future()
        # First, for it fails on what is no text (a lone surrogate): nobody must wait for an answer to that.
        self._put(loop, command)
        self._asked.append((loop.time(), answer))
        return answer

    def _put(self, loop: asyncio.AbstractEventLoop, command: tuple[Argument, ...]) -> None:
        """Write a command together with what others ask in this turn of the loop."""
        if not self._out:
            loop.call_soon(self._write)
        self._out.append(_pack(command))

    def _write(self) -> None:
        # Nothing is left of it when the connection broke in the same turn.
        if not self._out:
            return
        if self._transport.is_closing():
            self._break("it has closed the connection")
            return
        self._transport.write(b"".join(self._out))
        self._out.clear()

    def _hear(self, answer: Any) -> None:
        """Hand out an answer; they come in the order of what was asked."""
        _, asked = self._asked.popleft()
        if asked.done():
            return
        if isinstance(answer, Exception):
            asked.set_exception(answer)
        else:
            asked.set_result(answer)

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
        self._leaving = asyncio.ensure_future(connection.disconnect(nowait=True))
        self._fail(str(self._rest(error)))

    def _fail(self, problem: str) -> None:
        """Fail all that was asked; what still comes over the wire answers nothing."""
        if self._wire is not None:
            self._wire.given_up = True
        self._out.clear()
        asked, self._asked = self._asked, deque()
        for _, answer in asked:
            if not answer.done():
                answer.set_exception(Unavailable(problem))

    def _rest(self, error: object) -> Unavailable:
        """Remember why the store is away; return what is said of it."""
        why = problem(error, PATIENCE)
        # Who has never had it is about to say so himself.
        if self._was_open and not self._why:
            log.error("%s", why)
        self._why = why
        self._resting_until = asyncio.get_running_loop().time() + REST
        return Unavailable(why)


def _refusal(text: str) -> Exception:
    return refusal(text, PATIENCE)


def _ignored(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled():
        answer.exception()
