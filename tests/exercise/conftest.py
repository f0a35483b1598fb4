"""What the tests of clients need of this machine."""

from __future__ import annotations

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def node() -> None:
    """Skip where there is no Node, and fail where everything is asked for."""
    if shutil.which("node") is None:
        if os.environ.get("MOCKSERVER_REQUIRE") == "all":
            pytest.fail("node is not installed")
        pytest.skip("node is not installed")
