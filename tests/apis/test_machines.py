"""What holds for the machines of every API, whatever is done to a job."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.apis import APIS
from mockserver.core.errors import IllegalEvent
from mockserver.core.job import Job
from mockserver.core.machine import FINAL, Machine, Phase
from mockserver.core.plan import NEVER, CancelMode, OnCancel, Plan, Step, Wait
from tests.drivers.properties import examples

MACHINES = [pytest.param(machine, id=f"{api.name}-{kind}") for api in APIS for kind, machine in api.machines.items()]
WAITS = st.one_of(st.builds(Wait, seconds=st.floats(0, 10)), st.builds(Wait, looks=st.integers(1, 3)), st.just(NEVER))


@pytest.mark.parametrize("machine", MACHINES)
def test_each_plan_by_name_ends_where_its_name_says(machine: Machine) -> None:
    phases = {state.phase for state in machine.states}
    # An API without a word for it reports a job that ran out of time as failed.
    timed_out = Phase.TIMED_OUT if Phase.TIMED_OUT in phases else Phase.FAILED
    ends = {"succeeds": Phase.SUCCEEDED, "fails": Phase.FAILED, "times-out": timed_out, "stuck": None}
    for name, plan in machine.plans.items():
        first = plan.steps[0].state if plan.steps else machine.initial
        job = Job(api="x", id="1", state=first, plan=plan, created=0.0, since=0.0)
        settled = machine.settle(job, 1e9)
        if name in ends:
            expected = ends[name]
            assert (machine.phase(settled) if machine.final(settled) else None) == expected, name


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_can_be_forced_by_name_and_phase_in_any_letter_case(machine: Machine) -> None:
    job = Job(api="x", id="1", state=machine.initial, plan=machine.plans[machine.plan], created=0.0, since=0.0)
    for state in machine.states:
        assert machine.force(job, state.name.swapcase(), 1.0).state == state.name
        assert machine.phase(machine.force(job, state.phase.lower(), 1.0)) == state.phase


@pytest.mark.parametrize("machine", MACHINES)
def test_every_fact_names_its_source(machine: Machine) -> None:
    assert [state.name for state in machine.states if not state.source] == []


@pytest.mark.parametrize("machine", MACHINES)
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_any_sequence_of_calls_clock_moves_and_forces_keeps_history_and_state_consistent(
    machine: Machine, data: st.DataObject
) -> None:
    names = list(machine.by_name)
    events = sorted({event for row in machine.rows.values() for event in row})
    open_states = [name for name in names if machine.by_name[name].phase not in FINAL]
    steps = data.draw(st.lists(st.sampled_from(open_states), unique=True, max_size=3))
    ends = [name for name in names if name not in steps]
    plan = Plan(
        steps=tuple(Step(state=name, wait=data.draw(WAITS)) for name in steps),
        end=data.draw(st.one_of(st.none(), st.sampled_from(ends))),
    )
    cancel = OnCancel(mode=data.draw(st.sampled_from(CancelMode)), after=data.draw(WAITS))
    now = 0.0
    job = Job(api="x", id="1", state=machine.initial, plan=plan, on_cancel=cancel, created=0.0, since=0.0)
    calls: list[Any] = data.draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("fire"), st.sampled_from([*events, "nonsense"])),
                st.tuples(st.just("force"), st.sampled_from(machine.words())),
                st.tuples(st.just("advance"), st.floats(0, 20)),
                st.tuples(st.sampled_from(["look", "hold", "release"])),
            ),
            max_size=20,
        )
    )
    for call in calls:
        before = job = machine.settle(job, now)
        match call:
            case ("fire", event):
                try:
                    job = machine.fire(job, event, now)
                except IllegalEvent:
                    assert event not in machine.rows[before.state]
                    assert job is before
            case ("force", word):
                job = machine.force(job, word, now)
                assert word in (job.state, machine.phase(job))
            case ("advance", by):
                now += by
                job = machine.settle(job, now)
            case ("look",):
                job = machine.look(job, now)
            case ("hold",):
                job = machine.hold(job)
            case ("release",):
                job = machine.release(job, now)
        assert machine.settle(job, now) == machine.settle(machine.settle(job, now), now)
        assert [move.to for move in job.history[:-1]] == [move.source for move in job.history[1:]]
        assert not job.history or job.history[-1].to == job.state
        assert [move.at for move in job.history] == sorted(move.at for move in job.history)
        assert not (job.held and machine.final(job))
        assert not job.history or (job.ended is not None) == machine.final(job)
        assert replace(job, version=0) == replace(before, version=0) or job.version > before.version
