"""`mockserver exercise --api API -- COMMAND`: a client once in every scenario, and what it did wrong."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.group import FAILED
from mockserver.cli.output import print_json, table
from mockserver.cli.serve import ServerCommand, ca_file, refusals, serve, settings_of
from mockserver.cli.serving import ending_signals
from mockserver.sandbox import collector
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.exercise.judge import Outcome
    from mockserver.exercise.report import Report
    from mockserver.exercise.scenario import Scenario, Suite
    from mockserver.server import MockServer

_FILE = click.Path(dir_okay=False, path_type=Path)
_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ABOVE_0 = click.FloatRange(0, min_open=True)

_OF_SERVE = (
    "fixtures",
    "contracts",
    "seed",
    "tls_cert",
    "tls_key",
    "body_limit",
    "patience",
    "log_format",
    "log_level",
)
"""Options of `serve` that mean something here."""


def _server_options() -> list[click.Parameter]:
    return [copy(option) for option in serve.params if option.name in _OF_SERVE]


@click.command(cls=ServerCommand, context_settings={"allow_interspersed_args": False})
@click.option("--api", required=True, metavar="API", help="The API that the client speaks.")
@click.option("--scenario", "names", multiple=True, metavar="NAME", help="Only this one; also repeatable.")
@click.option("--cancels", is_flag=True, help="The client cancels its job: run the scenarios of cancels.")
@click.option("--list", "listed", is_flag=True, help="Print the scenarios with what a good client does, and end.")
@click.option("--scenarios", "more", type=_THERE, help="A file with scenarios of your own.")
@click.option("--expect", type=_THERE, help="A file: scenario -> what a good client does in it.")
@click.option("--timeout", type=_ABOVE_0, default=30.0, show_default=True, help="Seconds the client has in a scenario.")
@click.option(
    "--pause",
    type=click.FloatRange(0),
    default=0.1,
    show_default=True,
    help="Seconds that a good client leaves at least between two status queries of a job.",
)
@click.option("--parallel", type=click.IntRange(1), default=16, show_default=True, help="Scenarios at a time.")
@click.option("--junit", type=_FILE, help="Write JUnit's XML there.")
@click.option("--json", "json_file", type=_FILE, help="Write JSON there; `-`: to standard output.")
@click.option("--html", type=_FILE, help="Write one page of HTML there, with a timeline for each scenario.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def exercise(
    api: str,
    names: Sequence[str],
    cancels: bool,
    listed: bool,
    more: Path | None,
    expect: Path | None,
    timeout: float,
    pause: float,
    parallel: int,
    junit: Path | None,
    json_file: Path | None,
    html: Path | None,
    command: Sequence[str],
    **options: Any,
) -> None:
    """Run COMMAND once in every scenario of an API, and say what it did wrong.

    Each scenario has a sandbox and ports of its own. COMMAND gets the environment of `mockserver run`, and
    MOCKSERVER_SCENARIO, MOCKSERVER_TASK (what to submit) and MOCKSERVER_JOB (a job that is there already, for clients
    that only ask or cancel); {job} and {task} in its words are replaced likewise. What the scenario plans holds for
    that job and for any job that COMMAND submits. Jobs move by status queries, so a run takes no longer than the
    client's own pauses.

    The exit status is 0 when COMMAND did in every scenario what a good client does, and 1 otherwise. Ctrl-C, SIGTERM
    and SIGHUP end all clients with what they have started; the exit status is then 128 and the signal's number, and
    there is no report.
    """
    from mockserver.exercise.scenario import BadScenario, suite

    try:
        known = suite(api, more, expect)
        chosen = known.chosen(names, cancels=cancels)
    except BadScenario as error:
        raise click.UsageError(str(error)) from None
    if listed:
        _list(chosen if names or cancels else known.scenarios, as_json=str(json_file) == "-")
        return
    if not command:
        raise click.UsageError("no COMMAND; write the client's command after --, or --list to see the scenarios")
    report = _run(settings_of({**options, "port": 0, "tls_port": 0}), known, chosen, command, timeout, pause, parallel)
    _write(report, junit, json_file, html)
    if report.failed:
        raise click.exceptions.Exit(FAILED)


exercise.params = [*exercise.params, *_server_options()]


def _run(
    settings: Settings,
    known: Suite,
    chosen: Sequence[Scenario],
    command: Sequence[str],
    timeout: float,
    pause: float,
    parallel: int,
) -> Report:
    from mockserver.cli import log_format as logs
    from mockserver.exercise import runner
    from mockserver.exercise.process import NotStarted
    from mockserver.exercise.report import Report
    from mockserver.exercise.scenario import BadScenario
    from mockserver.exercise.signals import Interrupted, Interruption
    from mockserver.http import event_loop as loop
    from mockserver.server import MockServer

    logs.configure(settings.log_format, settings.log_level)
    live = _Live(names=[one.name for one in chosen])

    async def main() -> list[Outcome]:
        server = MockServer(settings, journal_size=runner.JOURNAL)
        interruption = Interruption(ending_signals(), server.hurry)
        with interruption.taking():
            async with server:
                collector.spare()
                return await interruption.ends(play(server))

    async def play(server: MockServer) -> list[Outcome]:
        with contextlib.ExitStack() as stack:
            plan = runner.Plan(
                command=command,
                timeout=timeout,
                parallel=parallel,
                pause=pause,
                ca_file=stack.enter_context(ca_file(server.ca_pem)) or settings.tls_cert,
                tell=live.tell,
            )
            return await runner.exercise(server, known, chosen, plan)

    began, clock = time.time(), time.monotonic()
    with refusals():
        try:
            outcomes = loop.run(main())
        except (BadScenario, NotStarted) as error:
            raise click.UsageError(str(error)) from None
        except Interrupted as error:
            raise click.exceptions.Exit(error.status) from None
    return Report(api=known.api, command=command, began=began, seconds=time.monotonic() - clock, outcomes=outcomes)


@dataclass(slots=True, kw_only=True)
class _Live:
    """What is told while scenarios run: on a terminal a table that fills, elsewhere nothing."""

    names: Sequence[str]
    state: dict[str, str] = field(default_factory=dict)
    drawn: int = 0

    def tell(self, scenario: Scenario, outcome: Outcome | None) -> None:
        if not sys.stderr.isatty():
            return
        self.state[scenario.name] = "…" if outcome is None else "holds" if outcome.passed else "FAILS"
        lines = [f"{self.state.get(name, ''):7}{name}" for name in self.names]
        up = f"\x1b[{self.drawn}A" if self.drawn else ""
        click.echo(up + "".join(f"\x1b[2K{line}\n" for line in lines), err=True, nl=False)
        self.drawn = len(lines)
        if len(self.state) == len(lines) and "…" not in self.state.values():
            click.echo(f"\x1b[{self.drawn}A\x1b[J", err=True, nl=False)  # the table with the reasons takes its place


def _list(scenarios: Sequence[Scenario], *, as_json: bool) -> None:
    if as_json:
        print_json([{**asdict(one), "expects": asdict(one.expects)} for one in scenarios])
        return
    for one in scenarios:
        click.echo(f"{one.name}{' (--cancels)' if one.for_cancels else ''}\n  {one.does}\n  A good client: {one.good}")


def _write(report: Report, junit: Path | None, json_file: Path | None, html: Path | None) -> None:
    text = json.dumps(report.as_dict(), indent=2, ensure_ascii=False) + "\n"
    if str(json_file) == "-":
        click.echo(text, nl=False)
    else:
        click.echo(table(("SCENARIO", "VERDICT", "EXIT", "SECONDS", "WHY"), report.rows()))
        details = report.details()
        click.echo("\n".join(["", *details, ""]) if details else "")
        good = len(report.outcomes) - report.failed
        click.echo(f"{good} of {len(report.outcomes)} scenarios hold, in {report.seconds:.1f} s")
    files = [(junit, report.junit), (html, lambda: report.page().encode("utf-8", "replace"))]
    if json_file is not None and str(json_file) != "-":
        files.append((json_file, lambda: text.encode("utf-8", "replace")))
    for file, content in files:
        if file is None:
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content())
        except OSError as error:
            raise click.UsageError(
                f"{file}: {error.strerror or os.strerror(error.errno or 0)}; name another file"
            ) from None
