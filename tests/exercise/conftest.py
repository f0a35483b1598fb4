"""What the tests of clients need of this machine."""

from __future__ import annotations

import shutil

import pytest

from tests.drivers.required import missing


@pytest.fixture(scope="session")
def node() -> None:
    """Skip where there is no Node, and fail where everything is asked for."""
    if shutil.which("node") is None:
        missing("node is not installed")
