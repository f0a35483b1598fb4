"""What a type checker says of a test: a misspelt field of a job is refused before the test runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from generate import job_fields

import mockserver

SNIPPET = """
from mockserver.testing import Sandbox

def test_it(sandbox: Sandbox) -> None:
    sandbox.arcgis.job(service="Demo.GPServer", on_cancel="ignores", plan={"looks": 2})
    sandbox.arcgis.job(service="Demo.GPServer", on_cancle="ignores")
    sandbox.arcgis.job(task="Echo")
    sandbox.casjobs.job(state="Started", query="select 1", queue=1)
    sandbox.casjobs.job(state=1)
    sandbox.ges.force("1", "running", hold=True, result={})
    sandbox.ges.force("1", "running", hodl=True)
    sandbox.prime.job(runs=[{"id": "1", "state": "RUNNING"}])
    sandbox.prime.job(runs=[{"id": "1", "stat": "RUNNING"}])
    sandbox.argis
"""


def test_the_types_are_those_of_the_schemas() -> None:
    file = Path(mockserver.__file__).parent / "testing" / "job_fields.py"
    assert file.read_text("utf-8") == job_fields.text(), "run `make reference`"


def test_a_misspelt_field_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    root = Path(mockserver.__file__).parents[1]
    (tmp_path / "snippet.py").write_text(SNIPPET, "utf-8")
    (tmp_path / "mypy.ini").write_text(
        f"[mypy]\nstrict = true\nmypy_path = {root}\nignore_missing_imports = true\nfollow_imports = silent\n"
        f"cache_dir = {root / 'build' / 'mypy'}\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "snippet.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [int(line.split(":")[1]) for line in errors] == [6, 7, 9, 11, 13, 14], done.stdout + done.stderr
    assert 'did you mean "on_cancel"?' in errors[0]
