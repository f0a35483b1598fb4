"""The task center: its filters by day and by word, in the names of each version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.drivers.ges import PROJECT

DAYS = {"v1.0": ("startTime", "endTime"), "v2": ("start_time", "end_time")}


async def listed(ges: Any, version: str, query: str) -> Any:
    got = await ges.send("GET", f"/{version}/{PROJECT}/graphs/jobs?limit=100&{query}")
    assert got.status == 200, got.data
    jobs = got.data["jobList" if version == "v1.0" else "job_list"]
    assert got.data["jobCount" if version == "v1.0" else "job_count"] == len(jobs)
    return jobs


@pytest.mark.parametrize("version", ["v1.0", "v2"])
@pytest.mark.parametrize(
    ("start", "end", "number"),
    [
        (None, None, 4),
        ("2018-11-27", None, 4),
        ("2018-11-28", None, 0),
        (None, "2018-11-26", 0),
        (None, "2018-11-27", 4),
        ("2018-11-27", "2018-11-27", 4),
        ("2018-11-28", "2018-11-29", 0),
        ("2018-11-28", "2018-11-27", 0),
        # Moments are not documented; they are taken all the same.
        ("2018-11-27T21:40:30", None, 2),
        (None, "2018-11-27T21:40:00", 2),
    ],
)
async def test_the_days_of_the_list(ges: Any, version: str, start: str | None, end: str | None, number: int) -> None:
    names = DAYS[version]
    query = "&".join(f"{name}={day}" for name, day in zip(names, (start, end), strict=True) if day)
    assert len(await listed(ges, version, query)) == number


@pytest.mark.parametrize(("version", "other"), [("v1.0", "v2"), ("v2", "v1.0")])
async def test_a_version_does_not_know_the_names_of_the_other(ges: Any, version: str, other: str) -> None:
    start, end = DAYS[other]
    assert len(await listed(ges, version, f"{start}=2030-01-01&{end}=2000-01-01")) == 4


@pytest.mark.parametrize("version", ["v1.0", "v2"])
async def test_what_is_no_day_is_refused(ges: Any, version: str) -> None:
    got = await ges.send("GET", f"/{version}/{PROJECT}/graphs/jobs?{DAYS[version][0]}=yesterday")
    assert (got.status, "GES.0001" in got.data.values()) == (400, True)


async def test_partially_failed_is_a_word_of_v2(ges: Any) -> None:
    plane = {"plane": "management", "graph": "GES_UI_AUTO", "kind": "import-graph"}
    job_id = await ges.add(**plane, state="success", partially_failed=True)
    await ges.add(**plane, state="running", partially_failed=True)
    found = await listed(ges, "v2", "status=partiallyFailed")
    assert [(job["job_id"], job["status"]) for job in found] == [(job_id, "partiallyFailed")]
    assert job_id not in [job["job_id"] for job in await listed(ges, "v2", "status=success")]
    got = await ges.send("GET", f"/v1.0/{PROJECT}/graphs/jobs?status=partiallyFailed")
    assert (got.status, got.data["errorCode"]) == (400, "GES.0001")
