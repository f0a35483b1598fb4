"""Runs our own clients by `mockserver exercise`, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent.parent / "exercise" / "clients"
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
PATIENCE = 300.0
PAUSE, LEAST = "0.3", "0.25"
"""Seconds that a good client waits between two status queries, and that it is asked to wait."""


def client(api: str, language: str = "python") -> tuple[str, ...]:
    """Return the command of a client of ours."""
    if language == "python":
        return (sys.executable, "-S", "-E", str(CLIENTS / "good.py"), api)
    return ("node", str(CLIENTS / "good.mjs"))


def exercise(
    *arguments: str,
    planted: str = "",
    limit: str = "7",
    stuck: str = "",
    pause: str = PAUSE,
    stderr: int = subprocess.PIPE,
) -> subprocess.CompletedProcess[str]:
    """Run the command, and return what it printed.

    Args:
        limit: seconds after which our client gives up; `stuck`: the same in the scenario of that name.
    """
    environ = {**CLEAN, "PLANTED": planted, "PAUSE": pause, "LIMIT": limit, "STUCK": stuck}
    command = [sys.executable, "-m", "mockserver", "exercise", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=PATIENCE, env=environ)


def exercised(*arguments: str, **how: str) -> dict[str, Any]:
    """Run the command, and return its JSON."""
    done = exercise("--json", "-", "--pause", LEAST, *arguments, stuck="3", **how)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.endswith("}\n"), (done.returncode, done.stderr, done.stdout[-200:])
    found: dict[str, Any] = json.loads(done.stdout)
    assert bool(found["failed"]) is (done.returncode == 1)
    return found


def failing(report: dict[str, Any]) -> dict[str, set[str]]:
    """Return scenario -> names of the checks that it fails."""
    return {
        one["name"]: {check["name"] for check in one["checks"] if not check["passed"]}
        for one in report["scenarios"]
        if not one["passed"]
    }
