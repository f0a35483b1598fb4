"""Prime's runs: jobs of their own in the control API, under their job."""

from __future__ import annotations

import pytest

from tests.drivers.server import Client

JOB = "/_control/jobs/prime/15"
RUN = f"{JOB}/runs/282800294"


async def test_a_job_shows_its_runs(client: Client) -> None:
    record = await (await client.get(JOB)).json()
    assert [run["id"] for run in record["runs"]] == ["282800294"]
    assert record["runs"][0]["parent"] == "15"
    listed = await (await client.get(f"{JOB}/runs")).json()
    assert listed["runs"] == record["runs"]


async def test_a_run_is_forced_held_and_released(client: Client) -> None:
    record = await (await client.put(f"{RUN}/state", json={"state": "PAUSED"})).json()
    assert (record["kind"], record["state"], record["held"]) == ("run", "PAUSED", True)
    assert (await (await client.get(f"{RUN}?until=PAUSED&timeout=1")).json())["id"] == "282800294"
    assert (await (await client.post(f"{RUN}/release")).json())["held"] is False
    assert (await (await client.get(JOB)).json())["state"] == "SCHEDULED"


async def test_fields_of_a_run_are_checked_like_the_fixtures(client: Client) -> None:
    assert (await client.patch(RUN, json={"hold": True})).status == 200
    response = await client.patch(RUN, json={"hold": "yes"})
    assert (response.status, (await response.json())["error"]["code"]) == (422, "bad-field")
    response = await client.put(f"{RUN}/state", json={"state": "esriJobExecuting"})
    assert (response.status, (await response.json())["error"]["code"]) == (422, "unknown-state")


async def test_a_run_of_another_job_is_not_there(client: Client) -> None:
    other = (await (await client.get("/_control/jobs?api=prime&limit=50")).json())["jobs"]
    job = next(one["id"] for one in other if one["id"] != "15")
    assert (await client.get(f"/_control/jobs/prime/{job}/runs/282800294")).status == 404
    assert (await client.get(f"{JOB}/runs/1")).status == 404


async def test_deleting_a_job_takes_its_runs_along(client: Client) -> None:
    assert (await client.delete(JOB)).status == 200
    assert (await client.get(RUN)).status == 404
    runs = await (await client.get("/_control/jobs?api=prime&kind=run&limit=1000")).json()
    assert "282800294" not in [run["id"] for run in runs["jobs"]]


async def test_lists_leave_runs_to_their_jobs(client: Client) -> None:
    jobs = (await (await client.get("/_control/jobs?api=prime&limit=1000")).json())["jobs"]
    assert {job["kind"] for job in jobs} == {"job"}
    assert all("runs" in job for job in jobs)


@pytest.mark.parametrize(
    ("query", "runs"),
    [
        ("api=prime&state=RUNNING", True),
        ("api=prime&state=canceling", True),
        ("api=prime&phase=executing", True),
        ("api=prime&state=COMPLETED", False),
        ("api=prime&state=COMPLETED&kind=run", True),
        ("state=SUSPENDED", False),
        ("state=running", False),
        ("state=INTERRUPTED", True),
    ],
)
async def test_states_that_only_runs_have_list_runs(client: Client, query: str, runs: bool) -> None:
    jobs = (await (await client.get(f"/_control/jobs?{query}")).json())["jobs"]
    assert {job["kind"] == "run" for job in jobs} == {runs}
