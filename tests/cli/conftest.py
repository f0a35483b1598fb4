"""A server that the tests of a module share, and a sandbox of it for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver import MockServer
from mockserver.client import Control
from tests.drivers.server import NOON


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, clock=NOON) as server:
        yield server


@pytest.fixture
def control(server: MockServer) -> Iterator[Control]:
    control = Control(server.url)
    made = control.create_sandbox()
    yield control.sandbox(made.name)
    control.delete_sandbox(made.name)
