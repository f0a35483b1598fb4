"""What can be said of a finding without running it: it is listed, can be started, and pins what it installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
_INSTALLED = re.compile(r"^(?:python|npm)_with (.+)$", re.MULTILINE)
_PINNED = re.compile(r"^'?@?[\w./\[\]-]+(==|@)[\w.]+'?$")


def test_the_list_names_each_of_them() -> None:
    listed = re.findall(r"^\| \[([\w-]+)\]\(\1\.sh\) \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(listed) == [script.stem for script in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_finding(script: Path) -> None:
    text = script.read_text("utf-8")
    packages = [word for line in _INSTALLED.findall(text) for word in line.split() if not word.startswith("--")]

    assert os.access(script, os.X_OK)
    assert [word for word in packages if not _PINNED.match(word)] == []
    assert re.search(r'^package="', text, re.MULTILINE)
    assert re.search(r'^behaviour="', text, re.MULTILINE)
    assert "mockserver" not in text
    bash = shutil.which("bash")
    if bash is not None:
        assert subprocess.run([bash, "-n", str(script)], check=False).returncode == 0
