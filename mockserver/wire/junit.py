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
        failure: why it failed, its first line being the message; None: it did not.
        output: what was printed.
        seconds: real time it took.
    """

    classname: str
    name: str
    failure: str | None = None
    output: str = ""
    seconds: float = 0.0


def junit(suite: str, cases: Sequence[Case], *, timestamp: str) -> bytes:
    """Return a document with one suite.

    Args:
        timestamp: when it began, ISO 8601.
    """
    facts = {
        "name": clean(suite),
        "tests": str(len(cases)),
        "failures": str(sum(case.failure is not None for case in cases)),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    root = ET.Element("testsuites", facts)
    within = ET.SubElement(root, "testsuite", {**facts, "timestamp": timestamp})
    for case in cases:
        names = {"classname": clean(case.classname), "name": clean(case.name), "time": f"{case.seconds:.3f}"}
        made = ET.SubElement(within, "testcase", names)
        if case.failure is not None:
            failure = ET.SubElement(made, "failure", {"message": clean(case.failure.split("\n", 1)[0])})
            failure.text = clean(case.failure)
        if case.output:
            ET.SubElement(made, "system-out").text = clean(case.output)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def clean(text: str) -> str:
    """Return a text with what XML cannot hold replaced."""
    return text.translate({**_ILLEGAL, **_SURROGATES})
