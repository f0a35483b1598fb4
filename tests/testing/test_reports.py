"""What a failed test says of its sandbox: in the terminal, in JUnit's file, in files of its own."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from mockserver.testing.artifacts import file_name
from tests.testing.conftest import Inside
from tests.testing.inner import POLL

RED = (
    POLL
    + """
import pytest

def test_red(sandbox):
    sandbox.faults.add({"delay": "1ms"}, {"operation": "ges.JobStatus"}, times=1)
    job = sandbox.ges.job(id="7", graph="movie", state="running")
    assert status(sandbox, "7") == "running"
    status(sandbox, "none")
    sandbox.ges.force("7", "pending")
    assert status(sandbox, "7") == "running"

def test_green(sandbox):
    assert status(sandbox, "nope") == 400

def test_refused(sandbox):
    sandbox.ges.force("nope", "running")

def test_misspelt(sandbox):
    sandbox.ges.force(sandbox.ges.job(graph="movie", state="running").id, "cancelling")

@pytest.fixture
def broken(sandbox):
    raise RuntimeError("no luck")

def test_setup(broken): pass
"""
)


@pytest.fixture(params=[(), ("-n2",)], ids=["alone", "xdist"])
def ran(request: pytest.FixtureRequest, inside: Inside) -> pytest.RunResult:
    return inside(RED, "--junitxml=j.xml", "--mockserver-artifacts=kept", *request.param)


def test_a_red_test_says_what_its_sandbox_saw(ran: pytest.RunResult, pytester: pytest.Pytester) -> None:
    ran.assert_outcomes(passed=1, failed=3, errors=1)
    ran.stdout.fnmatch_lines(
        [
            "*test_red*",
            "*- mockserver -*",
            "sandbox * at http://*",
            "requests (3)",
            "*1  GET /ges/v1.0/*/jobs/7/status  ges.JobStatus  200  told running",
            "      hit by fault fault-1",
            "      answer: {*",
            "*2  GET /ges/v1.0/*/jobs/none/status  ges.JobStatus  400",
            "      hint: this graph has no job 'none'*",
            "*3  GET /ges/v1.0/*/jobs/7/status  ges.JobStatus  200  told pending",
            "jobs",
            "      ges * 7: pending (SUBMITTED, held)",
            "*running -> pending  (control)",
            "faults",
            "      fault-1 fired once: match*",
            "the last request as curl: curl -X GET *",
        ],
        consecutive=False,
    )  # fmt: skip
    ran.stdout.no_fnmatch_line("*mock-token*answer*")

    cases = {case.get("name"): case for case in ET.parse(pytester.path / "j.xml").iter("testcase")}
    for name in ("test_red", "test_refused", "test_setup"):
        assert (cases[name].findtext("system-out") or "").startswith("mockserver\nsandbox "), name
    assert cases["test_green"].find("system-out") is None

    kept = sorted(file.name for file in Path("kept").iterdir())
    stem = "test_a_red_test_says_what_its_sandbox_saw.py"
    assert [name for name in kept if ".test_red." in name] == [
        f"{stem}.test_red.{ending}" for ending in ("har", "jobs.json", "txt", "violations.json")
    ]
    assert not any("test_green" in name for name in kept)
    har = json.loads(Path(f"kept/{stem}.test_red.har").read_text("utf-8"))
    assert [entry["response"]["status"] for entry in har["log"]["entries"]] == [200, 400, 200]
    jobs = json.loads(Path(f"kept/{stem}.test_red.jobs.json").read_text("utf-8"))["jobs"]
    assert [job["id"] for job in jobs] == ["7"]


def test_a_traceback_ends_at_the_test(inside: Inside) -> None:
    done = inside(RED, "-k", "refused or misspelt", "--tb=short")

    done.stdout.fnmatch_lines(["*ControlError: ges has no job 'nope'*", "*did you mean 'canceling'?*"])
    done.stdout.no_fnmatch_line("*mockserver/client*:*in *")
    done.stdout.no_fnmatch_line("*mockserver/testing*:*in *")


def test_two_tests_have_two_names_of_files() -> None:
    assert file_name("tests/test_a.py::TestB::test_c[1-x]") == "tests.test_a.py.TestB.test_c[1-x]"
    names = {file_name(f"tests/test_a.py::test_c[{sign}]") for sign in ("a b", "a\nb", "a/b", "é" * 300)}
    assert len(names) == 4
    assert all(len(name) < 140 and not set(name) & set("/\n: ") for name in names)
