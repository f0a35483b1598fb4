"""Jobs over the control API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.client.caller import Caller, Fields
from mockserver.client.records import JobRecord, Record
from mockserver.client.transport import is_refusal, segment

__tracebackhide__ = is_refusal


class JobCalls(Caller):
    """See, add, change, force, hold, release and forget jobs, and runs of them."""

    def jobs(
        self,
        api: str | None = None,
        *,
        state: str | None = None,
        phase: str | None = None,
        owner: str | None = None,
        limit: int | None = None,
    ) -> list[JobRecord]:
        """Return jobs, newest first; all of them unless there is a limit. Runs, when nothing else has that state."""
        query = {"api": api, "state": state, "phase": phase, "owner": owner, "limit": limit}
        found: list[JobRecord] = []
        cursor = None
        while True:
            page = self._get("/jobs", {**query, "cursor": cursor})
            found.extend(map(JobRecord, page["jobs"]))
            cursor = page.get("cursor")
            if cursor is None or (limit is not None and len(found) >= limit):
                return found

    def job(self, api: str, job_id: str, *, run: str | None = None) -> JobRecord:
        """Return a job, or a run of it."""
        return JobRecord(self._get(_path(api, job_id, run)))

    def runs(self, api: str, job_id: str) -> list[JobRecord]:
        """Return the runs of a job, newest first."""
        return [JobRecord(one) for one in self._list(f"{_path(api, job_id, None)}/runs", "runs")]

    def wait(self, api: str, job_id: str, until: str, *, timeout: float = 5.0, run: str | None = None) -> JobRecord:
        """Return a job once it is in a state or phase.

        Args:
            timeout: real seconds to wait.

        Raises:
            ControlError: with status 408 and the record as `body` when it did not get there.
        """
        query = {"until": until, "timeout": timeout}
        return JobRecord(self._wire.json("GET", self._sandbox + _path(api, job_id, run), query=query, patience=timeout))

    def add(self, api: str, **fields: Any) -> JobRecord:
        """Add a job; the fields are those of a fixture (`state="running"`, `plan="fails"` …)."""
        return JobRecord(self._call("POST", "/jobs", {"api": api, **fields}))

    def add_all(self, jobs: Iterable[Fields]) -> list[JobRecord]:
        """Add several jobs, each with an `api`; all of them or none."""
        answer = self._call("POST", "/jobs", [dict(job) for job in jobs])
        return [JobRecord(job) for job in (answer["jobs"] if isinstance(answer, dict) else answer)]

    def force(
        self, api: str, job_id: str, state: str, *, hold: bool = True, run: str | None = None, **fields: Any
    ) -> JobRecord:
        """Put a job into a state, by the API's own word or by phase.

        Args:
            hold: a state that is not final is kept until it is released, forced again or a client call moves it.
            fields: `messages`, `error`, `results`, `progress` in the fixture's form.
        """
        body = {"state": state, "hold": hold, **fields}
        return JobRecord(self._call("PUT", f"{_path(api, job_id, run)}/state", body))

    def change(self, api: str, job_id: str, *, run: str | None = None, **fields: Any) -> JobRecord:
        """Set some fields of a job: plan, hold, messages, results, owner and so on."""
        return JobRecord(self._call("PATCH", _path(api, job_id, run), fields))

    def hold(self, api: str, job_id: str, *, run: str | None = None) -> JobRecord:
        """Keep the clock from moving a job."""
        return self.change(api, job_id, run=run, hold=True)

    def release(self, api: str, job_id: str, *, run: str | None = None) -> JobRecord:
        """Let the clock move a job again."""
        return JobRecord(self._call("POST", f"{_path(api, job_id, run)}/release"))

    def delete(self, api: str, job_id: str, *, run: str | None = None) -> None:
        """Forget a job."""
        self._call("DELETE", _path(api, job_id, run))

    def cancel(self, api: str, job_id: str, *, run: str | None = None) -> Record:
        """Cancel a job as its client would, by a call of the API's own; return what was asked and answered.

        Raises:
            ControlError: with status 409 when no call of the API cancels such a job.
        """
        return Record(self._call("POST", f"{_path(api, job_id, run)}/cancel"))

    def diagram(self, api: str, job_id: str, *, run: str | None = None) -> Record:
        """Return a job's state machine as the console draws it: boxes and arrows, and the way it came."""
        return Record(self._get(f"{_path(api, job_id, run)}/diagram"))


def _path(api: str, job_id: str, run: str | None) -> str:
    part = "" if run is None else f"/runs/{segment(run)}"
    return f"/jobs/{segment(api)}/{segment(job_id)}{part}"
