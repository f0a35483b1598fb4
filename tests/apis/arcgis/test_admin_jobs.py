"""The Administrator's query and statistics as functions: filters, pages, counts."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.arcgis import admin_documents
from mockserver.apis.arcgis.admin_query import BadQuery, Query, read_query
from mockserver.apis.arcgis.machine import GpState
from mockserver.core.job import Job
from mockserver.core.plan import Plan


def job(number: int, state: str = GpState.SUCCEEDED, *, owner: str | None = None, **data: Any) -> Job:
    return Job(
        api="arcgis",
        id=f"j{number:032x}",
        state=state,
        plan=Plan(),
        created=float(number),
        since=float(number),
        ended=number + 0.5 if state == GpState.SUCCEEDED else None,
        owner=owner,
        data={"service": "Demo.GPServer", **data},
    )


def asked(jobs: list[Job], query: Query, parameters: dict[str, Any]) -> dict[str, Any]:
    admitted, first = [one for one in jobs if admin_documents.admits(query, one)], query.start - 1
    return admin_documents.query_result(query, parameters, admitted[first : first + query.number], len(admitted))


def found(jobs: list[Job], **parameters: Any) -> list[int]:
    answer = asked(jobs, read_query(parameters), parameters)
    return [int(job_id[1:], 16) for job_id in answer["results"]]


MIXED = [
    job(1, GpState.FAILED, owner="alice"),
    job(2, owner="bob", machine="ONE"),
    job(3, GpState.EXECUTING, owner="alice", machine="TWO"),
]


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        ({}, [1, 2, 3]),
        # The Python client's own request: empty is absent (captures w2).
        ({"startTime": "", "endTime": "", "userName": "", "machineName": "", "start": "1", "number": "10"}, [1, 2, 3]),
        ({"jobStatus": "esriJobFailed"}, [1]),
        ({"jobStatus": "esriJobTimedOut"}, []),
        ({"status": "esriJobFailed"}, [1, 2, 3]),
        ({"userName": "alice"}, [1, 3]),
        ({"machineName": "one"}, [2]),
        ({"machineName": admin_documents.MACHINE}, [1]),
        ({"startTime": "2000"}, [2, 3]),
        ({"startTime": "1500", "endTime": "2000"}, [2]),
        ({"endTime": "1000"}, [1, 2, 3]),
        ({"userName": "alice", "jobStatus": "esriJobExecuting"}, [3]),
        ({"start": "2"}, [2, 3]),
        ({"start": "9"}, []),
        ({"start": "-3"}, [1, 2, 3]),
        ({"number": "2"}, [1, 2]),
        ({"number": "0"}, [1]),
    ],
)
def test_the_filters(parameters: dict[str, str], numbers: list[int]) -> None:
    assert found(MIXED, **parameters) == numbers


@pytest.mark.parametrize("text", ["soon", "1_0", "1.0", "9" * 19, "-" + "9" * 5000])
@pytest.mark.parametrize("name", ["startTime", "endTime", "start", "number"])
def test_a_number_that_is_none_or_too_long_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadQuery, match=name):
        read_query({name: text})


def test_the_longest_numbers_can_be_answered() -> None:
    given = {"start": "9" * 18, "number": "9" * 18}
    assert orjson.dumps(asked(MIXED, read_query(given), given))


@given(total=st.integers(0, 40), size=st.integers(1, 15))
def test_following_next_start_sees_every_job_once(total: int, size: int) -> None:
    jobs = [job(number) for number in range(total)]
    seen: list[str] = []
    start = 1
    while start != -1:
        answer = asked(jobs, Query(start=start, number=size), {})
        assert answer["total"] == total
        assert answer["nextStart"] == -1 or answer["nextStart"] > start
        seen += answer["results"]
        start = answer["nextStart"]
    assert seen == [one.id for one in jobs]


def test_a_job_says_status_and_machinename() -> None:
    shown = admin_documents.detail(job(2, owner="bob", machine="ONE"), "https://host/x")
    assert shown == {
        "jobId": f"j{2:032x}",
        "submittedTime": 2000,
        "endTime": 2500,
        "status": "esriJobSucceeded",
        "username": "bob",
        "machinename": "ONE",
        "url": "https://host/x",
    }


def test_one_that_runs_has_no_end_yet() -> None:
    assert admin_documents.brief(job(3, GpState.EXECUTING))["endTime"] is None


def test_statistics_count_the_ends() -> None:
    states = [GpState.SUCCEEDED] * 17 + [GpState.FAILED] * 2
    # The documentation's own sample.
    assert admin_documents.statistics([job(number, state) for number, state in enumerate(states)]) == {
        "total": 19,
        "cancelled": 0,
        "failed": 2,
        "succeeded": 17,
    }
    others = [job(1, GpState.EXECUTING), job(2, GpState.TIMED_OUT), job(3, GpState.CANCELLED)]
    assert admin_documents.statistics(others) == {"total": 3, "cancelled": 1, "failed": 0, "succeeded": 0}
