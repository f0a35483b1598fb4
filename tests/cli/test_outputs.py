"""Where the output of a command ends early: at a reader that has gone, or on a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """With and without a buffer of Python's own."""
    return {**os.environ, "PYTHONUNBUFFERED": request.param}


@pytest.mark.skipif(os.name != "posix", reason="pipes break so on POSIX")
def test_a_reader_that_goes_away_ends_it_quietly(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "mockserver", "openapi", "arcgis"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (0, 1)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
def test_a_full_disk_is_said_in_one_line(environ: dict[str, str]) -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mockserver", "states"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environ,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"Error: No space left on device; redirect the output elsewhere\n"
