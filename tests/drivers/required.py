"""What a test needs of this machine and may not find."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Say that something a test needs is not installed: a failure under MOCKSERVER_REQUIRE=all, else a skip."""
    if os.environ.get("MOCKSERVER_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
