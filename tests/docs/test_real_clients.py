"""The page *How real clients do*: what is kept of a run, and that it says of nobody what makes it fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockserver.exercise.scenario import apis, suite
from tests.clients.real_clients import CLIENTS, KINDS, RESULTS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "real-clients.md"
KEPT = json.loads(RESULTS.read_text("utf-8"))


def test_every_api_and_every_client_is_on_it() -> None:
    assert {one["api"] for one in KEPT} == set(apis())
    assert {one["script"] for one in KEPT} == {one.script for one in CLIENTS}
    assert all(one["version"] for one in KEPT)


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one["script"])
def test_what_is_kept_are_counts_of_all_scenarios(one: dict) -> None:
    there = len(suite(one["api"]).chosen((), cancels=False))
    held, ran = one["hold"]

    assert held <= ran == there, "run it again: make real-clients"
    assert set(one["checks"]) == set(KINDS)
    for held, asked in one["checks"].values():
        assert 0 <= held <= asked <= there


@pytest.mark.parametrize("api", apis())
def test_no_client_is_named_beside_what_makes_it_fail(api: str) -> None:
    text = PAGE.read_text("utf-8")

    assert [one.name for one in suite(api).scenarios if f"`{one.name}`" in text] == []
