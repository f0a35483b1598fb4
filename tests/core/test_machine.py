"""The machine alone: no loop, no server, no clock but a number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.core.errors import BadPlan, IllegalEvent, UnknownState
from mockserver.core.job import Cause, Job
from mockserver.core.machine import FINAL, HISTORY, Machine, Next, Phase, State, expired
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait, seconds
from tests.drivers.properties import examples

SUCCEEDS = Plan(
    steps=(Step(state="queued", wait=Wait(seconds=1)), Step(state="working", wait=Wait(seconds=2))), end="done"
)

MACHINE = Machine(
    initial="queued",
    states=(
        State(name="queued", phase=Phase.SUBMITTED),
        State(name="working", phase=Phase.EXECUTING),
        State(name="stopping", phase=Phase.CANCELING, shown="working"),
        State(name="done", phase=Phase.SUCCEEDED),
        State(name="finished", phase=Phase.SUCCEEDED),
        State(name="broken", phase=Phase.FAILED),
        State(name="stopped", phase=Phase.CANCELED),
    ),
    rows={
        "queued": {"cancel": "stopped"},
        "working": {"cancel": "stopping"},
        "stopping": {"cancel": "stopping"},
        "done": {},
        "finished": {},
        "broken": {},
        "stopped": {},
    },
    cancelled={CancelMode.HONOURS: "stopped", CancelMode.LOSES: "done", CancelMode.FAILS: "broken"},
    plans={"succeeds": SUCCEEDS},
)


def job(state: str = "queued", **changes: Any) -> Job:
    given = {"plan": SUCCEEDS, "on_cancel": OnCancel(after=Wait(seconds=5)), **changes}
    return Job(api="x", id="1", state=state, created=0.0, since=0.0, **given)


@pytest.mark.parametrize(
    ("now", "state", "moves"),
    [
        (0.0, "queued", []),
        (0.999, "queued", []),
        (1.0, "working", [1.0]),
        (2.9, "working", [1.0]),
        (3.0, "done", [1.0, 3.0]),
        (1e9, "done", [1.0, 3.0]),
    ],
)
def test_the_clock_moves_a_job_along_its_plan_at_the_times_the_moves_came_due(
    now: float, state: str, moves: list[float]
) -> None:
    settled = MACHINE.settle(job(), now)
    assert settled.state == state
    assert [move.at for move in settled.history] == moves
    assert {move.cause for move in settled.history} <= {Cause.CLOCK}
    assert MACHINE.settle(settled, now) is settled


@pytest.mark.parametrize("state", ["done", "finished", "broken", "stopped"])
def test_an_illegal_event_raises_and_moves_nothing(state: str) -> None:
    finished = job(state)
    with pytest.raises(IllegalEvent):
        MACHINE.fire(finished, "cancel", 1.0)
    with pytest.raises(IllegalEvent):
        MACHINE.fire(finished, "resume", 1.0)


@pytest.mark.parametrize(
    ("mode", "state", "at"),
    [
        (CancelMode.HONOURS, "stopped", 7.0),
        (CancelMode.LOSES, "done", 7.0),
        (CancelMode.FAILS, "broken", 7.0),
        # An ignored cancel ends when the plan would have ended: 1 s queued, 2 s working.
        (CancelMode.IGNORES, "done", 3.0),
    ],
)
def test_a_cancel_ends_as_the_job_takes_it(mode: CancelMode, state: str, at: float) -> None:
    working = MACHINE.settle(job(on_cancel=OnCancel(mode=mode, after=Wait(seconds=5))), 2.0)
    stopping = MACHINE.fire(working, "cancel", 2.0, request=9)
    assert (stopping.state, stopping.history[-1].cause, stopping.history[-1].request) == ("stopping", Cause.CLIENT, 9)
    ended = MACHINE.settle(stopping, 100.0)
    assert (ended.state, ended.ended) == (state, at)


def test_a_stuck_cancel_never_ends() -> None:
    stuck = job("working", on_cancel=OnCancel(mode=CancelMode.STUCK))
    stopping = MACHINE.fire(stuck, "cancel", 0.5)
    assert MACHINE.settle(stopping, 1e9).state == "stopping"


IGNORES = OnCancel(mode=CancelMode.IGNORES)


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("forced", [False, True])
def test_a_cancel_that_is_ignored_leaves_the_looks_as_they_were_counted(before: int, forced: bool) -> None:
    plan = Plan(steps=tuple(Step(state=state, wait=Wait(looks=3)) for state in ("queued", "working")), end="done")
    one = job(plan=plan, on_cancel=IGNORES)
    for look in range(6):
        assert one.state != "done"
        if look == before and (forced or one.state == "working"):
            one = MACHINE.force(one, "stopping", 1.0, hold=False) if forced else MACHINE.fire(one, "cancel", 1.0)
            assert one.state == "stopping"
        one = MACHINE.look(one, 1.0)
    assert one.state == "done"


@pytest.mark.parametrize("forced", [False, True])
def test_the_wait_of_a_held_job_starts_anew_under_a_cancel_that_is_ignored(forced: bool) -> None:
    held = MACHINE.hold(job("working", on_cancel=IGNORES))
    stopping = MACHINE.force(held, "stopping", 100.0, hold=False) if forced else MACHINE.fire(held, "cancel", 100.0)
    assert MACHINE.settle(stopping, 101.9).state == "stopping"
    assert MACHINE.settle(stopping, 102.0).ended == 102.0
    counted = MACHINE.read_plan({"looks": 2})
    held = MACHINE.hold(MACHINE.look(job("working", on_cancel=IGNORES, plan=counted), 1.0))
    stopping = MACHINE.force(held, "stopping", 100.0, hold=False) if forced else MACHINE.fire(held, "cancel", 100.0)
    assert MACHINE.next(stopping) == Next(to="done", looks=2)


def test_a_repeated_cancel_neither_moves_nor_restarts_the_wait() -> None:
    stopping = MACHINE.fire(job("working"), "cancel", 1.0)
    assert MACHINE.fire(stopping, "cancel", 3.0) is stopping
    assert MACHINE.settle(stopping, 6.0).state == "stopped"


def test_a_plan_that_counts_looks_moves_at_the_last_one() -> None:
    plan = Plan(
        steps=(Step(state="queued", wait=Wait(looks=3)), Step(state="working", wait=Wait(seconds=1))), end="done"
    )
    one = MACHINE.look(job(plan=plan), 5.0)
    two = MACHINE.look(one, 6.0)
    three = MACHINE.look(two, 7.0)
    assert [one.state, two.state, three.state] == ["queued", "queued", "working"]
    assert MACHINE.settle(three, 7.9).state == "working"
    assert MACHINE.settle(three, 8.0).state == "done"


def test_a_plan_of_looks_alone_is_the_usual_plan_by_count() -> None:
    usual = MACHINE.plans["succeeds"]
    assert MACHINE.read_plan({"looks": 3}) == Plan(
        steps=tuple(Step(state=step.state, wait=Wait(looks=3)) for step in usual.steps), end=usual.end
    )


def test_a_forced_state_is_held_until_it_is_released() -> None:
    forced = MACHINE.force(job(), "EXECUTING", 10.0)
    assert (forced.state, forced.held, forced.history[-1].cause) == ("working", True, Cause.CONTROL)
    assert MACHINE.settle(forced, 1e9) is forced
    released = MACHINE.release(forced, 20.0)
    assert MACHINE.settle(released, 21.9).state == "working"
    assert MACHINE.settle(released, 22.0).state == "done"


def test_a_forced_state_may_be_left_to_the_plan() -> None:
    forced = MACHINE.force(job(), "working", 10.0, hold=False)
    assert MACHINE.settle(forced, 12.0).state == "done"


def test_a_clients_call_moves_a_held_job_and_ends_the_hold() -> None:
    forced = MACHINE.force(job(), "working", 10.0)
    stopping = MACHINE.fire(forced, "cancel", 11.0)
    assert (stopping.state, stopping.held) == ("stopping", False)


def test_a_final_state_is_never_held_and_can_be_forced_back() -> None:
    done = MACHINE.force(job(), "done", 4.0)
    assert (done.held, done.ended) == (False, 4.0)
    again = MACHINE.force(done, "queued", 5.0)
    assert (again.state, again.held, again.ended) == ("queued", True, None)


@pytest.mark.parametrize(
    ("word", "state"),
    [("WORKING", "working"), ("executing", "working"), ("Canceling", "stopping"), ("succeeded", "done")],
)
def test_a_state_is_found_by_name_or_phase_in_any_letter_case(word: str, state: str) -> None:
    assert MACHINE.find(word, SUCCEEDS).name == state


def test_a_phase_that_several_states_share_is_the_one_the_plan_aims_at() -> None:
    plan = Plan(steps=SUCCEEDS.steps, end="finished")
    assert MACHINE.find("SUCCEEDED", plan).name == "finished"


def test_an_unknown_word_lists_those_that_would_do() -> None:
    with pytest.raises(UnknownState) as caught:
        MACHINE.force(job(), "SUSPENDED", 0.0)
    assert "working" in caught.value.allowed
    assert "CANCELED" in caught.value.allowed


def test_history_is_bounded() -> None:
    flipped = job()
    for number in range(HISTORY * 3):
        flipped = MACHINE.force(flipped, "working" if number % 2 else "queued", float(number))
    assert len(flipped.history) == HISTORY
    assert flipped.forgotten == HISTORY * 2


def test_a_finished_job_is_forgotten_after_its_retention() -> None:
    done = MACHINE.settle(job(retention=60.0), 3.0)
    assert not expired(MACHINE, done, 63.0)
    assert expired(MACHINE, done, 63.1)
    assert not expired(MACHINE, job("working", retention=1.0), 1e9)


def test_a_machine_without_a_row_for_a_state_is_refused() -> None:
    with pytest.raises(BadPlan, match="no row"):
        Machine(initial="a", states=(State(name="a", phase=Phase.SUBMITTED),), rows={})
    with pytest.raises(BadPlan, match="unknown states"):
        Machine(initial="a", states=(State(name="a", phase=Phase.SUBMITTED),), rows={"a": {"go": "b"}})


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"initial": "nowhere"}, id="where a job begins"),
        pytest.param({"rows": {"a": {}, "nowhere": {}}}, id="a row"),
        pytest.param({"rows": {"a": {"go": "nowhere"}}}, id="where an event leads"),
        pytest.param({"cancelled": {CancelMode.HONOURS: "nowhere"}}, id="where a cancel ends"),
        pytest.param(
            {"plans": {"p": Plan(steps=(Step(state="nowhere", wait=NEVER),), end="a")}}, id="a step of a plan"
        ),
        pytest.param({"plans": {"p": Plan(steps=(), end="nowhere"), "q": Plan(steps=(), end="a")}}, id="its end"),
    ],
)
def test_a_machine_that_names_a_state_it_has_not_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadPlan, match=r"names unknown states \['nowhere'\]"):
        Machine(**{"initial": "a", "states": (State(name="a", phase=Phase.SUBMITTED),), "rows": {"a": {}}, **wrong})


def test_a_state_is_told_as_it_is_shown_or_else_by_its_name() -> None:
    assert State(name="a", phase=Phase.SUBMITTED).word == "a"
    assert State(name="a", phase=Phase.SUBMITTED, shown="Shown").word == "Shown"


@pytest.mark.parametrize(
    ("value", "expected"), [(2, 2.0), ("250ms", 0.25), ("2s", 2.0), ("1m", 60.0), ("1.5", 1.5), ("2h", 7200.0)]
)
def test_durations_are_read(value: float | str, expected: float) -> None:
    assert seconds(value) == expected


@pytest.mark.parametrize("value", ["", "soon", "-1", "1d", True, "1e3"])
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(BadPlan):
        seconds(value)


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        {"steps": [{"state": "queued", "for": 1}, {"state": "queued", "for": 1}], "end": "done"},
        {"steps": [{"state": "queued", "for": 1}], "end": "queued"},
        {"steps": [{"state": "queued", "for": "soon"}], "end": "done"},
    ],
)
def test_a_plan_that_no_job_can_follow_is_refused(value: Any) -> None:
    with pytest.raises(BadPlan):
        MACHINE.read_plan(value)


WAITS = st.one_of(st.builds(Wait, seconds=st.floats(0, 10)), st.builds(Wait, looks=st.integers(1, 4)), st.just(NEVER))
PLANS = st.builds(
    lambda first, second, end: Plan(
        steps=(Step(state="queued", wait=first), Step(state="working", wait=second)), end=end
    ),
    WAITS,
    WAITS,
    st.sampled_from(["done", "finished", "broken", None]),
)
CALLS = st.lists(
    st.one_of(
        st.tuples(st.just("fire"), st.sampled_from(["cancel", "resume"])),
        st.tuples(st.just("force"), st.sampled_from(MACHINE.words()), st.booleans()),
        st.tuples(st.just("advance"), st.floats(0, 20)),
        st.tuples(st.sampled_from(["look", "hold", "release", "back"])),
    ),
    max_size=30,
)


@settings(max_examples=examples(300), deadline=None)
@given(plan=PLANS, mode=st.sampled_from(CancelMode), after=WAITS, calls=CALLS)
def test_any_sequence_of_calls_keeps_history_and_state_consistent(
    plan: Plan, mode: CancelMode, after: Wait, calls: list[tuple[Any, ...]]
) -> None:
    """Whatever comes, the history is a chain that ends in the state, and only IllegalEvent is ever raised."""
    now, one = 100.0, job(plan=plan, on_cancel=OnCancel(mode=mode, after=after))
    for call in calls:
        before = one = MACHINE.settle(one, now)
        match call:
            case ("fire", event):
                try:
                    one = MACHINE.fire(one, event, now)
                except IllegalEvent:
                    assert event not in MACHINE.rows[before.state]
            case ("force", word, hold):
                one = MACHINE.force(one, word, now, hold=hold)
                assert word in (one.state, MACHINE.phase(one))
            case ("advance", by):
                now += by
                one = MACHINE.settle(one, now)
            case ("look",):
                one = MACHINE.look(one, now)
            case ("hold",):
                one = MACHINE.hold(one)
            case ("release",):
                one = MACHINE.release(one, now)
            case ("back",):
                now -= 1.0
        assert one.version >= before.version
        assert (one == before) == (one.version == before.version)
        assert [move.to for move in one.history[:-1]] == [move.source for move in one.history[1:]]
        assert not one.history or one.history[-1].to == one.state
        assert (one.ended is None) == (MACHINE.phase(one) not in FINAL) or not one.history
        assert not (one.held and MACHINE.final(one))
        planned = MACHINE.next(one)
        assert planned is None or (planned.to != one.state and not one.held)
