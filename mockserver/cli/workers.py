"""`serve --workers N`: several processes on one port over one store, and what keeps them going.

Rules a maintainer must keep:

1. The supervisor answers no request and holds nothing that a worker needs: it can only start and stop them.
2. A worker that dies is replaced, however often; one of the first that cannot start ends the server, with what it said.
3. A worker whose supervisor is gone ends as if it had been asked to.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from mockserver.cli.group import FAILED
from mockserver.cli.serving import addresses, ending_signals, serving
from mockserver.core.clock import iso
from mockserver.http.listening import CannotListen, bind
from mockserver.settings import BadOption, Settings

log = logging.getLogger("mockserver")

GRACE = 12.0
"""Real seconds that workers have to stop before they are killed: more than their own grace."""

BRIEF = 2.0
"""Real seconds: a worker that failed within them, or that could not start, is not replaced at once."""

PAUSE = 1.0
"""Real seconds before it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a worker is to do.

    Attributes:
        settings: with the ports that all of them share.
        ca_pem: the CA of a certificate that was made for this run.
    """

    settings: Settings
    ca_pem: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a worker says of its start: where it is reached, or why it is not."""

    addresses: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    failure: str | None = None


@dataclass(slots=True, kw_only=True)
class _Worker:
    process: BaseProcess
    told: Connection
    began: float


def work(task: Task, told: Connection) -> None:
    """Serve in this process, until asked to end or left alone; tell the addresses, or why there are none.

    Raises:
        SystemExit: there are none; the status is not 0.
    """
    from mockserver.cli import log_format as logs
    from mockserver.contracts.sharing import BadContract
    from mockserver.http import event_loop as loop
    from mockserver.sandbox.fixtures.merge import BadFixture

    logs.configure(task.settings.log_format, task.settings.log_level)
    # What a terminal sends to all of us, the supervisor passes on.
    for number in ending_signals():
        if number != signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    async def main() -> None:
        running = asyncio.get_running_loop()
        async with serving(task.settings, [signal.SIGTERM], task.ca_pem) as (server, stop):
            _tell(told, _Said(addresses=addresses(server)))
            if parent is not None:

                def left_alone() -> None:
                    running.remove_reader(parent.sentinel)
                    stop.set()

                running.add_reader(parent.sentinel, left_alone)
            await stop.wait()

    try:
        loop.run(main())
        return
    except (BadOption, BadFixture, BadContract) as error:
        said = _Said(refusal=str(error))
    except CannotListen as error:
        said = _Said(refusal=error.strerror)
    except OSError as error:
        said = _Said(failure=error.strerror or str(error))
    _tell(told, said)
    raise SystemExit(FAILED)


def _tell(told: Connection, said: _Said) -> None:
    """Say it, unless the supervisor is gone."""
    with contextlib.suppress(OSError):
        told.send(said)


class Supervisor:
    """Starts workers, replaces those that die, and stops them."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._asked = 0

    def start(self, task: Task) -> dict[str, Any] | None:
        """Start all workers; return the addresses they have in common once every one listens.

        None: it was asked to end first; none runs then.

        Raises:
            BadOption, OSError: one cannot start; none runs then.
        """
        found: dict[str, Any] = {}
        self._task = task
        try:
            for place in range(self._number):
                if not self._asked:
                    self._put(place)
            for worker in self._workers:
                said: _Said = worker.told.recv()
                if said.refusal is not None:
                    raise BadOption(said.refusal)
                if said.failure is not None:
                    raise OSError(None, said.failure)
                found = said.addresses
        except EOFError:
            if not self._asked:
                self.stop()
                raise OSError(None, "a worker ended before it listened; its own lines say why") from None
        except BaseException:
            self.stop()
            raise
        if self._asked:
            self.stop()
            return None
        return {**found, "pid": os.getpid(), "workers": [worker.process.pid for worker in self._workers]}

    def _put(self, place: int) -> None:
        """Start a worker in a place."""
        worker = self._begin()
        self._workers[place : place + 1] = [worker]
        if self._asked:
            # Asked while it began: it was not among those that were told.
            _end(worker)

    def _begin(self) -> _Worker:
        own, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=work, args=(self._task, theirs), name="mockserver-worker")
        process.start()
        theirs.close()
        return _Worker(process=process, told=own, began=time.monotonic())

    def ask_to_end(self, *_: object) -> None:
        """Ask all workers to end; a second time, to wait for no request in flight."""
        self._asked += 1
        for worker in self._workers:
            _end(worker)

    def run(self) -> None:
        """Replace workers that die, until asked to end; return when all have ended."""
        while not self._asked:
            wait([worker.process.sentinel for worker in self._workers], timeout=0.5)
            for place, worker in enumerate(self._workers):
                if self._asked or worker.process.exitcode is None:
                    continue
                why, ended = _why(worker.told), worker.process.exitcode
                shown = ended if why is None else f"{ended}: {why}"
                log.error("worker %s ended (%s); another takes its place", worker.process.pid, shown)
                worker.told.close()
                # One that cannot start, or fails soon, fails again; one that was killed need not wait for it.
                if why is not None or (ended > 0 and time.monotonic() - worker.began < BRIEF):
                    time.sleep(PAUSE)
                if not self._asked:
                    self._put(place)
        self.stop()

    def stop(self) -> None:
        """End all workers, those that do not within their grace by force."""
        if not self._asked:
            self.ask_to_end()
        deadline = time.monotonic() + GRACE
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()


def _end(worker: _Worker) -> None:
    """Ask a worker to end."""
    with contextlib.suppress(ProcessLookupError):
        if worker.process.pid is not None and worker.process.exitcode is None:
            os.kill(worker.process.pid, signal.SIGTERM)


def _why(told: Connection) -> str | None:
    """Return what a worker that has ended said of why it could not start; None: it could, or said nothing."""
    said = _Said()
    with contextlib.suppress(EOFError, OSError):
        while told.poll():
            said = told.recv()
    return said.refusal or said.failure


@contextlib.contextmanager
def prepared(settings: Settings) -> Iterator[Task]:
    """Hold the ports that workers share, and make what must be the same in all of them.

    Raises:
        CannotListen: a port cannot be had.
    """
    changes: dict[str, Any] = {}
    ca_pem: bytes | None = None
    with contextlib.ExitStack() as stack:
        control_host = settings.control_host or settings.host
        for option, prefix, host in (
            ("port", "", settings.host),
            ("tls_port", "tls-", settings.host),
            ("control_port", "control-", control_host),
        ):
            port = getattr(settings, option)
            if port is not None:
                if port:
                    # With others that share it, it could be had: their clients and ours would get either's answers.
                    bind(host, port, prefix).close()
                # Bound and never listening: it is kept for the workers, and gets no connection.
                held = stack.enter_context(bind(host, port, prefix, shared=True))
                changes[option] = held.getsockname()[1]
        if settings.clock == "frozen":
            changes["clock"] = iso(time.time())
        if settings.tls_port is not None and settings.tls_cert is None and settings.tls_key is None:
            from mockserver.http.tls import made_files

            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mockserver-")))
            changes["tls_cert"], changes["tls_key"], ca_pem = made_files(settings, folder)
        yield Task(settings=replace(settings, **changes), ca_pem=ca_pem)
