"""Sandboxes without pytest: the same checks in `unittest` and in a `with` block."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import mockserver
from mockserver import MockServer
from mockserver.client import Control
from mockserver.testing import Sandbox, Server, open_sandbox
from mockserver.testing.evidence import gather

CASES = """
import json, unittest, urllib.request
from mockserver.testing import SandboxCase

TASK = "/services/Demo/GPServer/Echo"

def ask(sandbox, path):
    with urllib.request.urlopen(sandbox.arcgis.url + TASK + path, timeout=20) as answer:
        return json.load(answer)

class Plain(SandboxCase):
    def setUp(self):
        self.job = self.sandbox.arcgis.job(service="Demo.GPServer", state="EXECUTING").id

    def test_green(self):
        self.assertEqual(ask(self.sandbox, f"/jobs/{self.job}?f=json")["jobStatus"], "esriJobExecuting")

    def test_red(self):
        self.assertEqual(ask(self.sandbox, f"/jobs/{self.job}?f=json")["jobStatus"], "esriJobSucceeded")

    def test_breach(self):
        ask(self.sandbox, f"/jobs/{self.job}?f=json&returnMessages=perhaps")

    @unittest.expectedFailure
    def test_expected(self):
        self.sandbox.faults.add({"delay": "1ms"})

    def test_skipped(self):
        self.skipTest("for a reason")

class Awaited(SandboxCase, unittest.IsolatedAsyncioTestCase):
    mockserver_options = {"jobs_seen_to_the_end": True}

    async def test_left(self):
        job = self.sandbox.arcgis.job(service="Demo.GPServer", state="EXECUTING")
        ask(self.sandbox, f"/jobs/{job.id}?f=json")

class Misspelt(SandboxCase):
    mockserver_options = {"allow_violation": True}

    def test_it(self):
        self.sandbox

unittest.main()
"""


def test_a_unittest_case_fails_by_itself_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "cases.py"
    file.write_text(CASES, "utf-8")
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")},
        "PYTHONPATH": str(Path(mockserver.__file__).parents[1]),
        "MOCKSERVER_ARTIFACTS": str(tmp_path / "kept"),
    }
    done = subprocess.run(
        [sys.executable, str(file)], env=environ, capture_output=True, text=True, timeout=120, check=False
    )

    said = done.stderr
    assert "Ran 7 tests" in said
    assert "FAILED (failures=3, errors=1, skipped=1, expected failures=1)" in said
    assert "AssertionError: the client broke the contract of arcgis.JobStatus in request 1" in said
    assert "told esriJobExecuting" in said
    assert "while it was not final: it last saw it esriJobExecuting in request 1" in said
    assert "Misspelt.mockserver_options has no 'allow_violation'; did you mean 'allow_violations'?" in said
    assert said.count('testing/cases.py", line') == 1  # the refusal of Misspelt
    assert "__main__.Plain.test_red.har" in {one.name for one in (tmp_path / "kept").iterdir()}


@pytest.fixture(scope="module")
def there() -> Server:
    server = MockServer()
    with server:
        yield Server(url=server.url, control=Control(server.url))


def test_a_block_is_checked_at_its_end(there: Server) -> None:
    with open_sandbox(there) as sandbox:
        assert isinstance(sandbox, Sandbox)
    with pytest.raises(AssertionError, match="never fired"), open_sandbox(there) as sandbox:
        sandbox.faults.add({"delay": "1ms"})
    with open_sandbox(there, allow_unused_faults=True) as sandbox:
        sandbox.faults.add({"delay": "1ms"})
    assert [one.name for one in there.control.sandboxes()] == ["default"]


def test_what_comes_out_of_a_block_has_a_note(there: Server) -> None:
    def client() -> None:
        with open_sandbox(there) as sandbox:
            urllib.request.urlopen(f"{sandbox.arcgis.url}/info?f=json", timeout=20).close()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        client()
    assert "arcgis.Info  200" in caught.value.__notes__[0]


def test_an_option_that_there_is_not_is_refused(there: Server) -> None:
    with pytest.raises(TypeError, match="did you mean 'allow_violations'"), open_sandbox(there, allow_voilations=True):
        pass


def test_each_command_is_kept_whole(there: Server) -> None:
    with open_sandbox(there, allow_violations=True) as sandbox:
        bodies = (b"a\ncurl 'x'\n# \"y\n", b"b\xff\ncurl x\n", b"x" * 70_000, None)
        for body in bodies:
            request = urllib.request.Request(f"{sandbox.arcgis.url}/info?f=json", body, {"Content-Type": "text/plain"})
            urllib.request.urlopen(request, timeout=20).close()
        found = gather(sandbox).curl

    assert [one.partition(" ")[0] for one in found] == ["curl", "printf", "#", "curl"]
    assert all(one.count("/info?f=json") == 1 for one in found)
    assert found[2].startswith("# request 3 is not whole: the first part of 70000 bytes\ncurl -X POST ")
