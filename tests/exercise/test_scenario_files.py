"""Scenarios and expectations of a user's own: what they may say, what is refused, and that they are judged."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.exercise.scenario import Exit, apis, suite
from tests.drivers.exercise import CLIENTS, exercise, exercised, failing

LATER = {
    "api": "arcgis",
    "scenarios": [
        {
            "name": "signed-out",
            "does": "Tokens live an hour, and two hours pass after the second status query.",
            "good": "Signs in anew, and ends with 0.",
            "settings": {"secured": "standalone", "token_minutes": 60},
            "job": {"plan": {"steps": [{"state": "esriJobExecuting", "for": {"looks": 4}}], "end": "esriJobSucceeded"}},
            "faults": [
                {"match": {"operation": "arcgis.JobStatus"}, "effect": {"advance": "2h"}, "after": 1, "times": 1}
            ],
            "expects": {"exit": "zero"},
        }
    ],
}
ROW = LATER["scenarios"][0]


def written(folder: Path, name: str, document: Any) -> Path:
    file = folder / name
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return file


def said(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["exercise", *arguments])


def test_a_token_really_expires(tmp_path: Path) -> None:
    file = written(tmp_path, "later.json", LATER)
    command = ("--api", "arcgis", "--scenarios", str(file), "--scenario", "signed-out", "--", sys.executable)
    command = (*command, "-S", "-E", str(CLIENTS / "signs_in.py"))

    (good,) = exercised(*command)["scenarios"]
    assert good["passed"], good["checks"]
    assert good["output"] == "refused 498\n"
    asked = [one["operation"] for one in good["requests"]]
    assert asked.count("arcgis.GenerateToken") == 2
    # Two hours have passed in the sandbox, and none for the client.
    assert good["requests"][-1]["after"] < 60
    assert failing(exercised(*command, planted="never-signs-in-anew")) == {"signed-out": {"exit"}}


def test_one_of_a_name_that_is_there_takes_its_place(tmp_path: Path) -> None:
    own = {"api": "ges", "task": "kcore", "scenarios": [{**ROW, "name": "fails", "does": "Mine.", "settings": {}}]}
    found = suite("ges", written(tmp_path, "own.json", own))

    assert [one.does for one in found.scenarios if one.name == "fails"] == ["Mine."]
    assert len(found.scenarios) == len(suite("ges").scenarios)
    assert found.task == "kcore"


def test_expectations_change_what_they_name_alone(tmp_path: Path) -> None:
    file = written(tmp_path, "expect.json", {"stuck": {"exit": "any", "polls": 9}})
    before = {one.name: one.expects for one in suite("prime").scenarios}
    after = {one.name: one.expects for one in suite("prime", expect=file).scenarios}

    assert after.pop("stuck") != (stuck := before.pop("stuck"))
    assert after == before
    found = next(one.expects for one in suite("prime", expect=file).scenarios if one.name == "stuck")
    assert (found.exit, found.polls, found.jobs) == (Exit.ANY, 9, stuck.jobs)


@pytest.mark.parametrize("api", apis())
def test_what_is_listed_is_what_there_is(api: str) -> None:
    told = said("--api", api, "--list", "--json", "-")

    assert told.exit_code == 0
    assert [one["name"] for one in json.loads(told.output)] == [one.name for one in suite(api).scenarios]


BAD = {
    "no file": (None, "bad.json"),
    "no JSON": ("{", "bad.json:1:"),
    "an unknown word": ({**LATER, "scenarioz": []}, "bad.json: : Additional properties are not allowed"),
    "no name": ({"api": "arcgis", "scenarios": [{"does": ""}]}, "bad.json: /scenarios/0: "),
    "a bad name": ({"api": "arcgis", "scenarios": [{**ROW, "name": "Two words"}]}, "bad.json: /scenarios/0/name: "),
    "a bad exit": (
        {"api": "arcgis", "scenarios": [{**ROW, "expects": {"exit": "one"}}]},
        "bad.json: /scenarios/0/expects/exit: 'one' is not one of",
    ),
    "an unknown expectation": (
        {"api": "arcgis", "scenarios": [{**ROW, "expects": {"exits": "any"}}]},
        "expectations are exit, jobs, unless_listed",
    ),
    "another API": ({"api": "ges", "scenarios": []}, "bad.json: /api: these are scenarios of 'ges'; say --api ges"),
}
"""What is wrong with a file -> the file, and what the line says."""


@pytest.mark.parametrize("wrong", BAD)
def test_a_file_of_scenarios_that_cannot_be_followed_is_refused_in_one_line(tmp_path: Path, wrong: str) -> None:
    document, line = BAD[wrong]
    file = tmp_path / "bad.json" if document is None else written(tmp_path, "bad.json", document)

    told = said("--api", "arcgis", "--scenarios", str(file), "--", "true")

    assert told.exit_code == 2
    (error,) = [one for one in told.output.splitlines() if one.startswith("Error: ")]
    assert line in error


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ([], "expectations are an object: scenario -> what a good client does in it"),
        ({"stick": {}}, "/stick: no such scenario; did you mean 'stuck'?"),
        ({"stuck": {"exit": 0}}, "/stuck/exit: 0 is not one of"),
        ({"stuck": {"jobs": -1}}, "/stuck/jobs: -1 is less than the minimum"),
    ],
)
def test_expectations_that_cannot_be_followed_are_refused_in_one_line(tmp_path: Path, document: Any, line: str) -> None:
    told = said("--api", "arcgis", "--expect", str(written(tmp_path, "e.json", document)), "--", "true")

    assert told.exit_code == 2
    (error,) = [one for one in told.output.splitlines() if one.startswith("Error: ")]
    assert "e.json" in error
    assert line in error


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"job": {"plan": "succeed"}}, "'succeed'"),
        ({"job": {"colour": "red"}}, "colour"),
        ({"settings": {"secured": "never"}}, "secured"),
        ({"faults": [{"match": {"operation": "arcgis.JobStates"}, "effect": {"status": 503}}]}, "arcgis.JobStates"),
        ({"faults": [{"effect": {"advance": "9 moons"}}]}, "9 moons"),
        ({"clock": "noon"}, "'noon' is no moment"),
    ],
)
def test_a_scenario_that_cannot_be_made_is_refused_before_anything_runs(
    tmp_path: Path, change: dict[str, Any], line: str
) -> None:
    own = {"api": "arcgis", "scenarios": [{**ROW, "name": "mine", **change}]}
    ran = tmp_path / "ran"

    told = said("--api", "arcgis", "--scenarios", str(written(tmp_path, "own.json", own)), "--scenario", "mine",
                "--", "touch", str(ran))  # fmt: skip

    assert told.exit_code == 2
    (error,) = [one for one in told.output.splitlines() if one.startswith("Error: ")]
    assert "the scenario 'mine' cannot be made: " in error
    assert line in error
    assert not ran.exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--api", "arcgi"), "no API 'arcgi'; did you mean 'arcgis'? there are arcgis, casjobs, ges, prime"),
        (("--api", "ges", "--scenario", "times-out", "--", "true"), "ges has no scenario 'times-out'"),
        (("--api", "ges"), "no COMMAND; write the client's command after --"),
        (("--api", "ges", "--", "no-such-program-here"), "cannot run 'no-such-program-here'"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(arguments: tuple[str, ...], line: str) -> None:
    told = said(*arguments)

    assert told.exit_code == 2
    (error,) = [one for one in told.output.splitlines() if one.startswith("Error: ")]
    assert line in error


def test_a_fault_that_never_fired_fails_the_scenario(tmp_path: Path) -> None:
    own = written(tmp_path, "expect.json", {"busy-then-works": {"exit": "any"}})

    done = exercise(
        "--api", "ges", "--expect", str(own), "--scenario", "busy-then-works", "--", sys.executable, "-c", ""
    )

    assert done.returncode == 1
    assert "no fault of the scenario fired" in done.stdout
    assert "0 of 1 scenarios hold" in done.stdout


def test_a_client_that_never_comes_to_it_may_be_expected(tmp_path: Path) -> None:
    own = written(tmp_path, "expect.json", {"busy-then-works": {"exit": "any", "fired": False}})

    done = exercise(
        "--api", "ges", "--expect", str(own), "--scenario", "busy-then-works", "--", sys.executable, "-c", ""
    )

    assert done.returncode == 0
    assert "1 of 1 scenarios hold" in done.stdout


def test_a_table_fills_on_a_terminal() -> None:
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    ours, theirs = pty.openpty()
    command = ("--api", "ges", "--scenario", "stuck", "--scenario", "succeeds", "--parallel", "1", "--")
    done = exercise(*command, sys.executable, "-c", "raise SystemExit(1)", stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while chunk := os.read(ours, 65536):
            shown += chunk
    os.close(ours)

    frames = [frame.replace("\x1b[2K", "").split() for frame in shown.decode().replace("\r\n", "\n").split("\x1b[2A")]
    assert frames == [
        ["…", "stuck", "succeeds"],
        ["holds", "stuck", "succeeds"],
        ["holds", "stuck", "…", "succeeds"],
        ["holds", "stuck", "FAILS", "succeeds"],
        ["\x1b[J"],
    ]
    assert done.stdout.startswith("SCENARIO ")
