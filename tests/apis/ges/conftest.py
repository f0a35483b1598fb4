"""A GES client on the worker's server, and on servers with options of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.drivers.ges import Ges
from tests.drivers.server import Client, Serve


@pytest.fixture
def ges(client: Client) -> Ges:
    return Ges(client)


@pytest.fixture
async def ges_with(serve: Serve) -> Callable[..., Awaitable[Ges]]:
    """Start a server of the test's own, with options of its own."""

    async def start(**options: Any) -> Ges:
        return Ges(await serve(apis=("ges",), **options))

    return start
