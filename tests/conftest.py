"""What every test may ask for: a house with a frozen clock, strict, on a free port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from mockserver.app import SERVICES, create_app
from mockserver.http.services import Services
from mockserver.settings import Settings
from mockserver.store.base import Store

pytest_plugins = ["pytester"]

NOON = "2026-01-02T12:00:00Z"
"""Where the frozen clock of the tests stands."""

Client = TestClient[Any, Any]


def services_of(client: Client) -> Services:
    """Return the house behind a test client."""
    return client.app[SERVICES]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the golden files be recorded anew."""
    parser.addoption("--update-golden", action="store_true", help="record tests/golden/wire anew, then compare")


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Start houses with any settings; strict, frozen at NOON and with the default fixtures unless told otherwise."""
    clients: list[Client] = []

    async def start(store: Store | None = None, **options: Any) -> Client:
        app = await create_app(Settings(**{"strict": True, "clock": NOON, **options}), store=store)
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        clients.append(client)
        return client

    yield start
    for client in clients:
        await client.close()


@pytest.fixture
async def client(serve: Callable[..., Awaitable[Client]]) -> Client:
    """A house as most tests want it."""
    return await serve()
