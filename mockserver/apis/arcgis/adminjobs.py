"""The Administrator's jobs as plain data: the query with its filters and pages, the job, the statistics.

Pure functions over settled jobs. The Administrator API says `status` and `machinename` where the
services directory says `jobStatus`; both are the documentation's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.apis.arcgis.machine import JOB
from mockserver.core.job import Job
from mockserver.core.machine import Phase

PAGE = 10
"""Jobs on a page when the query does not say: what the Python client asks for (documented for Kubernetes only)."""

MACHINE = "MOCKSERVER.LOCAL"
"""The machine every job ran on, unless its fixture names another."""

NUMBERS = ("startTime", "endTime", "start", "number")
FILTERS = ("endTime", "jobStatus", "userName", "machineName")


class BadQuery(Exception):
    """A query parameter that is no number."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"Invalid value for parameter '{parameter}'.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a jobs query asks for. Times are epoch milliseconds; `start` counts from 1; None stands for any."""

    start_time: int | None = None
    end_time: int | None = None
    status: str | None = None
    username: str | None = None
    machine: str | None = None
    start: int = 1
    number: int = PAGE

    def admits(self, job: Job) -> bool:
        """Tell whether a job is asked for."""
        return (
            (self.start_time is None or _ms(job.created) >= self.start_time)
            and (self.end_time is None or _ms(job.created) <= self.end_time)
            and (self.status is None or _status(job) == self.status)
            and (self.username is None or job.owner == self.username)
            and (self.machine is None or _machine(job).casefold() == self.machine.casefold())
        )


def read_query(parameters: Mapping[str, Any]) -> Query:
    """Read the parameters of a jobs query. Empty ones count as absent: the Python client sends four of them (w2).

    `endTime` without `startTime` is not looked at: the documentation makes the one need the other. The filter by
    state is `jobStatus`; the `status` that the Python client sends instead is no parameter of the operation.

    Raises:
        BadQuery: a time, `start` or `number` is no whole number.
    """
    given = {name: str(parameters.get(name) or "").strip() for name in (*NUMBERS, *FILTERS)}
    numbers: dict[str, int] = {}
    for name in NUMBERS:
        if given[name]:
            try:
                numbers[name] = int(given[name])
            except ValueError:
                raise BadQuery(name) from None
    start_time = numbers.get("startTime")
    return Query(
        start_time=start_time,
        end_time=None if start_time is None else numbers.get("endTime"),
        status=given["jobStatus"] or None,
        username=given["userName"] or None,
        machine=given["machineName"] or None,
        start=max(numbers.get("start", 1), 1),
        number=max(numbers.get("number", PAGE), 1),
    )


def brief(job: Job) -> dict[str, Any]:
    """Return what a query's result says of one job. `endTime` of one that still runs is null (inferred)."""
    return {
        "submittedTime": _ms(job.created),
        "endTime": None if job.ended is None else _ms(job.ended),
        "status": _status(job),
        "username": job.owner,
        "machinename": _machine(job),
    }


def detail(job: Job, url: str) -> dict[str, Any]:
    """Return the job resource; `url` is its own address in the Administrator API, as in the documentation's sample."""
    return {"jobId": job.id, **brief(job), "url": url}


def answer(query: Query, parameters: Mapping[str, Any], jobs: Sequence[Job]) -> dict[str, Any]:
    """Return the answer to a jobs query over all jobs of a service, in their order.

    `total` counts what the filters admit, not the page; `nextStart` is -1 on the last page. `num` is the size asked
    for, also on a short page, and `query` repeats `startTime`, `start`, `number` and the filters that were set: the
    sample leaves both open.
    """
    found = [job for job in jobs if query.admits(job)]
    page = found[query.start - 1 : query.start - 1 + query.number]
    following = query.start + query.number
    return {
        "total": len(found),
        "num": query.number,
        "query": {
            "startTime": "" if query.start_time is None else query.start_time,
            **{name: parameters[name] for name in FILTERS if parameters.get(name)},
            "start": query.start,
            "number": query.number,
        },
        "start": query.start,
        "nextStart": following if following <= len(found) else -1,
        "results": {job.id: brief(job) for job in page},
    }


def statistics(jobs: Sequence[Job]) -> dict[str, int]:
    """Count a service's jobs. Those that still run, and those that timed out, are in `total` only (inferred)."""
    phases = [JOB.phase(job) for job in jobs]
    return {
        "total": len(phases),
        "cancelled": phases.count(Phase.CANCELED),
        "failed": phases.count(Phase.FAILED),
        "succeeded": phases.count(Phase.SUCCEEDED),
    }


def _status(job: Job) -> str:
    return JOB.by_name[job.state].word


def _machine(job: Job) -> str:
    return str(job.data.get("machine") or MACHINE)


def _ms(at: float) -> int:
    return round(at * 1000)
