"""The whole control API of a server, or of one sandbox of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from mockserver.client.caller import Fields, items_of
from mockserver.client.jobs import JobCalls
from mockserver.client.journal import JournalCalls
from mockserver.client.records import ClockRecord, FaultRecord, Health, Record, ResetRecord, SandboxRecord
from mockserver.client.transport import ControlError, is_refusal, segment

__tracebackhide__ = is_refusal

Keep = Literal["faults", "settings", "clock", "requests"]


class Control(JobCalls, JournalCalls):
    """One server's control API, or that of one sandbox of it.

    Every call raises `ControlError` when it is refused or nothing answers.

    Args:
        url: `http://127.0.0.1:8080`; with `/~name` it is that sandbox's.
        sandbox: the sandbox all calls are about, by name; none: the one the address names.
        token: what the server's `--control-token` asks for.
        timeout: seconds without an answer before a call is given up.
        ca: the certificate to trust for an https address.
    """

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

    # --- sandboxes --------------------------------------------------------------------------------

    def sandbox(self, name: str) -> Control:
        """Return the control API of another sandbox of this server."""
        return Control(self.url, sandbox=name, **self._options)

    def sandboxes(self) -> list[SandboxRecord]:
        """Return all sandboxes."""
        return [SandboxRecord(one) for one in items_of(self._wire.json("GET", "/sandboxes"), "sandboxes")]

    def create_sandbox(
        self,
        name: str | None = None,
        *,
        fixtures: Sequence[Fields | str] | None = None,
        ttl: float | None = None,
        port: bool = False,
        submits: Mapping[str, Fields] | None = None,
    ) -> SandboxRecord:
        """Make a sandbox; return its name and addresses.

        Args:
            name: none: the server thinks of one.
            fixtures: documents, or names of loaded ones (`default`: all of them); none: the server's own.
            ttl: real seconds without a request after which it ends.
            port: give it a port of its own.
            submits: API -> fields, in the fixture's form, that every job has which a client submits there.
        """
        asked = {"name": name, "fixtures": fixtures, "ttl": ttl, "port": port or None, "submits": submits or None}
        body = {key: value for key, value in asked.items() if value is not None}
        return SandboxRecord(self._wire.json("POST", "/sandboxes", body=body))

    def replace_sandbox(
        self,
        name: str,
        *,
        fixtures: Sequence[Fields | str] | None = None,
        ttl: float | None = None,
        port: bool = False,
        submits: Mapping[str, Fields] | None = None,
    ) -> SandboxRecord:
        """Make a sandbox, or make the one of that name anew: what began in it before is disowned.

        Args:
            fixtures, ttl, port, submits: as for `create_sandbox`.
        """
        asked = {"fixtures": fixtures, "ttl": ttl, "port": port or None, "submits": submits or None}
        body = {key: value for key, value in asked.items() if value is not None}
        return SandboxRecord(self._wire.json("PUT", f"/sandboxes/{segment(name)}", body=body))

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
        return self._wire.events(f"{self._sandbox}/events", timeout=timeout)
