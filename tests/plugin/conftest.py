"""Runs of pytest inside a test, with the plugin loaded as an installation would load it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import mockserver

INSTALLED = bool(entry_points(group="pytest11", name="mockserver"))

Inside = Callable[..., pytest.RunResult]


@pytest.fixture
def inside(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """Run a test file in a process of its own, strict about markers and warnings."""
    monkeypatch.setenv("PYTHONPATH", str(Path(mockserver.__file__).parents[1]))
    for name in ("MOCKSERVER_URL", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        plugin = () if INSTALLED else ("-p", "mockserver.pytest_plugin")
        quiet = (
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            "-p",
            "no:aiohttp",
            "--strict-markers",
            "-Werror",
            "-Wignore::DeprecationWarning",
        )
        return pytester.runpytest_subprocess(*plugin, *quiet, *arguments, timeout=300)

    return run
