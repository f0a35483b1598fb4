"""What every test may ask for: a server that runs as `serve` runs it, strict, with a frozen clock and a fresh sandbox.

One server serves all tests of a worker. Each test that asks for `client` gets a new default sandbox on it, as the
fixtures seed it, and every other sandbox is gone; `serve` starts a server of the test's own, for options of its own.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mockserver import MockServer
from mockserver.cli.example_target import SandboxTarget
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.store.redis import connection
from tests.drivers.properties import load_profile
from tests.drivers.redis import RedisServer
from tests.drivers.server import NOON, Client, Serve, beginning_of, renew
from tests.drivers.stores import STORES, store_of

load_profile()

# No test hangs on how fast this machine is; those about a store that is slow say themselves how long they wait.
connection.PATIENCE = 60.0

# Workers and the processes that tests start compile each module once, wherever Python is told not to keep what it
# compiled: a server's start is half compiling.
sys.dont_write_bytecode = False
sys.pycache_prefix = sys.pycache_prefix or str(Path(__file__).parents[1] / "build" / "bytecode")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def _restore_collector() -> None:
    """Undo what a command that ran in this process, as in one of its own, has done to the garbage collector.

    What is collected stays, and is millions of objects: it need not look through them so often.
    """
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


_restore_collector()

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the golden files be recorded anew."""
    parser.addoption("--update-golden", action="store_true", help="record tests/golden/wire anew, then compare")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin each test alike, and make one that only stood for itself until now (`tests/drivers/schemathesis_later.py`)."""
    _restore_collector()
    make_now = getattr(getattr(item, "obj", None), "make_now", None)
    if make_now is not None:
        item.obj = make_now()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The Redis that the tests of this worker share; who uses it empties it first."""
    with RedisServer() as server:
        yield server


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start servers with any settings; strict, frozen at NOON and with the default fixtures unless told otherwise."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(**options: Any) -> Client:
            server = MockServer(**{"strict": True, "clock": NOON, **options})
            return await stack.enter_async_context(Client(await stack.enter_async_context(server)))

        yield start


@pytest.fixture(scope="session")
async def worker_server() -> AsyncIterator[MockServer]:
    """The server that the tests of this worker share; a test takes `client`, which finds it as just started."""
    async with MockServer(strict=True, clock=NOON) as server:
        yield server


@pytest.fixture(scope="module")
async def servers_of() -> AsyncIterator[Callable[[str], Awaitable[MockServer]]]:
    """Return the server over a store of `STORES` that the tests of a module share.

    Of a module, for a server over a Redis has work to do each second, which no budget of other tests provides for.
    """
    running: dict[str, MockServer] = {}
    async with contextlib.AsyncExitStack() as stack:

        async def server_of(kind: str) -> MockServer:
            if kind not in running:
                # One of its own: what it tells other processes of a Redis is nothing that other tests should find.
                redis = stack.enter_context(RedisServer()) if kind == "redis" else None
                made = MockServer(strict=True, clock=NOON, store=store_of(kind, redis))
                running[kind] = await stack.enter_async_context(made)
            return running[kind]

        yield server_of


@pytest.fixture(params=STORES)
async def client_of_each(
    request: pytest.FixtureRequest, servers_of: Callable[[str], Awaitable[MockServer]]
) -> AsyncIterator[Client]:
    """A client as `client`, over each of `STORES` in turn."""
    server = await servers_of(request.param)
    await renew(server)
    async with Client(server) as made:
        yield made


@pytest.fixture(scope="module")
async def shared_values(worker_server: MockServer) -> AsyncIterator[None]:
    """Fail when the tests of a module have changed what all sandboxes of a server begin with."""
    await renew(worker_server)
    before = beginning_of(worker_server)
    yield
    await renew(worker_server)
    assert beginning_of(worker_server) == before, "a request has changed a value that sandboxes share"


@pytest.fixture
async def client(worker_server: MockServer, shared_values: None) -> AsyncIterator[Client]:
    """A client of a fresh sandbox, as most tests want it."""
    await renew(worker_server)
    async with Client(worker_server) as made:
        yield made


@pytest.fixture(scope="session")
async def example_targets(worker_server: MockServer) -> AsyncIterator[Callable[[], Awaitable[SandboxTarget]]]:
    """Make a target for an example of a contract: a fresh sandbox, and no cookies."""
    sandboxes = worker_server.services.sandboxes
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def make() -> SandboxTarget:
            for sandbox in sandboxes.all():
                if sandbox.name != DEFAULT:
                    await sandboxes.delete(sandbox.name)
            return SandboxTarget(await sandboxes.create("example"), worker_server.url, session)

        yield make
