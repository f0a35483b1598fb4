"""One word for one thing: what the code once called by a private word has the word of the glossary or of the field.

Names are looked at, not prose: `tokenize` finds them. Words that users write (`looks`, `hold`, `garble`, `drip`) stay.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import mockserver

PACKAGE = Path(mockserver.__file__).parent
ROOT = Path(__file__).parents[2]

NAMES: Mapping[str, str] = {
    "Arrival": "RequestStart",
    "Ask": "ControlRequest, PrimeRequest",
    "Call": "RequestContext",
    "CasCall": "RequestContext",
    "Endpoint": "Operation, Entrance",
    "Facts": "MatchSubject",
    "Form": "Format, HtmlForm",
    "GesCall": "RequestContext",
    "GpCall": "RequestContext",
    "Kind": "JobType, FieldType, XsdType, SettingType",
    "Move": "Transition",
    "PrimeCall": "RequestContext",
    "Records": "Documents",
    "Refused": "ControlError, PrimeError",
    "Reply": "Response",
    "Shape": "IdFormat",
    "Stage": "ExampleTarget",
    "Way": "Route, Operation",
    "arrive": "begin_request",
    "beside": "mounts, or what it is",
    "garbled": "spoil",
    "let_go": "close_stalled",
    "meet": "claim",
}
"""A whole name → what is said now."""

PARTS: Mapping[str, str] = {
    "birth": "JobSpec, JobTemplate, build_job",
    "births": "JobSpec, JobTemplate, build_job",
    "box": "sandbox",
    "boxes": "sandboxes",
    "house": "Services, server",
    "houses": "servers",
    "jobform": "job_document, job_builder",
    "knob": "setting",
    "knobs": "settings",
    "roster": "listings",
    "shelf": "JobTable, JobCursor, TokenStore",
    "shelves": "JobTable, JobCursor, TokenStore",
}
"""A word within a name (`make_house`, `BadKnob`) → what is said now."""

MODULES: Mapping[str, str] = {
    "call": "context",
    "clr": "errors",
    "expectation": "expect_continue",
    "gate": "auth",
    "loop": "event_loop",
    "logs": "log_format",
    "message": "soap",
    "payload": "requests",
    "quick": "quick_jobs",
    "reading": "requests",
    "refusal": "errors",
    "render": "responses",
    "shape": "serialization",
    "stalled": "slow_clients",
    "views": "documents",
    "writing": "responses",
}
"""The name of a module → what it is called now."""

PROSE: Mapping[str, str] = {"knob": "setting", "knobs": "settings", "house": "server", "houses": "servers"}
"""A word of the documentation → what is said now."""

SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *PACKAGE.rglob("*.md")} - {ROOT / "CHANGELOG.md"})
"""The changelog tells what was, in the words of its day."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def old_names(text: str) -> Iterator[str]:
    """Yield each old name of a source text with its line and what is said now."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.NAME:
            continue
        words = {word.lower() for word in _WORD.findall(token.string)}
        said = NAMES.get(token.string) or next((PARTS[word] for word in sorted(words & set(PARTS))), None)
        if said is not None:
            yield f"{token.start[0]}: {token.string}: say {said}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_name_is_an_old_private_word(source: Path) -> None:
    assert list(old_names(source.read_text("utf-8"))) == []


def test_no_module_has_an_old_name() -> None:
    old = {path.stem for path in SOURCES} & {*MODULES, *PARTS}
    assert {name: MODULES.get(name) or PARTS[name] for name in old} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_has_an_old_private_word(page: Path) -> None:
    said = re.findall(r"[a-z]+", page.read_text("utf-8").lower())
    assert {word: PROSE[word] for word in said if word in PROSE} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make_house = 1", ["1: make_house: say Services, server"]),
        ("class BadKnob: ...", ["1: BadKnob: say setting"]),
        ("\nReply()", ["2: Reply: say Response"]),
        ("jobs.meet()", ["1: meet: say claim"]),
        ("# a house\nx = 'knob'  # box", []),
        ("household = meeting = replying = boxed = 1", []),
    ],
)
def test_names_are_found_and_prose_is_not(text: str, expected: list[str]) -> None:
    assert list(old_names(text)) == expected
