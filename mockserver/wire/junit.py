"""JUnit's XML, as build servers read it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_ILLEGAL: Mapping[int, str] = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "�")
_SURROGATES: Mapping[int, str] = dict.fromkeys(range(0xD800, 0xE000), "�")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case.

    Attributes:
        failure: why it failed; None: it did not.
        message: the failure in one line; None: the first of it.
        skipped: why it was not tried; None: it was.
        output: what was printed.
        seconds: real time it took; None: nobody has measured it.
    """

    classname: str
    name: str
    failure: str | None = None
    message: str | None = None
    skipped: str | None = None
    output: str = ""
    seconds: float | None = 0.0


def junit(
    suite: str, cases: Sequence[Case], *, timestamp: str, name: str | None = None, seconds: float | None = None
) -> bytes:
    """Return a document with one suite.

    Args:
        timestamp: when it began, ISO 8601.
        name: of all suites; None: that of the only one.
        seconds: real time that all took; None: the sum of the cases'.
    """
    whole = sum(case.seconds or 0.0 for case in cases) if seconds is None else seconds
    facts = {
        "name": clean(name or suite),
        "tests": str(len(cases)),
        "failures": str(sum(case.failure is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.skipped is not None for case in cases)),
        "time": f"{whole:.3f}",
    }
    root = ET.Element("testsuites", facts)
    within = ET.SubElement(root, "testsuite", {**facts, "name": clean(suite), "timestamp": timestamp})
    for case in cases:
        names = {"classname": clean(case.classname), "name": clean(case.name)}
        if case.seconds is not None:
            names["time"] = f"{case.seconds:.3f}"
        made = ET.SubElement(within, "testcase", names)
        if case.failure is not None:
            message = case.failure.split("\n", 1)[0] if case.message is None else case.message
            ET.SubElement(made, "failure", {"message": clean(message)}).text = clean(case.failure)
        if case.skipped is not None:
            ET.SubElement(made, "skipped", {"message": clean(case.skipped)})
        if case.output:
            ET.SubElement(made, "system-out").text = clean(case.output)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def clean(text: str) -> str:
    """Return a text with what XML cannot hold replaced."""
    return text.translate({**_ILLEGAL, **_SURROGATES})
