"""A report as files: JUnit for a build server, one page of HTML for a person."""

from __future__ import annotations

from pathlib import Path

from mockserver._version import __version__
from mockserver.core.clock import iso
from mockserver.drift.report import Outcome, Report, Row
from mockserver.wire.html import pages
from mockserver.wire.junit import Case
from mockserver.wire.junit import junit as junit_document

_PAGES = pages(Path(__file__).with_name("templates"))


def junit(report: Report) -> bytes:
    """Return JUnit's XML: a test case for each clause, a failure where it breaks, skipped where it was not tried."""
    cases = [_case(report, row) for row in report.rows]
    for sentence in report.unfinished:
        operation, _, said = sentence.partition(": ")
        cases.append(Case(classname=operation, name="its end", skipped=f"not finished: {said}", seconds=None))
    began = iso(report.began)
    return junit_document(report.target, cases, timestamp=began, name="mockserver", seconds=report.seconds)


def _case(report: Report, row: Row) -> Case:
    failure = message = None
    if row.outcome is Outcome.BREAKS:
        said = [
            f"{one.request}\n{one.violation.pointer or '/'}: {one.sentence}\n"
            f"source: {one.violation.source or 'the contract'} "
            f"({one.violation.confidence or 'its list of answers'})"
            for one in report.breaches
            if (one.operation, one.violation.clause) == (row.operation, row.response)
        ]
        failure = "\n\n".join(said)
        message = said[0].splitlines()[1] if said else "breaks"
    return Case(
        classname=row.operation,
        name=row.response or "any answer",
        failure=failure,
        message=message,
        skipped=row.why if row.outcome is Outcome.NOT_TRIED else None,
        seconds=None,
    )


def page(report: Report) -> str:
    """Return one page of HTML that needs nothing of the network."""
    operations: dict[str, list[Row]] = {}
    for row in report.rows:
        operations.setdefault(row.operation, []).append(row)
    return _PAGES.get_template("report.html").render(
        report=report,
        breaches=[*report.breaches, *report.client_breaches],
        version=__version__,
        began=iso(report.began),
        operations=operations,
        counts={str(one): sum(row.outcome is one for row in report.rows) for one in Outcome},
        Outcome=Outcome,
    )
