"""Real clients, unmodified. One that is not installed is skipped, unless everything must be there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from tests.drivers import required


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Say that something a test needs is not installed: a failure under MOCKSERVER_REQUIRE=all, else a skip."""
    return required.missing
