"""The control API from Python: force a job, move the clock, arm a fault, ask what the client did.

Blocking, standard library only, no server code: the pytest plugin, the command line and any test use it
against a server in this process or in a container.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast, overload

from mockserver.client.records import (
    ClockRecord,
    FaultRecord,
    Health,
    JobRecord,
    Record,
    RequestRecord,
    ResetRecord,
    SandboxRecord,
)
from mockserver.client.transport import ControlError, Transport, segment

__all__ = [
    "ClockRecord",
    "Control",
    "ControlError",
    "FaultRecord",
    "Health",
    "JobRecord",
    "NotVerified",
    "Record",
    "RequestRecord",
    "ResetRecord",
    "SandboxRecord",
]

Fields = Mapping[str, Any]
Keep = Literal["faults", "settings", "clock", "requests"]


class NotVerified(ControlError, AssertionError):
    """What the client did is not what the test asked for; the text names the closest requests and what differed."""


class Control:
    """One server's control API, or that of one sandbox of it.

    Every call raises `ControlError` when it is refused or nothing answers.

    Args:
        url: `http://127.0.0.1:8080`; with `/~name` it is that sandbox's.
        sandbox: the sandbox all calls are about, by name; none: the one the address names.
        token: what the server's `--control-token` asks for.
        timeout: seconds without an answer before a call is given up.
        ca: the certificate to trust for an https address.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8080",
        *,
        sandbox: str | None = None,
        token: str | None = None,
        timeout: float = 30.0,
        ca: str | Path | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.name = sandbox
        self._options: dict[str, Any] = {"token": token, "timeout": timeout, "ca": ca}
        self._wire = Transport(self.url, token=token, timeout=timeout, ca=ca)
        self._box = "" if sandbox is None else f"/sandboxes/{segment(sandbox)}"

    def __repr__(self) -> str:
        return f"Control({self.url!r}" + (")" if self.name is None else f", sandbox={self.name!r})")

    # --- the server -------------------------------------------------------------------------------

    def index(self) -> Record:
        """Return the addresses of everything, and each operation of the control API."""
        return Record(self._get("/"))

    def health(self) -> Health:
        """Return status, version, uptime and seed."""
        return Health(self._wire.json("GET", "/health"))

    def ready(self) -> bool:
        """Tell whether fixtures are loaded and the store is reachable."""
        try:
            self._wire.text("GET", "/ready")
        except ControlError as error:
            if error.status == 503:
                return False
            raise
        return True

    def metrics(self) -> str:
        """Return the metrics as Prometheus text."""
        return self._wire.text("GET", "/metrics")

    def openapi(self, api: str | None = None) -> Record:
        """Return the OpenAPI document of the control API, or of one of the faked ones."""
        return Record(self._wire.json("GET", "/openapi.json", query={"api": api}))

    def ca(self) -> str:
        """Return the CA (PEM) a client must trust for the TLS port."""
        return self._wire.text("GET", "/ca.pem")

    # --- APIs and contracts -----------------------------------------------------------------------

    def apis(self) -> list[Record]:
        """Return what is faked: base URLs, operations, states with phase, faults, settings of each API."""
        return self._list("/apis", "apis")

    def api(self, api: str) -> Record:
        """Return what is faked of one API."""
        return Record(self._get(f"/apis/{segment(api)}"))

    def change_settings(self, api: str, values: Fields) -> Record:
        """Set some of an API's settings; return what the server answers (all of them)."""
        return Record(self._call("PATCH", f"/apis/{segment(api)}/settings", dict(values)))

    def contracts(self) -> list[Record]:
        """Return all contracts, in short."""
        return self._list("/contracts", "contracts")

    def contract(self, operation: str) -> Record:
        """Return one contract (`ges.CancelJob`), each clause with its source and confidence."""
        return Record(self._get(f"/contracts/{segment(operation)}"))

    def coverage(self) -> Record:
        """Return the operations, responses and states exercised since the last reset."""
        return Record(self._get("/coverage"))

    def violations(self, side: Literal["client", "server"] | None = None) -> list[Record]:
        """Return the breaches of contract by either side (`server`: our own) since the last reset."""
        return self._list("/violations", "violations", {"side": side})

    # --- jobs -------------------------------------------------------------------------------------

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
        return JobRecord(self._wire.json("GET", self._box + _path(api, job_id, run), query=query, patience=timeout))

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

    # --- clock ------------------------------------------------------------------------------------

    def clock(self) -> ClockRecord:
        """Return where the sandbox's clock stands."""
        return ClockRecord(self._get("/clock"))

    def freeze(self) -> ClockRecord:
        """Stop the clock where it stands."""
        return ClockRecord(self._call("PUT", "/clock", {"frozen": True}))

    def resume(self) -> ClockRecord:
        """Let the clock go on from where it stood."""
        return ClockRecord(self._call("PUT", "/clock", {"frozen": False}))

    def set_clock(self, now: str | float) -> ClockRecord:
        """Put the clock to a moment: ISO 8601 or epoch seconds."""
        return ClockRecord(self._call("PUT", "/clock", {"now": now}))

    def advance(self, seconds: float) -> ClockRecord:
        """Move the clock forward; `fired` lists the planned changes that came due."""
        return ClockRecord(self._call("POST", "/clock/advance", {"seconds": seconds}))

    def advance_to_next(self) -> ClockRecord:
        """Move the clock to the next planned change of any job."""
        return ClockRecord(self._call("POST", "/clock/advance", {"until_next": True}))

    # --- faults -----------------------------------------------------------------------------------

    def faults(self, *, unused: bool | None = None) -> list[FaultRecord]:
        """Return armed faults with their hits; with `unused` only those that nothing has hit yet."""
        return [FaultRecord(one) for one in self._list("/faults", "faults", {"unused": unused})]

    def add_fault(self, effect: Fields, match: Fields | None = None, **options: Any) -> FaultRecord:
        """Arm a fault.

        Args:
            effect: `{"delay": "250ms"}`, `{"status": 503, "body": …}`, `{"connection": "reset"}`, `{"named": …}` …
            match: `api`, `operation`, `job` …; none: every request.
            options: `times`, `after`, `probability`, `ttl`.
        """
        return FaultRecord(
            self._call("POST", "/faults", {"match": dict(match or {}), "effect": dict(effect), **options})
        )

    def fault(self, fault_id: str) -> FaultRecord:
        """Return one fault with its hits."""
        return FaultRecord(self._get(f"/faults/{segment(fault_id)}"))

    def remove_fault(self, fault_id: str) -> None:
        """Disarm one fault."""
        self._call("DELETE", f"/faults/{segment(fault_id)}")

    def remove_faults(self) -> None:
        """Disarm all faults."""
        self._call("DELETE", "/faults")

    def fault_catalogue(self) -> Record:
        """Return the effects, and the named faults of each API."""
        return Record(self._get("/faults/catalogue"))

    # --- journal ----------------------------------------------------------------------------------

    def requests(
        self,
        api: str | None = None,
        *,
        operation: str | None = None,
        job: str | None = None,
        status: int | None = None,
        violations: bool | None = None,
        since: int | str | None = None,
        limit: int | None = None,
    ) -> list[RequestRecord]:
        """Return exchanges of the journal that fit."""
        query = {
            "api": api, "operation": operation, "job": job, "status": status,
            "violations": violations, "since": since, "limit": limit,
        }  # fmt: skip
        return [RequestRecord(one) for one in self._list("/requests", "requests", query)]

    def request(self, number: int) -> RequestRecord:
        """Return one exchange with headers and bodies."""
        return RequestRecord(self._get(f"/requests/{number}"))

    @overload
    def export(self, form: Literal["har"]) -> Record: ...
    @overload
    def export(self, form: Literal["curl"]) -> str: ...
    def export(self, form: Literal["har", "curl"]) -> Record | str:
        """Return the journal as a HAR document, or as curl commands."""
        if form == "har":
            return Record(self._get("/requests", {"format": form}))
        return self._wire.text("GET", f"{self._box}/requests", query={"format": form})

    def clear_requests(self) -> None:
        """Empty the journal."""
        self._call("DELETE", "/requests")

    def verify(
        self,
        match: Fields | None = None,
        *,
        count: int | Mapping[str, int] | None = None,
        order: Sequence[Fields] | None = None,
        no_violations: bool = False,
        timeout: float | None = None,
    ) -> Record:
        """Check what the client did.

        Args:
            match: `operation`, `job`, a partial `body` …
            count: how often: a number, or `{"atLeast": 1, "atMost": 3}`; without it, at least once.
            order: matches that must have come one after the other.
            no_violations: no request may have broken its contract.
            timeout: real seconds to wait for it to become true.

        Raises:
            NotVerified: it is not so (an AssertionError, so that a test fails with its text).
        """
        asked = {"match": match, "count": count, "order": order, "timeout": timeout}
        body: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        if no_violations:
            body["noViolations"] = True
        path = f"{self._box}/requests/verify"
        try:
            return Record(self._wire.json("POST", path, body=body, patience=timeout or 0.0))
        except ControlError as error:
            if error.status != 409:
                raise
            raise NotVerified(error.code, error.message, error.hint, error.allowed, 409, error.body) from None

    # --- sandboxes --------------------------------------------------------------------------------

    def sandbox(self, name: str) -> Control:
        """Return the control API of another sandbox of this server."""
        return Control(self.url, sandbox=name, **self._options)

    def sandboxes(self) -> list[SandboxRecord]:
        """Return all sandboxes."""
        return [SandboxRecord(one) for one in _items(self._wire.json("GET", "/sandboxes"), "sandboxes")]

    def create_sandbox(
        self,
        name: str | None = None,
        *,
        fixtures: Sequence[Fields | str] | None = None,
        ttl: float | None = None,
        port: bool = False,
    ) -> SandboxRecord:
        """Make a sandbox; return its name and addresses.

        Args:
            name: none: the server thinks of one.
            fixtures: documents, or names of loaded ones (`default`: all of them); none: the server's own.
            ttl: real seconds without a request after which it ends.
            port: give it a port of its own.
        """
        asked = {"name": name, "fixtures": fixtures, "ttl": ttl, "port": port or None}
        body = {key: value for key, value in asked.items() if value is not None}
        return SandboxRecord(self._wire.json("POST", "/sandboxes", body=body))

    def show_sandbox(self, name: str) -> SandboxRecord:
        """Return a sandbox's addresses and what it holds."""
        return SandboxRecord(self._wire.json("GET", f"/sandboxes/{segment(name)}"))

    def delete_sandbox(self, name: str) -> None:
        """End a sandbox."""
        self._wire.json("DELETE", f"/sandboxes/{segment(name)}")

    # --- the whole sandbox ------------------------------------------------------------------------

    def reset(self, *, keep: Sequence[Keep] = ()) -> ResetRecord:
        """Go back to the seeded start; return what was done."""
        return ResetRecord(self._call("POST", "/reset", {"keep": list(keep)}))

    def snapshot(self) -> Record:
        """Return the whole sandbox as one document. It holds accounts, and so secrets."""
        return Record(self._get("/snapshot"))

    def restore(self, snapshot: Fields) -> None:
        """Put the sandbox back to a snapshot."""
        self._call("PUT", "/snapshot", dict(snapshot))

    def events(self, *, timeout: float = 60.0) -> Iterator[Record]:
        """Yield what happens: a job moved, a request was answered, a fault hit.

        Args:
            timeout: seconds of silence after which it ends.
        """
        return self._wire.events(f"{self._box}/events", timeout=timeout)

    # --- inside -----------------------------------------------------------------------------------

    def _get(self, path: str, query: Fields | None = None) -> Any:
        return self._wire.json("GET", self._box + path, query=query)

    def _list(self, path: str, key: str, query: Fields | None = None) -> list[Record]:
        return _items(self._get(path, query), key)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._wire.json(method, self._box + path, body=body) or {}


def _items(answer: Any, key: str) -> list[Record]:
    return cast("list[Record]", answer[key] if isinstance(answer, dict) else answer)


def _path(api: str, job_id: str, run: str | None) -> str:
    part = "" if run is None else f"/runs/{segment(run)}"
    return f"/jobs/{segment(api)}/{segment(job_id)}{part}"
