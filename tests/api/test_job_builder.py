"""A job from its fields: a spec, a template without a time, and the job."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.api.job_builder import JobSpec, NewId, template_of, with_scenario
from mockserver.core.errors import BadPlan
from mockserver.core.job_document import BadFields
from mockserver.core.machine import Machine, Phase, State
from mockserver.core.plan import CancelMode, Plan, Step, Wait

MACHINE = Machine(
    initial="new",
    states=(
        State(name="new", phase=Phase.SUBMITTED),
        State(name="on", phase=Phase.EXECUTING),
        State(name="done", phase=Phase.SUCCEEDED),
    ),
    rows={"new": {}, "on": {}, "done": {}},
    plans={
        "succeeds": Plan(
            steps=(Step(state="new", wait=Wait(seconds=1.0)), Step(state="on", wait=Wait(seconds=1.0))), end="done"
        ),
        "runs": Plan(steps=(Step(state="on", wait=Wait(seconds=1.0)),), end="done"),
    },
)
PART = dataclasses.replace(MACHINE, kind="part")


def spec(fields: Mapping[str, Any], **changes: Any) -> JobSpec:
    return JobSpec(**{"machine": MACHINE, "id": "1", "fields": fields, "data": {}, **changes})


@pytest.mark.parametrize(
    ("fields", "state", "held", "created", "started", "ended"),
    [
        ({}, "new", False, 100.0, None, None),
        ({"plan": "runs"}, "on", False, 100.0, 100.0, None),
        ({"state": "on"}, "on", True, 100.0, 100.0, None),
        ({"state": "on", "hold": False, "created": 50}, "on", False, 50.0, 50.0, None),
        ({"state": "EXECUTING", "created": 50, "started": 60}, "on", True, 50.0, 60.0, None),
        ({"state": "done"}, "done", False, 100.0, 100.0, 100.0),
        ({"state": "done", "created": 50}, "done", False, 50.0, 50.0, 100.0),
        ({"state": "done", "created": 150}, "done", False, 150.0, 150.0, 150.0),
        ({"state": "done", "ended": 70, "created": 50, "started": 60}, "done", False, 50.0, 60.0, 70.0),
        ({"state": "on", "ended": 70}, "on", True, 100.0, 100.0, None),
    ],
)
def test_moments_that_the_fields_do_not_say_come_from_when_it_is_made(
    fields: Mapping[str, Any],
    state: str,
    held: bool,
    created: float,
    started: float | None,
    ended: float | None,
) -> None:
    template = template_of("x", spec(fields))
    for now in (7.0, 100.0):  # The second must not see the first.
        (job,) = template.build(now, iter(()))
    assert (job.state, job.held, job.created, job.started, job.ended) == (state, held, created, started, ended)
    assert job.since == 100.0


def test_a_new_id_is_the_number_as_the_api_writes_it() -> None:
    template = template_of("x", spec({}, id=NewId(counter="job", write="j{}".format)))
    assert template.counters() == ("job",)
    assert [template.build(0.0, iter([n]))[0].id for n in (1, 2)] == ["j1", "j2"]
    assert template_of("x", spec({})).counters() == ()


def test_parts_are_listed_where_the_api_says_and_know_whose_they_are() -> None:
    part = {"machine": PART, "id": NewId(counter="part", write=str)}
    template = template_of(
        "x",
        spec(
            {},
            id=NewId(counter="job", write="j{}".format),
            data={"name": "n", "runs": [], "more": 1},
            parts=(spec({}, **part), spec({"state": "done"}, **{**part, "id": "7"}), spec({}, **part)),
            parts_field="runs",
        ),
    )
    assert template.counters() == ("job", "part", "part")
    job, *parts = template.build(0.0, iter([1, 8, 9]))
    assert [(one.id, one.kind, one.parent) for one in parts] == [(n, "part", "j1") for n in ("8", "7", "9")]
    assert [*job.data.items()] == [("name", "n"), ("runs", [{"id": "8"}, {"id": "7"}, {"id": "9"}]), ("more", 1)]
    assert template.job.data["runs"] == []


def test_own_fields_that_depend_on_the_moment_win() -> None:
    template = template_of("x", spec({}, data={"name": None, "n": 1}, born=lambda now: {"name": f"at {now}"}))
    assert [template.build(now, iter(()))[0].data for now in (1.0, 2.0)] == [
        {"name": "at 1.0", "n": 1},
        {"name": "at 2.0", "n": 1},
    ]


def test_defaults_give_way_to_the_fields() -> None:
    made = template_of("x", spec({}, default_plan="runs", default_cancel={"after": 5}, retention=0.0)).job
    assert (made.plan, made.on_cancel.after, made.retention) == (MACHINE.plans["runs"], Wait(seconds=5.0), 0.0)
    fields = {"plan": "succeeds", "on_cancel": "loses"}
    made = template_of("x", spec(fields, default_plan="runs", default_cancel={"after": 5})).job
    assert (made.plan, made.on_cancel.mode) == (MACHINE.plans["succeeds"], CancelMode.LOSES)
    assert made.on_cancel.after == Wait(seconds=5.0)
    with pytest.raises(BadPlan):
        template_of("x", spec({"plan": "nowhere"}))
    with pytest.raises(BadFields, match="created: 'x' is no moment"):
        template_of("x", spec({"created": "x"}))


def test_fields_beside_a_scenario_win_and_an_unknown_one_is_refused() -> None:
    scenarios = {"stuck": {"plan": "stuck", "owner": "s"}}
    assert with_scenario(scenarios, {"owner": "me"}) == {"owner": "me"}
    found = with_scenario(scenarios, {"scenario": "stuck", "owner": "me"})
    assert found == {"plan": "stuck", "owner": "me", "scenario": "stuck"}
    with pytest.raises(BadFields, match="no scenario 'stukc'; did you mean 'stuck'\\? there are stuck") as caught:
        with_scenario(scenarios, {"scenario": "stukc"})
    assert caught.value.field == "scenario"
