"""Signals while `mockserver exercise` and `mockserver run` go on: no client outlives them, and no verdict is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from mockserver.exercise import process
from mockserver.exercise.signals import Interrupted, Interruption, Recipient
from tests.drivers.exercise import CLEAN

PATIENCE = 60.0

HELD = (
    "import os, signal, socket, subprocess, sys;"
    "line = socket.create_connection(('127.0.0.1', int(sys.argv[1])));"
    "line.set_inheritable(True);"
    "subprocess.Popen([sys.executable, '-S', '-E', '-c', 'import signal; signal.pause()'], close_fds=False);"
    "line.sendall(b'.');"
    "signal.pause()"
)
"""A client that never ends, and one that it has started: each holds a connection as long as it is there."""


def heard_by_default() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests may run under nohup themselves


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_clients_and_what_they_have_started(number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        command = [sys.executable, "-S", "-E", "-c", HELD, str(server.getsockname()[1])]
        scenarios = ["--api", "ges", "--scenario", "succeeds", "--scenario", "fails"]
        exercise = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "exercise", *scenarios, "--timeout", "600", "--", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=CLEAN,
            preexec_fn=heard_by_default,
        )
        try:
            lines = [server.accept()[0] for _ in range(2)]
            for line in lines:
                line.settimeout(PATIENCE)
                assert line.recv(1) == b"."
            exercise.send_signal(number)
            printed, said = exercise.communicate(timeout=PATIENCE)
            # Closed when nobody holds it any more.
            assert [line.recv(1) for line in lines] == [b"", b""]
        finally:
            exercise.kill()
            exercise.communicate()
        for line in lines:
            line.close()
    assert (exercise.returncode, printed, said) == (128 + number, "", "")


async def come(*numbers: signal.Signals, until: Callable[[], object]) -> None:
    """Get signals, in this order, and wait until they have had their effect."""
    for number in numbers:
        os.kill(os.getpid(), number)
    async with asyncio.timeout(PATIENCE):
        while not until():
            await asyncio.sleep(0)


async def test_a_signal_that_comes_before_there_is_a_command_is_the_commands() -> None:
    late: list[None] = []
    recipient = Recipient(lambda: late.append(None))
    with recipient.taking():
        await come(signal.SIGUSR1, signal.SIGTERM, until=lambda: recipient.early)
        assert recipient.early == signal.SIGTERM

        started = await process.start([sys.executable, "-S", "-E", "-c", "import signal; signal.pause()"], os.environ)
        assert await recipient.wait(started) == 128 + signal.SIGTERM

        await come(signal.SIGUSR1, signal.SIGTERM, until=lambda: late)
        assert late == [None]


@pytest.fixture
def hurried() -> list[None]:
    return []


@pytest.fixture
def interruption(hurried: list[None]) -> Interruption:
    return Interruption([signal.SIGTERM], lambda: hurried.append(None))


async def test_the_first_signal_ends_what_runs_and_the_next_asks_for_hurry(
    interruption: Interruption, hurried: list[None]
) -> None:
    begun, cancelled, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
            await ended.wait()

    with interruption.taking():
        ends = asyncio.create_task(interruption.ends(work()))
        await begun.wait()
        await come(signal.SIGTERM, until=cancelled.is_set)
        assert hurried == []
        await come(signal.SIGTERM, until=lambda: hurried)
        ended.set()
        with pytest.raises(Interrupted) as caught:
            await ends
    assert caught.value.status == 128 + signal.SIGTERM


async def test_what_a_signal_came_before_is_not_begun(interruption: Interruption) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()

    with interruption.taking():
        await come(signal.SIGTERM, until=lambda: interruption.first)
        with pytest.raises(Interrupted):
            await interruption.ends(work())
    assert not begun.is_set()


async def test_a_signal_that_comes_when_all_is_done_changes_nothing_of_it(
    interruption: Interruption, hurried: list[None]
) -> None:
    async def work() -> int:
        return 7

    with interruption.taking():
        assert await interruption.ends(work()) == 7
        await come(signal.SIGTERM, until=lambda: hurried)
