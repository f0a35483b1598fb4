"""What `verify`, `check-traffic` and `record` share: the files they write, the table they print, the exit status."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.group import FAILED, USAGE
from mockserver.cli.output import print_json, table

if TYPE_CHECKING:
    from mockserver.drift.interpreter import Judged
    from mockserver.drift.report import Report

_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFiles:
    """Where reports go; None: nowhere."""

    junit: Path | None
    json: Path | None
    html: Path | None
    evidence: Path | None


def report_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--junit --json --html --evidence --all`, as its arguments `files` and `everything`."""

    @click.option("--junit", type=_FILE, help="Write JUnit's XML there.")
    @click.option("--json", "json_file", type=_FILE, help="Write JSON there; `-`: to standard output.")
    @click.option("--html", type=_FILE, help="Write one page of HTML there.")
    @click.option("--evidence", type=_FILE, help="Write there what was seen where a contract only guesses.")
    @click.option("--all", "everything", is_flag=True, help="Show the answers too that were not tried.")
    @functools.wraps(command)
    def with_files(
        junit: Path | None, json_file: Path | None, html: Path | None, evidence: Path | None, **options: Any
    ) -> None:
        command(files=ReportFiles(junit=junit, json=json_file, html=html, evidence=evidence), **options)

    return with_files


def finish(report: Report, judged: Sequence[Judged], files: ReportFiles, *, everything: bool) -> None:
    """Write the files, print the table, and end.

    The status is 0 (holds), 1 (a breach) or 2 (nothing could be tried, or not to its end).
    """
    write(report, judged, files)
    if str(files.json) != "-":
        click.echo(shown(report, everything=everything))
    if report.breaches or report.client_breaches:
        raise click.exceptions.Exit(FAILED)
    if not report.tried:
        click.echo("Error: nothing could be judged; see the reasons above", err=True)
        raise click.exceptions.Exit(USAGE)
    if report.unfinished:
        click.echo("Error: not finished in time; --wait gives more of it", err=True)
        raise click.exceptions.Exit(USAGE)


def write(report: Report, judged: Sequence[Judged], files: ReportFiles) -> None:
    """Write the files that are asked for.

    Raises:
        click.UsageError: one cannot be written.
    """
    from mockserver.drift import report_files
    from mockserver.drift.evidence import evidence

    if str(files.json) == "-":
        print_json(report.as_dict())
    elif files.json is not None:
        _write(files.json, _text(report.as_dict()))
    if files.junit is not None:
        _write(files.junit, report_files.junit(report))
    if files.html is not None:
        _write(files.html, report_files.page(report).encode())
    if files.evidence is not None:
        _write(files.evidence, _text(evidence(report.target, judged, report.began)))


def shown(report: Report, *, everything: bool) -> str:
    """Return a report for a terminal: operation × answer, then the breaches, then a sum."""
    from mockserver.drift.report import Outcome

    rows = [row for row in report.rows if everything or row.outcome is not Outcome.NOT_TRIED]
    seen = {row.operation for row in report.rows if row.outcome is not Outcome.NOT_TRIED}
    untried = {row.operation: row.why for row in report.rows if row.operation not in seen}
    lines = []
    if rows:
        cells = [
            (one.operation, one.response or "(any other)", one.status, one.confidence, one.outcome, one.count or None)
            for one in rows
        ]
        lines += [table(("OPERATION", "ANSWER", "STATUS", "CONFIDENCE", "VERDICT", "SEEN"), cells), ""]
    if untried:
        lines += [table(("NOT TRIED", "WHY"), untried.items()), ""]
    for breach in (*report.breaches, *report.client_breaches):
        one = breach.violation
        lines += [f"{breach.operation}: {breach.request}", f"  {one.part} {one.pointer or '/'}: {breach.sentence}"]
        known = "" if one.confidence is None else f" ({one.confidence})"
        lines += [f"  source: {one.source}{known}" if one.source else "", ""]
    lines += [f"not finished: {one}" for one in report.unfinished]
    lines += [f"not judged: {path} ({why})" for path, why in report.unknown.items()]
    counts = ", ".join(f"{sum(row.outcome is one for row in report.rows)} {one}" for one in Outcome)
    sides = f"{len(report.breaches)} breaches of the system, {len(report.client_breaches)} of clients"
    lines.append(f"{report.exchanges} exchanges with {report.target}: {counts}; {sides}")
    return "\n".join(lines)


def _text(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror}; name a file that can be written") from None
