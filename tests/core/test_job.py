"""A job as a value: copied with changes, and never written to."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.job import Cause, Job, Transition, evolve
from mockserver.core.plan import Plan

JOB = Job(
    api="a",
    id="1",
    state="working",
    plan=Plan(steps=(), end=None),
    created=1.0,
    since=2.0,
    owner="o",
    data={"name": "n"},
    history=(Transition(source="queued", to="working", at=2.0, cause=Cause.CLOCK),),
    version=3,
)
NAMES = [one.name for one in fields(Job)]


@given(changes=st.dictionaries(st.sampled_from(NAMES), st.integers()))
def test_evolve_is_replace(changes: dict[str, Any]) -> None:
    before = replace(JOB)
    made = evolve(JOB, **changes)
    assert made == replace(JOB, **changes)
    assert (type(made), repr(made)) == (Job, repr(replace(JOB, **changes)))
    assert before == JOB


def test_an_evolved_job_cannot_be_written_to() -> None:
    made: Any = evolve(JOB, state="done")
    with pytest.raises(FrozenInstanceError):
        made.state = "working"
    with pytest.raises((AttributeError, TypeError)):
        made.more = 1


def test_evolve_refuses_a_field_that_a_job_has_not() -> None:
    with pytest.raises(AttributeError, match="stat"):
        evolve(JOB, stat="done")
