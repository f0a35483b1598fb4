"""What a test holds in its hands: a sandbox of its own, with a handle for each API, its clock and its faults.

The pytest plugin makes these; another test framework can too. Only the client is needed, no server code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, Unpack
from urllib.parse import urlsplit

from mockserver.client import (
    ClockRecord,
    Control,
    FaultRecord,
    JobRecord,
    Record,
    RequestRecord,
    SandboxRecord,
)
from mockserver.client.transport import is_refusal
from mockserver.settings import environment

__tracebackhide__ = is_refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server, in this process or elsewhere.

    Attributes:
        url: the base URL, without a trailing slash.
        tls_url: the same over TLS; None when unknown or off.
        control: the control API of its default sandbox.
        ca_pem: the CA a client must trust for `tls_url`, if the server made one.
    """

    url: str
    control: Control
    tls_url: str | None = None
    ca_pem: bytes | None = None

    @classmethod
    def reached(cls, url: str) -> Self:
        """Return the server that runs at an address (that of its control API will do), once it has answered.

        Raises:
            ControlError: none answers there, or it refuses.
        """
        url = url.rstrip("/").removesuffix("/_control")
        control = Control(url, token=environment("control_token"))
        control.index()
        control.clock()  # which asks for the token
        return cls(url=url, control=control, tls_url=url if url.startswith("https:") else None)

    @classmethod
    def of(cls, started: MockServer) -> Self:
        """Return a server that was started in this process."""
        control = Control(started.control_url, token=started.settings.control_token)
        return cls(url=started.url, control=control, tls_url=started.tls_url, ca_pem=started.ca_pem)

    @property
    def control_url(self) -> str:
        """The base URL of the control API."""
        return f"{self.url}/_control"


class SandboxApi:
    """One API of a sandbox.

    Attributes:
        name: `arcgis`, `casjobs`, `ges` or `prime`.
        url: the base URL to give to the client under test.
        tls_url: the same over TLS, or None.
    """

    def __init__(self, name: str, url: str, tls_url: str | None, control: Control) -> None:
        self.name = name
        self.url = url
        self.tls_url = tls_url
        self._control = control

    def __repr__(self) -> str:
        return f"<{self.name} at {self.url}>"

    def job(self, **fields: Any) -> JobRecord:
        """Add a job, in the fixture's form: `job(state="Started", query="select 1")`."""
        return self._control.add(self.name, **fields)

    def show(self, job_id: str, *, run: str | None = None) -> JobRecord:
        """Return a job as it is now."""
        return self._control.job(self.name, job_id, run=run)

    def force(self, job_id: str, state: str, hold: bool = True, *, run: str | None = None, **fields: Any) -> JobRecord:
        """Put a job into a state, by the API's own word or by phase; a state that is not final is held."""
        return self._control.force(self.name, job_id, state, hold=hold, run=run, **fields)

    def release(self, job_id: str, *, run: str | None = None) -> JobRecord:
        """Let the clock move a job again."""
        return self._control.release(self.name, job_id, run=run)

    def wait(self, job_id: str, until: str, *, timeout: float = 5.0, run: str | None = None) -> JobRecord:
        """Return a job once it is in a state or phase; see `Control.wait`."""
        return self._control.wait(self.name, job_id, until, timeout=timeout, run=run)

    def verify(self, match: Mapping[str, Any] | None = None, **how: Any) -> Record:
        """Check what the client asked of this API; see `Control.verify`."""
        return self._control.verify({"api": self.name, **(match or {})}, **how)

    def settings(self, **values: Any) -> Record:
        """Set some of the API's settings."""
        return self._control.change_settings(self.name, values)

    def requests(self, **filters: Any) -> list[RequestRecord]:
        """Return what the client asked of this API, oldest first; filters are those of `Control.requests`."""
        return self._control.requests(self.name, **{"limit": 1000, **filters})[::-1]


