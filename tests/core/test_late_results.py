"""Results that come later than the end of their job: one rule for every machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mockserver.core.errors import BadPlan
from mockserver.core.job import Job
from mockserver.core.job_document import amend
from mockserver.core.machine import Machine, Phase, State
from mockserver.core.plan import NEVER, Plan, Step, Wait, lateness

PLAN = Plan(steps=(Step(state="working", wait=Wait(seconds=2)),), end="done")

MACHINE = Machine(
    initial="working",
    states=(
        State(name="working", phase=Phase.EXECUTING),
        State(name="done", phase=Phase.SUCCEEDED),
        State(name="broken", phase=Phase.FAILED),
    ),
    rows={"working": {}, "done": {}, "broken": {}},
    plans={"succeeds": PLAN},
    late_results="late",
)

LOOKS = {"looks": 2}


def job(**data: Any) -> Job:
    return Job(api="x", id="1", state="working", plan=PLAN, created=0.0, since=0.0, data=data)


def ended(**data: Any) -> Job:
    """Return a job that ended at 2.0."""
    return MACHINE.settle(job(**data), 2.0)


def seen(one: Job, looks: int) -> list[bool]:
    """Return what each status query shows, where one that shows no results is counted."""
    shown = []
    for _ in range(looks):
        visible = MACHINE.results_visible(one, 2.0)
        shown.append(visible)
        if not visible:
            one = MACHINE.count_look(one)
    return shown


@pytest.mark.parametrize("data", [{}, {"late": 5}, {"late": LOOKS}])
def test_a_job_that_has_not_ended_has_no_results(data: Mapping[str, Any]) -> None:
    assert not MACHINE.results_visible(job(**data), 1e9)


def test_results_come_with_the_end_unless_something_is_said() -> None:
    assert MACHINE.results_after(ended()) is None
    assert MACHINE.results_visible(ended(), 2.0)
    assert MACHINE.results_visible(MACHINE.force(job(), "broken", 1.0), 1.0)


@pytest.mark.parametrize(
    ("late", "now", "visible"),
    [(0, 2.0, True), (5, 6.999, False), (5, 7.0, True), ("1m", 61.9, False), ("1m", 62.0, True), (1e10, 1e11, False)],
)
def test_seconds_count_from_the_end(late: float | str, now: float, visible: bool) -> None:
    assert MACHINE.results_visible(ended(late=late), now) is visible


def test_a_job_put_into_its_end_counts_from_when_it_says_it_ended() -> None:
    one = replace(ended(late=5), since=100.0)
    assert MACHINE.results_visible(one, 100.0)
    assert not MACHINE.results_visible(replace(one, ended=98.0), 100.0)
    assert MACHINE.results_visible(replace(one, ended=None), 0.0)


def test_looks_count_only_after_the_end() -> None:
    one = replace(job(late=LOOKS), looks=7)
    assert not MACHINE.results_visible(one, 1.0)
    assert seen(MACHINE.settle(one, 2.0), 4) == [False, False, True, True]


@pytest.mark.parametrize("word", ["done", "broken"])
def test_a_job_forced_to_its_end_again_waits_again(word: str) -> None:
    one = MACHINE.count_look(MACHINE.count_look(ended(late=LOOKS)))
    assert MACHINE.results_visible(one, 2.0)
    assert seen(MACHINE.force(one, word, 2.0), 3) == [False, False, True]
    late = MACHINE.force(ended(late=5), word, 50.0)
    assert not MACHINE.results_visible(late, 54.9)
    assert MACHINE.results_visible(late, 55.0)


def test_a_job_forced_out_of_its_end_has_no_results() -> None:
    assert not MACHINE.results_visible(MACHINE.force(ended(), "working", 3.0), 1e9)


def test_what_the_job_says_wins_over_what_is_usual() -> None:
    assert not MACHINE.results_visible(ended(), 2.0, LOOKS)
    assert not MACHINE.results_visible(ended(late=None), 2.0, LOOKS)
    assert MACHINE.results_visible(ended(late=0), 2.0, LOOKS)
    assert MACHINE.results_after(ended(late=LOOKS), 5.0) == Wait(looks=2)
    assert MACHINE.results_after(ended(), 5.0) == Wait(seconds=5.0)


def test_a_machine_that_names_no_field_knows_only_what_is_usual() -> None:
    plain = replace(MACHINE, late_results=None)
    assert plain.results_visible(ended(late=5), 2.0)
    assert not plain.results_visible(ended(late=5), 2.0, 1.0)


def test_a_test_may_change_how_late_results_come() -> None:
    one = amend(MACHINE, ended(late=5), {"late": LOOKS}, 2.0)
    assert not MACHINE.results_visible(one, 1e9)
    assert MACHINE.results_visible(amend(MACHINE, one, {"late": 0}, 2.0), 2.0)


def test_lateness_is_a_wait_or_for_ever() -> None:
    assert lateness("2s") == Wait(seconds=2.0)
    assert lateness({"looks": 3}) == Wait(looks=3)
    assert lateness(1e10) == NEVER
    with pytest.raises(BadPlan):
        lateness("soon")
