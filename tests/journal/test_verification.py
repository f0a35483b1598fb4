"""Who waits judges each request once, and once more when it is answered; and comes to what one who looks once finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.machine import Phase, State
from mockserver.journal import near_misses, verification
from mockserver.journal.entry import Entry
from mockserver.journal.near_misses import NearMisses
from mockserver.journal.verification import OVERDUE, Verification

DONE = State(name="done", phase=Phase.SUCCEEDED)
STATES = (None, State(name="on", phase=Phase.EXECUTING), DONE)


def entry(number: int, job: str = "a", status: int | None = 200, told: State | None = None) -> Entry:
    return Entry(number, 0.0, "box", "GET", "/x", {}, b"", "ges", "ges.JobStatus", job=job, status=status, told=told)


def judged(asked: dict[str, Any], entries: list[Entry]) -> Verification:
    found = Verification(asked)
    found.begin(entries[-1].number if entries else 0)
    found.take(entries)
    return found


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the requests that are judged, each time."""
    seen: list[int] = []

    def subject_of(one: Entry) -> Any:
        seen.append(one.number)
        return near_misses.subject_of(one)

    monkeypatch.setattr(verification, "subject_of", subject_of)
    return seen


def test_what_was_judged_is_not_judged_again(looks: list[int]) -> None:
    journal = [entry(number) for number in range(1, 1001)]
    waiting = Verification({"match": {"job": "b"}, "count": 1})
    waiting.begin(1000)
    waiting.take(journal)
    assert (waiting.behind, len(looks), waiting.holds) == (1000, 1000, False)

    looks.clear()
    for number in range(1001, 1011):
        journal.append(entry(number, "b" if number == 1010 else "a"))
        waiting.begin(number)
        waiting.take([one for one in journal if one.number > waiting.behind])
    assert (looks, waiting.holds) == (list(range(1001, 1011)), True)


def test_one_that_is_not_answered_is_judged_again_and_those_after_it_are_not(looks: list[int]) -> None:
    waiting = Verification({"match": {"status": 200}, "count": 9})
    journal = [entry(1), entry(2, status=None)]
    for number in range(3, 9):
        journal.append(entry(number))
        waiting.begin(number)
        waiting.take(journal[waiting.behind :])
    assert (waiting.behind, looks) == (1, [1, 2, *range(3, 9)])

    journal[1] = entry(2)
    waiting.begin(8)
    waiting.take(journal[waiting.behind :])
    assert (waiting.behind, looks[-1], waiting.verdict().count) == (8, 2, 8)


def test_a_number_without_an_entry_is_waited_for_but_not_for_ever() -> None:
    waiting = Verification({"match": {}})
    journal = [entry(1), entry(3)]
    waiting.begin(3)
    waiting.take(journal)
    assert waiting.behind == 1

    journal += [entry(number) for number in range(4, 4 + OVERDUE)]
    waiting.begin(journal[-1].number)
    waiting.take(journal[1:])
    assert waiting.behind >= 3


MATCHES = st.sampled_from([{}, {"job": "a"}, {"job": "b"}, {"final": True}, {"final": False}, {"status": 200}])
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "match": MATCHES,
        "count": st.one_of(st.integers(0, 4), st.just({"atLeast": 1, "atMost": 3})),
        "order": st.lists(MATCHES, min_size=1, max_size=3),
        "after": MATCHES,
    },
)
CALLS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(STATES), st.booleans()), max_size=12)


@given(QUESTIONS, CALLS, st.randoms(use_true_random=False))
def test_who_looks_often_comes_to_what_one_who_looks_once_finds(asked: dict[str, Any], calls: Any, chance: Any) -> None:
    waiting = Verification(asked)
    journal: list[Entry] = []
    late: list[int] = []

    def look() -> None:
        waiting.begin(len(journal))
        waiting.take([one for one in journal if one.number > waiting.behind])
        once = judged(asked, journal)
        assert waiting.holds == once.holds
        assert waiting.verdict().numbers == once.verdict().numbers
        assert waiting.near() == once.near()
        assert [*filter(waiting.could_be_near(), journal)] == [*filter(once.could_be_near(), journal)]

    answers = {number: (job, told) for number, (job, told, _) in enumerate(calls, 1)}
    for number, (job, told, at_once) in enumerate(calls, 1):
        journal.append(entry(number, job, told=told) if at_once else entry(number, job, status=None))
        if not at_once:
            late.append(number)
        if chance.random() < 0.5:
            look()
        if late and chance.random() < 0.3:
            done = late.pop(chance.randrange(len(late)))
            journal[done - 1] = entry(done, answers[done][0], told=answers[done][1])
    look()


def test_near_misses_are_the_closest_of_all() -> None:
    near = NearMisses({"job": "b", "status": 500})
    for number in range(100):
        near.look_at(entry(number, "b" if number == 42 else "a"))
    assert [one.entry.number for one in near.nearest] == [42, 99, 98]


def test_a_request_that_has_come_to_fit_meanwhile_is_no_near_miss() -> None:
    near = NearMisses({"job": "b"})
    near.look_at(entry(1, "b"))
    assert near.nearest == ()
