"""`serve --workers`: processes on one port, one of which is killed; and why there are none without a Redis."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from mockserver.cli import main, workers
from mockserver.cli.workers import Supervisor, Task, work
from mockserver.settings import Settings
from tests.drivers.redis import RedisServer, store_in
from tests.drivers.workers import Workers, children


def test_without_a_store_that_processes_share_it_says_why_not() -> None:
    done = CliRunner().invoke(main, ["serve", "--workers", "2"])
    assert done.exit_code == 2
    assert "--workers 2 needs a store that processes share" in done.output
    assert "--store redis://" in done.output


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="no port can be shared here")
@pytest.mark.parametrize("option", ["port", "control-port"])
def test_a_port_at_which_others_listen_is_refused_even_where_they_share_it(option: str) -> None:
    with socket.socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        theirs.bind(("127.0.0.1", 0))
        theirs.listen()
        port = theirs.getsockname()[1]
        # Were it not refused, its workers would say that there is no Redis at port 1.
        words = ["serve", "--port", "0", "--workers", "2", "--store", "redis://127.0.0.1:1", f"--{option}", str(port)]
        done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.output
    assert f"choose another --{option}" in done.output


def test_a_worker_that_cannot_start_says_why_and_fails() -> None:
    context = multiprocessing.get_context("spawn")
    told, theirs = context.Pipe(duplex=False)
    settings = Settings(port=0, workers=2, store="redis://127.0.0.1:1")
    process = context.Process(target=work, args=(Task(settings=settings), theirs))
    process.start()
    theirs.close()
    process.join()
    assert (process.exitcode, "the store cannot be reached" in (workers._why(told) or "")) == (1, True)


@pytest.mark.parametrize(
    ("status", "said", "pauses"),
    [
        (1, workers._Said(failure="the store cannot be reached"), 1),
        (1, workers._Said(refusal="a fixture was taken away"), 1),
        (1, workers._Said(addresses={"pid": 1}), 0),
        (-9, None, 0),
    ],
    ids=["away", "refused", "failed later", "killed"],
)
def test_one_that_cannot_take_a_place_is_not_followed_at_once_and_its_words_are_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, status: int, said: Any, pauses: int
) -> None:
    supervisor = Supervisor(1)
    begun: list[Any] = []

    def begin() -> Any:
        told, theirs = multiprocessing.Pipe(duplex=False)
        if said is not None:
            theirs.send(said)
        theirs.close()
        if len(begun) == 2:
            supervisor._asked = 1
        process = SimpleNamespace(pid=None, exitcode=status, sentinel=None, join=lambda within=None: None)
        # It took its time to fail.
        begun.append(SimpleNamespace(process=process, told=told, began=time.monotonic() - 2 * workers.BRIEF))
        return begun[-1]

    slept: list[float] = []
    monkeypatch.setattr(workers, "wait", lambda *_, **__: [])
    monkeypatch.setattr(workers, "time", SimpleNamespace(sleep=slept.append, monotonic=time.monotonic))
    monkeypatch.setattr(supervisor, "_begin", begin)
    supervisor._workers = [begin()]
    with caplog.at_level(logging.ERROR, "mockserver"):
        supervisor.run()
    assert slept == [workers.PAUSE] * 2 * pauses
    words = None if said is None else said.failure or said.refusal
    assert [(words or str(status)) in one for one in caplog.messages] == [True] * 2


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="asks Linux for a process' children")
async def test_all_workers_answer_on_one_port_one_that_is_killed_is_replaced_and_all_end(
    redis_server: RedisServer,
) -> None:
    store = store_in(redis_server)
    await store.open()
    with Workers(redis_server.url, 2) as workers:
        assert children(workers.process.pid) == set(workers.said["workers"])
        deadline, asked = time.monotonic() + 120, 0
        while sum(bool(one["requests"]) for one in (await store.posted()).values()) < 2:
            asked += await asyncio.to_thread(workers.ask) == 200
            assert time.monotonic() < deadline
        assert asked > 1

        gone = workers.said["workers"][0]
        os.kill(gone, signal.SIGKILL)
        while len(now := await asyncio.to_thread(children, workers.process.pid)) < 2 or gone in now:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        while await asyncio.to_thread(workers.ask) != 200:
            assert time.monotonic() < deadline
        assert await asyncio.to_thread(workers.stop) == 0
        for one in now:
            with pytest.raises(ProcessLookupError):
                os.kill(one, 0)
    await store.close()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="asks Linux for a process' children")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_the_workers_start_ends_all_of_it(redis_server: RedisServer, tmp_path: Path, name: str) -> None:
    number = signal.Signals[name]
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("what started us lets it pass")
    words = ["serve", "--port", "0", "--tls-port", "0", "--workers", "2", "--store", redis_server.url, "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", *words],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (begun := children(process.pid)):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    assert not any(tmp_path.iterdir())
    for one in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(one, 0)


def test_a_worker_that_begins_while_all_are_asked_to_end_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor, ended = Supervisor(2), []

    def begin() -> Any:
        told, theirs = multiprocessing.Pipe(duplex=False)
        theirs.close()
        supervisor.ask_to_end()
        return SimpleNamespace(process=SimpleNamespace(pid=7, exitcode=None, join=ends, sentinel=None), told=told)

    def ends(within: float | None = None) -> None:
        supervisor._workers[0].process.exitcode = -signal.SIGTERM  # type: ignore[misc]

    monkeypatch.setattr(supervisor, "_begin", begin)
    monkeypatch.setattr(workers, "os", SimpleNamespace(kill=lambda *how: ended.append(how), getpid=os.getpid))
    assert supervisor.start(Task(settings=Settings())) is None
    assert ended == [(7, signal.SIGTERM)]


def test_a_worker_whose_supervisor_is_gone_before_it_listens_says_nothing_of_it() -> None:
    told, theirs = multiprocessing.Pipe(duplex=False)
    told.close()
    workers._tell(theirs, workers._Said(addresses={"pid": 1}))