if TYPE_CHECKING:
    from mockserver.server import MockServer

    # While the test runs each is a `SandboxApi`; a type checker and an editor know the fields of its jobs.
    from mockserver.testing import job_fields as of

    class ArcgisApi(SandboxApi):
        def job(self, **fields: Unpack[of.ArcgisJob]) -> JobRecord: ...  # type: ignore[override]
        def force(  # type: ignore[override]
            self, job_id: str, state: str, hold: bool = True, *, run: None = None, **fields: Unpack[of.ArcgisFields]
        ) -> JobRecord: ...

    class CasjobsApi(SandboxApi):
        def job(self, **fields: Unpack[of.CasjobsJob]) -> JobRecord: ...  # type: ignore[override]
        def force(  # type: ignore[override]
            self, job_id: str, state: str, hold: bool = True, *, run: None = None, **fields: Unpack[of.CasjobsFields]
        ) -> JobRecord: ...

    class GesApi(SandboxApi):
        def job(self, **fields: Unpack[of.GesJob]) -> JobRecord: ...  # type: ignore[override]
        def force(  # type: ignore[override]
            self, job_id: str, state: str, hold: bool = True, *, run: None = None, **fields: Unpack[of.GesFields]
        ) -> JobRecord: ...

    class PrimeApi(SandboxApi):
        def job(self, **fields: Unpack[of.PrimeJob]) -> JobRecord: ...  # type: ignore[override]
        def force(  # type: ignore[override]
            self,
            job_id: str,
            state: str,
            hold: bool = True,
            *,
            run: str | None = None,
            **fields: Unpack[of.PrimeFields],
        ) -> JobRecord: ...


class SandboxClock:
    """A sandbox's clock."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> str:
        """Sandbox time, ISO 8601."""
        return self._control.clock().now

    def freeze(self) -> ClockRecord:
        """Stop it where it stands."""
        return self._control.freeze()

    def set(self, now: str | float) -> ClockRecord:
        """Put it to a moment: ISO 8601 or epoch seconds."""
        return self._control.set_clock(now)

    def advance(self, seconds: float) -> ClockRecord:
        """Move it forward; `fired` lists the planned changes that came due."""
        return self._control.advance(seconds)

    def advance_to_next(self) -> ClockRecord:
        """Move it to the next planned change of any job."""
        return self._control.advance_to_next()

    def resume(self) -> ClockRecord:
        """Let it go on from where it stood."""
        return self._control.resume()


class SandboxFaults:
    """A sandbox's faults."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(self, effect: Mapping[str, Any], match: Mapping[str, Any] | None = None, **options: Any) -> FaultRecord:
        """Arm a fault; see `Control.add_fault`. A whole document with `match` and `effect` will do too."""
        if "effect" in effect:
            given = {**effect, **options}
            return self._control.add_fault(given.pop("effect"), given.pop("match", match), **given)
        return self._control.add_fault(effect, match, **options)

    def list(self, *, unused: bool | None = None) -> list[FaultRecord]:
        """Return armed faults with their hits; with `unused` only those that nothing has hit yet."""
        return self._control.faults(unused=unused)

    def remove(self, fault_id: str) -> None:
        """Disarm one."""
        self._control.remove_fault(fault_id)


class Sandbox:
    """One isolated copy of everything, for one test.

    Attributes:
        name: its name.
        url: scheme, host and prefix (or a port of its own) below which its APIs lie.
        control: its control API.
        arcgis, casjobs, ges, prime: its APIs.
        clock, faults: its clock, and what goes wrong in it on purpose.
    """

    arcgis: ArcgisApi
    casjobs: CasjobsApi
    ges: GesApi
    prime: PrimeApi

    def __init__(self, server: Server, record: SandboxRecord) -> None:
        self.name = record.name
        self.control = server.control.sandbox(record.name)
        self.clock = SandboxClock(self.control)
        self.faults = SandboxFaults(self.control)
        own = record.get("own_urls") or {}
        prefix = f"/~{record.name}"
        self.url: str = own.get("http", server.url + prefix)
        self.tls_url: str | None = own.get("https", None if server.tls_url is None else server.tls_url + prefix)
        for name, url in record["apis"].items():
            path = urlsplit(url).path.removeprefix(prefix)
            tls_url = None if self.tls_url is None else self.tls_url + path
            setattr(self, name, SandboxApi(name, self.url + path, tls_url, self.control))

    def __repr__(self) -> str:
        return f"<sandbox {self.name} at {self.url}>"

    def requests(self, **filters: Any) -> list[RequestRecord]:
        """Return what was asked of this sandbox, oldest first."""
        return self.control.requests(**{"limit": 1000, **filters})[::-1]

    def verify(self, match: Mapping[str, Any] | None = None, **how: Any) -> Record:
        """Check what the client did; see `Control.verify`."""
        return self.control.verify(match, **how)
