"""Runs of pytest inside a test, with no plugin but ours and xdist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import mockserver

Inside = Callable[..., pytest.RunResult]

PATIENCE = 300
"""Seconds after which a run is given up."""


@pytest.fixture
def inside(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """Run a test file, or several by name, in a process of its own, strict about markers and warnings."""
    monkeypatch.setenv("PYTHONPATH", str(Path(mockserver.__file__).parents[1]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("MOCKSERVER_URL", "MOCKSERVER_CONTROL_TOKEN", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(source: str | Mapping[str, str], *arguments: str) -> pytest.RunResult:
        if isinstance(source, str):
            pytester.makepyfile(source)
        else:
            pytester.makepyfile(**source)
        plugins = ("-p", "mockserver.testing.pytest_plugin", *(("-p", "xdist") if "-n2" in arguments else ()))
        strict = ("-p", "no:cacheprovider", "--strict-markers", "-Werror", "-Wignore::DeprecationWarning")
        return pytester.runpytest_subprocess(*plugins, *strict, *arguments, timeout=PATIENCE)

    return run
