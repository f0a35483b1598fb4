"""`serve --workers`: processes on one port, one of which is killed; and why there are none without a Redis."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver.cli import main
from tests.drivers.redis import RedisServer, store_in
from tests.drivers.workers import Workers


def test_without_a_store_that_processes_share_it_says_why_not() -> None:
    done = CliRunner().invoke(main, ["serve", "--workers", "2"])
    assert done.exit_code == 2
    assert "--workers 2 needs a store that processes share" in done.output
    assert "--store redis://" in done.output


def children(pid: int) -> set[int]:
    """Return the workers of a supervisor, as Linux tells them."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(one) for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}


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
