"""Signals that come while a command runs: handed on to it, or taken as the end of all of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any, TypeVar

from mockserver.exercise.process import status_of

T = TypeVar("T")

FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH")
"""Signals that are the command's, as far as this system has them."""

_FROM_A_KEY = ("SIGINT", "SIGQUIT", "SIGWINCH")
"""Signals that a terminal sends to all of its foreground processes by itself."""

_IDLE = ("SIGUSR1", "SIGUSR2", "SIGWINCH")
"""Signals that ask nobody to end."""


@contextlib.contextmanager
def taken(numbers: Iterable[signal.Signals], take: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Let a function take signals in the running loop."""
    loop = asyncio.get_running_loop()
    handled = []
    for number in numbers:
        # Windows has no such handlers; Ctrl-C reaches the command there by itself.
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, take, number)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


class Recipient:
    """Who gets the signals that are a command's: nobody before it is started and after it has ended.

    Attributes:
        early: the first signal that asked to end before there was a command.
    """

    def __init__(self, late: Callable[[], None]) -> None:
        """Begin without a command.

        Args:
            late: is called for each signal that asks to end when the command has ended.
        """
        self.early: signal.Signals | None = None
        self._late = late
        # Under `nohup` a closed terminal ends nobody.
        hangup = getattr(signal, "SIGHUP", None)
        is_ignored = hangup is not None and signal.getsignal(hangup) is signal.SIG_IGN
        self._idle = (*_IDLE, "SIGHUP") if is_ignored else _IDLE
        self._process: Process | None = None

    def taking(self) -> contextlib.AbstractContextManager[None]:
        """Take the signals of `FORWARDED`."""
        return taken([getattr(signal, name) for name in FORWARDED if hasattr(signal, name)], self._take)

    async def wait(self, process: Process) -> int:
        """Hand signals on to a command until it has ended; return its status as a shell tells it."""
        self._process = process
        if self.early is not None:
            self._hand_on(process, self.early)
        return status_of(await process.wait())

    def _take(self, number: signal.Signals) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            if number.name in self._idle:
                return
            if process is None:
                self.early = self.early or number
            else:
                self._late()
        elif number.name not in _FROM_A_KEY or not _in_the_foreground():  # or the terminal has sent it there, too
            self._hand_on(process, number)

    def _hand_on(self, process: Process, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)


class Interrupted(Exception):
    """A signal has ended what ran.

    Attributes:
        status: the exit status that says so, as a shell does.
    """

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.status = status_of(-number)


class Interruption:
    """Signals that end what runs: in order with the first, in haste with the next.

    Attributes:
        first: the one that came first.
    """

    def __init__(self, numbers: Iterable[signal.Signals], hurry: Callable[[], None]) -> None:
        """Begin without any.

        Args:
            numbers: signals that are taken.
            hurry: is called for each but the first, and for that one, too, when nothing runs any more.
        """
        self._numbers, self._hurry = numbers, hurry
        self.first: signal.Signals | None = None
        self._task: asyncio.Task[Any] | None = None

    def taking(self) -> contextlib.AbstractContextManager[None]:
        """Take the signals."""
        return taken(self._numbers, self._take)

    async def ends(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work unless a signal comes, or has come; then it is cancelled.

        Raises:
            Interrupted: the work was not done.
        """
        task: asyncio.Task[T] = asyncio.create_task(work)
        self._task = task
        if self.first is not None:
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            if self.first is None:
                raise
            raise Interrupted(self.first) from None

    def _take(self, number: signal.Signals) -> None:
        if self.first is None and self._task is not None and not self._task.done():
            self._task.cancel()
        elif self._task is not None:
            self._hurry()
        self.first = self.first or number


def _in_the_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno() if sys.__stdin__ else 0) == os.getpgrp()
    except (OSError, AttributeError, ValueError):
        return False
