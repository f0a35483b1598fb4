"""Fixtures of GES: what may be left out, and what is wrong in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.apis import APIS
from mockserver.sandbox.fixtures import merge as fixtures
from tests.drivers.ges import GRAPH


def merged(section: Any) -> fixtures.Fixtures:
    return fixtures.merge(fixtures.inline([{"ges": section}]), APIS)


async def test_a_job_alone_can_be_used_as_it_stands(ges_with: Any, tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps({"ges": {"jobs": [{"id": "j", "graph": "friends", "state": "running"}]}}))
    ges = await ges_with(fixtures=(file,))
    ges.graph = "friends"
    assert (await ges.status("j")).data == {"status": "running"}
    ges.graph = "movie"
    assert (await ges.status("j")).data["errorCode"] == "GES.8301"


@pytest.mark.parametrize(
    ("section", "word"),
    [
        ({"settings": {"edition": "pocket"}}, "edition"),
        ({"settings": {"colour": "red"}}, "colour"),
        ({"graphs": [{"name": "a"}, {"name": "a"}]}, "a second graph"),
        (
            {"graphs": [{"name": "a", "vertices": [{"id": "v", "properties": {"Occupation": 5}}]}]},
            'not of type "array"',
        ),
        ({"graphs": [{"name": "a", "edges": [{"source": "v", "properties": {"Score": True}}]}]}, 'not of type "array"'),
        ({"accounts": [{"user": "a", "token_expires": "soon"}]}, "moment"),
        ({"accounts": [{"name": "a"}]}, "name"),
        ({"jobs": [{"kind": "fly"}]}, "fly"),
        ({"jobs": [{"scenario": "rain"}]}, "rain"),
        ({"jobs": [{"colour": "red"}]}, "colour"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(section: Any, word: str) -> None:
    with pytest.raises(fixtures.BadFixture) as caught:
        merged(section)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"state": "SUSPENDED"}, 422),
        ({"plan": "times-out"}, 422),
        ({"graph": "nowhere"}, 422),
        ({"scenario": "rain"}, 422),
        ({"id": "4448c9fb-0b16-4a78-8d89-2a137c53454a001679122"}, 409),
    ],
)
async def test_a_job_that_cannot_be_is_refused(ges: Any, fields: Any, status: int) -> None:
    got = await ges.control("POST", "/jobs", {"api": "ges", **fields})
    assert got.status == status, got.data
    assert got.data["error"]["message"]


async def test_plans_by_looks_and_steps_with_a_phase_as_end(ges: Any) -> None:
    plan = {"steps": [{"state": "pending", "for": {"looks": 2}}, {"state": "running", "for": "1s"}], "end": "SUCCEEDED"}
    job_id = await ges.add(kind="execute-algorithm", plan=plan, hold=False)
    assert [(await ges.status(job_id)).data["status"] for _ in range(3)] == ["pending", "running", "running"]
    await ges.advance(1)
    assert (await ges.status(job_id)).data["status"] == "complete"


@pytest.mark.parametrize("edition", ["memory", "persistent"])
@pytest.mark.parametrize("given", [{}, {"body": {"a": 1}}, {"command": "mine"}, {"url": "/mine"}])
async def test_a_request_need_not_say_what_follows_from_its_type(ges: Any, edition: str, given: dict[str, Any]) -> None:
    """Whether a fixture, the control API or a change leaves it out; the server is strict."""
    await ges.control("PATCH", "/apis/ges/settings", {"edition": edition})
    job_id = await ges.add(kind="import-graph", request=given)
    got = await ges.control("PATCH", f"/jobs/ges/{job_id}", {"request": given})
    assert got.status == 200, got
    listed = await ges.call("GET", "jobs/status?limit=500")
    assert listed.status == 200, listed
    shown = next(one["request"] for one in listed.data["jobs"] if one["jobId"] == job_id)
    usual = {"command": "import_graph", "url": f"{GRAPH}/action?action_id=import-graph"}
    assert {name: shown[name] for name in usual} == {**usual, **{name: given[name] for name in usual if name in given}}
