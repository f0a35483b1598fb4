"""The commands beside the first ones: violations, coverage, settings, snapshot, wait, events, completion, demo; examples."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import mockserver
from mockserver.cli import jobs, main
from mockserver.cli.completion import PLACES
from mockserver.cli.examples import EXAMPLES
from mockserver.cli.output import echo_painted
from mockserver.client import Control


@pytest.fixture
def run(control: Control) -> Any:
    def invoke(*words: str, code: int = 0) -> Result:
        where = {"MOCKSERVER_URL": f"{control.url}/~{control.name}"}
        done = CliRunner().invoke(main, list(words), env=where)
        assert done.exit_code == code, done.output
        return done

    return invoke


def ask(control: Control, path: str) -> None:
    urllib.request.urlopen(f"{control.url}/~{control.name}/arcgis/rest/{path}", timeout=20).close()


def test_violations_are_listed(run: Any, control: Control) -> None:
    assert run("violations").stdout == "no contract was broken\n"
    ask(control, "services/Demo/GPServer/Echo/jobs/x?f=json&returnMessages=perhaps")

    assert "arcgis.JobStatus" in run("violations", "--side", "client").stdout
    assert [one["side"] for one in json.loads(run("violations", "--json").stdout)] == ["client"]
    assert json.loads(run("violations", "--side", "server", "--json").stdout) == []


def test_coverage_shows_what_was_asked_for(run: Any, control: Control) -> None:
    assert "no operation was asked for" in run("coverage").stdout
    ask(control, "info?f=json")

    assert "arcgis.Info" in run("coverage").stdout
    assert "arcgis.Info" not in run("coverage", "--api", "ges").stdout
    assert "ges.CancelJob" in run("coverage", "--api", "ges", "--all").stdout
    assert set(json.loads(run("coverage", "--api", "ges", "--json").stdout)["states"]) == {"ges"}
    assert "no API 'gis'" in run("coverage", "--api", "gis", code=2).stderr


def test_settings_are_shown_and_set(run: Any) -> None:
    assert (
        json.loads(run("settings", "set", "arcgis", "secured=standalone", "--json").stdout)["secured"] == "standalone"
    )
    row = next(
        line.split() for line in run("settings", "show", "arcgis").stdout.splitlines() if line.startswith("secured ")
    )
    assert row[1] == "standalone"
    assert json.loads(run("settings", "show", "arcgis", "--json").stdout)["secured"] == "standalone"
    assert "'secured'" in run("settings", "set", "arcgis", "secure=standalone", code=2).stderr


def test_a_sandbox_is_saved_and_restored(run: Any, control: Control, tmp_path: Path) -> None:
    control.add("ges", id="mine", graph="movie", state="running")
    file = tmp_path / "snapshot.json"
    assert "saved" in run("snapshot", "save", str(file)).stdout
    control.delete("ges", "mine")

    assert "restored" in run("snapshot", "restore", str(file)).stdout
    assert control.job("ges", "mine").state == "running"
    assert json.loads(run("snapshot", "save", "-").stdout) == json.loads(file.read_text("utf-8"))
    assert "name a file that can be read" in run("snapshot", "restore", str(tmp_path / "none"), code=2).stderr
    (tmp_path / "list.json").write_text("[]")
    assert "no snapshot" in run("snapshot", "restore", str(tmp_path / "list.json"), code=2).stderr


def test_a_job_is_waited_for(run: Any, control: Control) -> None:
    control.add("ges", id="mine", graph="movie", state="running")

    assert json.loads(run("jobs", "wait", "ges", "mine", "EXECUTING", "--json").stdout)["id"] == "mine"
    assert "did not become" in run("jobs", "wait", "ges", "mine", "FAILED", "--timeout", "0.05", code=1).stderr


def test_a_list_is_drawn_anew_when_it_changes(run: Any, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    control.add("ges", id="mine", graph="movie", state="running")
    rounds = iter([lambda: None, lambda: control.force("ges", "mine", "failed")])

    def sleep(seconds: float) -> None:
        step = next(rounds, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(jobs.time, "sleep", sleep)
    said = run("jobs", "list", "--api", "ges", "--watch", "--limit", "1", code=130).stdout
    assert [line.split()[3] for line in said.splitlines() if " mine " in line] == ["running", "failed"]


def test_events_are_followed(run: Any, control: Control) -> None:
    control.add("ges", id="mine", graph="movie", state="running")
    stop = threading.Event()

    def push() -> None:
        # Again and again: nobody can tell when the other listens.
        while not stop.wait(0.05):
            control.force("ges", "mine", "pending")
            control.force("ges", "mine", "running")

    pusher = threading.Thread(target=push)
    pusher.start()
    try:
        said = run("events", "--kind", "job", "--limit", "2").stdout.splitlines()
        documents = [json.loads(line) for line in run("events", "--json", "--limit", "2").stdout.splitlines()]
    finally:
        stop.set()
        pusher.join()
    assert len(said) == 2
    assert all(line.startswith("job      ges mine: ") for line in said)
    assert len(documents) == 2


@pytest.mark.parametrize("shell", PLACES)
def test_completion_is_printed_and_installed(shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    runner = CliRunner()
    script = runner.invoke(main, ["completion", shell]).stdout
    assert "_MOCKSERVER_COMPLETE" in script

    assert "new shells complete" in runner.invoke(main, ["completion", shell, "--install"]).stdout
    assert (tmp_path / PLACES[shell]).read_text("utf-8").strip() == script.strip()


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def show() -> None:
        echo_painted("job FAILED")

    plain, painted = "job FAILED\n", "job \x1b[31mFAILED\x1b[0m\n"
    assert CliRunner().invoke(show).stdout == plain
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert CliRunner().invoke(show, color=True).stdout == painted
    monkeypatch.setenv("NO_COLOR", "1")
    assert CliRunner().invoke(show, color=True).stdout == plain


def test_the_demo_shows_a_force_a_lost_race_and_a_breach() -> None:
    environ = {"PYTHONPATH": str(Path(mockserver.__file__).parents[1])}
    words = [sys.executable, "-m", "mockserver", "demo", "--pace", "0"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    parts = [
        "esriJobSubmitted", "$ mockserver jobs force arcgis", "esriJobFailed", "$ mockserver clock freeze",
        '"esriJobCancelling"', "$ mockserver clock advance 30", '"esriJobSucceeded"', "X-Mockserver-Violation: ",
        "$ mockserver violations", "client", "verified",
    ]  # fmt: skip
    place = 0
    for part in parts:
        place = done.stdout.index(part, place)
    for line in done.stdout.splitlines():
        if line.startswith("$ mockserver "):
            parse(line.removeprefix("$ mockserver "))


def leaves(group: click.Group, path: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        here = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from leaves(command, here)
        else:
            yield here


def parse(line: str) -> str:
    """Read a line as the command line does, without doing it; return the command."""
    command: click.Command = main
    words, path = shlex.split(line), []
    while isinstance(command, click.Group):
        name, below, words = command.resolve_command(click.Context(command), words)
        assert below is not None
        assert name is not None
        command = below
        path.append(name)
    # What names a file need not be there.
    files = {one: one.type for one in command.params if isinstance(one.type, click.Path)}
    for one in files:
        one.type = click.STRING
    try:
        command.make_context(path[-1], words)
    finally:
        for one, kind in files.items():
            one.type = kind
    return " ".join(path)


def test_every_command_has_an_example() -> None:
    assert set(leaves(main)) == set(EXAMPLES)


@pytest.mark.parametrize("command", EXAMPLES)
def test_an_example_is_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = CliRunner().invoke(main, [*command.split(), "--help"]).stdout
    for line in EXAMPLES[command]:
        assert f"mockserver {line}" in said.replace("\n    ", " ")


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_an_example_is_read_by_the_command_line(line: str) -> None:
    assert line.startswith(parse(line))


def test_summaries_are_whole() -> None:
    for words in (["--help"], ["jobs", "--help"]):
        said = CliRunner().invoke(main, words).stdout.partition("Commands:")[2]
        assert "..." not in said
        assert "…" not in said
