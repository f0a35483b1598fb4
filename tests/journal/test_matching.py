"""Each field that a match may name: what fits it, and what is said where something does not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from mockserver.core.machine import Phase, State
from mockserver.journal.matching import MATCHED, NAMED, SEARCHED, MatchSubject, about, differences, fits, like

SUBJECT = MatchSubject(
    api="ges",
    operation="ges.CancelJob",
    job="77",
    method="DELETE",
    path="/ges/v1.0/p/graphs/movie/jobs/77",
    headers=CIMultiDict({"X-Trace": "abc-1", "Content-Type": "application/json"}),
    values={"graph": "movie"},
    parameters={"force": True, "limit": "5", "tags": ["a", "b"]},
    payload={"algorithm": {"name": "pagerank", "alpha": 0.85}, "jobs": [{"jobId": 12}]},
    body=b'{"algorithm":{"name":"pagerank"}}',
    status=200,
    response="cancelled",
    told=State(name="canceling", phase=Phase.CANCELING, shown="running"),
)
FITS: list[tuple[str, Any]] = [
    ("api", "ges"),
    ("operation", "ges.CancelJob"),
    ("operation", "CancelJob"),
    ("job", "77"),
    ("method", "delete"),
    ("path", "/ges/v1.0/p/graphs/movie/jobs/77"),
    ("path", "/ges/*/77"),
    ("status", 200),
    ("response", "cancelled"),
    ("told", "canceling"),
    ("told", "Running"),
    ("told", "CANCELING"),
    ("final", False),
    ("headers", {"x-trace": "abc-*"}),
    ("headers", {}),
    ("parameters", {"force": "true", "limit": 5, "graph": "movie", "absent": None}),
    ("parameters", {"tags": ["a", "b"]}),
    ("body", {"algorithm": {"alpha": "0.85"}}),
    ("body", {"jobs": [{"jobId": "12"}]}),
    ("body", '"pagerank"'),
]
DIFFERS: list[tuple[str, Any, str]] = [
    ("api", "prime", "api is 'ges', not 'prime'"),
    ("operation", "JobStatus", "operation is 'ges.CancelJob', not 'JobStatus'"),
    ("job", "78", "job is '77', not '78'"),
    ("method", "GET", "method is 'DELETE', not 'GET'"),
    ("path", "/ges/*/78", "path is '/ges/v1.0/p/graphs/movie/jobs/77', not '/ges/*/78'"),
    ("status", 404, "status is 200, not 404"),
    ("response", "unknown-job", "response is 'cancelled', not 'unknown-job'"),
    ("told", "EXECUTING", "told is 'running', not 'EXECUTING'"),
    ("final", True, "final is False, not True"),
    ("headers", {"X-Trace": "b*"}, "header X-Trace is 'abc-1', not 'b*'"),
    ("headers", {"X-Other": "b"}, "header X-Other is missing (wanted 'b')"),
    ("parameters", {"limit": 6}, "parameters/limit is '5', not 6"),
    ("parameters", {"tags": ["a"]}, "parameters/tags is ['a', 'b'], not ['a']"),
    ("parameters", {"tags": ["a", "c"]}, "parameters/tags/1 is 'b', not 'c'"),
    ("parameters", {"tags": {"a": 1}}, "parameters/tags is ['a', 'b'], not {'a': 1}"),
    ("parameters", {"graph": None}, "parameters/graph is 'movie', not None"),
    ("body", {"algorithm": {"beta": 1}}, "body/algorithm/beta is missing (wanted 1)"),
    ("body", {"algorithm": [1]}, "body/algorithm is {'name': 'pagerank', 'alpha': 0.85}, not [1]"),
    ("body", "kcore", """body is '{"algorithm":{"name":"pagerank"}}', not 'kcore'"""),
]


@pytest.mark.parametrize(("field", "wanted"), FITS, ids=str)
def test_what_fits(field: str, wanted: Any) -> None:
    assert fits({field: wanted}, SUBJECT)


@pytest.mark.parametrize(("field", "wanted", "sentence"), DIFFERS, ids=str)
def test_what_differs_is_said(field: str, wanted: Any, sentence: str) -> None:
    assert [one.sentence() for one in differences({field: wanted}, SUBJECT)] == [sentence]


def test_each_field_is_tried_both_ways() -> None:
    assert {field for field, _ in FITS} == {field for field, _, _ in DIFFERS} == set(MATCHED)


def test_all_that_differs_is_found_in_the_order_asked() -> None:
    asked = {"job": "78", "api": "ges", "method": "GET", "headers": {"X-A": "1", "X-Trace": "abc-1", "X-B": "2"}}

    assert [one.field for one in differences(asked, SUBJECT)] == ["job", "method", "header X-A", "header X-B"]
    assert fits({}, SUBJECT)


def test_a_request_is_about_the_ids_it_names_until_somebody_knows_better() -> None:
    unknown = replace(SUBJECT, job=None, values={"job_id": "1"}, parameters={"runId": 2, "name": "3"})

    assert about(unknown) == {"1", "2", "12"}
    assert fits({"job": "12"}, unknown)
    assert not fits({"job": "3"}, unknown)
    assert not fits({"job": "12"}, replace(unknown, job="1"))


def test_a_form_is_matched_by_its_parameters_and_a_text_in_any_encoding() -> None:
    form = replace(SUBJECT, payload=None, body="pw=ä".encode("utf-16"))

    assert fits({"body": {"limit": 5}}, form)
    assert fits({"body": "pw=ä"}, form)


def test_one_who_was_told_nothing_was_told_neither_a_final_state_nor_another() -> None:
    silent = replace(SUBJECT, told=None)

    assert not any(fits({"final": final}, silent) for final in (True, False))
    assert [one.sentence() for one in differences({"told": "FAILED"}, silent)] == ["told is missing (wanted 'FAILED')"]


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("**", "abc", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*b*", "abc", True),
        ("a*b*c", "a-c-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "aba", False),
        ("a?c", "abc", False),
        ("[ab]", "a", False),
        ("[ab]*", "[ab]c", True),
    ],
)
def test_a_pattern_knows_the_star_alone(pattern: str, text: str, fit: bool) -> None:
    assert like(pattern, text) is fit


@given(st.text("ab*", max_size=12), st.text("ab", max_size=24))
def test_a_pattern_fits_what_it_would_as_an_expression(pattern: str, text: str) -> None:
    expression = ".*".join(re.escape(piece) for piece in pattern.split("*"))

    assert like(pattern, text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


@pytest.mark.parametrize("size", [2_000, 200_000])
def test_a_pattern_takes_steps_in_proportion_to_the_text(size: int) -> None:
    """Counted, not timed: each piece is looked for once, from where the one before it ended."""

    class Text(str):
        __slots__ = ()
        steps = 0

        def find(self, piece: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
            found = super().find(piece, start, end)
            Text.steps += (found if found >= 0 else len(self)) + len(piece) - start
            return found

    text = Text("a" * size)
    for pattern in ("*a" * 900 + "*b*", "*" + "ab*" * 600, "*a" * 1000 + "*"):
        Text.steps = 0
        like(pattern, text)
        assert 0 < Text.steps <= 2 * (len(text) + len(pattern))


def test_of_a_body_no_more_is_searched_than_the_journal_keeps() -> None:
    long = replace(SUBJECT, body=b"x" * (SEARCHED - 1) + b"yz")

    assert fits({"body": "xy"}, long)
    assert not fits({"body": "yz"}, long)


def test_ids_are_looked_for_among_so_many_values() -> None:
    many = replace(SUBJECT, job=None, values={}, parameters={}, payload=[{} for _ in range(NAMED + 10)])

    assert about(replace(many, payload=[*many.payload, {"jobId": "x"}])) == set()
    assert about(replace(many, payload={"jobId": "x", "more": many.payload})) == {"x"}


def test_what_matches_would_work_out_alike_is_worked_out_once() -> None:
    subject = replace(SUBJECT, job=None)

    assert fits({"job": "12"}, subject)
    assert subject.ids() is subject.ids()
    assert subject.text() is subject.text()
