"""The condition language of GetJobs: the help page's examples, clients' spellings, and a property."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.casjobs import conditions
from mockserver.apis.casjobs.conditions import BadCondition, Key, Span

JOB: Mapping[Key, Any] = {
    Key.JOB_ID: 123,
    Key.TIME_SUBMIT: conditions.moment("2014-06-03 12:34:56"),
    Key.TIME_START: None,
    Key.TIME_END: None,
    Key.STATUS: 5,
    Key.QUEUE: 500,
    Key.TASK_NAME: "my task",
    Key.ERROR: None,
    Key.QUERY: "select 1",
    Key.CONTEXT: "dr7",
    Key.TYPE: "csv",
    Key.WSID: 1,
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        # the help page's examples
        ("jobid : 12345;", False),
        ("jobid : 123|321|132;", True),
        ("jobid : 123|321; status : 5", True),
        ("jobid : 123,|,122", True),
        ("TimeEnd : 2008-04-5,", False),
        # spellings seen in clients
        (None, True),
        ("", True),
        (";; ;", True),
        ("jobid:123", True),
        ("JOBID:123", True),
        ("  jobid  :  123  ; ", True),
        (" timesubmit : 2014/06/03 12:34:56,;", True),
        (" timesubmit : 2014/06/03 12:34:57,;", False),
        ("Type : CSV|DataSet|TCSV|VOTable|plot|FITS;Status : 5;", True),
        ("Status : 4", False),
        ("status : ,5", True),
        ("status : 3,4", False),
        ("status : 3,5", True),
        ("status : ,", True),
        ("context : DR7", True),
        ("TaskName : My Task", True),
        ("taskname : a,n", True),
        ("error : a,", False),
        ("status : 5; status : 4", True),
    ],
)
def test_conditions(text: str | None, fits: bool) -> None:
    assert conditions.fits(conditions.read(text), JOB) is fits


@pytest.mark.parametrize("text", ["none", "colour : red", "jobid : x", "status : 1.5", "timeend : soon", "jobid 5"])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(BadCondition):
        conditions.read(text)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2014-06-03", "2014-06-03T00:00:00"),
        ("2008-04-5", "2008-04-05T00:00:00"),
        ("2014/06/03 12:34:56", "2014-06-03T12:34:56"),
        ("6/3/2014 1:02 PM", "2014-06-03T13:02:00"),
        ("6/3/2014 12:00:01 am", "2014-06-03T00:00:01"),
        ("3 Jun 2014", "2014-06-03T00:00:00"),
        ("June 3 2014 4:05", "2014-06-03T04:05:00"),
        ("2014-06-03T12:34:56.789", "2014-06-03T12:34:56.789"),
        ("2014-06-03T12:34:56Z", "2014-06-03T12:34:56"),
        ("2014-06-03T12:34:56+02:00", "2014-06-03T10:34:56"),
    ],
)
def test_moments(text: str, iso: str) -> None:
    assert datetime.fromtimestamp(conditions.moment(text), UTC) == datetime.fromisoformat(iso).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2014-13-01", "13 PM", "2014-06-03 25:00", "2014-06-03 13:00 PM", "9999-12-31T23:59:59-23:00", ""]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(BadCondition):
        conditions.moment(text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [("jobid : 5", [5]), ("jobid : 5|7|5; status : 1", [5, 7]), ("jobid : 5,", None), ("status : 1", None), ("", None)],
)
def test_ids_asked_for_by_name(text: str, ids: list[int] | None) -> None:
    assert conditions.exact_ids(conditions.read(text)) == ids


# --- a property: however it is spelled, it means the same -------------------------------------------------

NUMBERS = st.integers(-(2**63), 2**63 - 1)
WORDS = st.text("abcXYZ 0123-./'%_", min_size=1, max_size=8).filter(lambda word: word.strip() == word)
VALUES = {key: NUMBERS if key in (Key.JOB_ID, Key.STATUS, Key.QUEUE, Key.WSID) else WORDS for key in Key}
TIMES = (Key.TIME_SUBMIT, Key.TIME_START, Key.TIME_END)
for key in TIMES:
    VALUES[key] = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - UTC by agreement
        lambda at: at.replace(microsecond=0).strftime("%Y-%m-%d %H:%M:%S")
    )


@st.composite
def sets(draw: st.DrawFn) -> dict[Key, list[tuple[Any, Any]]]:
    """Draw conditions: for some keys, some (low, high) pairs; None is open."""
    found = {}
    for key in draw(st.lists(st.sampled_from(list(Key)), unique=True, max_size=4)):
        value = VALUES[key]
        pair = st.one_of(
            value.map(lambda one: (one, one)),
            st.tuples(value, st.none()),
            st.tuples(st.none(), value),
            st.tuples(value, value),
        )
        found[key] = draw(st.lists(pair, min_size=1, max_size=3))
    return found


def spelled(wanted: Mapping[Key, list[tuple[Any, Any]]], dice: random.Random) -> str:
    """Write conditions as a careless client would."""

    def space() -> str:
        return " " * dice.choice((0, 0, 1, 3))

    def one(low: Any, high: Any) -> str:
        if low is not None and low == high:
            return str(low)
        return f"{'' if low is None else low}{space()},{space()}{'' if high is None else high}"

    parts = []
    for key, pairs in wanted.items():
        name = dice.choice((str(key), key.lower(), key.upper()))
        values = f"{space()}|{space()}".join(one(*pair) for pair in pairs)
        parts.append(f"{space()}{name}{space()}:{space()}{values}{space()}")
    return ";".join(parts) + dice.choice(("", ";", "; ;"))


@given(sets(), st.randoms(use_true_random=False))
def test_a_spelling_does_not_change_the_meaning(wanted: dict[Key, list[tuple[Any, Any]]], dice: random.Random) -> None:
    def meant(key: Key, value: Any) -> Any:
        if value is None or isinstance(value, int):
            return value
        return conditions.moment(value) if key in TIMES else value.casefold()

    expected = {
        key: tuple(Span(meant(key, low), meant(key, high)) for low, high in pairs) for key, pairs in wanted.items()
    }

    assert conditions.read(spelled(wanted, dice)) == expected


PIECES = ("jobid", "JOBID", "status", "taskname", "timeend", "colour", ":", ";", "|", ",", " ", "5", "-3", "2014-06-03")
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(TEXTS)
def test_any_text_is_read_as_what_its_jobs_fit_or_refused_by_the_part_that_is_none(text: str) -> None:
    try:
        found = conditions.read(text)
    except BadCondition:
        with pytest.raises(BadCondition) as caught:
            conditions.read(text)
        assert str(caught.value) in text
        return
    asked = {part.partition(":")[0].strip().casefold() for part in text.split(";") if part.strip()}
    assert {key.casefold() for key in found} == asked
    # What is not set fits no condition; what stands at a bound fits, unless the bounds are the wrong way round.
    assert conditions.fits(found, dict.fromkeys(Key)) == (not found)
    for key, spans in found.items():
        for span in spans:
            bounds = [bound for bound in (span.low, span.high) if bound is not None]
            for bound in bounds:
                assert conditions.fits({key: (span,)}, {key: bound}) == (bounds == sorted(bounds))
