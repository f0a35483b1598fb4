"""Real clients, unmodified. One that is not installed is skipped, unless everything must be there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn

import pytest


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Say that something a test needs is not installed: a failure under MOCKSERVER_REQUIRE=all, else a skip."""

    def say(reason: str) -> NoReturn:
        if os.environ.get("MOCKSERVER_REQUIRE") == "all":
            pytest.fail(reason)
        pytest.skip(reason)

    return say
