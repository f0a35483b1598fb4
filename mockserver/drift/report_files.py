"""A report as files: JUnit for a build server, one page of HTML for a person."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

from mockserver._version import __version__
from mockserver.core.clock import iso
from mockserver.drift.report import Outcome, Report, Row
from mockserver.wire.html import pages

_PAGES = pages(Path(__file__).with_name("templates"))
_ILLEGAL: Mapping[int, str] = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "�")


def junit(report: Report) -> bytes:
    """Return JUnit's XML: a test case for each clause, a failure where it breaks, skipped where it was not tried."""
    rows = report.rows
    broken = [row for row in rows if row.outcome is Outcome.BREAKS]
    skipped = [row for row in rows if row.outcome is Outcome.NOT_TRIED]
    facts = {
        "name": "mockserver",
        "tests": str(len(rows)),
        "failures": str(len(broken)),
        "errors": "0",
        "skipped": str(len(skipped)),
        "time": f"{report.seconds:.3f}",
    }
    root = ET.Element("testsuites", facts)
    suite = ET.SubElement(root, "testsuite", {**facts, "name": _clean(report.target), "timestamp": iso(report.began)})
    for row in rows:
        case = ET.SubElement(suite, "testcase", {"classname": row.operation, "name": row.response or "any answer"})
        if row.outcome is Outcome.BREAKS:
            said = [
                f"{one.request}\n{one.violation.pointer or '/'}: {one.sentence}\n"
                f"source: {one.violation.source or 'the contract'} "
                f"({one.violation.confidence or 'its list of answers'})"
                for one in report.breaches
                if (one.operation, one.violation.clause) == (row.operation, row.response)
            ]
            failure = ET.SubElement(case, "failure", {"message": _clean(said[0].splitlines()[1]) if said else "breaks"})
            failure.text = _clean("\n\n".join(said))
        elif row.outcome is Outcome.NOT_TRIED:
            ET.SubElement(case, "skipped", {"message": row.why})
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


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


def _clean(text: str) -> str:
    return text.translate(_ILLEGAL)
