"""Runs of pytest inside a test, with no plugin but ours and xdist."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import mockserver

Inside = Callable[..., pytest.RunResult]
Together = Callable[[str], "Ran"]

PATIENCE = 300
"""Seconds after which a run is given up."""


PLUGIN = ("-p", "mockserver.testing.pytest_plugin")
STRICT = ("-p", "no:cacheprovider", "--strict-markers", "-Werror", "-Wignore::DeprecationWarning")
NOT_INHERITED = ("MOCKSERVER_URL", "MOCKSERVER_CONTROL_TOKEN", "PYTEST_ADDOPTS")

REPORTS = """
import json, pathlib

REPORTS = []

def pytest_runtest_logreport(report):
    file, text = report.nodeid.partition("::")[0], "" if report.longrepr is None else str(report.longrepr)
    REPORTS.append({"file": file, "name": report.nodeid.partition("::")[2].replace("::", "."), "when": report.when,
                    "outcome": report.outcome, "text": text, "sections": report.sections})

def pytest_sessionfinish():
    pathlib.Path("reports.json").write_text(json.dumps(REPORTS))
"""
"""A conftest that writes down what pytest reports of each test."""


class Ran:
    """What one file did in a run that it shared with others, asked as a pytester's result is asked."""

    def __init__(self, reports: list[dict[str, Any]]) -> None:
        self._reports = reports

    def assert_outcomes(self, *, passed: int = 0, failed: int = 0, errors: int = 0, skipped: int = 0) -> None:
        """Compare how many tests passed, failed and were skipped or failed as expected, and how often a fixture did not work."""
        found = Counter(
            one["outcome"] if one["when"] == "call" else "errors"
            for one in self._reports
            if one["when"] == "call" or one["outcome"] != "passed"
        )
        expected = {"passed": passed, "failed": failed, "errors": errors, "skipped": skipped}
        assert found == {name: count for name, count in expected.items() if count}, self._lines()

    def match(self, *patterns: str) -> None:
        """Find each pattern in a line of its own, in their order."""
        lines = iter(self._lines())
        for pattern in patterns:
            assert any(fnmatchcase(line, pattern) for line in lines), (pattern, self._lines())

    def _lines(self) -> list[str]:
        found = []
        for one in self._reports:
            if one["outcome"] != "passed":
                what = "FAILED" if one["when"] == "call" else "ERROR"
                found += [f"{what} at {one['when']} of {one['name']}", *one["text"].splitlines()]
                found += [line for _, text in one["sections"] for line in text.splitlines()]
        return found


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Together:
    """Return what a test file of `test_plugin.py` did; all of them run in one process, the first time."""
    from tests.testing.inner import FILES

    found: dict[str, list[dict[str, Any]]] = {}

    def ran(name: str) -> Ran:
        if not found:
            folder = tmp_path_factory.mktemp("together")
            (folder / "conftest.py").write_text(REPORTS, "utf-8")
            for file, source in FILES.items():
                (folder / f"test_{file}.py").write_text(source, "utf-8")
            environ = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
            environ |= {
                "PYTHONPATH": str(Path(mockserver.__file__).parents[1]),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            }
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *PLUGIN, *STRICT],
                cwd=folder,
                env=environ,
                capture_output=True,
                check=False,
                text=True,
                timeout=PATIENCE,
            )
            assert done.returncode == 1, done.stdout + done.stderr  # some must fail
            for report in json.loads((folder / "reports.json").read_text("utf-8")):
                found.setdefault(report["file"].removeprefix("test_").removesuffix(".py"), []).append(report)
            assert set(found) == set(FILES)
        return Ran(found[name])

    return ran


@pytest.fixture
def inside(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """Run a test file, or several by name, in a process of its own, strict about markers and warnings."""
    monkeypatch.setenv("PYTHONPATH", str(Path(mockserver.__file__).parents[1]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in NOT_INHERITED:
        monkeypatch.delenv(name, raising=False)

    def run(source: str | Mapping[str, str], *arguments: str) -> pytest.RunResult:
        if isinstance(source, str):
            pytester.makepyfile(source)
        else:
            pytester.makepyfile(**source)
        plugins = (*PLUGIN, *(("-p", "xdist") if "-n2" in arguments else ()))
        return pytester.runpytest_subprocess(*plugins, *STRICT, *arguments, timeout=PATIENCE)

    return run
