"""A misspelt word of a command is refused in one line that names the nearest, before anything is asked or started."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from mockserver.cli import main


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("jbos list", "jobs"),
        ("jobs lst", "list"),
        ("jobs list --urll x", "--url"),
        ("serve --apis gse", "ges"),
        ("serve --prt 0", "--port"),
        ("states gse", "ges"),
        ("openapi gse", "ges"),
        ("contracts show ges.JobStatuss", "ges.JobStatus"),
        ("verify http://127.0.0.1:1 --api ges --operation JobStatuss", "ges.JobStatus"),
        ("exercise --api gse -- true", "ges"),
        ("exercise --api ges --scenario stukc -- true", "stuck"),
    ],
)
def test_the_nearest_word_is_named(command: str, meant: str) -> None:
    done = CliRunner().invoke(main, command.split())
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    # click names several in parentheses, or one.
    assert re.search(rf"did you mean (one of: )?'?{re.escape(meant)}\b", done.stderr, re.IGNORECASE), done.stderr
